"""A plot as a standalone SVG 1.1 picture: real circles, lines and text, readable on white, no script, no font file."""

from collections.abc import Iterator

from .axis import axis_title, place_labels, push_labels
from .cells import cell_width, clean, cut
from .legend import Legend, fit_legend
from .plot import BarPlot, Columns, Dots, Drawable, Nothing, Path, Plot, Steps
from .units import axis_labels, is_finite

PALETTE = {
    "axis": "#9aa5b1",
    "grid": "#e8ebef",
    "label": "#52606d",
    "title": "#1f2933",
    "point": "#0072b2",
    "front": "#c0392b",
    "dominated": "#b4bcc6",
    "marker": "#b3541e",
    "bar": "#5b8fb9",
    "cursor": "#111827",
    "series-0": "#0072b2",
    "series-1": "#d55e00",
    "series-2": "#009e73",
    "series-3": "#a4508b",
    "series-4": "#3f9fd1",
    "series-5": "#b8860b",
}
"""A colour for each role. Those of series keep apart for colour-blind readers (after Okabe and Ito, 2008)."""

_FONT = "font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\""
_LEGEND_ROW = 18
_THICKEST_BAR = 26.0
_LETTER = 6.6
"""About how wide a letter of that size is; SVG has no way to ask."""


def svg_text(plot: Drawable, width: int = 720, height: int = 420) -> str:
    """Write a plot as an SVG document of `width` x `height` pixels."""
    width, height = max(width, 160), max(height, 120)
    if isinstance(plot, Nothing):
        parts = [*_title(plot.title), _text(width / 2, height / 2, plot.sentence, "label", "middle")]
    elif isinstance(plot, BarPlot):
        parts = [*_title(plot.title), *_bars(plot, width, height)]
    else:
        parts = [*_title(plot.title), *_Frame(plot, width, height).parts()]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([f"{head} {_FONT}>", ground, *parts, "</svg>"]) + "\n"


