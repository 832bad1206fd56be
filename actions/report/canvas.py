"""A grid of terminal cells to draw on: dots finer than a cell, lines, steps, bars and text, each with its role.

Three sets of symbols: "braille" (2 x 4 dots a cell), "block" (2 x 2 quarters a cell) and "ascii" (one sign a cell).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from .cells import character_width, clean, cut
from .chart import Chart, Span

Symbols = Literal["braille", "block", "ascii"]

_NORTH, _EAST, _SOUTH, _WEST = 1, 2, 4, 8
_BOX = " ╵╶└╷│┌├╴┘─┴┐┤┬┼"
"""The box-drawing character for each set of directions, as the sum of their numbers."""
_BOX_ASCII = " ||+||++-+-+++++"
_QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""The block for each set of quarters: 1 upper left, 2 upper right, 4 lower left, 8 lower right."""
_BRAILLE_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_QUARTER_BITS = ((1, 2), (4, 8))
_UPWARD = " ▁▂▃▄▅▆▇█"
_UPWARD_ASCII = " ...::::#"
_RIGHTWARD = " ▏▎▍▌▋▊▉█"
_RIGHTWARD_ASCII = " ...====="

_ASCII_TEXT = str.maketrans({"←": "<", "→": ">", "↑": "^", "↓": "v", "…": "~", "µ": "u"})
"""The signs that the charts themselves write, for terminals that may not have them."""

_MARKERS = {
    "point": "●",
    "front": "●",
    "dominated": "○",
    "cursor": "◉",
    "marker": "▲",
    "series-0": "●",
    "series-1": "▲",
    "series-2": "■",
    "series-3": "◆",
    "series-4": "▼",
    "series-5": "○",
}
_MARKERS_ASCII = {
    "point": "o",
    "front": "O",
    "dominated": ".",
    "cursor": "@",
    "marker": "^",
    "series-0": "o",
    "series-1": "x",
    "series-2": "+",
    "series-3": "*",
    "series-4": "%",
    "series-5": "=",
}


