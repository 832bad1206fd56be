"""Drawing a plot into terminal cells: where title, legend, axes and remarks go, and the marks between them.

What does not fit is left out in this order as the chart gets smaller: the axis titles, the title, the axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .axis import Axis, axis_title, place_labels, push_labels
from .bar_drawing import draw_bars
from .box_drawing import draw_boxes
from .canvas import Area, Canvas, Symbols, marker
from .cells import cell_width, clean, cut
from .chart import Chart
from .legend import Legend, draw_legend, fit_legend
from .parallel_drawing import draw_parallel
from .plot import BarPlot, BoxPlot, Columns, Dots, Drawable, Guide, Note, Nothing, ParallelPlot, Path, Plot, Steps, Tag
from .units import axis_labels

_CELLS_A_LABEL = 11
_ROWS_A_LABEL = 2
_ROWS_FOR_A_LEGEND = 14
_LEGEND_ROWS_MOST = 2
_NARROWEST_TITLE = 8
_LONGEST_TAG = 26


@dataclass(frozen=True)
class Layout:
    """Which row and column is for what; a row that is not there is None."""

    area: Area
    title: int | None
    legend: int | None
    above: int | None
    guides: int | None
    axis: int | None
    labels: int | None
    remarks: int | None
    foot: int | None


@dataclass(frozen=True)
class Drawing:
    """A drawn chart, and the cells in which its points are; None where there are no places for points."""

    chart: Chart
    plot: Drawable
    area: Area | None
    symbols: Symbols


def draw(plot: Drawable, width: int, height: int, symbols: Symbols = "braille") -> Chart:
    """Draw a plot in `width` x `height` cells; no size is too small, and none raises."""
    return drawing_of(plot, width, height, symbols).chart


def drawing_of(plot: Drawable, width: int, height: int, symbols: Symbols = "braille") -> Drawing:
    """Draw a plot as `draw` does, and keep what it takes to write upon it."""
    canvas = Canvas(width, height, symbols)
    area = None
    if canvas.width and canvas.height:
        if isinstance(plot, Nothing):
            _draw_sentence(canvas, plot)
        elif isinstance(plot, BarPlot):
            draw_bars(canvas, plot)
        elif isinstance(plot, BoxPlot):
            draw_boxes(canvas, plot)
        elif isinstance(plot, ParallelPlot):
            draw_parallel(canvas, plot)
        else:
            area = _draw_plot(canvas, plot)
    return Drawing(canvas.chart(plot.title), plot, area, symbols)


def written_upon(drawing: Drawing, notes: Sequence[Note]) -> Chart:
    """Give a drawn chart with notes upon it, such as the point under a cursor; what is out of sight is left out."""
    plot, area = drawing.plot, drawing.area
    if area is None or not isinstance(plot, Plot):
        return drawing.chart
    canvas = Canvas.of(drawing.chart, drawing.symbols)
    for note in notes:
        if plot.x.low <= note.at[0] <= plot.x.high and plot.y.low <= note.at[1] <= plot.y.high:
            _draw_note(canvas, area, plot, note)
    return canvas.chart(plot.title)


def inner_width(width: int, gutter: int) -> int:
    """Give how many cells are left for the marks beside a gutter for labels and the axis."""
    return max(1, width - gutter - 1) if width > 2 * gutter else max(1, width)


def _draw_sentence(canvas: Canvas, plot: Nothing) -> None:
    if canvas.height > 2:
        canvas.text(0, 0, plot.title, "title")
    sentence = cut(plot.sentence, canvas.width)
    canvas.text((canvas.width - cell_width(sentence)) // 2, canvas.height // 2, sentence, "label")


def _draw_plot(canvas: Canvas, plot: Plot) -> Area:
    rows = _rows(plot, canvas.width, canvas.height)
    y_ticks = plot.y.ticks(max(2, rows.area.height // _ROWS_A_LABEL + 1))
    y_labels, y_unit = axis_labels(y_ticks, plot.y_axis.unit)
    gutter = plot.gutter or max(map(len, y_labels), default=0)
    layout = _with_gutter(rows, gutter if rows.axis is not None else 0, canvas.width)
    area = layout.area
    _draw_y_axis(canvas, layout, [plot.y.fraction(tick) for tick in y_ticks], y_labels)
    x_ticks = plot.x.ticks(max(2, area.width // _CELLS_A_LABEL + 1))
    x_labels, x_unit = axis_labels(x_ticks, plot.x_axis.unit)
    _draw_x_axis(canvas, layout, [plot.x.fraction(tick) for tick in x_ticks], x_labels)
    for mark in plot.marks:
        _draw_mark(canvas, area, plot, mark)
    for guide in plot.guides:
        _draw_guide_line(canvas, layout, plot.x.fraction(guide.at))
    for note in plot.notes:
        _draw_note(canvas, area, plot, note)
    for tag in plot.tags:
        _draw_tag(canvas, area, plot, tag)
    _draw_texts(canvas, layout, plot, x_unit, y_unit)
    return area


def _rows(plot: Plot, width: int, height: int) -> Layout:
    """Share the rows out; the columns come later, when the width of the labels is known."""
    top, bottom = 0, height
    title = legend = above = guides = axis = labels = remarks = foot = None
    if plot.title and height >= 6:
        title, top = top, top + 1
    own_rows = _legend_rows(plot, width, height)
    if own_rows:
        legend, top = top, top + own_rows
    if height >= 9 and (plot.y_axis.title or plot.legend):
        above, top = top, top + 1
    if plot.guides and height >= 7:
        guides, top = top, top + 1
    if height >= 10 and (plot.x_axis.title or plot.remarks):
        foot = bottom = bottom - 1
    if plot.remarks and height >= 7:
        shared = foot is not None and _share_a_row(plot, width)
        remarks = foot if shared else bottom - 1
        bottom = bottom if shared else bottom - 1
    if height >= 4:
        labels, axis, bottom = bottom - 1, bottom - 2, bottom - 2
    area = Area(0, top, width, max(1, bottom - top))
    return Layout(area, title, legend, above, guides, axis, labels, remarks, foot)


def _legend_rows(plot: Plot, width: int, height: int) -> int:
    """Give how many rows the legend has for itself: none if it is short enough to stand beside the y axis's title."""
    if not plot.legend or height < _ROWS_FOR_A_LEGEND:
        return 0
    beside = fit_legend(plot.legend, width - _title_room(plot.y_axis), 1)
    if beside is not None and not beside.shortened:
        return 0
    legend = fit_legend(plot.legend, width, _LEGEND_ROWS_MOST)
    return len(legend.rows) if legend is not None else 0


