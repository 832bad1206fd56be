"""The order of a table's rows by a column, and which of its columns say anything."""

from collections.abc import Sequence

from .table import Column, PointTable, Value, is_number

_FIRST_KINDS = {"choice": 0, "characteristic": 1, "feature": 2, "point": 3}
_TELLING = ("problem",)
"""Of what says where a point is from, only this is shown without being asked for."""


def in_order(table: PointTable, rows: Sequence[int], name: str, *, descending: bool = False) -> list[int]:
    """Sort rows by a column: numbers, then texts, what is unknown last either way. Raises as `find` does.

    Rows with equal values stay in their order.
    """
    values = table.find(name).values
    known = [row for row in rows if values[row] is not None]
    unknown = [row for row in rows if values[row] is None]
    return [*sorted(known, key=lambda row: value_order(values[row]), reverse=descending), *unknown]


def value_order(value: Value) -> tuple[int, float, str]:
    """Give what values are sorted by: numbers, then texts, what is unknown last."""
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, bool):
        return (0, float(value), "")
    if is_number(value):
        return (0, value, "")
    return (1, 0.0, str(value))


def telling_columns(table: PointTable, rows: Sequence[int], *, constant_too: bool = False) -> list[Column]:
    """List choices, then what was measured, then features: by default those that differ between some rows.

    Of a single row all are listed that are known.
    """
    found = [
        column
        for column in table.columns.values()
        if (column.kind != "point" or column.label in _TELLING)
        and (not is_same(column, rows) or ((constant_too or len(rows) == 1) and is_known(column, rows)))
    ]
    return sorted(found, key=lambda column: _FIRST_KINDS[column.kind])


def is_same(column: Column, rows: Sequence[int]) -> bool:
    """Tell whether all of some rows have the same value; of no rows that holds."""
    values = column.values
    return all(values[row] == values[rows[0]] for row in rows)


def is_known(column: Column, rows: Sequence[int]) -> bool:
    """Tell whether any of some rows has a value."""
    return any(column.values[row] is not None for row in rows)
