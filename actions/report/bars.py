"""Values of named things compared: one horizontal bar each, from zero, with the value at its end."""

from collections.abc import Sequence

from .axis import LARGEST, Axis, Scale
from .canvas import Symbols
from .cells import clean
from .chart import Chart
from .drawing import draw
from .plot import Bar, BarPlot, Drawable, nothing
from .units import is_finite, with_unit


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    width: int,
    height: int,
    x_axis: Axis,
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw one bar a label; if there are more than rows, the last row says how many are not shown.

    Raises ValueError if there are not as many values as labels.
    """
    return draw(bars_plot(labels, values, x_axis=x_axis, title=title), width, height, symbols)


def bars_plot(labels: Sequence[str], values: Sequence[float], *, x_axis: Axis, title: str = "") -> Drawable:
    """Make the plot of bars. A value that isn't finite keeps its label and has no bar."""
    each = [
        Bar(clean(label), value if is_finite(value) else float("nan"), with_unit(value, x_axis.unit))
        for label, value in zip(labels, values, strict=True)
    ]
    if not each:
        return nothing("values", 0, title)
    numbers = [max(-LARGEST, min(bar.value, LARGEST)) for bar in each if is_finite(bar.value)]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    return BarPlot(tuple(each), Scale(min(low, 0.0), max(high, 0.0) if low or high else 1.0), x_axis, title)
