"""Drawing boxes into terminal cells: a row each, with the label at the left and the axis below."""

from .axis import axis_title, place_labels
from .canvas import Area, Canvas
from .cells import cell_width, clean, cut, cut_in_the_middle
from .plot import Box, BoxPlot
from .units import axis_labels

_CELLS_A_LABEL = 11
_ROWS_FOR_TITLE = 6
_ROWS_FOR_MEANING = 8
_ROWS_FOR_AXIS = 4


def draw_boxes(canvas: Canvas, plot: BoxPlot) -> None:
    """Draw a plot of boxes on a canvas; what doesn't fit is counted in the last row."""
    top, bottom = 0, canvas.height
    if plot.title and canvas.height >= _ROWS_FOR_TITLE:
        canvas.text(0, 0, plot.title, "title")
        top = 1
    foot = None
    if canvas.height >= _ROWS_FOR_MEANING:
        foot = bottom = bottom - 1
    axis = None
    if canvas.height >= _ROWS_FOR_AXIS:
        axis, bottom = bottom - 2, bottom - 2
    labels = _labels(plot, max(6, canvas.width // 3))
    left = max(map(cell_width, labels)) + 2
    area = Area(left, top, max(1, canvas.width - left), max(1, bottom - top))
    rows = area.height
    shown = len(plot.boxes) if len(plot.boxes) <= rows else max(0, rows - 1)
    step = max(1, min(3, rows // shown)) if shown else 1
    for number, box in enumerate(plot.boxes[:shown]):
        y = top + number * step + (step - 1) // 2
        canvas.text(left - 2 - cell_width(labels[number]), y, labels[number], "label")
        _draw_box(canvas, area, plot, box, y)
    if shown < len(plot.boxes):
        canvas.text(0, top + rows - 1, f"… and {len(plot.boxes) - shown:,} more", "label")
    _draw_axis(canvas, area, plot, axis, foot)


def _labels(plot: BoxPlot, room: int) -> list[str]:
    """Give each box's label with the number of its values, which stays when there is little room."""
    counts = [f" ({box.count:,})" for box in plot.boxes]
    return [
        cut_in_the_middle(clean(box.label), max(0, room - len(count))) + count
        for box, count in zip(plot.boxes, counts, strict=True)
    ]


def _draw_box(canvas: Canvas, area: Area, plot: BoxPlot, box: Box, y: int) -> None:
    ascii_only = canvas.symbols == "ascii"
    line, start, end, body, middle, single = "-||=#o" if ascii_only else "─├┤█┃∘"

    def column(value: float) -> int:
        return area.column(plot.scale.fraction(value))

    first, median, third = map(column, box.quartiles)
    low, high = column(box.low), column(box.high)
    for x in range(low, high + 1):
        canvas.put(x, y, line, box.role)
    canvas.put(low, y, start, box.role)
    canvas.put(high, y, end, box.role)
    for x in range(first, third + 1):
        canvas.put(x, y, body, box.role)
    for value in box.beyond:
        canvas.put(column(value), y, single, box.role)
    canvas.put(median, y, middle, "title")


def _draw_axis(canvas: Canvas, area: Area, plot: BoxPlot, axis: int | None, foot: int | None) -> None:
    """Draw the axis with its ticks, and say what it means and what isn't shown."""
    if axis is None:
        return
    ascii_only = canvas.symbols == "ascii"
    ticks = plot.scale.ticks(max(2, area.width // _CELLS_A_LABEL + 1))
    labels, unit = axis_labels(ticks, plot.axis.unit)
    for x in range(area.left, area.left + area.width):
        canvas.put(x, axis, "-" if ascii_only else "─", "axis")
    columns = [area.column(plot.scale.fraction(tick)) for tick in ticks]
    for x in columns:
        canvas.put(x, axis, "+" if ascii_only else "┬", "axis")
    for start, label in place_labels(columns, labels, canvas.width):
        canvas.text(start, axis + 1, label, "label")
    if foot is not None:
        remarks = cut("; ".join(plot.remarks), canvas.width)
        canvas.text(0, foot, remarks, "label")
        room = canvas.width - cell_width(remarks) - 2
        title = cut(axis_title(plot.axis, unit, "across", room), max(0, room))
        canvas.text(canvas.width - cell_width(title), foot, title, "label")
