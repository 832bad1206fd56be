"""Distributions of measured values: a histogram with its quantiles marked, and cumulative curves side by side."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log10

from .axis import Axis, Scale, scale_for
from .canvas import Symbols
from .chart import Chart
from .drawing import draw, inner_width
from .plot import Columns, Drawable, Guide, Path, Plot, dropped, finite, legend_of_lines, nothing, series_roles
from .units import with_unit

_GUTTER = 4
_TAIL = 0.005
_TAIL_MATTERS = 2.0
_FEWEST_TO_CLIP = 50
_BINS_IN_SVG = 60
_STEPS_IN_SVG = 600
_FEWEST_BARS = 8
_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


def quantile(ordered: Sequence[float], share: float) -> float:
    """Give a quantile of rising values, between the two nearest ones linearly (Hyndman and Fan 1996, type 7)."""
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    weight = position - below
    return ordered[below] * (1 - weight) + ordered[above] * weight


def histogram(
    values: Iterable[float],
    *,
    width: int,
    height: int,
    x_axis: Axis,
    marks: Mapping[str, float] | None = None,
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw how many values lie where; `marks` names values on the axis, by default p50, p90 and p99."""
    columns = inner_width(width, _GUTTER if height >= 4 else 0)
    plot = histogram_plot(values, x_axis=x_axis, marks=marks, title=title, columns=columns)
    return draw(plot, width, height, symbols)


