"""The chart of a front: all judged points by the first two objectives, with the front as a step line."""

from collections.abc import Sequence

from msgspec import Struct

from ..explore.judgement import Judgement
from ..explore.objective import Better
from ..points.table import Value
from .axis import Axis
from .chart import Chart
from .charts import Drawable, PlotPoint, scatter, scatter_plot
from .figures import axis_of


class FrontScatter(Struct, frozen=True):
    """What the chart shows, as data: a place for each judged point, and which of them are on the front.

    With more than two objectives what is on the front needs no step line, since it needn't be one in two dimensions:
    the groups then say how the points stand.
    """

    names: tuple[str, str]
    better: tuple[Better, Better]
    places: list[tuple[float, float]]
    labels: list[str]
    groups: list[str]
    front: list[int]


def front_scatter(judgement: Judgement, labels: Sequence[str] = (), groups: Sequence[Value] = ()) -> FrontScatter:
    """Give what the chart of a judgement by at least two objectives shows.

    `labels` and `groups` have one for each of its points.
    """
    first, second = judgement.columns[:2]
    in_two = len(judgement.objectives) == 2
    given = [*groups] if groups else [None if in_two else one.standing for one in judgement.points]
    return FrontScatter(
        (first.label, second.label),
        (judgement.objectives[0].better, judgement.objectives[1].better),
        [(one.values[0], one.values[1]) for one in judgement.points],
        [*labels] if labels else [""] * len(judgement.points),
        ["" if one is None else str(one) for one in given],
        [number for number, one in enumerate(judgement.points) if in_two and one.standing == "front"],
    )


def front_chart(shown: FrontScatter, width: int, height: int, selected: int | None = None) -> Chart:
    """Draw it in cells; `selected` is the place of a point in it."""
    x_axis, y_axis = _axes(shown)
    return scatter(
        _points(shown), width=width, height=height, x_axis=x_axis, y_axis=y_axis, front=shown.front, selected=selected
    )


def front_plot(shown: FrontScatter, title: str) -> Drawable:
    """Make the plot of it, which `svg_text` writes."""
    x_axis, y_axis = _axes(shown)
    return scatter_plot(_points(shown), x_axis=x_axis, y_axis=y_axis, front=shown.front, title=title)


def _axes(shown: FrontScatter) -> tuple[Axis, Axis]:
    x_axis, y_axis = (
        axis_of(name, [place[number] for place in shown.places], better)
        for number, (name, better) in enumerate(zip(shown.names, shown.better, strict=True))
    )
    return x_axis, y_axis


def _points(shown: FrontScatter) -> list[PlotPoint]:
    return [
        PlotPoint(x, y, label, group)
        for (x, y), label, group in zip(shown.places, shown.labels, shown.groups, strict=True)
    ]
