"""A table of any number of rows, known by their ids; a row's cells are asked for when it comes into sight.

Painting 100,000 rows took Textual's `DataTable` ten seconds; here a million rows cost what a screenful does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message

from .cursor_lines import CursorLines
from .segments import Align, fit_segments

Role = Literal["", "muted", "strong", "accent", "tag", "own-tag", "success", "warning", "error"]
"""What a piece of text is; `table--ROLE` in table.tcss says how it looks."""

Piece = tuple[str, Role]
Cell = str | Piece | list[Piece]
"""The text of a cell: plain, with one role, or in pieces with a role each."""

GAP = 2
MARGIN = 1


@dataclass(frozen=True)
class Column:
    """One column: its name and how it takes its share of the width.

    With `width` it is always that wide. Otherwise it gets at least `minimum` cells, and of what is left a share by
    `weight`. If not even the minima fit, the column with the lowest `priority` is left out first.
    """

    key: str
    title: str
    width: int | None = None
    minimum: int = 6
    weight: int = 1
    align: Align = "left"
    priority: int = 0

    @property
    def least(self) -> int:
        """The fewest cells that this column can do with."""
        return self.minimum if self.width is None else self.width


def fit_columns(columns: Sequence[Column], available: int) -> list[tuple[Column, int]]:
    """Choose the columns that fit into `available` cells, gaps included, and the width of each.

    Columns vanish from the lowest priority up, of equal ones the last first; one is always left.
    """
    shown = list(columns)
    while len(shown) > 1 and _least_width(shown) > available:
        shown.remove(min(reversed(shown), key=lambda column: column.priority))
    widths = [column.least for column in shown]
    if shown and _least_width(shown) > available:
        return [(shown[0], max(1, available))]
    for index, extra in _shares(shown, available - _least_width(shown)):
        widths[index] += extra
    return list(zip(shown, widths, strict=True))


def _least_width(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _shares(columns: Sequence[Column], extra: int) -> Iterator[tuple[int, int]]:
    """Divide `extra` cells by weight among the columns without a fixed width: (index of the column, cells)."""
    flexible = [
        (index, column.weight) for index, column in enumerate(columns) if column.width is None and column.weight
    ]
    total = sum(weight for _, weight in flexible)
    for index, weight in flexible:
        share = extra * weight // total
        extra, total = extra - share, total - weight
        yield index, share


class VirtualTable(CursorLines):
    """Rows known by their ids, in columns that share the width, under a header that stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", show=False, tooltip="Open the row under the cursor", id="table.select"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--header-sorted",
        "table--muted",
        "table--strong",
        "table--accent",
        "table--tag",
        "table--own-tag",
        "table--success",
        "table--warning",
        "table--error",
    }

    HEADER_HEIGHT = 1

    class RowMessage(Message):
        """The part that both messages about a row share."""

        def __init__(self, table: "VirtualTable", row_id: int | None) -> None:
            super().__init__()
            self.table = table
            """The table that sent it."""
            self.row_id = row_id
            """The id of the row."""

        @property
        def control(self) -> "VirtualTable":
            """The table, for `@on` with a selector."""
            return self.table

    class RowHighlighted(RowMessage):
        """The cursor came to another row; `row_id` is None if there are no rows any more."""

        def can_replace(self, message: Message) -> bool:
            """Tell that only the newest is of interest, so that a held key doesn't pile up work."""
            return isinstance(message, VirtualTable.RowHighlighted) and message.table is self.table

    class RowSelected(RowMessage):
        """Enter or a double click on a row."""

        row_id: int

    class SortRequested(Message):
        """A click on the title of a column."""

        def __init__(self, table: "VirtualTable", column_key: str) -> None:
            super().__init__()
            self.table = table
            self.column_key = column_key
            """The key of the column."""

        @property
        def control(self) -> "VirtualTable":
            """The table, for `@on` with a selector."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        empty_message: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_message=empty_message, name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._ids: Sequence[int] = ()
        self._cells: Callable[[int], Sequence[Cell]] = lambda _: ()
        self._sorted_by: tuple[str, bool] | None = None
        self._told_id: int | None = None

    @property
    def line_count(self) -> int:
        """How many rows there are."""
        return len(self._ids)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, shown or not."""
        return self._columns

    @property
    def cursor_row_id(self) -> int | None:
        """The id of the row under the cursor, or None if there are no rows."""
        line = self.cursor_line
        return None if line is None else self._ids[line]

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; the cells must come in the order of these from now on."""
        self._columns = tuple(columns)
        self.lines_changed()

    def set_rows(self, ids: Sequence[int], cells: Callable[[int], Sequence[Cell]], cursor: int | None = None) -> None:
        """Show these rows, in this order; `cells(row_id)` gives one cell for each column when the row is shown.

        The cursor stays on the row that it was on and the row stays where it was on the screen; if the row is gone,
        the cursor keeps its place. Where the ids mean other rows than before, `cursor` is the one to stay on.
        """
        row_id = self.cursor_row_id if cursor is None else cursor
        line, top = self.cursor_line or 0, self.scroll_offset.y
        self._ids, self._cells = ids, cells
        self.lines_changed()
        self.place_cursor(self._line_of(row_id, line), line - top)

    def _line_of(self, row_id: int | None, likely: int) -> int:
        """Return the line of a row, `likely` if it isn't there."""
        if row_id is None or (likely < len(self._ids) and self._ids[likely] == row_id):
            return likely
        try:
            return self._ids.index(row_id)
        except ValueError:
            return likely

    def refresh_rows(self) -> None:
        """Ask again for the cells of the rows in sight: the ids are the same, what they show is not."""
        self.lines_changed()

    def set_sort(self, column_key: str | None, descending: bool = False) -> None:
        """Show in the header which column the rows are sorted by; sorting them is the caller's part."""
        self._sorted_by = None if column_key is None else (column_key, descending)
        self.refresh()

    def go_to_row(self, row_id: int) -> bool:
        """Put the cursor on a row; False if it isn't in the table."""
        line = self._line_of(row_id, -1)
        if line >= 0:
            self.move_cursor(line)
        return line >= 0

    def fitted_columns(self) -> list[tuple[Column, int]]:
        """The columns shown at the present width, and the width of each."""
        return fit_columns(self._columns, self.visible_width - 2 * MARGIN)

    def compose_line(self, y: int) -> list[Segment]:
        """Compose a row from its cells."""
        cells = dict(zip((column.key for column in self._columns), self._cells(self._ids[y]), strict=True))
        segments = [Segment(" " * MARGIN)]
        for column, width in self.fitted_columns():
            segments += fit_segments(self._pieces(cells[column.key]), width, column.align)
            segments.append(Segment(" " * GAP))
        return segments[:-1]

    def _pieces(self, cell: Cell) -> list[Segment]:
        if isinstance(cell, str):
            return [Segment(cell)]
        pieces = cell if isinstance(cell, list) else [cell]
        return [Segment(text, self.component_style(f"table--{role}") if role else None) for text, role in pieces]

    def compose_header(self) -> list[Segment]:
        """Compose the titles, an arrow at the one that the rows are sorted by."""
        plain = self.component_style("table--header")
        segments = [Segment(" " * MARGIN, plain)]
        for column, width in self.fitted_columns():
            segments += self._title(column, width)
            segments.append(Segment(" " * GAP, plain))
        left = self.visible_width - sum(segment.cell_length for segment in segments)
        return [*segments, Segment(" " * max(0, left), plain)]

    def _title(self, column: Column, width: int) -> list[Segment]:
        style, arrow = self.component_style("table--header"), ""
        if self._sorted_by is not None and self._sorted_by[0] == column.key:
            style, arrow = self.component_style("table--header-sorted"), " ▼" if self._sorted_by[1] else " ▲"
        title = fit_segments([Segment(column.title)], max(1, min(width - len(arrow), len(column.title))))
        fitted = fit_segments([*title, Segment(arrow)], width, column.align)
        return [Segment(segment.text, style) for segment in fitted]

    def cursor_moved(self) -> None:
        """Tell which row the cursor is on, if it is another one than was told."""
        row_id = self.cursor_row_id
        if row_id != self._told_id:
            self._told_id = row_id
            self.post_message(self.RowHighlighted(self, row_id))

    def place_cursor(self, y: int, row: int) -> None:
        """Put the cursor on line `y`, in row `row` of the lines in sight."""
        if self.line_count:
            super().place_cursor(y, row)
        else:
            self.cursor_moved()

    def line_selected(self, y: int) -> None:
        """Tell that a row was chosen."""
        self.post_message(self.RowSelected(self, self._ids[y]))

    def action_select(self) -> None:
        """Tell that the row under the cursor was chosen."""
        if self.cursor_line is not None:
            self.line_selected(self.cursor_line)

    def on_click(self, event: events.Click) -> None:
        """Ask for another order if the click was on a title."""
        position = event.get_content_offset(self)
        if position is not None and position.y < self.HEADER_HEIGHT:
            event.stop()
            column = self.column_at(position)
            if column is not None:
                self.post_message(self.SortRequested(self, column.key))

    def column_at(self, position: Offset) -> Column | None:
        """Return the column at a position inside the table, None right of the last one."""
        right = MARGIN
        for column, width in self.fitted_columns():
            right += width + GAP
            if position.x < right:
                return column
        return None
