"""A plot as a standalone SVG 1.1 picture: real circles, lines and text, readable on white, no script, no font file."""

from collections.abc import Iterator

from .axis import axis_title, place_labels, push_labels
from .canvas import marker
from .cells import cell_width, clean, cut
from .legend import Legend, fit_legend
from .plot import BarPlot, BoxPlot, Columns, Dots, Drawable, Nothing, ParallelPlot, Path, Plot, Steps
from .svg_boxes import box_parts
from .svg_elements import LEGEND_ROW, LETTER, PALETTE, escaped, heading, legend_rows, line, rectangle, shape, text
from .svg_parallel import parallel_parts
from .units import axis_labels, is_finite
from .window import stair

_FONT = "font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\""
_THICKEST_BAR = 26.0
_TAG_SIZE = 0.84


def svg_text(plot: Drawable, width: int = 720, height: int = 420) -> str:
    """Write a plot as an SVG document of `width` x `height` pixels."""
    width, height = max(width, 160), max(height, 120)
    if isinstance(plot, Nothing):
        parts = [*heading(plot.title), text(width / 2, height / 2, plot.sentence, "label", "middle")]
    elif isinstance(plot, BarPlot):
        parts = [*heading(plot.title), *_bars(plot, width, height)]
    elif isinstance(plot, BoxPlot):
        parts = [*heading(plot.title), *box_parts(plot, width, height)]
    elif isinstance(plot, ParallelPlot):
        parts = [*heading(plot.title), *parallel_parts(plot, width, height)]
    else:
        parts = [*heading(plot.title), *_Frame(plot, width, height).parts()]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([f"{head} {_FONT}>", ground, *parts, "</svg>"]) + "\n"


