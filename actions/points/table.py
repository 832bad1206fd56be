"""Points of an experiment as a table of columns: what was chosen, what was measured, what was given.

A column's name has dots: `choices.multiplier`, `run.latency_median_s`, `features.platform.cpu`; the part before the
first dot says what it is. Whoever asks for a column can leave out what comes before a dot as long as it stays clear.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf, nan
from typing import Any, Literal, TypeGuard

from msgspec import Struct

from ...store.closest import closest
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats.point import Point
from ...store.untrusted import safe_line

Value = float | int | str | bool | None
Kind = Literal["choice", "characteristic", "feature", "point"]

_KINDS: dict[str, Kind] = {"choices": "choice", "features": "feature"}
EXPERIMENT = "experiment"
"""The column that tells which experiment a point is of, where there are several."""
_OF_POINT = ("point", "repetitions", "source", "problem", EXPERIMENT)
_LONGEST_TEXT = 200
_DEEPEST = 12
_CLEAR = 2  # names in a message about an ambiguous one


class Column(Struct, frozen=True):
    """One value a point, None where a point has none. `repeated` maps a row to its values in every repetition."""

    name: str
    kind: Kind
    values: list[Value]
    repeated: dict[int, tuple[float, ...]]

    @property
    def label(self) -> str:
        """The name without what says its kind."""
        return self.name.partition(".")[2] or self.name

    @property
    def is_number(self) -> bool:
        """Whether every value there is can be reckoned with."""
        return all(is_number(value) for value in self.values if value is not None) and self.is_known

    @property
    def is_known(self) -> bool:
        """Whether any point has a value."""
        return any(value is not None for value in self.values)

    @property
    def is_constant(self) -> bool:
        """Whether all points have the same value."""
        return all(value == self.values[0] for value in self.values)


class PointTable(Struct, frozen=True):
    """The points of one or several experiments, a row each; `columns` in the order in which they were met."""

    uids: list[str]
    columns: dict[str, Column]

    def __len__(self) -> int:
        return len(self.uids)

    def find(self, name: str) -> Column:
        """Give the column of that name, or the only one whose name ends with it, choices before what was measured.

        Raises NotFoundError with the closest names, InvalidRequestError with the names that it could mean.
        """
        if name in self.columns:
            return self.columns[name]
        meant = [column for column in self.columns.values() if column.name.endswith(f".{name}")]
        if not meant:
            raise NotFoundError(f"the points have no column {safe_line(name, 80)!r}{self._closest(name)}")
        first = min(map(_rank, meant))
        meant = [column for column in meant if _rank(column) == first]
        if len(meant) > 1:
            names = ", ".join(column.name for column in meant[:_CLEAR])
            raise InvalidRequestError(f"{safe_line(name, 80)!r} could be {names}; say more of the name")
        return meant[0]

    def _closest(self, name: str) -> str:
        known = [column.label for column in self.columns.values() if column.kind != "point"]
        return closest(name, known) or f"; there are {', '.join(known[:12])}"

    def numbers(self, name: str) -> list[float | None]:
        """Give a column's numbers, None for what isn't one. Raises as `find` does."""
        return [value if is_number(value) else None for value in self.find(name).values]

    def rows(self, wanted: Sequence[int]) -> "PointTable":
        """Give the table of some rows, in that order."""
        place = {row: number for number, row in enumerate(wanted)}
        return PointTable(
            [self.uids[row] for row in wanted],
            {
                name: Column(
                    name,
                    one.kind,
                    [one.values[row] for row in wanted],
                    {place[row]: values for row, values in one.repeated.items() if row in place},
                )
                for name, one in self.columns.items()
            },
        )

    def row_of(self, uid: str) -> int:
        """Give the row of a point by its UID or by how that begins. Raises NotFoundError, InvalidRequestError."""
        found = [row for row, one in enumerate(self.uids) if one.startswith(uid)]
        if not found:
            raise NotFoundError(f"no point's UID begins with {safe_line(uid, 40)!r}; `ckexplore show` lists them")
        exact = [row for row in found if self.uids[row] == uid]
        if len(exact or found) > 1:
            raise InvalidRequestError(f"{len(found)} UIDs begin with {safe_line(uid, 40)!r}; say more of it")
        return (exact or found)[0]

    def row(self, number: int) -> dict[str, Value]:
        """Give what is known of one point, by the names of the columns."""
        return {name: one.values[number] for name, one in self.columns.items() if one.values[number] is not None}


def is_number(value: object) -> TypeGuard[float | int]:
    """Tell whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_floats(values: Iterable[Value]) -> list[float]:
    """Give values as floats: not a number where there is none, infinite what no float can hold."""
    return [value if type(value) is float else _as_float(value) for value in values]


