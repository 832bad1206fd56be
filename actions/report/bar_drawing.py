"""Drawing a bar plot into terminal cells: the labels, the bars from zero on, and the values at their ends."""

from .axis import axis_title
from .canvas import Canvas
from .cells import cell_width, clean, cut
from .plot import Bar, BarPlot
from .units import is_finite


def draw_bars(canvas: Canvas, plot: BarPlot) -> None:
    """Draw a bar plot on a canvas."""
    top = _draw_head(canvas, plot)
    rows = canvas.height - top
    shown = plot.bars if len(plot.bars) <= rows else plot.bars[: rows - 1]
    labels_width = min(max((cell_width(bar.label) for bar in shown), default=0), max(4, canvas.width // 3))
    values_width = max((cell_width(bar.text) for bar in shown), default=0)
    left = labels_width + 1
    room = max(1, canvas.width - left - values_width - 1)
    step = 2 if 2 * len(shown) <= rows else 1
    for y, bar in zip(range(top, canvas.height, step), shown, strict=False):
        label = cut(bar.label, labels_width)
        canvas.text(labels_width - cell_width(label), y, label, "label")
        end = _draw_bar(canvas, plot, bar, left, room, y)
        canvas.text(end + 1, y, bar.text, "label")
    if len(shown) < len(plot.bars):
        hidden = f"… and {len(plot.bars) - len(shown):,} more"
        canvas.text(0, canvas.height - 1, hidden, "label")


def _draw_head(canvas: Canvas, plot: BarPlot) -> int:
    """Write the title and the meaning of the values; give the first free row."""
    top = 0
    if plot.title and canvas.height >= 4:
        canvas.text(0, 0, plot.title, "title")
        top = 1
    meaning = axis_title(plot.axis, "", "across")
    if meaning and canvas.height >= 6:
        canvas.text(0, top, cut(clean(meaning), canvas.width), "label")
        top += 1
    return top


def _draw_bar(canvas: Canvas, plot: BarPlot, bar: Bar, left: int, room: int, y: int) -> int:
    """Draw one bar in `room` cells from `left` on; give the first cell after it."""
    zero = left + round(plot.scale.fraction(0.0) * room)
    if not is_finite(bar.value):
        return zero - 1
    if bar.value >= 0:
        eighths = round((left + plot.scale.fraction(bar.value) * room - zero) * 8)
        eighths = max(eighths, 1 if bar.value else 0)
        canvas.bar(zero, y, eighths, bar.role)
        return zero + -(-eighths // 8)
    # No sign fills the right eighths of a cell, so a bar below zero ends at whole cells.
    start = min(left + round(plot.scale.fraction(bar.value) * room), zero - 1)
    canvas.bar(start, y, 8 * (zero - start), bar.role)
    return zero
