"""Distributions of groups beside each other as boxes: quartiles, whiskers, and what lies beyond them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from .axis import Axis, scale_for
from .canvas import Symbols
from .chart import Chart
from .distribution import quantile
from .drawing import draw
from .plot import Box, BoxPlot, Drawable, dropped, finite, nothing, series_roles

_REACH = 1.5
"""Whiskers reach to the farthest values within so many quartile distances of the box (Tukey 1977)."""


def boxes(
    series: Mapping[str, Iterable[float]],
    *,
    width: int,
    height: int,
    x_axis: Axis,
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw a box for each series that has values."""
    return draw(box_plot(series, x_axis=x_axis, title=title), width, height, symbols)


def box_plot(series: Mapping[str, Iterable[float]], *, x_axis: Axis, title: str = "") -> Drawable:
    """Make the plot of boxes, in the order of the series."""
    given = {label: list(values) for label, values in series.items()}
    total = sum(map(len, given.values()))
    ordered = {
        label: sorted(value for value in finite(values) if value > 0 or not x_axis.logarithmic)
        for label, values in given.items()
    }
    filled = {label: values for label, values in ordered.items() if values}
    if not filled:
        return nothing("values", total, title)
    roles = series_roles(list(filled))
    low, high = min(values[0] for values in filled.values()), max(values[-1] for values in filled.values())
    return BoxPlot(
        tuple(_box(label, values, roles[label]) for label, values in filled.items()),
        scale_for(low, high, logarithmic=x_axis.logarithmic),
        x_axis,
        dropped(total - sum(map(len, filled.values())), x_axis.cannot_show),
        title,
    )


def _box(label: str, ordered: list[float], role: str) -> Box:
    first, middle, third = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    reach = _REACH * (third - first)
    start, end = bisect_left(ordered, first - reach), bisect_right(ordered, third + reach)
    inside = ordered[start:end] or ordered
    beyond = tuple(dict.fromkeys((*ordered[:start], *ordered[end:])))
    return Box(label, len(ordered), inside[0], (first, middle, third), inside[-1], beyond, role)