def marker(role: str, symbols: Symbols) -> str:
    """Give the sign, one cell wide, that stands for a point of this role; series differ in it, not in colour alone."""
    return (_MARKERS_ASCII if symbols == "ascii" else _MARKERS).get(role, "o" if symbols == "ascii" else "•")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells on a canvas: its first cell from the left and from the top, and its size."""

    left: int
    top: int
    width: int
    height: int

    def column(self, fraction: float) -> int:
        """Give the cell column at a fraction of the width."""
        return self.left + min(self.width - 1, int(fraction * self.width))

    def row(self, fraction: float) -> int:
        """Give the cell row at a fraction of the height, which counts from the bottom."""
        return self.top + self.height - 1 - min(self.height - 1, int(fraction * self.height))


class Canvas:
    """Cells to draw on. What is drawn outside is left out; signs cover dots, and what comes later what was before."""

    def __init__(self, width: int, height: int, symbols: Symbols = "braille") -> None:
        self.width = max(0, width)
        self.height = max(0, height)
        self.symbols: Symbols = symbols
        self.dots_across, self.dots_down = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}[symbols]
        self._characters: list[str] = [" "] * (self.width * self.height)
        self._roles: list[str] = [""] * (self.width * self.height)
        self._dots: list[int] = [0] * (self.width * self.height)

    @classmethod
    def of(cls, chart: Chart, symbols: Symbols = "braille") -> "Canvas":
        """Make a canvas on which a chart is drawn already."""
        canvas = cls(chart.width, chart.height, symbols)
        for y, row in enumerate(chart.rows):
            place = y * canvas.width
            for span in row:
                for character in span.text:
                    width = character_width(character)
                    if not width:
                        canvas._characters[place - 1] += character
                        continue
                    canvas._characters[place : place + width] = [character, *[""] * (width - 1)]
                    canvas._roles[place : place + width] = [span.role] * width
                    place += width
        return canvas

    def _index(self, x: int, y: int) -> int | None:
        return y * self.width + x if 0 <= x < self.width and 0 <= y < self.height else None

    # Dots

    def dot_at(self, area: Area, across: float, up: float) -> tuple[int, int]:
        """Give the dot, counted from the canvas's upper left, at two fractions of an area."""
        columns, rows = area.width * self.dots_across, area.height * self.dots_down
        x = min(columns - 1, int(across * columns))
        y = rows - 1 - min(rows - 1, int(up * rows))
        return area.left * self.dots_across + x, area.top * self.dots_down + y

    def dot(self, x: int, y: int, role: str) -> None:
        """Set one dot; its whole cell takes the role, as a cell has one colour only."""
        column, row = x // self.dots_across, y // self.dots_down
        index = self._index(column, row)
        if index is None or (self.symbols != "ascii" and self._characters[index] != " "):
            return
        across, down = x % self.dots_across, y % self.dots_down
        if self.symbols == "ascii":
            self._split_wide(index, column)
            self._characters[index] = marker(role, self.symbols)
        else:
            bits = _BRAILLE_BITS if self.symbols == "braille" else _QUARTER_BITS
            self._dots[index] |= bits[down][across]
        self._roles[index] = role

    def line(self, start: tuple[int, int], end: tuple[int, int], role: str) -> None:
        """Draw a straight line of dots between two dots (J. E. Bresenham, IBM Systems Journal 4(1), 1965)."""
        (x, y), (x_end, y_end) = start, end
        x_step, y_step = (1 if x < x_end else -1), (1 if y < y_end else -1)
        across, down = abs(x_end - x), -abs(y_end - y)
        error = across + down
        self.dot(x, y, role)
        while (x, y) != (x_end, y_end):
            doubled = 2 * error
            if doubled >= down:
                error += down
                x += x_step
            if doubled <= across:
                error += across
                y += y_step
            self.dot(x, y, role)

    # Whole cells

    def put(self, x: int, y: int, character: str, role: str) -> None:
        """Write one character that is one cell wide."""
        index = self._index(x, y)
        if index is not None:
            self._split_wide(index, x)
            self._characters[index], self._roles[index], self._dots[index] = character, role, 0

    def is_blank(self, x: int, y: int) -> bool:
        """Tell whether nothing has been drawn in a cell."""
        index = self._index(x, y)
        return index is not None and self._characters[index] == " " and not self._dots[index]

    def has_text(self, x: int, y: int) -> bool:
        """Tell whether a label is written in a cell."""
        index = self._index(x, y)
        return index is not None and self._roles[index] == "label" and self._characters[index] != " "

    def text(self, x: int, y: int, text: str, role: str, limit: int | None = None) -> None:
        """Write a text from cell `x` on, cut with "…" at `limit` cells or at the edge."""
        x = last = max(0, x)
        room = self.width - x
        text = cut(clean(text), room if limit is None else min(limit, room))
        for character in text.translate(_ASCII_TEXT) if self.symbols == "ascii" else text:
            width = character_width(character)
            if width == 0:
                self._combine(last, y, character)
                continue
            self.put(x, y, character, role)
            if width == 2:
                self.put(x + 1, y, "", role)
            last, x = x, x + width

    def _combine(self, x: int, y: int, character: str) -> None:
        index = self._index(x, y)
        if index is not None:
            self._characters[index] += character

    def _split_wide(self, index: int, x: int) -> None:
        """Blank the other half of a wide character that is about to lose one."""
        if self._characters[index] == "" and x > 0:
            self._characters[index - 1] = " "
        if x + 1 < self.width and self._characters[index + 1] == "":
            self._characters[index + 1] = " "

    def steps(self, corners: Sequence[tuple[int, int]], role: str, *, across_first: bool = True) -> None:
        """Join cells by horizontal and vertical lines, first across and then up or down, or the other way round."""
        cells: dict[tuple[int, int], int] = {}
        for (x, y), (x_next, y_next) in pairwise(corners):
            bend = (x_next, y) if across_first else (x, y_next)
            _join(cells, (x, y), bend)
            _join(cells, bend, (x_next, y_next))
        signs = _BOX_ASCII if self.symbols == "ascii" else _BOX
        for (x, y), directions in cells.items():
            self.put(x, y, signs[directions], role)

    def column(self, x: int, bottom: int, eighths: int, role: str) -> None:
        """Draw a bar upwards from the cell (x, bottom), in eighths of a cell."""
        signs = _UPWARD_ASCII if self.symbols == "ascii" else _UPWARD
        for step in range(-(-eighths // 8)):
            self.put(x, bottom - step, signs[min(8, eighths - 8 * step)], role)

    def bar(self, x: int, y: int, eighths: int, role: str) -> None:
        """Draw a bar to the right from the cell (x, y), in eighths of a cell."""
        signs = _RIGHTWARD_ASCII if self.symbols == "ascii" else _RIGHTWARD
        for step in range(-(-eighths // 8)):
            self.put(x + step, y, signs[min(8, eighths - 8 * step)], role)

    # The result

    def chart(self, title: str = "") -> Chart:
        """Give what was drawn."""
        return Chart(tuple(self._row(y) for y in range(self.height)), self.width, self.height, title)

    def _row(self, y: int) -> tuple[Span, ...]:
        start, end = y * self.width, (y + 1) * self.width
        characters = self._characters[start:end]
        for x, dots in enumerate(self._dots[start:end]):
            if dots:
                characters[x] = chr(0x2800 + dots) if self.symbols == "braille" else _QUARTERS[dots]
        cells = zip(self._roles[start:end], characters, strict=True)
        grouped = groupby(cells, key=lambda cell: cell[0])
        return tuple(Span("".join(character for _, character in group), role) for role, group in grouped)


def _join(cells: dict[tuple[int, int], int], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Note in each cell of a horizontal or vertical line in which directions the line leaves it."""
    (x, y), (x_end, y_end) = start, end
    while (x, y) != (x_end, y_end):
        x_step = (x_end > x) - (x_end < x)
        y_step = (y_end > y) - (y_end < y)
        leaving = {(1, 0): _EAST, (-1, 0): _WEST, (0, 1): _SOUTH, (0, -1): _NORTH}[x_step, y_step]
        entering = {_EAST: _WEST, _WEST: _EAST, _SOUTH: _NORTH, _NORTH: _SOUTH}[leaving]
        cells[x, y] = cells.get((x, y), 0) | leaving
        x, y = x + x_step, y + y_step
        cells[x, y] = cells.get((x, y), 0) | entering