def _as_float(value: Value) -> float:
    if not is_number(value):
        return nan
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _rank(column: Column) -> int:
    group = column.name.partition(".")[0]
    return {"choices": 0, "run": 1, "compile": 2, "features": 4}.get(group, 3)


def point_table(points: Iterable[Point]) -> PointTable:
    """Make the table of points. Lists stay out of it, but for those of numbers whose name says what one of them is."""
    uids: list[str] = []
    columns: dict[str, Column] = {}

    filled: dict[str, list[Value]] = {}

    def put(name: str, value: Value) -> None:
        values = filled.get(name)
        if values is None:
            kind: Kind = "point" if name in _OF_POINT else _KINDS.get(name.partition(".")[0], "characteristic")
            values = filled[name] = []
            columns[name] = Column(name, kind, values, {})
        missing = len(uids) - len(values)
        if missing > 0:
            values.extend([None] * missing)
        if missing >= 0:
            values.append(value)

    for point in points:
        put("point", point.uid)
        _flatten("choices", point.choices, put)
        for group, values in point.characteristics.items():
            _flatten(group, values, put)
        _flatten("features", point.features, put)
        for name, value in (("source", point.source), ("problem", point.problem)):
            if value:
                put(name, value)
        if len(point.repetitions) > 1:
            put("repetitions", len(point.repetitions))
            _add_repetitions(columns, len(uids), point.repetitions)
        uids.append(point.uid)
    for column in columns.values():
        column.values.extend([None] * (len(uids) - len(column.values)))
    return PointTable(uids, columns)


def joined(tables: Sequence[tuple[str, PointTable]]) -> PointTable:
    """Make one table of those of several experiments, each with its name, which is a column of its own."""
    if len(tables) == 1:
        return tables[0][1]
    uids = [uid for _, table in tables for uid in table.uids]
    kinds: dict[str, Kind] = {one.name: one.kind for _, table in tables for one in table.columns.values()}
    columns = {name: Column(name, kind, [], {}) for name, kind in kinds.items()}
    columns[EXPERIMENT] = Column(EXPERIMENT, "point", [], {})
    start = 0
    for title, table in tables:
        for name, column in columns.items():
            found = table.columns.get(name)
            if name == EXPERIMENT:
                column.values.extend([title] * len(table))
            elif found is None:
                column.values.extend([None] * len(table))
            else:
                column.values.extend(found.values)
                column.repeated.update((start + row, values) for row, values in found.repeated.items())
        start += len(table)
    return PointTable(uids, columns)


def _flatten(name: str, value: Any, put: Callable[[str, Value], None], depth: int = 0) -> None:
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        put(name, value)
    elif kind is str:
        put(name, value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT])
    elif kind is dict:
        if depth < _DEEPEST:
            for key, item in value.items():
                _flatten(f"{name}.{key}", item, put, depth + 1)
    elif kind is list and len(value) <= _DEEPEST and all(isinstance(one, str | int) for one in value):
        put(name, ", ".join(map(str, value))[:_LONGEST_TEXT])


def _add_repetitions(columns: dict[str, Column], row: int, repetitions: Sequence[Mapping[str, Any]]) -> None:
    """Keep the single values of what was measured several times, where they are numbers each time."""
    collected: dict[str, list[float]] = {}

    def put(name: str, value: Value) -> None:
        if is_number(value):
            collected.setdefault(name, []).append(value)

    for one in repetitions:
        for group, values in one.items():
            _flatten(group, values, put)
    for name, values in collected.items():
        if len(values) > 1 and name in columns:
            columns[name].repeated[row] = tuple(values)
