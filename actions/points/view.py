"""What is shown of a table of points: which columns tell the points apart, in which order, by groups."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from .meaning import named_column
from .ordering import in_order, is_known, is_same
from .table import EXPERIMENT, Column, PointTable, Value, is_number

FIRST = ("accuracy_top1", "latency_median_s", "latency_p90_ms", "latency_p90_s", "execution_time", "throughput_per_s")
"""What matters most of what was measured; a narrow table shows no more."""
_BEFORE_CHOICES = 2
_COMPARED = 2_000
_TOLD_BY_OTHERS = {"point", "repetitions", "return_code", "repeat", "source", "problem", "metric"}
_DIRECTIONS = {"": False, "min": False, "max": True}


class View(Struct, frozen=True):
    """Rows of a table in the order in which they are shown, the columns that are, and what is the same in all rows."""

    table: PointTable
    rows: list[int]
    columns: list[Column]
    same: dict[str, Value]


class Group(Struct, frozen=True):
    """The points that have the same value in a column: how many, and the median of each number."""

    value: Value
    rows: list[int]
    middle: dict[str, float]


def view(
    table: PointTable,
    rows: Sequence[int],
    *,
    sort: str = "",
    columns: Sequence[str] = (),
    every: bool = False,
) -> View:
    """Choose and order: `sort` is COLUMN or COLUMN:max, `columns` are names, `every` leaves no column out.

    Raises NotFoundError, InvalidRequestError for a name that is no column's.
    """
    ordered = sorted_rows(table, rows, sort) if sort else list(rows)
    if columns:
        return View(table, ordered, [named_column(table, name) for name in columns], {})
    known = [one for one in table.columns.values() if one.name != "point" and is_known(one, ordered)]
    if every:
        return View(table, ordered, known, {})
    telling = [one for one in known if one.kind in ("choice", "characteristic") and one.label not in _TOLD_BY_OTHERS]
    several = len(ordered) > 1
    same = [one for one in telling if several and is_same(one, ordered)]
    differing = [one for one in telling if not (several and is_same(one, ordered))]
    measured = _measured_first([one for one in differing if one.kind == "characteristic"])
    chosen = _without_echoes([one for one in differing if one.kind == "choice"], ordered)
    before = [one for name in (EXPERIMENT,) if (one := table.columns.get(name))]
    last = [one for one in known if one.name == "problem"]
    first, rest = measured[:_BEFORE_CHOICES], measured[_BEFORE_CHOICES:]
    return View(
        table, ordered, [*before, *first, *chosen, *rest, *last], {one.name: one.values[ordered[0]] for one in same}
    )


def _without_echoes(columns: Sequence[Column], rows: Sequence[int]) -> list[Column]:
    """Of columns that say the same in other names, as of a choice and the variable that it set, leave the shortest."""
    if len(rows) > _COMPARED:
        return list(columns)
    told: dict[tuple[str, ...], Column] = {}
    for column in columns:
        key = tuple(_as_told(column.values[row]) for row in rows)
        if key not in told or len(column.label) < len(told[key].label):
            told[key] = column
    kept = {column.name for column in told.values()}
    return [column for column in columns if column.name in kept]


def _as_told(value: Value) -> str:
    """Write a value so that 0.5 and "0.50" are the same."""
    try:
        return "" if value is None else repr(float(value))
    except ValueError:
        return str(value)


def _measured_first(columns: Sequence[Column]) -> list[Column]:
    place = {name: number for number, name in enumerate(FIRST)}
    return sorted(columns, key=lambda one: place.get(one.label, len(place)))


def sorted_rows(table: PointTable, rows: Sequence[int], sort: str) -> list[int]:
    """Order rows by a column, `COLUMN` or `COLUMN:max`: numbers, then texts, then those that have nothing.

    Raises NotFoundError, InvalidRequestError.
    """
    name, _, direction = sort.rpartition(":") if sort.endswith((":min", ":max")) else (sort, "", "")
    if direction not in _DIRECTIONS or not name:
        raise InvalidRequestError(f"--sort={safe_line(sort, 80)}: write COLUMN, COLUMN:min or COLUMN:max")
    return in_order(table, rows, named_column(table, name).name, descending=_DIRECTIONS[direction])


def groups(table: PointTable, rows: Sequence[int], name: str, columns: Sequence[Column]) -> list[Group]:
    """Gather rows by their value in a column, in the order of the values. Raises NotFoundError, InvalidRequestError."""
    values = named_column(table, name).values
    members: dict[Value, list[int]] = {}
    for row in sorted_rows(table, rows, name):
        members.setdefault(values[row], []).append(row)
    return [Group(value, some, _middle(some, columns)) for value, some in members.items()]


def _middle(rows: Sequence[int], columns: Sequence[Column]) -> dict[str, float]:
    found: dict[str, float] = {}
    for column in columns:
        numbers = [value for row in rows if is_number(value := column.values[row])]
        if numbers and column.kind == "characteristic":
            found[column.name] = median(numbers)
    return found
