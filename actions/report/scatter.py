"""Points in two dimensions, their Pareto front as a step line, dominated ones dimmed, several groups, one selected."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .axis import Axis, scale_for
from .canvas import Symbols
from .chart import SERIES_ROLES, Chart
from .drawing import draw
from .plot import Dots, Drawable, Key, Mark, Note, Plot, Steps, Tag, dropped, extent, nothing
from .units import is_finite, with_unit

_CELLS_A_SIGN = 16
_CELLS_A_SIGN_IN_GROUPS = 4
"""Groups are told apart by their signs, which are worth some crowding."""
_TAGS_MOST = 40


class PlotPoint(NamedTuple):
    """One measured thing: where it stands, what it is called, the group that it belongs to, and that of its sign."""

    x: float
    y: float
    label: str = ""
    group: str = ""
    sign: str = ""


@dataclass(frozen=True)
class _Look:
    """What a group is drawn in, a role for the colour or for the sign, and what the legend calls it."""

    role: str
    label: str


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
    bold = _worth_signs(points, width, height)
    plot = scatter_plot(points, x_axis=x_axis, y_axis=y_axis, front=front, selected=selected, title=title, bold=bold)
    return draw(plot, width, height, symbols)


def _worth_signs(points: Sequence[PlotPoint], width: int, height: int) -> bool:
    """Tell whether points are few enough for a sign each in so many cells."""
    grouped = len({(point.group, point.sign) for point in points}) > 1
    return len(points) * (_CELLS_A_SIGN_IN_GROUPS if grouped else _CELLS_A_SIGN) <= width * height


def scatter_plot(
    points: Sequence[PlotPoint],
    *,
    x_axis: Axis,
    y_axis: Axis,
    front: Collection[int] = (),
    selected: int | None = None,
    title: str = "",
    bold: bool = False,
    groups: Sequence[str] = (),
    signs: Sequence[str] = (),
    tagged: bool = False,
    stair: bool = True,
) -> Drawable:
    """Make the plot of points; those that an axis can't show are left out and counted.

    Without `stair` no line joins the front: for one whose objectives aren't those of the axes.

    `groups` and `signs` give the order in which groups get their colours and signs, by name where it is empty. With
    `tagged` the points of the front have their labels beside them where there is room.
    """
    shown = [index for index, point in enumerate(points) if _is_on(x_axis, point.x) and _is_on(y_axis, point.y)]
    if not shown:
        return nothing("points", len(points), title)
    wanted = set(front)
    on_front = sorted((index for index in shown if index in wanted), key=lambda index: points[index].x)
    behind = [index for index in shown if index not in wanted]
    looks = _looks([points[index].group for index in shown], groups, dimmed=bool(on_front))
    shapes = _shapes([points[index].sign for index in shown], signs)
    return Plot(
        x=scale_for(*extent([points[index].x for index in shown]), logarithmic=x_axis.logarithmic),
        y=scale_for(*extent([points[index].y for index in shown]), logarithmic=y_axis.logarithmic),
        x_axis=x_axis,
        y_axis=y_axis,
        marks=(
            *_groups(points, behind, looks, shapes, bold),
            *_front(points, on_front, looks, shapes, x_axis)[0 if stair else 1 :],
        ),
        notes=_selected(points, selected, shown, x_axis, y_axis),
        tags=_tags(points, on_front) if tagged else (),
        legend=_legend(looks, shapes, on_front, bold),
        remarks=(*dropped(len(points) - len(shown), (x_axis if x_axis.logarithmic else y_axis).cannot_show),),
        title=title,
    )


def _is_on(axis: Axis, value: float) -> bool:
    return is_finite(value) and (value > 0 or not axis.logarithmic)


def _looks(groups: Sequence[str], order: Sequence[str], *, dimmed: bool) -> dict[str, _Look]:
    """Give what each group is drawn in; a single one is dimmed where a front is what matters."""
    sizes = Counter(groups)
    if len(sizes) == 1:
        group = next(iter(sizes))
        return {group: _Look("dominated" if dimmed else "point", group or ("dominated" if dimmed else ""))}
    return _of_series(sizes, order, "no group")


def _shapes(signs: Sequence[str], order: Sequence[str]) -> dict[str, _Look]:
    """Give whose sign each group has; none where they don't differ."""
    sizes = Counter(signs)
    return _of_series(sizes, order, "none") if len(sizes) > 1 else {}


