"""Points in two dimensions, their Pareto front as a step line, dominated ones dimmed, several groups, one selected."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .axis import Axis, scale_for
from .canvas import Symbols
from .chart import SERIES_ROLES, Chart
from .drawing import draw
from .plot import Dots, Drawable, Key, Mark, Note, Plot, Steps, dropped, extent, nothing
from .units import is_finite, with_unit

_CELLS_A_SIGN = 16
_CELLS_A_SIGN_IN_GROUPS = 4
"""Groups are told apart by their signs, which are worth some crowding."""


@dataclass(frozen=True)
class PlotPoint:
    """One measured thing: where it stands, what it is called, and the group that it belongs to."""

    x: float
    y: float
    label: str = ""
    group: str = ""


def scatter(
    points: Sequence[PlotPoint],
    *,
    width: int,
    height: int,
    x_axis: Axis,
    y_axis: Axis,
    front: Collection[int] = (),
    selected: int | None = None,
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw points; `front` and `selected` are indices into `points`.

    Few points are drawn as a sign each, many as dots of a quarter or an eighth of a cell.
    """
    grouped = len({point.group for point in points}) > 1
    bold = len(points) * (_CELLS_A_SIGN_IN_GROUPS if grouped else _CELLS_A_SIGN) <= width * height
    plot = scatter_plot(points, x_axis=x_axis, y_axis=y_axis, front=front, selected=selected, title=title, bold=bold)
    return draw(plot, width, height, symbols)


def scatter_plot(
    points: Sequence[PlotPoint],
    *,
    x_axis: Axis,
    y_axis: Axis,
    front: Collection[int] = (),
    selected: int | None = None,
    title: str = "",
    bold: bool = False,
) -> Drawable:
    """Make the plot of points; those that an axis can't show are left out and counted."""
    shown = [index for index, point in enumerate(points) if _is_on(x_axis, point.x) and _is_on(y_axis, point.y)]
    if not shown:
        return nothing("points", len(points), title)
    wanted = set(front)
    on_front = sorted((index for index in shown if index in wanted), key=lambda index: points[index].x)
    behind = [index for index in shown if index not in wanted]
    roles = _group_roles([points[index] for index in shown], dimmed=bool(on_front))
    return Plot(
        x=scale_for(*extent([points[index].x for index in shown]), logarithmic=x_axis.logarithmic),
        y=scale_for(*extent([points[index].y for index in shown]), logarithmic=y_axis.logarithmic),
        x_axis=x_axis,
        y_axis=y_axis,
        marks=(*_groups(points, behind, roles, bold), *_front(points, on_front, x_axis)),
        notes=_selected(points, selected, shown, x_axis, y_axis),
        legend=_legend(roles, on_front, bold),
        remarks=(*dropped(len(points) - len(shown), (x_axis if x_axis.logarithmic else y_axis).cannot_show),),
        title=title,
    )


def _is_on(axis: Axis, value: float) -> bool:
    return is_finite(value) and (value > 0 or not axis.logarithmic)


def _group_roles(points: Sequence[PlotPoint], *, dimmed: bool) -> dict[str, tuple[str, str]]:
    """Give for each group its role and its label; the smallest groups share the last when there are too many."""
    sizes = Counter(point.group for point in points)
    if len(sizes) == 1:
        group = next(iter(sizes))
        return {group: ("dominated" if dimmed else "point", group or ("dominated" if dimmed else ""))}
    if len(sizes) <= len(SERIES_ROLES):
        return {group: (role, group or "no group") for group, role in zip(sorted(sizes), SERIES_ROLES, strict=False)}
    largest = sorted(sizes, key=lambda group: (-sizes[group], group))[: len(SERIES_ROLES) - 1]
    roles = {group: (role, group or "no group") for group, role in zip(sorted(largest), SERIES_ROLES, strict=False)}
    other = (SERIES_ROLES[-1], f"{len(sizes) - len(largest)} others")
    return roles | {group: other for group in sizes if group not in roles}


def _groups(
    points: Sequence[PlotPoint], indices: Sequence[int], roles: dict[str, tuple[str, str]], bold: bool
) -> tuple[Mark, ...]:
    members: dict[str, list[PlotPoint]] = {}
    for index in indices:
        members.setdefault(roles[points[index].group][0], []).append(points[index])
    return tuple(
        Dots(tuple((one.x, one.y) for one in members[role]), role, bold, tuple(one.label for one in members[role]))
        for role in sorted(members)
    )


def _front(points: Sequence[PlotPoint], indices: Sequence[int], x_axis: Axis) -> tuple[Mark, ...]:
    """Make the step line of a front and its points.

    Where less is better on x, a point's y can be had from its x on, so the line goes across first; else it ends there.
    """
    if not indices:
        return ()
    places = tuple((points[index].x, points[index].y) for index in indices)
    names = tuple(points[index].label for index in indices)
    return Steps(places, "front", across_first=x_axis.better != "high"), Dots(places, "front", bold=True, names=names)


def _selected(
    points: Sequence[PlotPoint], selected: int | None, shown: Collection[int], x_axis: Axis, y_axis: Axis
) -> tuple[Note, ...]:
    if selected is None or selected not in shown:
        return ()
    point = points[selected]
    values = f"{with_unit(point.x, x_axis.unit)}, {with_unit(point.y, y_axis.unit)}"
    return (Note((point.x, point.y), f"{point.label}  {values}".strip(), "cursor"),)


def _legend(roles: dict[str, tuple[str, str]], front: Sequence[int], bold: bool) -> tuple[Key, ...]:
    keys = (
        Key(label, role, "marker" if bold else "dot") for role, label in sorted(dict.fromkeys(roles.values())) if label
    )
    return (*keys, Key("front", "front", "marker")) if front else tuple(keys)
