"""The real browser, driven from inside: how long its event loop was ever blocked by each thing that a user does."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic, perf_counter

from textual import events
from textual.pilot import Pilot

from ckexplore.store.search import ORDERS
from ckexplore.store.workspace import Workspace
from ckexplore.tui.app import ExplorerApp
from ckexplore.tui.screens.browser import BrowserScreen

ROUNDS = 3
PAGES = 60
WORDS = ("resnet50", "tag:onnx", "compiler gcc", "resnt50")
_TICK = 0.001  # seconds
_KEY = 0.1  # seconds from key to key
_IDLE = 5.0  # seconds of a round in which nothing is done
_PATIENCE = 60.0  # seconds

Step = tuple[str, Callable[[], Awaitable[None]]]


class Driver:
    """Presses keys in a running browser, while a task that ticks in its event loop notes how late it is."""

    def __init__(self, app: ExplorerApp) -> None:
        self._app = app
        self._latest = 0.0

    async def drive(self) -> dict[str, dict[str, list[float]]]:
        """Do everything, and give for each step of each thing how long nothing else ran at the most, in each round."""
        ticking = asyncio.create_task(self._tick())
        await self._until(lambda: self._is_settled)
        blocked = {
            "nothing": await self._blocks([("waiting", lambda: asyncio.sleep(_IDLE))]),
            "scrolling": await self._blocks(self._scrolling()),
            "sorting": await self._blocks(self._sorting()),
            "filtering": await self._blocks(self._filtering()),
        }
        ticking.cancel()
        return blocked

    async def _tick(self) -> None:
        while True:
            started = perf_counter()
            await asyncio.sleep(_TICK)
            self._latest = max(self._latest, perf_counter() - started - _TICK)

    async def _blocks(self, steps: list[Step]) -> dict[str, list[float]]:
        blocked: dict[str, list[float]] = {name: [] for name, _ in steps}
        for _ in range(ROUNDS):
            for name, step in steps:
                self._latest = 0.0
                await step()
                blocked[name].append(self._latest)
        return blocked

    def _scrolling(self) -> list[Step]:
        steps: list[Step] = [("to the top", lambda: self._press("home"))]
        return [*steps, *((f"page {page}", lambda: self._press("pagedown")) for page in range(1, PAGES + 1))]

    def _sorting(self) -> list[Step]:
        return [
            (f"by {order or 'nothing'}{', descending' if key == 'O' else ''}", lambda key=key: self._sort(key))
            for order in [*ORDERS, ""]
            for key in ("o", "O")[: 2 if order else 1]
        ]

    async def _sort(self, key: str) -> None:
        await self._press(key)
        await self._until(lambda: self._is_settled)

    def _filtering(self) -> list[Step]:
        steps: list[Step] = []
        for word in WORDS:
            steps.append((f"before {word}", lambda: self._press("slash")))
            typed = [(word[:end], lambda letter=word[end - 1]: self._press(letter)) for end in range(1, len(word) + 1)]
            steps += [*typed, (f"{word}, cleared", self._clear)]
        return steps

    async def _clear(self) -> None:
        await self._until(lambda: self._is_settled)
        await self._press("escape")
        await self._until(lambda: self._is_settled)

    async def _press(self, key: str) -> None:
        self._app.post_message(events.Key(key, key if len(key) == 1 else None))
        await asyncio.sleep(_KEY)

    @property
    def _is_settled(self) -> bool:
        """Whether table and tree show the newest view."""
        browser = self._app.screen
        if not isinstance(browser, BrowserScreen):
            return False
        listing = browser.listing
        answered = listing.answer is not None and listing.answer.view == listing.view
        return answered and listing.counted is not None and listing.counted.answer is listing.answer

    async def _until(self, condition: Callable[[], bool]) -> None:
        until = monotonic() + _PATIENCE
        while not condition():
            if monotonic() > until:
                raise TimeoutError("the browser never came to rest")
            await asyncio.sleep(0.02)


def main() -> None:
    """Run the browser over a home, and write what was measured into a file, both named on the command line."""
    app = ExplorerApp(Workspace(sys.argv[1]))

    async def drive(pilot: Pilot[object]) -> None:
        try:
            blocked = await Driver(app).drive()
            Path(sys.argv[2]).write_text(json.dumps(blocked))
        finally:
            app.exit()

    app.run(auto_pilot=drive)
