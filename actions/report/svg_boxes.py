"""A plot of boxes as the elements of an SVG picture."""

from collections.abc import Iterator

from .axis import axis_title
from .cells import cell_width, cut_in_the_middle
from .plot import Box, BoxPlot
from .svg_elements import LETTER, PALETTE, line, rectangle, shape, text
from .units import axis_labels

_LONGEST_LABEL = 36
_THICKEST = 26.0


def box_parts(plot: BoxPlot, width: int, height: int) -> Iterator[str]:
    """Give all elements: labels at the left, boxes, and the axis below."""
    labels = [f"{cut_in_the_middle(box.label, _LONGEST_LABEL)} ({box.count:,})" for box in plot.boxes]
    left, right = 24 + max(map(cell_width, labels)) * LETTER, width - 20.0
    top, bottom = (40.0 if plot.title else 14.0), height - 56.0

    def x(value: float) -> float:
        return left + plot.scale.fraction(value) * (right - left)

    ticks = plot.scale.ticks(max(2, int(right - left) // 80))
    ticked, unit = axis_labels(ticks, plot.axis.unit)
    for tick, label in zip(ticks, ticked, strict=True):
        yield line(x(tick), top, x(tick), bottom, "grid")
        yield text(x(tick), bottom + 19, label, "label", "middle")
    yield line(left, bottom, right, bottom, "axis")
    step = min((bottom - top) / len(plot.boxes), _THICKEST / 0.6)
    for number, (box, label) in enumerate(zip(plot.boxes, labels, strict=True)):
        middle = top + (number + 0.5) * step
        yield text(left - 8, middle + 4, label, "label", "end")
        edges = [x(value) for value in (box.low, *box.quartiles, box.high)]
        yield from _box(box, edges, [x(value) for value in box.beyond], middle, step * 0.6)
    yield text(right, bottom + 38, axis_title(plot.axis, unit, "across"), "label", "end")
    if plot.remarks:
        yield text(16, height - 12, "; ".join(plot.remarks), "label", more=' font-size="11"')


def _box(box: Box, edges: list[float], beyond: list[float], middle: float, tall: float) -> Iterator[str]:
    low, first, median, third, high = edges
    yield line(low, middle, high, middle, box.role)
    for end in (low, high):
        yield line(end, middle - tall / 4, end, middle + tall / 4, box.role)
    yield rectangle(first, middle - tall / 2, third - first, tall, box.role)
    yield line(median, middle - tall / 2, median, middle + tall / 2, "title", ' stroke-width="2.5"')
    for place in beyond:
        yield shape("○", place, middle, 2.6, PALETTE[box.role])
