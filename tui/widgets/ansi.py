"""A program's raw output as lines of safe, coloured text, without a terminal emulator.

`LineSplitter` cuts the bytes into lines as they come, at the speed of `str.split`; `parse_line` turns one line into
segments when it is shown. Colours (SGR: 16, 256 and 24-bit, bold, dim, italic, underline, reverse, strike) are kept.
Everything else that a terminal would obey is dropped or made visible. The codes are those of ECMA-48 and xterm.
"""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from .segments import visible

CELL_LIMIT: Final = 10_000
"""A line is cut after so many cells."""

CHARACTER_LIMIT: Final = 4 * CELL_LIMIT
"""A line is kept up to so many characters, its escape sequences included."""

CUT_MARK: Final = " … (line cut)"

_TAB = 8

# Each sequence is bounded or stops at the next control character, so that no input is read twice.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)(?P<codes>[0-9;:]{0,64})m"
    r"|(?:\x1b\[|\x9b)(?P<erase>[0-9]{0,4})K"
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{1,8}[0-~]"
    r"|\x1b[0-OQ-WYZ\\`-~]"
    r"|(?P<tab>\t)"
    r"|(?P<other>[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff])"
)
_DROPPED = "\x00\x07\x08\r\n"
_ATTRIBUTES = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    9: Style(strike=True),
    21: Style(underline=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    29: Style(strike=False),
}
_SHOWN_ATTRIBUTES = (("bold", 1), ("dim", 2), ("italic", 3), ("underline", 4), ("reverse", 7), ("strike", 9))


class LineSplitter:
    """Cuts a stream of bytes, fed in any pieces, into lines that can each be read alone.

    A carriage return starts the line again, as progress bars do: the last thing written is kept. Colours that are still
    on at the end of a line are repeated at the start of the next one.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._written = ""
        self._returned = False
        self._colours = ""

    @property
    def partial(self) -> str:
        """The last line as far as it has come, in the same form as the lines that `feed` returns."""
        return self._colours + self._written

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes and return the lines that they complete."""
        first, *others = self._decoder.decode(data).split("\n")
        self._write(first)
        lines: list[str] = []
        for text in others:
            lines.append(self._colours + self._written)
            self._start_again()
            self._write(text)
        return lines

    def _write(self, text: str) -> None:
        if "\r" not in text:
            self._extend(text)
            return
        first, *others = text.split("\r")
        self._extend(first)
        for part in others:
            # Not yet the end of what was written: "100 %\r\n" is a finished line, not an empty one.
            self._returned = True
            self._extend(part)

    def _extend(self, text: str) -> None:
        if not text:
            return
        if self._returned:
            self._start_again()
        self._written = (self._written + text)[:CHARACTER_LIMIT]

    def _start_again(self) -> None:
        written = self._written
        last = written.rfind("\x1b[")
        if last >= 0 and written.startswith(("0m", "m"), last + 2) and "\x9b" not in written:
            self._colours = ""  # the last sequence is a reset, as on nearly every coloured line: no need to read it all
        elif self._colours or "\x1b" in written or "\x9b" in written:
            self._colours = colours_after(self._colours + written)
        self._written, self._returned = "", False


def colours_after(line: str) -> str:
    """Return the one SGR sequence that brings about the colours which are on at the end of a line, "" if none are."""
    style = Style.null()
    for match in _SEQUENCE.finditer(line):
        if match["codes"] is not None:
            style = apply_sgr(style, match["codes"])
    return sgr_of(style)


@lru_cache(4096)
def sgr_of(style: Style) -> str:
    """Return the SGR sequence that turns plain text into `style`, "" for plain text."""
    codes = [str(code) for name, code in _SHOWN_ATTRIBUTES if getattr(style, name)]
    if style.color is not None:
        codes += style.color.get_ansi_codes(foreground=True)
    if style.bgcolor is not None:
        codes += style.bgcolor.get_ansi_codes(foreground=False)
    return f"\x1b[{';'.join(codes)}m" if codes else ""


@lru_cache(4096)
def apply_sgr(style: Style, codes: str) -> Style:
    """Return the style after an SGR sequence with these codes, such as "1;38;5;208"; unknown ones change nothing."""
    numbers = iter([int(code) if code.isdecimal() else 0 for code in re.split("[;:]", codes)])
    for number in numbers:
        if number == 0:
            style = Style.null()
        elif number in _ATTRIBUTES:
            style += _ATTRIBUTES[number]
        elif number in (38, 48):
            colour = _extended_colour(numbers)
            if colour is not None:
                style += Style(color=colour) if number == 38 else Style(bgcolor=colour)
        else:
            style = _with_basic_colour(style, number)
    return style


def _extended_colour(numbers: Iterator[int]) -> Color | None:
    """Read what follows a 38 or 48: "5;N" of 256 colours or "2;R;G;B"; None if it is neither."""
    kind = next(numbers, None)
    if kind == 5:
        number = next(numbers, 0)
        return Color.from_ansi(number) if number < 256 else None
    if kind == 2:
        red, green, blue = (min(next(numbers, 0), 255) for _ in range(3))
        return Color.from_rgb(red, green, blue)
    return None


def _with_basic_colour(style: Style, number: int) -> Style:
    """Apply one of the codes of the 16 colours, or of the terminal's own colour (39, 49)."""
    if 30 <= number <= 37:
        return style + Style(color=Color.from_ansi(number - 30))
    if 40 <= number <= 47:
        return style + Style(bgcolor=Color.from_ansi(number - 40))
    if 90 <= number <= 97:
        return style + Style(color=Color.from_ansi(number - 82))
    if 100 <= number <= 107:
        return style + Style(bgcolor=Color.from_ansi(number - 92))
    if number in (39, 49):
        kept = Style(bgcolor=style.bgcolor) if number == 39 else Style(color=style.color)
        return style.without_color + kept
    return style


def parse_line(line: str) -> list[Segment]:
    """Turn a line as `LineSplitter` gives it into segments: no control character left, at most CELL_LIMIT cells."""
    if line.isprintable():
        return _cut([Segment(line)], line) if line else []
    segments: list[Segment] = []
    style, end, column = Style.null(), 0, 0
    for match in _SEQUENCE.finditer(line):
        text = line[end : match.start()]
        end = match.end()
        column += cell_len(text)
        if match["tab"]:
            text += " " * (_TAB - column % _TAB)
            column += _TAB - column % _TAB
        elif match["other"] and match["other"] not in _DROPPED:
            text += visible(match["other"])
            column += 1
        if text:
            segments.append(Segment(text, style))
        if match["codes"] is not None:
            style = apply_sgr(style, match["codes"])
        elif match["erase"] in ("1", "2"):
            segments.clear()
    if end < len(line):
        segments.append(Segment(line[end:], style))
    return _cut(segments, line)


def _cut(segments: list[Segment], line: str) -> list[Segment]:
    """Return the segments up to CELL_LIMIT cells, with a mark if there was more or `line` was cut before."""
    left = CELL_LIMIT
    for index, segment in enumerate(segments):
        length = cell_len(segment.text)
        if length > left:
            return [*segments[:index], Segment(set_cell_size(segment.text, left), segment.style), Segment(CUT_MARK)]
        left -= length
    return [*segments, Segment(CUT_MARK)] if len(line) >= CHARACTER_LIMIT else segments


def plain_line(line: str) -> str:
    """Return a line as `LineSplitter` gives it without its colours, as it reads when shown."""
    if len(line) <= CELL_LIMIT // 2 and line.isprintable():
        return line
    return "".join(segment.text for segment in parse_line(line))