def histogram_plot(
    values: Iterable[float],
    *,
    x_axis: Axis,
    marks: Mapping[str, float] | None = None,
    title: str = "",
    columns: int = _BINS_IN_SVG,
) -> Drawable:
    """Make the plot of a histogram whose bars each fill one or more of `columns` columns.

    The half percent at an end is clipped if it would squeeze the rest, and the remarks say what is beyond. Every value
    is in one bar, or counted as beyond, or as dropped.
    """
    given = list(values)
    ordered = _ordered(given, x_axis)
    if not ordered:
        return nothing("values", len(given), title)
    low, high = _shown_range(ordered, x_axis.logarithmic)
    below, above = bisect_left(ordered, low), bisect_right(ordered, high)
    shown = scale_for(low, high, logarithmic=x_axis.logarithmic, margin=0.0)
    cells = _cells_a_bar(ordered[below:above], shown, columns)
    bars = max(1, columns // cells)
    counts = _counts(ordered, shown, bars, below, above)
    scale = _stretched(shown, columns / (bars * cells))
    chosen = {name: quantile(ordered, share) for name, share in _QUANTILES.items()} if marks is None else marks
    return Plot(
        x=scale,
        y=Scale(0.0, max(counts) * 1.02),
        x_axis=x_axis,
        y_axis=Axis("values"),
        marks=(Columns(counts, cells / columns, "bar"),),
        guides=tuple(Guide(at, name, with_unit(at, x_axis.unit)) for name, at in chosen.items() if low <= at <= high),
        remarks=(
            "1 value" if len(ordered) == 1 else f"{len(ordered):,} values",
            *_beyond(len(ordered) - above, "above", high, ordered[-1], x_axis.unit),
            *_beyond(below, "below", low, ordered[0], x_axis.unit),
            *(f"{name} is {with_unit(at, x_axis.unit)}" for name, at in chosen.items() if not low <= at <= high),
            *dropped(len(given) - len(ordered), x_axis.cannot_show),
        ),
        title=title,
        gutter=_GUTTER,
    )


def _ordered(values: Iterable[float], x_axis: Axis) -> list[float]:
    numbers = finite(values)
    return sorted(value for value in numbers if value > 0) if x_axis.logarithmic else sorted(numbers)


def _shown_range(ordered: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    """Give the range to show: all, or without the half percent at an end that would take more than half the axis."""
    low, high = ordered[0], ordered[-1]
    if len(ordered) < _FEWEST_TO_CLIP:
        return low, high
    whole = scale_for(low, high, logarithmic=logarithmic, margin=0.0)
    first, last = quantile(ordered, _TAIL), quantile(ordered, 1 - _TAIL)
    start, end = whole.fraction(first), whole.fraction(last)
    if end <= start:
        return low, high
    limit = _TAIL_MATTERS * (end - start)
    return (low if end <= limit else first), (high if 1 - start <= limit else last)


def _cells_a_bar(ordered: Sequence[float], scale: Scale, columns: int) -> int:
    """Give how many columns a bar takes, so that bars are as wide as Freedman and Diaconis (1981) advise, or less."""
    spread = scale.fraction(quantile(ordered, 0.75)) - scale.fraction(quantile(ordered, 0.25))
    advised = 2 * spread / len(ordered) ** (1 / 3)
    return max(1, min(int(advised * columns), columns // _FEWEST_BARS))


def _counts(ordered: Sequence[float], scale: Scale, bars: int, below: int, above: int) -> tuple[int, ...]:
    """Count the values in each bar: those at an inner edge belong to the bar on its right."""
    edges = (scale.value(number / bars) for number in range(1, bars))
    places = [below, *(bisect_left(ordered, edge, below, above) for edge in edges), above]
    return tuple(end - start for start, end in pairwise(places))


def _stretched(scale: Scale, factor: float) -> Scale:
    """Give the scale with its high end moved out, so that what filled the axis fills 1 / `factor` of it."""
    if factor <= 1:
        return scale
    if scale.logarithmic:
        low, high = log10(scale.low), log10(scale.high)
        return Scale(scale.low, 10 ** (low + factor * (high - low)), logarithmic=True)
    return Scale(scale.low, scale.low + factor * (scale.high - scale.low))


def _beyond(count: int, side: str, limit: float, farthest: float, unit: str) -> tuple[str, ...]:
    """Say how many values are not shown because they lie beyond an end, and how far the farthest is."""
    if not count:
        return ()
    reach = "up to" if side == "above" else "down to"
    return (f"+{count:,} {side} {with_unit(limit, unit)}, {reach} {with_unit(farthest, unit)}",)


def ecdf(
    series: Mapping[str, Iterable[float]],
    *,
    width: int,
    height: int,
    x_axis: Axis,
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw for each series which share of its values is at most x."""
    return draw(ecdf_plot(series, x_axis=x_axis, title=title, steps=2 * max(1, width)), width, height, symbols)


def ecdf_plot(
    series: Mapping[str, Iterable[float]], *, x_axis: Axis, title: str = "", steps: int = _STEPS_IN_SVG
) -> Drawable:
    """Make the plot of empirical cumulative distributions, each evaluated at `steps` places of the axis.

    What lies beyond the 99.5th percentile of every series is clipped if it would squeeze the rest, and counted.
    """
    given = {label: list(values) for label, values in series.items()}
    total = sum(map(len, given.values()))
    ordered = {label: _ordered(values, x_axis) for label, values in given.items()}
    filled = {label: values for label, values in ordered.items() if values}
    if not filled:
        return nothing("values", total, title)
    ranges = [_shown_range(values, x_axis.logarithmic) for values in filled.values()]
    low, high = min(start for start, _ in ranges), max(end for _, end in ranges)
    scale = scale_for(low, high, logarithmic=x_axis.logarithmic)
    roles = series_roles(list(filled))
    kept = sum(map(len, filled.values()))
    outside = sum(len(values) - bisect_right(values, scale.high) for values in filled.values())
    return Plot(
        x=scale,
        y=Scale(0.0, 101.0),
        x_axis=x_axis,
        y_axis=Axis("share of values", "%"),
        marks=tuple(Path(_curve(values, scale, steps), roles[label]) for label, values in filled.items()),
        legend=legend_of_lines(roles),
        remarks=(
            *_beyond(outside, "above", scale.high, max(values[-1] for values in filled.values()), x_axis.unit),
            *dropped(total - kept, x_axis.cannot_show),
        ),
        title=title,
    )


def _curve(ordered: Sequence[float], scale: Scale, steps: int) -> tuple[tuple[float, float], ...]:
    """Give the corners of the stair of a cumulative distribution: every value's, or one a step if there are many."""
    if len(ordered) <= steps:
        places = sorted({scale.low, *ordered, scale.high})
    else:
        places = [scale.value(step / steps) for step in range(steps + 1)]
    corners: list[tuple[float, float]] = []
    for place in places:
        if place > scale.high or place < scale.low:
            continue
        share = 100.0 * bisect_right(ordered, place) / len(ordered)
        if corners and corners[-1][1] != share:
            corners.append((place, corners[-1][1]))
        corners.append((place, share))
    return tuple(corners)