def _escaped(text: str) -> str:
    """Make a text safe between tags and in attributes; characters that XML forbids become visible signs."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def _text(x: float, y: float, text: str, role: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{PALETTE[role]}" text-anchor="{anchor}"{more}>{_escaped(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, role: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{PALETTE[role]}"{more}/>'


def _rectangle(x: float, y: float, width: float, height: float, role: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{PALETTE[role]}"/>'


def _title(title: str) -> list[str]:
    return [_text(16, 24, title, "title", more=' font-size="15" font-weight="600"')] if title else []


class _Frame:
    """The inner rectangle of a plot with axes, in pixels, and what is drawn in and around it."""

    def __init__(self, plot: Plot, width: int, height: int) -> None:
        self.plot = plot
        self.width, self.height = width, height
        self.legend_top = 44 if plot.title else 24
        beside = fit_legend(plot.legend, int((width - 60) / _LETTER) - cell_width(clean(plot.y_axis.title)) - 20, 1)
        own = fit_legend(plot.legend, int((width - 60) / _LETTER), 3)
        is_beside = beside is not None and not beside.shortened
        self.legend = (beside if is_beside else own) or Legend()
        self.above = self.legend_top + (0 if is_beside else len(self.legend.rows) * _LEGEND_ROW)
        self.top = self.above + 20 + (18 if plot.guides else 0)
        self.bottom = height - 50 - (18 if plot.remarks else 0)
        self.y_ticks = plot.y.ticks(max(2, (self.bottom - self.top) // 48))
        self.y_labels, self.y_unit = axis_labels(self.y_ticks, plot.y_axis.unit)
        self.left = 24 + _LETTER * max(map(len, self.y_labels), default=0)
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
        yield from self._words()

    def _axes(self) -> Iterator[str]:
        for tick, label in zip(self.y_ticks, self.y_labels, strict=True):
            yield _line(self.left, self.y(tick), self.right, self.y(tick), "grid")
            yield _text(self.left - 8, self.y(tick) + 4, label, "label", "end")
        centres = [int(self.x(tick) / _LETTER) for tick in self.x_ticks]
        kept = place_labels(centres, self.x_labels, int(self.width / _LETTER))
        yield _line(self.left, self.bottom, self.right, self.bottom, "axis")
        for tick, label in zip(self.x_ticks, self.x_labels, strict=True):
            yield _line(self.x(tick), self.bottom, self.x(tick), self.bottom + 5, "axis")
            if any(label == one for _, one in kept):
                yield _text(self.x(tick), self.bottom + 19, label, "label", "middle")

    def _mark(self, mark: Dots | Path | Steps | Columns) -> Iterator[str]:
        if isinstance(mark, Columns):
            yield from self._columns(mark)
        elif isinstance(mark, Dots):
            yield from self._dots(mark)
        else:
            places = _stair(mark) if isinstance(mark, Steps) else mark.places
            points = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in places)
            colour = PALETTE[mark.role]
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'

    def _dots(self, mark: Dots) -> Iterator[str]:
        radius = 4.2 if mark.role == "front" else 3.4 if mark.bold else 2.6
        names = mark.names or ("",) * len(mark.places)
        yield f'<g fill="{PALETTE[mark.role]}">'
        for (x, y), name in zip(mark.places, names, strict=True):
            inside = f"<title>{_escaped(name)}</title>" if name else ""
            yield f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius}">{inside}</circle>'
        yield "</g>"

    def _columns(self, mark: Columns) -> Iterator[str]:
        wide = mark.share * (self.right - self.left)
        for number, count in enumerate(mark.counts):
            if count:
                tall = max(self.bottom - self.y(count), 1.0)
                gap = 1.0 if wide > 4 else 0.0
                yield _rectangle(self.left + number * wide, self.bottom - tall, wide - gap, tall, mark.role)

    def _guides(self) -> Iterator[str]:
        guides = sorted(self.plot.guides, key=lambda guide: guide.at)
        labels = [f"{guide.name} {guide.value}" for guide in guides]
        centres = [int(self.x(guide.at) / _LETTER) for guide in guides]
        placed = push_labels(centres, labels, int(self.right / _LETTER)) or place_labels(
            centres, labels, int(self.right / _LETTER)
        )
        for guide in guides:
            x = self.x(guide.at)
            yield _line(x, self.top - 4, x, self.bottom, "marker", ' stroke-dasharray="2 3"')
        for start, label in placed:
            yield _text((start + len(label) / 2) * _LETTER, self.top - 10, label, "marker", "middle")

    def _notes(self) -> Iterator[str]:
        for note in self.plot.notes:
            x, y = self.x(note.at[0]), self.y(note.at[1])
            colour = PALETTE[note.role]
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="{colour}" stroke-width="2"/>'
            on_the_left = x + 12 + cell_width(note.text) * _LETTER > self.right
            yield _text(
                x - 12 if on_the_left else x + 12, y + 4, note.text, note.role, "end" if on_the_left else "start"
            )

    def _words(self) -> Iterator[str]:
        """Write the titles of the axes, the legend and the remarks."""
        plot = self.plot
        yield _text(16, self.above, axis_title(plot.y_axis, self.y_unit, "up"), "label")
        yield from _legend(self.legend, self.right, self.legend_top)
        yield _text(self.right, self.bottom + 38, axis_title(plot.x_axis, self.x_unit, "across"), "label", "end")
        if plot.remarks:
            yield _text(16, self.height - 12, "; ".join(plot.remarks), "label", more=' font-size="11"')


def _stair(mark: Steps) -> list[tuple[float, float]]:
    """Give the corners of a line that goes only across and up or down."""
    corners = list(mark.places[:1])
    for (x, y), (x_next, y_next) in zip(mark.places, mark.places[1:], strict=False):
        corners += [(x_next, y) if mark.across_first else (x, y_next), (x_next, y_next)]
    return corners


def _legend(legend: Legend, right: float, top: float) -> Iterator[str]:
    """Write the rows of the legend, one under the other, so that the widest ends at the right."""
    left = right - (legend.width + 1) * _LETTER
    for number, row in enumerate(legend.rows):
        x, y = left, top + number * _LEGEND_ROW
        for key, label in row:
            if key.sign == "line":
                yield _line(x, y - 4, x + 10, y - 4, key.role, ' stroke-width="2.5"')
            else:
                yield f'<circle cx="{x + 5:.1f}" cy="{y - 4:.1f}" r="4" fill="{PALETTE[key.role]}"/>'
            yield _text(x + 14, y, label, "label")
            x += (4 + cell_width(label)) * _LETTER


def _bars(plot: BarPlot, width: int, height: int) -> Iterator[str]:
    """Draw horizontal bars with their labels on the left and their values at the end."""
    top = 36.0 if plot.title else 12.0
    meaning = axis_title(plot.axis, "", "across")
    if meaning:
        yield _text(16, top + 12, meaning, "label")
        top += 24
    labels = [cut(bar.label, 36) for bar in plot.bars]
    left = 24 + max(map(cell_width, labels)) * _LETTER
    right = width - 24 - max(cell_width(bar.text) for bar in plot.bars) * _LETTER
    step = min((height - top - 12) / len(plot.bars), _THICKEST_BAR / 0.7)
    zero = left + plot.scale.fraction(0.0) * (right - left)
    for number, (bar, label) in enumerate(zip(plot.bars, labels, strict=True)):
        y = top + number * step
        end = left + plot.scale.fraction(bar.value) * (right - left) if is_finite(bar.value) else zero
        yield _text(left - 8, y + step / 2 + 4, label, "label", "end")
        yield _rectangle(min(zero, end), y + step * 0.15, abs(end - zero), step * 0.7, bar.role)
        yield _text(max(zero, end) + 6, y + step / 2 + 4, bar.text, "label")
