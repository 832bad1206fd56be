"""Values over time or over their index: one line a series, whose highest and lowest values are never lost."""

from collections.abc import Mapping, Sequence

from .axis import Axis, scale_for
from .canvas import Symbols
from .chart import Chart
from .drawing import draw
from .plot import (
    Dots,
    Drawable,
    Mark,
    Path,
    Place,
    Plot,
    dropped,
    extent,
    legend_of_lines,
    nothing,
    series_roles,
)
from .units import is_finite

_PLACES_IN_SVG = 4000


def line(
    series: Mapping[str, Sequence[float]],
    *,
    width: int,
    height: int,
    x_axis: Axis,
    y_axis: Axis,
    at: Mapping[str, Sequence[float]] | None = None,
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw series of values over `at` (rising, as many as there are values), or over their index, which counts from 0.

    Raises ValueError if a series has another number of values than of places.
    """
    plot = line_plot(series, x_axis=x_axis, y_axis=y_axis, at=at, title=title, places=8 * max(1, width))
    return draw(plot, width, height, symbols)


def line_plot(
    series: Mapping[str, Sequence[float]],
    *,
    x_axis: Axis,
    y_axis: Axis,
    at: Mapping[str, Sequence[float]] | None = None,
    title: str = "",
    places: int = _PLACES_IN_SVG,
) -> Drawable:
    """Make the plot of series; one with more than `places` values is drawn by its extremes in short stretches."""
    total = sum(map(len, series.values()))
    shown = {
        label: [
            (x, y)
            for x, y in zip(at[label] if at is not None else range(len(values)), values, strict=True)
            if is_finite(y) and is_finite(x) and (y > 0 or not y_axis.logarithmic) and (x > 0 or not x_axis.logarithmic)
        ]
        for label, values in series.items()
    }
    shown = {label: points for label, points in shown.items() if points}
    if not shown:
        return nothing("values", total, title)
    roles = series_roles(list(shown))
    every = [point for points in shown.values() for point in _extremes(points, places)]
    return Plot(
        x=scale_for(*extent([x for x, _ in every]), logarithmic=x_axis.logarithmic, margin=0.0),
        y=scale_for(*extent([y for _, y in every]), logarithmic=y_axis.logarithmic, margin=0.05),
        x_axis=x_axis,
        y_axis=y_axis,
        marks=tuple(_mark(_extremes(points, places), roles[label]) for label, points in shown.items()),
        legend=legend_of_lines(roles),
        remarks=dropped(
            total - sum(map(len, shown.values())),
            (x_axis if x_axis.logarithmic else y_axis).cannot_show,
        ),
        title=title,
    )


def _mark(points: Sequence[Place], role: str) -> Mark:
    """Draw one lonely value as a point: a line needs two."""
    return Dots(tuple(points), role, bold=True) if len(points) == 1 else Path(tuple(points), role)


def _extremes(points: Sequence[Place], most: int) -> list[Place]:
    """Give first, lowest, highest and last point of each of about `most` / 4 stretches, in their order."""
    if len(points) <= most:
        return list(points)
    stretch = -(-len(points) * 4 // most)
    found: list[Place] = []
    for start in range(0, len(points), stretch):
        part = points[start : start + stretch]
        values = [y for _, y in part]
        chosen = {0, values.index(min(values)), values.index(max(values)), len(part) - 1}
        found += [part[index] for index in sorted(chosen)]
    return found
