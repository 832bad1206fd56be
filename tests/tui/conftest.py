"""The app over the samples, and waiting for what its threads post."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from ckexplore.store.search.flags import numbers_of
from ckexplore.store.workspace import Workspace
from ckexplore.tui.app import ExplorerApp
from ckexplore.tui.screens.browser import BrowserScreen
from ckexplore.tui.widgets.table import VirtualTable

from ..actions.conftest import samples
from ..hostile import Hostile
from .watched import registered

__all__ = ["Browsing", "samples"]


class Browsing:
    """An app that runs, and what a user sees and does in it."""

    def __init__(self, app: ExplorerApp, pilot: Pilot) -> None:
        self.app, self.pilot = app, pilot

    @property
    def browser(self) -> BrowserScreen:
        found = next(screen for screen in self.app.screen_stack if isinstance(screen, BrowserScreen))
        return found

    @property
    def table(self) -> VirtualTable:
        return self.browser.query_one("#table", VirtualTable)

    def is_settled(self) -> bool:
        """Whether the table and the tree show the newest view of the catalog, and nothing is being looked at."""
        browser, listing = self.browser, self.browser.listing
        settled = browser._catalog.settled if browser._catalog is not None else None
        counted = listing.counted.answer if listing.counted is not None else None
        return browser._looked and settled is not None and settled is listing.answer and settled is counted

    @property
    def titles(self) -> list[str]:
        listing = self.browser.listing
        return [listing.artifact(number).title for number in listing.shown]

    @property
    def all_titles(self) -> set[str]:
        answer = self.browser.listing.answer
        assert answer is not None
        return {answer.index.artifact(number).title for number in numbers_of(answer.index.search(""))}

    async def until(self, condition: Callable[[], object], patience: float = 30.0) -> None:
        """Wait until something is so; `patience` in seconds."""
        for _ in range(int(patience / 0.05)):
            if condition():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.05)
        raise AssertionError("it did not happen")

    async def type(self, text: str) -> None:
        """Type into the field that has the focus."""
        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text)
        await self.pilot.pause()

    async def filter(self, text: str) -> None:
        """Filter the table and go to it."""
        await self.pilot.press("slash")
        await self.type(text)
        await self.pilot.press("enter")
        await self.until(self.is_settled)

    def screen_text(self) -> str:
        """What the terminal shows."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        assert (len(lines), width) == (height, self.app.size.width)
        return "\n".join(strip.text for strip in lines)


@asynccontextmanager
async def browsing(workspace: Workspace, size: tuple[int, int] = (140, 40)) -> AsyncIterator[Browsing]:
    """Run the app until the catalog has been read."""
    app = ExplorerApp(workspace)
    async with app.run_test(size=size, notifications=True) as pilot:
        running = Browsing(app, pilot)
        await settled(running)
        yield running


async def settled(running: Browsing) -> None:
    """Wait until the catalog has been read and is shown."""
    await running.until(lambda: any(isinstance(screen, BrowserScreen) for screen in running.app.screen_stack))
    await running.until(running.is_settled)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    """Repositories in which everything is a trap, in a home beside them; one set for the tests of a module.

    Their path is always as long, since lines are broken where it ends; that of pytest's own folder isn't.
    """
    with tempfile.TemporaryDirectory(prefix="ckexplore-", ignore_cleanup_errors=True) as ground:
        yield registered(Path(ground))


@pytest.fixture
def hostile_repository(tmp_path: Path) -> Path:
    """A repository whose every text tries something."""
    from ..conftest import EVIL
    from ..store.making import make_entry, make_repository

    root = make_repository(tmp_path / "hostile", "hostile")
    name = EVIL.replace("\0", "").replace("/", "|")
    entry = make_entry(root, "program", name, "1" * 16, {"tags": [EVIL, "[/]"], "desc": EVIL, EVIL: [EVIL]})
    (entry / "README.md").write_text(f"# {EVIL}\n\n{EVIL}\n\n[link](javascript:{EVIL})\n\n```\n{EVIL}\n```\n[/]")
    (entry / "\x1b]0;title\x07.txt").write_text(EVIL)
    make_entry(root, "program", "broken", "2" * 16, '{"tags": [' + EVIL)
    return root
