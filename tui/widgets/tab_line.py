"""One line of names, one of them in use: the views of a pane."""

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

_GAP = 1


class TabLine(Widget):
    """Names side by side; a click chooses one, the keys are the screen's."""

    COMPONENT_CLASSES = {"tab--name", "tab--active"}  # noqa: RUF012  (Textual's own form)

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._names: tuple[str, ...] = ()
        self._active = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names, from the left."""
        return self._names

    @property
    def active(self) -> str:
        """The name in use."""
        return self._active

    def set_names(self, names: Sequence[str], active: str) -> None:
        """Show these names; `active` must be one of them."""
        if (tuple(names), active) != (self._names, self._active):
            self._names, self._active = tuple(names), active
            self.refresh()

    def after(self, steps: int) -> str:
        """Give the name `steps` further on, round and round."""
        if not self._names:
            return ""
        return self._names[(self._names.index(self._active) + steps) % len(self._names)]

    def render_line(self, y: int) -> Strip:
        """Draw the names."""
        width, background = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, background)
        segments: list[Segment] = []
        for name in self._names:
            style = self.get_component_rich_style("tab--active" if name == self._active else "tab--name")
            segments += [Segment(f" {name} ", style), Segment(" " * _GAP, background)]
        return Strip(segments).adjust_cell_length(width, background)

    def on_click(self, event: events.Click) -> None:
        """Choose the name under the pointer."""
        right = 0
        for name in self._names:
            right += len(name) + 2 + _GAP
            if event.x < right:
                self.post_message(self.Chosen(name))
                return
