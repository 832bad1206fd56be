"""The chart of points with a cursor that walks from point to point; it is drawn elsewhere, and written upon here."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from ...actions.report.chart import Chart
from ...actions.report.drawing import Drawing, written_upon
from ...actions.report.neighbour import Direction, Spots, nearest, neighbour
from ...actions.report.plot import Note, Place
from .chart_view import ChartView

if TYPE_CHECKING:
    from .. import points_messages


def _binding(keys: str, way: str) -> Binding:
    return Binding(keys, f"walk('{way}')", way, show=False, tooltip=f"To the next point {way}", id=f"chart.{way}")


class PointChart(ChartView, can_focus=True):
    """Shows a chart, the point under the cursor and those that are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("left,h", "left"),
        _binding("right,l", "right"),
        _binding("up,k", "up"),
        _binding("down,j", "down"),
        Binding("enter", "open", "Open", show=False, tooltip="Show all of the point", id="chart.open"),
    ]

    class SizeChanged(Message):
        """The chart is to be drawn for another size."""

    class PointHighlighted(Message):
        """The cursor is on another point."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    class PointSelected(Message):
        """The point under the cursor was opened."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._drawing: Drawing | None = None
        self._spots: Spots = {}
        self._places: dict[int, Place] = {}
        self._row: int | None = None
        self._marked: Collection[int] = ()
        self._label: Callable[[int], str] = str
        self._asked_for = (0, 0)

    def show(self, message: "points_messages.ChartDrawn", label: Callable[[int], str]) -> None:
        """Show a chart that was drawn; `label` gives what a row is called."""
        self._drawing, self._spots, self._label = message.drawing, message.spots, label
        self._places = dict(message.depicted.places)
        self._draw()

    def show_row(self, row: int | None, marked: Collection[int]) -> None:
        """Put the cursor on a row, which may have no place here, and mark others."""
        if (row, marked) != (self._row, self._marked):
            self._row, self._marked = row, marked
            self._draw()

    @property
    def row(self) -> int | None:
        """The row under the cursor."""
        return self._row

    def place_of(self, row: int | None) -> Place | None:
        """Give where a row stands, in the units of the axes."""
        return None if row is None else self._places.get(row)

    def _draw(self) -> None:
        """Draw at once: what a key does is seen at once, and a cursor changes little."""
        self._figure = self._written
        self._show()

    def _written(self, width: int, height: int) -> Chart:
        if self._drawing is None:
            return Chart((), width, height)
        notes = [Note(self._places[row], "", "marker") for row in self._marked if row in self._places]
        if self._row is not None and self._row in self._places:
            notes.append(Note(self._places[self._row], self._label(self._row), "cursor"))
        return written_upon(self._drawing, notes)

    def on_resize(self) -> None:
        """Ask for a drawing of the new size."""
        if (self.size.width, self.size.height) != self._asked_for and self.size.width:
            self._asked_for = (self.size.width, self.size.height)
            self.post_message(self.SizeChanged())

    def action_walk(self, way: Direction) -> None:
        """Go to the nearest point in a direction."""
        self._go(neighbour(self._spots, self._row, way))

    def action_open(self) -> None:
        """Open the point under the cursor."""
        if self._row is not None:
            self.post_message(self.PointSelected())

    def on_click(self, event: events.Click) -> None:
        """Go to the point that is nearest to the mouse."""
        position = event.get_content_offset(self)
        area = self._drawing.area if self._drawing is not None else None
        if position is None or area is None:
            return
        event.stop()
        across = (position.x - area.left + 0.5) / area.width
        up = 1 - (position.y - area.top + 0.5) / area.height
        self._go(nearest(self._spots, (across, up)))

    def _go(self, row: int | None) -> None:
        if row is not None and row != self._row:
            self.post_message(self.PointHighlighted(row))