def _title_room(axis: Axis) -> int:
    """Give about how many cells the title of an axis takes with its unit and arrow."""
    return cell_width(clean(axis.title)) + 7 + (10 if axis.better else 0)


def _share_a_row(plot: Plot, width: int) -> bool:
    """Tell whether the remarks fit beside the title of the x axis, whose unit is not known yet."""
    return cell_width(remarks_text(plot)) + 2 + _title_room(plot.x_axis) <= width


def remarks_text(plot: Plot) -> str:
    """Give all remarks in one line."""
    return "; ".join(plot.remarks)


def _with_gutter(rows: Layout, gutter: int, width: int) -> Layout:
    inner = inner_width(width, gutter) if gutter else width
    return replace(rows, area=Area(width - inner, rows.area.top, inner, rows.area.height))


def _draw_y_axis(canvas: Canvas, layout: Layout, fractions: list[float], labels: tuple[str, ...]) -> None:
    area = layout.area
    if layout.axis is None or area.left == 0:
        return
    ascii_only = canvas.symbols == "ascii"
    for y in range(area.top, area.top + area.height):
        canvas.put(area.left - 1, y, "|" if ascii_only else "│", "axis")
    free = area.top + area.height
    for fraction, label in zip(fractions, labels, strict=True):
        y = area.row(fraction)
        if y >= free:
            continue
        label = cut(label, area.left - 1)  # noqa: PLW2901
        canvas.put(area.left - 1, y, "+" if ascii_only else "┤", "axis")
        canvas.text(area.left - 1 - len(label), y, label, "label")
        free = y


def _draw_x_axis(canvas: Canvas, layout: Layout, fractions: list[float], labels: tuple[str, ...]) -> None:
    area = layout.area
    if layout.axis is None or layout.labels is None:
        return
    ascii_only = canvas.symbols == "ascii"
    for x in range(area.left, area.left + area.width):
        canvas.put(x, layout.axis, "-" if ascii_only else "─", "axis")
    if area.left:
        canvas.put(area.left - 1, layout.axis, "+" if ascii_only else "└", "axis")
    columns = [area.column(fraction) for fraction in fractions]
    for x in columns:
        canvas.put(x, layout.axis, "+" if ascii_only else "┬", "axis")
    for start, label in place_labels(columns, labels, canvas.width):
        canvas.text(start, layout.labels, label, "label")


def _draw_mark(canvas: Canvas, area: Area, plot: Plot, mark: Dots | Path | Steps | Columns) -> None:
    if isinstance(mark, Columns):
        _draw_columns(canvas, area, plot, mark)
        return
    places = [(plot.x.fraction(x), plot.y.fraction(y)) for x, y in mark.places]
    if isinstance(mark, Steps):
        canvas.steps([(area.column(x), area.row(y)) for x, y in places], mark.role, across_first=mark.across_first)
    elif isinstance(mark, Path):
        _draw_path(canvas, [canvas.dot_at(area, x, y) for x, y in places], mark.role)
    elif mark.bold:
        sign = marker(mark.shape or mark.role, canvas.symbols)
        for x, y in places:
            canvas.put(area.column(x), area.row(y), sign, mark.role)
    else:
        for x, y in places:
            canvas.dot(*canvas.dot_at(area, x, y), mark.role)


def _draw_path(canvas: Canvas, dots: list[tuple[int, int]], role: str) -> None:
    for start, end in zip(dots, dots[1:] or dots, strict=False):
        canvas.line(start, end, role)


