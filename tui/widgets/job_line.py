"""Two lines about jobs: where the one that is shown is, and, when there are several, the tabs to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from .segments import cut

SIGNS = {"queued": "…", "running": "▶", "waits": "?", "done": "✔", "failed": "✘", "cancelled": "■", "lost": "☠"}
_STYLES = {f"job--{state}" for state in SIGNS} | {"job--muted"}


class JobLine(Widget):
    """One line: state, progress with the time left, elapsed time, title."""

    COMPONENT_CLASSES = _STYLES

    text: reactive[str] = reactive("")
    state: reactive[str] = reactive("queued")

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width, background = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, background)
        style = self.get_component_rich_style(f"job--{self.state}")
        named = "waiting" if self.state == "waits" else self.state
        sign = Segment(f" {SIGNS[self.state]} {named} ", style)
        text = cut(self.text, max(0, width - cell_len(sign.text) - 1))
        return Strip([sign, Segment(f" {text}", background)]).adjust_cell_length(width, background)


@dataclass(frozen=True, slots=True)
class JobTab:
    """What a tab says: which job, its title, its state and how long it has run."""

    uid: str
    title: str
    state: str
    elapsed: str

    @property
    def text(self) -> str:
        """The tab as it is drawn."""
        return f" {SIGNS[self.state]} {cut(self.title, 24)} {self.elapsed} ".replace("  ", " ")


class JobTabs(Widget):
    """The jobs side by side; a click chooses one, the keys are the screen's."""

    COMPONENT_CLASSES = _STYLES | {"job--active"}

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, uid: str) -> None:
            super().__init__()
            self.uid = uid

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tabs: tuple[JobTab, ...] = ()
        self._active = ""

    def set_tabs(self, tabs: Sequence[JobTab], active: str) -> None:
        """Show these tabs; `active` is the UID of the job that is shown."""
        if (tuple(tabs), active) != (self._tabs, self._active):
            self._tabs, self._active = tuple(tabs), active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the tabs, the active one in sight."""
        width, background = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, background)
        segments = [Segment(tab.text, self._style(tab)) for tab in self._tabs[self._first(width) :]]
        return Strip(segments).adjust_cell_length(width, background)

    def _style(self, tab: JobTab):
        style = self.get_component_rich_style(f"job--{tab.state}")
        return style + self.get_component_rich_style("job--active") if tab.uid == self._active else style

    def _first(self, width: int) -> int:
        """Give the number of the first tab that is drawn, so that the active one has room."""
        active = next((number for number, tab in enumerate(self._tabs) if tab.uid == self._active), 0)
        first = 0
        while first < active and sum(cell_len(tab.text) for tab in self._tabs[first : active + 1]) > width:
            first += 1
        return first

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        right = 0
        for tab in self._tabs[self._first(self.size.width) :]:
            right += cell_len(tab.text)
            if event.x < right:
                self.post_message(self.Chosen(tab.uid))
                return
