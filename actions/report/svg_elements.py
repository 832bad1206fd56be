"""Pieces of an SVG picture: texts, lines, rectangles, the shapes that stand for a terminal's signs, the colours."""

from collections.abc import Iterator

from .canvas import marker
from .cells import cell_width, clean
from .legend import Legend

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

LEGEND_ROW = 18
LETTER = 6.6
"""About how wide a letter of twelve pixels is; SVG has no way to ask."""


def escaped(text: str) -> str:
    """Make a text safe between tags and in attributes; characters that XML forbids become visible signs."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def text(x: float, y: float, words: str, role: str, anchor: str = "start", more: str = "") -> str:
    """Write words that start, end or have their middle at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{PALETTE[role]}" text-anchor="{anchor}"{more}>{escaped(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, role: str, more: str = "") -> str:
    """Draw a straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{PALETTE[role]}"{more}/>'


def rectangle(x: float, y: float, width: float, height: float, role: str) -> str:
    """Draw a filled rectangle, thin but never invisible."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{PALETTE[role]}"/>'


def heading(title: str) -> list[str]:
    """Write the title of a figure, if it has one."""
    return [text(16, 24, title, "title", more=' font-size="15" font-weight="600"')] if title else []


_CORNERS = {
    "▲": ((0, -1.25), (1.1, 0.8), (-1.1, 0.8)),
    "▼": ((0, 1.25), (1.1, -0.8), (-1.1, -0.8)),
    "■": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "◆": ((0, -1.3), (1.1, 0), (0, 1.3), (-1.1, 0)),
}


def shape(sign: str, x: float, y: float, radius: float, colour: str, inside: str = "") -> str:
    """Draw what stands for a terminal's sign: a disc, a ring, a triangle, a square, a diamond."""
    if sign in _CORNERS:
        corners = " ".join(f"{x + across * radius:.1f},{y + up * radius:.1f}" for across, up in _CORNERS[sign])
        return f'<polygon points="{corners}">{inside}</polygon>'
    hollow = f' fill="none" stroke="{colour}" stroke-width="1.4"' if sign == "○" else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"{hollow}>{inside}</circle>'


def legend_rows(legend: Legend, right: float, top: float) -> Iterator[str]:
    """Write the rows of the legend, one under the other, so that the widest ends at the right."""
    left = right - (legend.width + 1) * LETTER
    for number, row in enumerate(legend.rows):
        x, y = left, top + number * LEGEND_ROW
        for key, label in row:
            if key.sign == "line":
                yield line(x, y - 4, x + 10, y - 4, key.role, ' stroke-width="2.5"')
            else:
                sign = marker(key.shape or key.role, "braille") if key.sign == "marker" else "●"
                yield f'<g fill="{PALETTE[key.role]}">{shape(sign, x + 5, y - 4, 4, PALETTE[key.role])}</g>'
            yield text(x + 14, y, label, "label")
            x += (4 + cell_width(label)) * LETTER
