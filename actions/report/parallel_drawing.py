"""Drawing parallel coordinates into terminal cells: titles above, the ends of the axes as numbers, lines between."""

from itertools import pairwise

from .canvas import Area, Canvas
from .cells import cell_width, clean, cut_in_the_middle
from .legend import draw_legend, fit_legend
from .plot import ParallelPlot, Upright

_ROWS_FOR_TITLE = 8
_ROWS_FOR_LEGEND = 8
_ROWS_FOR_TWO = 14
_ROWS_FOR_NAMES = 5
_NARROWEST = 9
"""So many cells an axis has for its title and its numbers; axes for which there is no room are left out."""
_LEVEL_LABEL = 12


def draw_parallel(canvas: Canvas, plot: ParallelPlot) -> None:
    """Draw parallel coordinates on a canvas; axes at the end for which there is no room are named below."""
    count = max(1, min(len(plot.axes), canvas.width // _NARROWEST))
    axes = plot.axes[:count]
    hidden = [f"no room for {', '.join(clean(axis.title) for axis in plot.axes[count:])}"] * (count < len(plot.axes))
    remarks = "; ".join((*hidden, *plot.remarks))
    top, bottom = 0, canvas.height
    if plot.title and canvas.height >= _ROWS_FOR_TITLE:
        canvas.text(0, 0, plot.title, "title")
        top = 1
    if plot.legend and canvas.height >= _ROWS_FOR_LEGEND:
        legend = fit_legend(plot.legend, canvas.width, 2 if canvas.height >= _ROWS_FOR_TWO else 1)
        if legend is not None:
            draw_legend(canvas, legend, top)
            top += len(legend.rows)
    if remarks and canvas.height >= _ROWS_FOR_LEGEND:
        bottom -= 1
        canvas.text(0, bottom, remarks, "label")
    names = top if canvas.height >= _ROWS_FOR_NAMES else None
    if names is not None:
        top, bottom = top + 2, bottom - 1
    area = Area(0, top, canvas.width, max(1, bottom - top))
    columns = _columns(canvas, axes)
    _draw_strands(canvas, area, plot, columns)
    for number, (x, axis) in enumerate(zip(columns, axes, strict=True)):
        room = canvas.width // len(axes) - 1
        _draw_axis(canvas, area, x, axis, room if number + 1 < len(axes) or number == 0 else x)
        if names is not None:
            _draw_ends(canvas, area, x, axis, names, room)


def _columns(canvas: Canvas, axes: tuple[Upright, ...]) -> list[int]:
    """Give the cell column of each axis: evenly, with half the room of a title at both ends."""
    step = canvas.width / len(axes)
    return [int(step * (number + 0.5)) for number in range(len(axes))]


def _draw_strands(canvas: Canvas, area: Area, plot: ParallelPlot, columns: list[int]) -> None:
    across, rows = canvas.dots_across, area.height * canvas.dots_down
    for strand in plot.strands:
        dots = [
            None
            if height is None
            else (x * across, area.top * canvas.dots_down + rows - 1 - min(rows - 1, int(height * rows)))
            for x, height in zip(columns, strand.heights, strict=False)
        ]
        for start, end in pairwise(dots):
            if start is not None and end is not None:
                canvas.line(start, end, strand.role)
        if len(columns) == 1 and dots and dots[0] is not None:
            canvas.dot(*dots[0], strand.role)


def _draw_axis(canvas: Canvas, area: Area, x: int, axis: Upright, room: int) -> None:
    """Draw the line of an axis, and at its levels their names."""
    for y in range(area.top, area.top + area.height):
        canvas.put(x, y, "|" if canvas.symbols == "ascii" else "│", "axis")
    if len(axis.levels) > area.height:
        return
    for number, level in enumerate(axis.levels):
        y = area.row((number + 0.5) / len(axis.levels))
        text = cut_in_the_middle(clean(level), min(_LEVEL_LABEL, room))
        on_the_right = x + 1 + cell_width(text) <= canvas.width
        canvas.text(x + 1 if on_the_right else x - cell_width(text), y, text, "label")


def _draw_ends(canvas: Canvas, area: Area, x: int, axis: Upright, names: int, room: int) -> None:
    """Write the title and the numbers at the ends of an axis."""
    for y, text, role in (
        (names, axis.title, "title"),
        (names + 1, axis.high, "label"),
        (area.top + area.height, axis.low, "label"),
    ):
        shown = cut_in_the_middle(clean(text), room)
        start = max(0, min(x - cell_width(shown) // 2, canvas.width - cell_width(shown)))
        canvas.text(start, y, shown, role)
