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
_SHORTEST = 16  # cells of a title
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
        named = "asks" if self.state == "waits" else self.state
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

    def text(self, most: int) -> str:
        """Give the tab as it is drawn, with at most so many cells of the title."""
        return f" {SIGNS[self.state]} {cut(self.short_title, most)} {self.elapsed} ".replace("  ", " ")

    @property
    def short_title(self) -> str:
        """The title without what tells no tab from another: "run program:x --cmd_key=y" is "run x y"."""
        action, _, rest = self.title.partition(" ")
        name, *options = rest.split(" ")
        words = (action, name.rpartition(":")[2], *(one.removeprefix("--cmd_key=") for one in options))
        return " ".join(words).strip()


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
        segments = [Segment(text, self._style(tab)) for tab, text in self._drawn(width)]
        return Strip(segments).adjust_cell_length(width, background)

    def _style(self, tab: JobTab):
        style = self.get_component_rich_style(f"job--{tab.state}")
        return style + self.get_component_rich_style("job--active") if tab.uid == self._active else style

    def _drawn(self, width: int) -> list[tuple[JobTab, str]]:
        """Give the tabs from the first that leaves room for the active one, with their texts.

        Titles are cut as little as it takes for all tabs to be seen.
        """
        longest = max((cell_len(tab.short_title) for tab in self._tabs), default=0)
        texts = [tab.text(longest) for tab in self._tabs]
        while sum(map(cell_len, texts)) > width and longest > _SHORTEST:
            longest -= 1
            texts = [tab.text(longest) for tab in self._tabs]
        active = next((number for number, tab in enumerate(self._tabs) if tab.uid == self._active), 0)
        first = 0
        while first < active and sum(map(cell_len, texts[first : active + 1])) > width:
            first += 1
        return list(zip(self._tabs, texts, strict=True))[first:]

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        right = 0
        for tab, text in self._drawn(self.size.width):
            right += cell_len(text)
            if event.x < right:
                self.post_message(self.Chosen(tab.uid))
                return
