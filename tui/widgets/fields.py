"""Labels and values, one under the other, the values wrapped to the width."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text

from .lines import VirtualLines

_GAP = 2


class FieldsView(VirtualLines):
    """A short list of named values."""

    COMPONENT_CLASSES = {"fields--label", "fields--problem"}  # noqa: RUF012

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._fields: tuple[tuple[str, str], ...] = ()
        self._lines: list[tuple[str, str, bool]] = []
        self._wrapped_to = -1

    @property
    def line_count(self) -> int:
        """How many lines the wrapped values take."""
        return len(self._lines)

    def show_fields(self, fields: Sequence[tuple[str, str]]) -> None:
        """Show these labels and values."""
        self._fields = tuple(fields)
        self._wrap()

    def on_resize(self) -> None:
        """Wrap anew when the width has changed."""
        if self.visible_width != self._wrapped_to:
            self._wrap()

    def _wrap(self) -> None:
        self._wrapped_to = self.visible_width
        label_width = max((len(label) for label, _ in self._fields), default=0) + _GAP
        width = max(10, self.visible_width - label_width - 1)
        self._lines = []
        for label, value in self._fields:
            problem = label == "problem"
            for number, line in enumerate(_wrapped(value, width)):
                shown = label if number == 0 else ""
                self._lines.append((shown.ljust(label_width), line, problem))
        self.lines_changed()

    def compose_line(self, y: int) -> list[Segment]:
        """Compose a label and its part of the value."""
        label, value, problem = self._lines[y]
        style = self.component_style("fields--problem") if problem else None
        return [Segment(label, self.component_style("fields--label")), Segment(value, style)]


def _wrapped(value: str, width: int) -> list[str]:
    """Wrap at blanks and commas where there are some, anywhere else."""
    lines: list[str] = []
    for paragraph in value.split("\n"):
        current = ""
        for word in Text(paragraph).plain.split(" "):
            if current and cell_len(current) + 1 + cell_len(word) > width:
                lines.append(current)
                current = ""
            current = f"{current} {word}" if current else word
            while cell_len(current) > width:
                lines.append(current[:width])
                current = current[width:]
        lines.append(current)
    return lines