class _Frame:
    """The inner rectangle of a plot with axes, in pixels, and what is drawn in and around it."""

    def __init__(self, plot: Plot, width: int, height: int) -> None:
        self.plot = plot
        self.width, self.height = width, height
        self.legend_top = 44 if plot.title else 24
        beside = fit_legend(plot.legend, int((width - 60) / LETTER) - cell_width(clean(plot.y_axis.title)) - 20, 1)
        own = fit_legend(plot.legend, int((width - 60) / LETTER), 3)
        is_beside = beside is not None and not beside.shortened
        self.legend = (beside if is_beside else own) or Legend()
        self.above = self.legend_top + (0 if is_beside else len(self.legend.rows) * LEGEND_ROW)
        self.top = self.above + 20 + (18 if plot.guides else 0)
        self.bottom = height - 50 - (18 if plot.remarks else 0)
        self.y_ticks = plot.y.ticks(max(2, (self.bottom - self.top) // 48))
        self.y_labels, self.y_unit = axis_labels(self.y_ticks, plot.y_axis.unit)
        self.left = 24 + LETTER * max(map(len, self.y_labels), default=0)
        self.right = width - 20.0
        self.x_ticks = plot.x.ticks(max(2, int(self.right - self.left) // 80))
        self.x_labels, self.x_unit = axis_labels(self.x_ticks, plot.x_axis.unit)

    def x(self, value: float) -> float:
        """Give the pixel of a value on the x axis."""
        return self.left + self.plot.x.fraction(value) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Give the pixel of a value on the y axis."""
        return self.bottom - self.plot.y.fraction(value) * (self.bottom - self.top)

    def parts(self) -> Iterator[str]:
        """Give all elements, what lies at the back first."""
        yield from self._axes()
        for mark in self.plot.marks:
            yield from self._mark(mark)
        yield from self._guides()
        yield from self._notes()
        yield from self._tags()
        yield from self._words()

    def _axes(self) -> Iterator[str]:
        for tick, label in zip(self.y_ticks, self.y_labels, strict=True):
            yield line(self.left, self.y(tick), self.right, self.y(tick), "grid")
            yield text(self.left - 8, self.y(tick) + 4, label, "label", "end")
        centres = [int(self.x(tick) / LETTER) for tick in self.x_ticks]
        kept = place_labels(centres, self.x_labels, int(self.width / LETTER))
        yield line(self.left, self.bottom, self.right, self.bottom, "axis")
        for tick, label in zip(self.x_ticks, self.x_labels, strict=True):
            yield line(self.x(tick), self.bottom, self.x(tick), self.bottom + 5, "axis")
            if any(label == one for _, one in kept):
                yield text(self.x(tick), self.bottom + 19, label, "label", "middle")

    def _mark(self, mark: Dots | Path | Steps | Columns) -> Iterator[str]:
        if isinstance(mark, Columns):
            yield from self._columns(mark)
        elif isinstance(mark, Dots):
            yield from self._dots(mark)
        else:
            places = stair(mark) if isinstance(mark, Steps) else mark.places
            points = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in places)
            colour = PALETTE[mark.role]
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'

    def _dots(self, mark: Dots) -> Iterator[str]:
        radius = 4.2 if mark.role == "front" else 3.4 if mark.bold else 2.6
        names = mark.names or ("",) * len(mark.places)
        sign = marker(mark.shape or mark.role, "braille") if mark.bold else "●"
        yield f'<g fill="{PALETTE[mark.role]}">'
        for (x, y), name in zip(mark.places, names, strict=True):
            inside = f"<title>{escaped(name)}</title>" if name else ""
            yield shape(sign, self.x(x), self.y(y), radius, PALETTE[mark.role], inside)
        yield "</g>"

    def _columns(self, mark: Columns) -> Iterator[str]:
        wide = mark.share * (self.right - self.left)
        for number, count in enumerate(mark.counts):
            if count:
                tall = max(self.bottom - self.y(count), 1.0)
                gap = 1.0 if wide > 4 else 0.0
                yield rectangle(self.left + number * wide, self.bottom - tall, wide - gap, tall, mark.role)

    def _guides(self) -> Iterator[str]:
        guides = sorted(self.plot.guides, key=lambda guide: guide.at)
        labels = [f"{guide.name} {guide.value}" for guide in guides]
        centres = [int(self.x(guide.at) / LETTER) for guide in guides]
        placed = push_labels(centres, labels, int(self.right / LETTER)) or place_labels(
            centres, labels, int(self.right / LETTER)
        )
        for guide in guides:
            x = self.x(guide.at)
            yield line(x, self.top - 4, x, self.bottom, "marker", ' stroke-dasharray="2 3"')
        for start, label in placed:
            yield text((start + len(label) / 2) * LETTER, self.top - 10, label, "marker", "middle")

    def _notes(self) -> Iterator[str]:
        for note in self.plot.notes:
            x, y = self.x(note.at[0]), self.y(note.at[1])
            colour = PALETTE[note.role]
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="{colour}" stroke-width="2"/>'
            on_the_left = x + 12 + cell_width(note.text) * LETTER > self.right
            yield text(
                x - 12 if on_the_left else x + 12, y + 4, note.text, note.role, "end" if on_the_left else "start"
            )

    def _tags(self) -> Iterator[str]:
        """Write what places are called at their left or right, where no other tag and no point is."""
        taken = [(self.x(x), self.y(y)) for mark in self.plot.marks if isinstance(mark, Dots) for x, y in mark.places]
        written: list[tuple[float, float, float]] = []
        for tag in self.plot.tags:
            x, y = self.x(tag.at[0]), self.y(tag.at[1])
            wide = cell_width(clean(tag.text)) * LETTER * _TAG_SIZE
            for start, anchor in ((x - 8 - wide, "end"), (x + 8, "start")):
                inside = self.left < start and start + wide < self.right
                free = not any(start - 4 < one < start + wide + 4 and abs(up - y) < 9 for one, up in taken)
                apart = all(start + wide < first or last < start or abs(up - y) > 12 for first, last, up in written)
                if inside and free and apart:
                    written.append((start, start + wide, y))
                    place = x - 8 if anchor == "end" else x + 8
                    yield text(place, y + 3.5, tag.text, "label", anchor, f' font-size="{12 * _TAG_SIZE:.0f}"')
                    break

    def _words(self) -> Iterator[str]:
        """Write the titles of the axes, the legend and the remarks."""
        plot = self.plot
        yield text(16, self.above, axis_title(plot.y_axis, self.y_unit, "up"), "label")
        yield from legend_rows(self.legend, self.right, self.legend_top)
        yield text(self.right, self.bottom + 38, axis_title(plot.x_axis, self.x_unit, "across"), "label", "end")
        if plot.remarks:
            yield text(16, self.height - 12, "; ".join(plot.remarks), "label", more=' font-size="11"')


def _bars(plot: BarPlot, width: int, height: int) -> Iterator[str]:
    """Draw horizontal bars with their labels on the left and their values at the end."""
    top = 36.0 if plot.title else 12.0
    meaning = axis_title(plot.axis, "", "across")
    if meaning:
        yield text(16, top + 12, meaning, "label")
        top += 24
    labels = [cut(bar.label, 36) for bar in plot.bars]
    left = 24 + max(map(cell_width, labels)) * LETTER
    right = width - 24 - max(cell_width(bar.text) for bar in plot.bars) * LETTER
    step = min((height - top - 12) / len(plot.bars), _THICKEST_BAR / 0.7)
    zero = left + plot.scale.fraction(0.0) * (right - left)
    for number, (bar, label) in enumerate(zip(plot.bars, labels, strict=True)):
        y = top + number * step
        end = left + plot.scale.fraction(bar.value) * (right - left) if is_finite(bar.value) else zero
        yield text(left - 8, y + step / 2 + 4, label, "label", "end")
        yield rectangle(min(zero, end), y + step * 0.15, abs(end - zero), step * 0.7, bar.role)
        yield text(max(zero, end) + 6, y + step / 2 + 4, bar.text, "label")
