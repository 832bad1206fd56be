"""The Textual app: the browser over one workspace, its theme, its styles and its palette."""

from typing import ClassVar

from textual.app import App
from textual.binding import Binding

from ..store.workspace import Workspace
from .commands import NamedActionProvider
from .screens.browser import BrowserScreen
from .theme import CKEXPLORE

_WIDGETS = ("lines", "table", "tree", "log_pane", "document", "chart_view", "fields", "tab_line", "title_line")
_PANES = ("detail_pane", "job_pane")
_SCREENS = ("browser", "confirm", "choose", "note", "pager")


class ExplorerApp(App[None]):
    """The browser. Everything it knows it gets from the workspace through the kernel."""

    TITLE = "ckexplore"
    CSS_PATH = [  # noqa: RUF012  (Textual's own form)
        *(f"widgets/{name}.tcss" for name in (*_WIDGETS, *_PANES)),
        *(f"screens/{name}.tcss" for name in _SCREENS),
    ]
    COMMANDS = App.COMMANDS | {NamedActionProvider}
    BINDINGS: ClassVar = [Binding("ctrl+q", "quit", show=False, priority=True)]
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.animation_level = "none"  # over SSH every frame of an animation is sent

    def on_mount(self) -> None:
        """Open the browser."""
        self.register_theme(CKEXPLORE)
        self.theme = "ckexplore"
        self.push_screen(BrowserScreen(self.workspace))
