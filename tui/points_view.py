"""What the experiments screen shows of a table of points: a view in the words of its keys, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..actions.explore.front import front
from ..actions.explore.judgement import judge
from ..actions.explore.objective import Objective, objectives, usual_direction
from ..actions.points.expression import parse
from ..actions.points.filtering import passing, why_none
from ..actions.points.ordering import in_order, telling_columns
from ..actions.points.pivot import Pivot, pivoted
from ..actions.points.table import Column, PointTable, as_floats
from ..actions.report.depiction import Depiction
from ..store.errors import CancelledError

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class PointsView:
    """What is asked for: a filter, an order, columns, groups, objectives and a chart, columns by their names.

    `columns` are those chosen, none for those that tell the points apart. `objectives` are as typed, empty where those
    on the chart's axes are meant. `groups` are (rows by, columns by, value), None without.
    """

    query: str = ""
    order: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()
    constant_too: bool = False
    groups: tuple[str, str, str] | None = None
    objectives: str = ""
    depiction: Depiction = field(default_factory=Depiction)


@dataclass(frozen=True)
class Arranged:
    """The answer to a view: the rows that pass, in their order, the columns shown, and the front of those rows.

    `front` is by the first objective; `possibly` may be on it as far as intervals tell. `why_none` says why no row
    passes.
    """

    table: PointTable
    view: PointsView
    rows: list[int]
    columns: list[Column]
    objectives: tuple[Objective, ...] = ()
    front: tuple[int, ...] = ()
    possibly: frozenset[int] = frozenset()
    pivot: Pivot | None = None
    why_none: str = ""

    @property
    def front_is_on_axes(self) -> bool:
        """Whether the objectives are those of the chart's two axes, so that a line can join the front."""
        shown = {self.view.depiction.x, self.view.depiction.y}
        return len(self.objectives) == 2 and {self._column_name(one) for one in self.objectives} == shown

    def _column_name(self, objective: Objective) -> str:
        return objective.column(self.table).name


def arrange(table: PointTable, view: PointsView, cancelled: Cancelled = lambda: False) -> Arranged:
    """Answer a view. Raises CkexploreError for what can't be understood, CancelledError when nobody wants it by now."""
    rows: list[int] = list(range(len(table)))
    why = ""
    if view.query.strip():
        condition = parse(view.query)
        rows = passing(table, condition)
        why = why_none(table, condition) if not rows else ""
    _go_on(cancelled)
    if view.order:
        rows = in_order(table, rows, view.order, descending=view.descending)
    _go_on(cancelled)
    wanted = _objectives(table, view)
    columns = telling_columns(table, rows, constant_too=view.constant_too)
    if view.columns:
        columns = [table.columns[name] for name in view.columns if name in table.columns]
    else:
        first = [one.column(table).name for one in wanted]
        columns = sorted(columns, key=lambda one: first.index(one.name) if one.name in first else len(first))
    _go_on(cancelled)
    best, possibly = _best(table, rows, wanted) if wanted else ((), frozenset())
    _go_on(cancelled)
    pivot = pivoted(table, rows, *view.groups) if view.groups else None
    return Arranged(table, view, rows, columns, wanted, best, possibly, pivot, why)


def _go_on(cancelled: Cancelled) -> None:
    if cancelled():
        raise CancelledError("another view is asked for by now")


def _objectives(table: PointTable, view: PointsView) -> tuple[Objective, ...]:
    """Give the objectives that were typed, else those of the chart's axes where both were measured."""
    if view.objectives.strip():
        return objectives(view.objectives)
    names = (view.depiction.x, view.depiction.y)
    columns = [table.columns.get(name) for name in names]
    if view.depiction.x == view.depiction.y or not all(
        column is not None and column.kind == "characteristic" and column.is_number for column in columns
    ):
        return ()
    return tuple(Objective(name, usual_direction(name)) for name in names)


def _best(
    table: PointTable, rows: Sequence[int], wanted: Sequence[Objective]
) -> tuple[tuple[int, ...], frozenset[int]]:
    """Give the front of some rows; with intervals where points were measured several times."""
    columns = [one.column(table) for one in wanted]
    if any(column.repeated for column in columns):
        part = PointTable(table.uids, {column.name: column for column in columns}).rows(rows)
        judged = judge(part, [Objective(one.name, better.better) for one, better in zip(columns, wanted, strict=True)])
        return tuple(rows[one.row] for one in judged.front), frozenset(rows[one.row] for one in judged.possibly)
    measured = [_to_minimise(column, better.better) for column, better in zip(columns, wanted, strict=True)]
    vectors = list(zip(*([values[row] for row in rows] for values in measured), strict=True))
    return tuple(rows[number] for number in front(vectors)), frozenset()


def _to_minimise(column: Column, better: str) -> list[float]:
    values = as_floats(column.values)
    return [-value for value in values] if better == "max" else values
