"""The view `needs` shows all that a script needs, however deep."""

from pathlib import Path

from ckexplore.store.workspace import Workspace
from ckexplore.tui.widgets.tab_line import TabLine

from ..actions.scripts.making import Scripts
from .conftest import browsing


async def test_needs_shows_what_dependencies_need_in_turn(workspace: Workspace, tmp_path: Path) -> None:
    scripts = Scripts(workspace, tmp_path / "them", "mlc")
    scripts.script("deepest-one", "detect,os")
    scripts.script("python-one", "get,python", deps=[{"tags": "detect,os"}])
    scripts.script("a-top", "top", deps=[{"tags": "get,python", "names": ["py"]}], variations={"fast-one": {}})
    scripts.register()
    async with browsing(workspace, (160, 48)) as run:
        await run.filter("a-top")
        await run.until(lambda: "needs" in run.browser.query_one("#detail-tabs", TabLine).names)
        await run.pilot.press("right_square_bracket")
        await run.until(lambda: "deepest-one" in run.screen_text())
        assert "python-one" in run.screen_text()
        assert "fast-one" in run.screen_text()
