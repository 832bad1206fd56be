"""The Textual app: the browser over one workspace, its theme and its palette.

The title line is painted before all else is imported: a slow machine shows at once that it has started.
"""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding

from ..store.workspace import Workspace
from .pace import Pace
from .theme import CKEXPLORE
from .widgets.title_line import READING, TitleLine

if TYPE_CHECKING:
    from textual.command import Provider


def _named_actions() -> "type[Provider]":
    from .commands import NamedActionProvider  # noqa: PLC0415

    return NamedActionProvider


class ExplorerApp(App[None]):
    """The browser. Everything it knows it gets from the workspace through the kernel."""

    TITLE = "ckexplore"
    CSS_PATH = "widgets/title_line.tcss"
    COMMANDS = App.COMMANDS | {_named_actions}
    BINDINGS: ClassVar = [Binding("ctrl+q", "quit", show=False, priority=True)]
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self._pace = Pace()
        self._typed_ahead: list[events.Key] | None = []  # what is typed before the browser is there
        self.animation_level = "none"  # over SSH every frame of an animation is sent
        self.register_theme(CKEXPLORE)
        self.theme = "ckexplore"

    def compose(self) -> ComposeResult:
        """Show the browser's first line."""
        title = TitleLine()
        title.state = READING
        yield title

    def on_mount(self) -> None:
        """Paint first, then open the browser."""
        self.call_after_refresh(self._open_browser)

    def _open_browser(self) -> None:
        from .screens.browser import BrowserScreen  # noqa: PLC0415

        browser = BrowserScreen(self.workspace, self._pace)
        self.push_screen(browser)
        browser.call_after_refresh(self._use_what_was_typed)

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is there, and keep what is typed ahead for the browser."""
        if isinstance(event, events.InputEvent | events.Paste):
            self._pace.touch()
        if self._typed_ahead is not None and isinstance(event, events.Key) and not event.is_forwarded:
            self._typed_ahead.append(event)
        else:
            await super().on_event(event)

    async def _use_what_was_typed(self) -> None:
        while self._typed_ahead:
            await super().on_event(self._typed_ahead.pop(0))
        self._typed_ahead = None
