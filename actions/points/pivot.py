"""Groups of points: one value's median for each group, and for each pair of groups of two columns."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from .ordering import value_order
from .table import PointTable, Value, is_number

COLUMNS_MOST = 60
"""More groups than that side by side nobody reads."""


class Pivot(Struct, frozen=True):
    """Medians of `value` in the rows' groups of `down` and the columns' groups of `across` ("" where there is none).

    A cell is (median, number of points with a value), None where no point has one. `left_out` are the column groups
    for which there is no room.
    """

    down: str
    across: str
    value: str
    rows: tuple[Value, ...]
    columns: tuple[Value, ...]
    cells: tuple[tuple[tuple[float, int] | None, ...], ...]
    left_out: int = 0


def pivoted(table: PointTable, rows: Sequence[int], down: str, across: str, value: str) -> Pivot:
    """Group rows by one column, or by two, and give the medians of a third. Raises as `find` does."""
    downs = table.find(down)
    acrosses = table.find(across) if across else None
    measured = table.find(value)
    cells: dict[tuple[Value, Value], list[float]] = {}
    for row in rows:
        number = measured.values[row]
        if is_number(number):
            key = (downs.values[row], acrosses.values[row] if acrosses else None)
            cells.setdefault(key, []).append(number)
    row_values = _values(table, rows, downs.name)
    column_values = _values(table, rows, acrosses.name) if acrosses else (None,)
    shown = column_values[:COLUMNS_MOST]
    return Pivot(
        downs.name,
        acrosses.name if acrosses else "",
        measured.name,
        row_values,
        shown,
        tuple(tuple(_cell(cells.get((one, other))) for other in shown) for one in row_values),
        len(column_values) - len(shown),
    )


def _values(table: PointTable, rows: Sequence[int], name: str) -> tuple[Value, ...]:
    values = table.columns[name].values
    return tuple(sorted({values[row] for row in rows}, key=value_order))


def _cell(values: list[float] | None) -> tuple[float, int] | None:
    return (median(values), len(values)) if values else None
