"""Makes the screenshots of the README: the app itself draws them, over the samples, after a real run.

make screenshots
"""

import asyncio
import tempfile
from pathlib import Path

from ckexplore.actions.execution import execute
from ckexplore.actions.kernel import plan
from ckexplore.actions.request import request_from
from ckexplore.actions.samples import copy_samples
from ckexplore.store.workspace import Workspace
from ckexplore.tui.app import ExplorerApp

HERE = Path(__file__).resolve().parent
BENCHMARK = {"action": "run", "cid": "program:image-classification-onnx", "cmd_key": "latency"}


async def main() -> None:
    """Draw the browser while a benchmark runs."""
    with tempfile.TemporaryDirectory(prefix="ckexplore-") as home:
        workspace = Workspace(Path(home))
        copy_samples(workspace)
        request = request_from(workspace, {**BENCHMARK, "env": {"CK_MINIMUM_SECONDS": "1"}})
        execute(request, plan(request))
        app = ExplorerApp(workspace)
        async with app.run_test(size=(132, 40)) as pilot:
            await pilot.pause(2)
            await pilot.press("colon", *_keys("run program:image-classification-onnx --cmd_key=latency"), "enter")
            await pilot.pause(1)
            await pilot.press("y")
            await pilot.pause(3)
            await pilot.press("slash", *_keys("mobilenets"), "enter", "escape")
            await pilot.pause(2)
            app.save_screenshot(str(HERE / "browser.svg"))


def _keys(text: str) -> list[str]:
    names = {" ": "space", ":": "colon", "-": "minus", "=": "equals_sign", "_": "underscore", ".": "full_stop"}
    return [names.get(character, character) for character in text]


if __name__ == "__main__":
    asyncio.run(main())
