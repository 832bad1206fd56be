"""Points of a table as a figure: which columns are its axes, colours and signs, and which kind of chart it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from ...store.errors import CkexploreError
from ..explore.objective import usual_direction
from ..points.meaning import named_column
from ..points.table import Column, PointTable, Value, as_floats, is_number
from .axis import Axis, scale_for
from .boxes import box_plot
from .cells import cut
from .distribution import ecdf_plot, histogram_plot, quantile
from .figures import axis_of as axis_by_name
from .grouping import Grouping, grouped
from .lines import line_plot
from .parallel import LEVELS_MOST, ParallelColumn, parallel_plot
from .plot import Dots, Drawable, Nothing, Place, Plot
from .scatter import PlotPoint, scatter_plot
from .window import Window, seen_through

Kind = Literal["scatter", "line", "histogram", "cumulative", "boxes", "parallel"]
ORDER = ""
"""Stands for the order of the points, in the place of a column's name."""

_COSTS = ("latency", "time", "size", "memory", "energy")
_GAINS = ("accuracy", "throughput")
_AXES_MOST = 8
_CELLS_A_SIGN = 4
_PLACES_A_CELL = 8
_LONGEST_LABEL = 30
_WIDE = 20
"""From such a ratio of its ends on an axis is logarithmic to begin with."""


@dataclass(frozen=True)
class Depiction:
    """What is shown of points, and how: columns by their names, empty for none or for the order of the points.

    `axes` are those of parallel coordinates; where none are given, the columns that differ.
    """

    kind: Kind = "scatter"
    x: str = ORDER
    y: str = ORDER
    colour: str = ""
    sign: str = ""
    logarithmic: frozenset[str] = frozenset()
    """The columns whose axes are logarithmic, wherever they are shown."""
    with_front: bool = True
    axes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Depicted:
    """A figure, the window that all of it is seen through, and where each row has its place; a row may have none."""

    plot: Drawable
    whole: Window | None
    places: Mapping[int, Place]


def first_depiction(table: PointTable) -> Depiction:
    """Choose what to look at first: a cost against a gain where both were measured, else a number in order."""
    cost, gain = _measured(table, _COSTS), _measured(table, _GAINS)
    if cost and gain:
        numbers = [value for value in table.numbers(cost) if value is not None and value > 0]
        wide = bool(numbers) and max(numbers) > _WIDE * min(numbers)
        return Depiction(x=cost, y=gain, logarithmic=frozenset([cost] if wide else []))
    measured = [one.name for one in table.columns.values() if one.kind == "characteristic" and one.is_number]
    single = cost or gain or next(iter(measured), ORDER)
    return Depiction("line", y=single)


def _measured(table: PointTable, names: Sequence[str]) -> str:
    """Give the first characteristic that most points have; empty when there is none."""
    for name in names:
        try:
            column = named_column(table, name)
        except CkexploreError:
            continue
        known = sum(value is not None for value in column.values)
        if column.kind == "characteristic" and column.is_number and 2 * known > len(table):
            return column.name
    return ""


def depict(
    table: PointTable,
    rows: Sequence[int],
    depiction: Depiction,
    front: Collection[int] = (),
    *,
    stair: bool = True,
    window: Window | None = None,
    cells: tuple[int, int] | None = None,
    title: str = "",
) -> Depicted:
    """Make the figure of some rows of a table; `front` are those of them that are on the front.

    `stair` joins the front by a line. `cells` is the size of the terminal's part that it is drawn in; without, it is
    for a picture, in which every point is named. Raises NotFoundError or InvalidRequestError for columns that aren't
    there.
    """
    if not rows:
        return Depicted(Nothing("no point passes" if len(table) else "no points yet", title), None, {})
    front = front if depiction.with_front else ()
    if depiction.kind == "parallel":
        return Depicted(_parallel(table, rows, depiction, front, cells is None, title), None, {})
    if not depiction.y:
        return Depicted(Nothing("choose a column for y", title), None, {})
    if depiction.kind == "scatter":
        plot, places = _scatter(table, rows, depiction, front, stair, cells, title)
    elif depiction.kind == "line":
        plot, places = _line(table, rows, depiction, cells, title)
    else:
        plot, places = _distribution(table, rows, depiction, title), {}
    if not isinstance(plot, Plot) or depiction.kind == "histogram":
        return Depicted(plot, None, places)
    whole = Window(plot.x, plot.y)
    return Depicted(plot if window is None else seen_through(plot, window), whole, places)