def _of_series(sizes: Mapping[str, int], order: Sequence[str], unnamed: str) -> dict[str, _Look]:
    """Share the roles of series out; the smallest groups share the last when there are too many."""
    place = {name: number for number, name in enumerate(order)}

    def ordered(names: Collection[str]) -> list[str]:
        return sorted(names, key=lambda name: (place.get(name, len(place)), name))

    if len(sizes) <= len(SERIES_ROLES):
        names = ordered(sizes)
        return {name: _Look(role, name or unnamed) for name, role in zip(names, SERIES_ROLES, strict=False)}
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[: len(SERIES_ROLES) - 1]
    looks = {name: _Look(role, name or unnamed) for name, role in zip(ordered(largest), SERIES_ROLES, strict=False)}
    other = _Look(SERIES_ROLES[-1], f"{len(sizes) - len(largest)} others")
    return looks | {name: other for name in sizes if name not in looks}


def _groups(
    points: Sequence[PlotPoint],
    indices: Sequence[int],
    looks: Mapping[str, _Look],
    shapes: Mapping[str, _Look],
    bold: bool,
) -> tuple[Dots, ...]:
    members: dict[tuple[str, str], list[PlotPoint]] = {}
    for index in indices:
        point = points[index]
        shape = shapes[point.sign].role if shapes else ""
        members.setdefault((looks[point.group].role, shape), []).append(point)
    return tuple(
        Dots(
            tuple((one.x, one.y) for one in found),
            role,
            bold,
            tuple(one.label for one in found),
            shape,
        )
        for (role, shape), found in sorted(members.items())
    )


def _front(
    points: Sequence[PlotPoint],
    indices: Sequence[int],
    looks: Mapping[str, _Look],
    shapes: Mapping[str, _Look],
    x_axis: Axis,
) -> tuple[Mark, ...]:
    """Make the step line of a front and its points; where there are groups they keep the look of theirs.

    Where less is better on x, a point's y can be had from its x on, so the line goes across first; else it ends there.
    """
    if not indices:
        return ()
    steps = Steps(
        tuple((points[index].x, points[index].y) for index in indices), "front", across_first=x_axis.better != "high"
    )
    own = looks if len(looks) > 1 else dict.fromkeys(looks, _Look("front", "front"))
    return steps, *_groups(points, indices, own, shapes, bold=True)


def _tags(points: Sequence[PlotPoint], on_front: Sequence[int]) -> tuple[Tag, ...]:
    """Name the points of a front: both ends first, then those between, evenly."""
    ends = [*on_front[:1], *on_front[-1:]]
    rest = list(on_front[1:-1])
    step = max(1, len(rest) // 8)
    order = dict.fromkeys([*ends, *(index for start in range(step) for index in rest[start::step])])
    return tuple(
        Tag((points[index].x, points[index].y), points[index].label)
        for index in list(order)[:_TAGS_MOST]
        if points[index].label
    )


def _selected(
    points: Sequence[PlotPoint], selected: int | None, shown: Collection[int], x_axis: Axis, y_axis: Axis
) -> tuple[Note, ...]:
    if selected is None or selected not in shown:
        return ()
    point = points[selected]
    values = f"{with_unit(point.x, x_axis.unit)}, {with_unit(point.y, y_axis.unit)}"
    return (Note((point.x, point.y), f"{point.label}  {values}".strip(), "cursor"),)


def _legend(
    looks: Mapping[str, _Look], shapes: Mapping[str, _Look], front: Sequence[int], bold: bool
) -> tuple[Key, ...]:
    found = [look for look in dict.fromkeys(looks.values()) if look.label]
    grouped = len(looks) > 1
    sign = "marker" if bold and not shapes else "dot"
    keys = [Key(look.label, look.role, sign) for look in sorted(found, key=lambda look: look.role)]
    shaped = sorted(dict.fromkeys(shapes.values()), key=lambda look: look.role)
    keys += [Key(look.label, "label", "marker", look.role) for look in shaped]
    if front:
        keys.append(Key("front", "front", "line" if grouped or shapes else "marker"))
    return tuple(keys)
