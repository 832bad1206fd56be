"""The table of points: every column there is, as wide as its values, moved sideways column by column."""

from collections.abc import Collection, Sequence

from rich.cells import cell_len

from ...actions.points.pivot import Pivot
from ...actions.points.table import Column as PointColumn
from ...actions.points.table import Value
from ...actions.report.quantity import quantity
from ..points_view import Arranged
from .table import GAP, MARGIN, Cell, Column, Piece, VirtualTable

_SIGNS = "signs"
_POINT = "point"
_MEASURED_ON = 60  # rows, from all over the table, tell how wide a column is
_WIDEST = 26
_NARROWEST = 8  # of a text at the right edge at least so many cells are shown
_AT_ONCE = 30  # columns whose cells are composed; no terminal shows more


class PointTable(VirtualTable):
    """Shows the rows of an `Arranged`, or the medians of its groups; a row's id is its number in the table."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__((), id=id)
        self._arranged: Arranged | None = None
        self._shown: tuple[PointColumn, ...] = ()
        self._all: list[Column] = []
        self._first = 0  # of the columns, how many are out of sight at the left
        self._marked: Collection[int] = ()
        self._front: frozenset[int] = frozenset()
        self.on_groups = False

    def show(self, arranged: Arranged, marked: Collection[int], cursor: int | None) -> None:
        """Show points, the cursor on the row `cursor` if it is there."""
        before = self._arranged
        if before is None or [one.name for one in before.columns] != [one.name for one in arranged.columns]:
            self._first = 0
        self._arranged, self._marked = arranged, marked
        self._front = frozenset(arranged.front)
        was_on_groups, self.on_groups = self.on_groups, arranged.pivot is not None
        if arranged.pivot is not None:
            self._show_groups(arranged.pivot, was_on_groups)
            return
        self._all = [_column(one, arranged.rows, arranged.view.order) for one in arranged.columns]
        self._place_columns()
        self.set_sort(arranged.view.order or None, arranged.view.descending)
        self.set_rows(arranged.rows, self._row_cells, cursor)

    def mark(self, marked: Collection[int]) -> None:
        """Show other points as marked."""
        self._marked = marked
        if not self.on_groups:
            self.refresh_rows()

    def _place_columns(self) -> None:
        assert self._arranged is not None
        self._first = max(0, min(self._first, len(self._all) - 1))
        last = self._first + _AT_ONCE
        self._shown = tuple(self._arranged.columns[self._first : last])
        self.set_columns(
            [
                Column(_SIGNS, "", width=2),
                *self._all[self._first : last],
                Column(_POINT, "point", width=8),
            ]
        )

    def _row_cells(self, row: int) -> Sequence[Cell]:
        assert self._arranged is not None
        signs: list[Piece] = [("■", "own-tag") if row in self._marked else (" ", "")]
        on_front, possibly = row in self._front, row in self._arranged.possibly
        signs.append(("●", "accent") if on_front else ("◌", "accent") if possibly else (" ", ""))
        values: list[Cell] = [_cell(column, column.values[row]) for column in self._shown]
        return [signs, *values, (self._arranged.table.uids[row][:8], "muted")]

    def _show_groups(self, pivot: Pivot, was_on_groups: bool) -> None:
        """Show medians: a row for each group, a column for each group of the other column."""
        titles = [value_text(pivot.across, one) for one in pivot.columns] if pivot.across else [_name(pivot.value)]
        cells = [[_median(pivot, cell) for cell in row] for row in pivot.cells]
        rows = [value_text(pivot.down, one) for one in pivot.rows]
        widths = [
            max([cell_len(title), *(cell_len(row[number]) for row in cells)]) for number, title in enumerate(titles)
        ]
        first = min(max([cell_len(_name(pivot.down)), *map(cell_len, rows)], default=1), _WIDEST)
        self.set_rows((), lambda _: ())
        self.set_sort(None)
        self.set_columns(
            [
                Column("group", _name(pivot.down), width=first),
                *(
                    Column(f"{number}", title, width=min(width, _WIDEST), align="right")
                    for number, (title, width) in enumerate(zip(titles, widths, strict=True))
                ),
            ]
        )
        self.set_rows(range(len(rows)), lambda row: [(rows[row], "accent"), *cells[row]], None if was_on_groups else 0)

    def fitted_columns(self) -> list[tuple[Column, int]]:
        """The columns from the first one on for which there is room; a text at the edge may be cut."""
        left = self.visible_width - 2 * MARGIN
        shown: list[tuple[Column, int]] = []
        for column in self._columns:
            width = min(column.least, max(0, left))
            if shown and width < (column.least if column.align == "right" else min(column.least, _NARROWEST)):
                break
            shown.append((column, max(1, width)))
            left -= width + GAP
        return shown

    def action_sideways(self, steps: int) -> None:
        """Go to the columns further to the right or to the left."""
        if self._arranged is None or self.on_groups:
            return
        room = len(self._all) - len(self.fitted_columns()) + 1
        self._first = max(0, min(self._first + steps, max(0, room)))
        self._place_columns()

    @property
    def more_columns(self) -> tuple[int, int]:
        """How many columns are out of sight at the left and at the right."""
        shown = sum(column.key not in (_SIGNS, _POINT) for column, _ in self.fitted_columns())
        return (0, 0) if self.on_groups else (self._first, max(0, len(self._all) - self._first - shown))


def _column(column: PointColumn, rows: Sequence[int], order: str) -> Column:
    """Make a column as wide as its title, with the arrow of the order, and as the values of the first rows."""
    title = _name(column.name)
    titled = len(title) + 2 * (column.name == order)
    some = rows[:: max(1, len(rows) // _MEASURED_ON)]
    texts = (_text(_cell(column, column.values[row])) for row in some)
    width = min(max(titled, *(cell_len(text) for text in texts), 4), _WIDEST)
    return Column(column.name, title, width=width, align="right" if column.is_number else "left")


def _name(name: str) -> str:
    """Give the last part of a column's name, which says most in little room."""
    return name.rpartition(".")[2]


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0] if isinstance(cell, tuple) else "".join(one for one, _ in cell)


def _cell(column: PointColumn, value: Value) -> Cell:
    if value is None:
        return ("–", "muted")  # noqa: RUF001
    text = value_text(column.name, value)
    if column.kind == "feature":
        return (text, "muted")
    return (text, "error") if column.name == "problem" else text


def value_text(name: str, value: Value) -> str:
    """Give a value of a column as a person reads it."""
    if value is None:
        return "unknown"
    return ("yes" if value else "no") if isinstance(value, bool) else quantity(name, value)


def _median(pivot: Pivot, cell: tuple[float, int] | None) -> str:
    if cell is None:
        return "–"  # noqa: RUF001
    value, count = cell
    return f"{quantity(pivot.value, value)} ({count:,})"