def point_label(table: PointTable, row: int, without: Collection[str] = ()) -> str:
    """Give what tells a point from the others: its choices that differ, but for those that are shown otherwise."""
    choices = [column for column in table.columns.values() if column.kind == "choice" and column.name not in without]
    return _label(table, row, [column for column in choices if not column.is_constant])


def _label(table: PointTable, row: int, choices: Sequence[Column]) -> str:
    parts = [_short(column, column.values[row]) for column in choices]
    return cut(" ".join(part for part in parts if part), _LONGEST_LABEL) or table.uids[row][:8]


def _short(column: Column, value: Value) -> str:
    if isinstance(value, bool):
        return column.label.rpartition(".")[2] if value else ""
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)


def _labels(table: PointTable, rows: Sequence[int], depiction: Depiction, wanted: Collection[int]) -> dict[int, str]:
    """Give the labels of some rows by the choices that differ between all that are shown."""
    shown = {depiction.x, depiction.y, depiction.colour, depiction.sign}
    choices = [
        column
        for column in table.columns.values()
        if column.kind == "choice"
        and column.name not in shown
        and any(column.values[row] != column.values[rows[0]] for row in rows)
    ]
    return {row: _label(table, row, choices) for row in wanted}


def _column(table: PointTable, name: str) -> list[float]:
    """Give a column's values as numbers, not a number where there is none; for the order, the numbers from 1 on."""
    if not name:
        return [float(number + 1) for number in range(len(table))]
    return as_floats(table.find(name).values)


def axis_of(table: PointTable, name: str, depiction: Depiction) -> Axis:
    """Give what an axis of a column means; which way is better is said of what was measured."""
    if not name:
        return Axis("point")
    column = table.find(name)
    axis = replace(axis_by_name(column.label), logarithmic=name in depiction.logarithmic)
    if column.kind != "characteristic":
        return axis
    return replace(axis, better="high" if usual_direction(column.name) == "max" else "low")


def _groups(table: PointTable, rows: Sequence[int], name: str) -> Grouping:
    if not name:
        return Grouping([""] * len(rows), ("",))
    column = table.find(name)
    return grouped(column.name, [column.values[row] for row in rows])


def _scatter(
    table: PointTable,
    rows: Sequence[int],
    depiction: Depiction,
    front: Collection[int],
    stair: bool,
    cells: tuple[int, int] | None,
    title: str,
) -> tuple[Drawable, dict[int, Place]]:
    xs, ys = _column(table, depiction.x), _column(table, depiction.y)
    colours, signs = _groups(table, rows, depiction.colour), _groups(table, rows, depiction.sign)
    labels = _labels(table, rows, depiction, front if cells else rows)
    points = [
        PlotPoint(xs[row], ys[row], labels.get(row, ""), colour, sign)
        for row, colour, sign in zip(rows, colours.labels, signs.labels, strict=True)
    ]
    x_axis = axis_of(table, depiction.x, depiction)
    y_axis = axis_of(table, depiction.y, depiction)
    wanted = set(front)
    plot = scatter_plot(
        points,
        x_axis=x_axis,
        y_axis=y_axis,
        front={number for number, row in enumerate(rows) if row in wanted},
        bold=cells is None or _CELLS_A_SIGN * len(points) <= cells[0] * cells[1],
        groups=colours.order,
        signs=signs.order,
        tagged=True,
        stair=stair,
        title=title,
    )
    return plot, _places(rows, xs, ys, depiction)


def _places(rows: Sequence[int], xs: Sequence[float], ys: Sequence[float], depiction: Depiction) -> dict[int, Place]:
    """Give where each row is that both axes can show."""
    least_x, least_y = (0.0 if name in depiction.logarithmic else -inf for name in (depiction.x, depiction.y))
    return {row: (xs[row], ys[row]) for row in rows if least_x < xs[row] < inf and least_y < ys[row] < inf}