def _draw_columns(canvas: Canvas, area: Area, plot: Plot, mark: Columns) -> None:
    bottom = area.top + area.height - 1
    for number, count in enumerate(mark.counts):
        # A bar that stands for something is never invisible.
        eighths = max(round(plot.y.fraction(count) * area.height * 8), 1 if count else 0)
        start, end = (area.left + round(edge * mark.share * area.width) for edge in (number, number + 1))
        for x in range(start, min(end, area.left + area.width)):
            canvas.column(x, bottom, eighths, mark.role)


def _draw_guide_line(canvas: Canvas, layout: Layout, fraction: float) -> None:
    """Mark a value on the axis, and lead up from there through what is empty."""
    area = layout.area
    x = area.column(fraction)
    for y in range(area.top, area.top + area.height):
        if canvas.is_blank(x, y):
            canvas.put(x, y, ":" if canvas.symbols == "ascii" else "┊", "marker")
    if layout.axis is not None:
        canvas.put(x, layout.axis, marker("marker", canvas.symbols), "marker")


def _draw_note(canvas: Canvas, area: Area, plot: Plot, note: Note) -> None:
    """Write a note to the right of its place, or to the left where there is more room."""
    x, y = area.column(plot.x.fraction(note.at[0])), area.row(plot.y.fraction(note.at[1]))
    canvas.put(x, y, marker(note.role, canvas.symbols), note.role)
    if not note.text:
        return
    text = f" {clean(note.text)} "
    on_the_right = area.left + area.width - x - 1
    on_the_left = x - area.left
    if cell_width(text) <= on_the_right or on_the_right >= on_the_left:
        canvas.text(x + 1, y, text, note.role, on_the_right)
    else:
        text = cut(text, on_the_left)
        canvas.text(x - cell_width(text), y, text, note.role)


def _draw_tag(canvas: Canvas, area: Area, plot: Plot, tag: Tag) -> None:
    """Write what a place is called at its left or right, where nothing is drawn yet; else nowhere."""
    x, y = area.column(plot.x.fraction(tag.at[0])), area.row(plot.y.fraction(tag.at[1]))
    text = cut(clean(tag.text), _LONGEST_TAG)
    width = cell_width(text)
    for start in (x - 1 - width, x + 2):
        inside = area.left <= start and start + width <= area.left + area.width
        if inside and _is_free(canvas, start, y, width):
            canvas.text(start, y, text, "label")
            return


def _is_free(canvas: Canvas, start: int, row: int, width: int) -> bool:
    """Tell whether nothing is drawn in some cells, nor a text right beside them."""
    return all(canvas.is_blank(x, row) for x in range(start, start + width)) and not (
        canvas.has_text(start - 1, row) or canvas.has_text(start + width, row)
    )


def _draw_texts(canvas: Canvas, layout: Layout, plot: Plot, x_unit: str, y_unit: str) -> None:
    """Write the title, the legend, the guides' names, the titles of the axes and the remarks."""
    if layout.title is not None:
        canvas.text(0, layout.title, plot.title, "title")
    if layout.above is not None:
        _draw_above(canvas, layout, plot, y_unit)
    if layout.guides is not None:
        _draw_guide_names(canvas, layout.guides, layout.area, plot)
    if layout.remarks is not None:
        canvas.text(0, layout.remarks, remarks_text(plot), "label")
    if layout.foot is not None:
        title = cut(axis_title(plot.x_axis, x_unit, "across", canvas.width), canvas.width)
        canvas.text(canvas.width - cell_width(title), layout.foot, title, "label")


def _draw_above(canvas: Canvas, layout: Layout, plot: Plot, y_unit: str) -> None:
    """Write the title of the y axis and, where it has no rows of its own, the legend, which goes before."""
    y, room = layout.above or 0, canvas.width
    if layout.legend is not None:
        draw_legend(canvas, fit_legend(plot.legend, canvas.width, _LEGEND_ROWS_MOST) or Legend(), layout.legend)
    elif plot.legend:
        legend = fit_legend(plot.legend, canvas.width, 1) or Legend()
        draw_legend(canvas, legend, y)
        room -= legend.width + 2
    title = axis_title(plot.y_axis, y_unit, "up", room)
    if room >= min(_NARROWEST_TITLE, cell_width(title)):
        canvas.text(0, y, title, "label", room)


def _draw_guide_names(canvas: Canvas, y: int, area: Area, plot: Plot) -> None:
    """Write the guides' names with their values above their lines, or without where that is too much."""
    guides: list[Guide] = sorted(plot.guides, key=lambda guide: guide.at)
    columns = [area.column(plot.x.fraction(guide.at)) for guide in guides]
    full = [f"{clean(guide.name)} {guide.value}" for guide in guides]
    names = [clean(guide.name) for guide in guides]
    placed = push_labels(columns, full, canvas.width) or push_labels(columns, names, canvas.width)
    for start, text in placed or place_labels(columns, names, canvas.width):
        canvas.text(start, y, text, "marker")