def _line(
    table: PointTable, rows: Sequence[int], depiction: Depiction, cells: tuple[int, int] | None, title: str
) -> tuple[Drawable, dict[int, Place]]:
    """Make lines through the medians of the points with the same x, and every point as a dot where there are several.

    Over the order of the points the line goes from each to the next.
    """
    xs, ys = _column(table, depiction.x), _column(table, depiction.y)
    places = _places(rows, xs, ys, depiction)
    colours = _groups(table, rows, depiction.colour)
    found: dict[str, dict[float, list[float]]] = {label: {} for label in colours.order}
    for row, label in zip(rows, colours.labels, strict=True):
        if row in places:
            found[label].setdefault(xs[row], []).append(ys[row])
    series, at = {}, {}
    for label, values in found.items():
        if values:
            name = label or table.find(depiction.y).label
            at[name] = sorted(values)
            series[name] = [quantile(sorted(values[x]), 0.5) for x in at[name]]
    plot = line_plot(
        series,
        x_axis=axis_of(table, depiction.x, depiction),
        y_axis=axis_of(table, depiction.y, depiction),
        at=at,
        title=title,
        **({"places": _PLACES_A_CELL * cells[0]} if cells else {}),
    )
    left_out = len(rows) - len(places)
    if isinstance(plot, Plot):
        several = any(len(values) > 1 for one in found.values() for values in one.values())
        dots = (Dots(tuple(places.values()), "dominated"),) if several else ()
        told = (f"{left_out:,} dropped: unknown or not above 0",) if left_out else ()
        medians = ("the line joins medians",) if several else ()
        low, high = min(place[1] for place in places.values()), max(place[1] for place in places.values())
        plot = replace(
            plot,
            marks=(*dots, *plot.marks),
            remarks=(*medians, *told),
            y=scale_for(low, high, logarithmic=plot.y.logarithmic, margin=0.05),
        )
    return plot, places


def _distribution(table: PointTable, rows: Sequence[int], depiction: Depiction, title: str) -> Drawable:
    values = _column(table, depiction.y)
    axis = axis_of(table, depiction.y, depiction)
    if depiction.kind == "histogram":
        return histogram_plot([values[row] for row in rows], x_axis=axis, title=title)
    colours = _groups(table, rows, depiction.colour)
    series: dict[str, list[float]] = {label or table.find(depiction.y).label: [] for label in colours.order}
    for row, label in zip(rows, colours.labels, strict=True):
        series[label or table.find(depiction.y).label].append(values[row])
    if depiction.kind == "boxes":
        return box_plot(series, x_axis=axis, title=title)
    return ecdf_plot(series, x_axis=axis, title=title)


def _parallel(
    table: PointTable,
    rows: Sequence[int],
    depiction: Depiction,
    front: Collection[int],
    named: bool,
    title: str,
) -> Drawable:
    names = depiction.axes or _parallel_axes(table, rows, depiction)
    columns = [
        ParallelColumn(
            name,
            [table.find(name).values[row] for row in rows],
            axis_of(table, name, depiction),
        )
        for name in names
    ]
    colours = _groups(table, rows, depiction.colour)
    on_front = set(front)
    return parallel_plot(
        columns,
        groups=colours.labels if depiction.colour else (),
        order=colours.order if depiction.colour else (),
        front={number for number, row in enumerate(rows) if row in on_front},
        names=list(_labels(table, rows, depiction, rows).values()) if named else (),
        title=title,
    )


def _parallel_axes(table: PointTable, rows: Sequence[int], depiction: Depiction) -> tuple[str, ...]:
    """Choose the choices that differ, and what is on the axes of the other charts; then more of what was measured."""
    differing = [
        column
        for column in table.columns.values()
        if column.kind in ("choice", "characteristic") and _can_be_axis([column.values[row] for row in rows])
    ]
    chosen = [column.name for column in differing if column.kind == "choice"]
    objectives = [name for name in (depiction.x, depiction.y) if name and name not in chosen]
    objectives = [name for name in objectives if any(column.name == name for column in differing)]
    rest = [column.name for column in differing if column.name not in (*chosen, *objectives)]
    chosen = chosen[: _AXES_MOST - len(objectives)]
    return (*chosen, *objectives, *rest[: max(0, _AXES_MOST - len(chosen) - len(objectives) - 2)])


def _can_be_axis(values: Sequence[Value]) -> bool:
    known = {value for value in values if value is not None}
    if len(known) < 2:
        return False
    return all(map(is_number, known)) or len(known) <= LEVELS_MOST
