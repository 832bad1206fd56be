"""One row of a program's raw output as safe, coloured text: what a terminal would show after all of it.

A row is kept as it was written, and read when it is shown: colours, tabs, backspaces, a carriage return and what is
written over the start then, the cursor's moves within the row, erased and inserted cells. Everything else that a
terminal would obey is dropped or made visible. The codes are those of ECMA-48 and xterm.
"""

import re
from itertools import groupby
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from .segments import visible
from .sgr import SGR, apply_sgr, sgr_of

CELL_LIMIT: Final = 10_000
"""A row is cut after so many cells."""

CHARACTER_LIMIT: Final = 4 * CELL_LIMIT
"""A row is kept up to so many characters, its escape sequences included."""

CUT_MARK: Final = " … (line cut)"

_TAB = 8
_MARKS = 8  # so many combining marks are kept on one character
_CELLS_MOVED = 3_000_000  # in one row; what would erase, insert or delete after them is hostile, and left undone

# Each sequence is bounded or stops at the next control character, so that no input is read twice.
_SEQUENCE = re.compile(
    r"\x1b\[(?P<codes>[0-9;:]{0,64})m"
    r"|\x1b\[(?P<number>[0-9]{0,9})(?:;[0-9;]{0,32})?(?P<edit>[CDGKPX@`a])"
    r"|\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{1,8}[0-~]"
    r"|\x1b[0-OQ-WYZ\\`-~]"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff])"
)
_DROPPED = "\x00\x07\n"
# Characters of which each surely takes one cell: Latin, Greek, Cyrillic, dashes and quotes, lines and blocks, Braille.
_NARROW = re.compile("[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2500-\u25fc\u2800-\u28ff]*")


class _Cells:
    """The cells of a row, the cursor among them, and the colours to write with."""

    def __init__(self, columns: int) -> None:
        self.texts: list[str] = []  # "" is the second cell of a wide character
        self.styles: list[Style] = []
        self.column = 0
        self.style = Style.null()
        self._last_column = min(columns, CELL_LIMIT) - 1
        self._moved = 0

    def write(self, text: str) -> None:
        """Write over what is there, from the cursor on."""
        if _NARROW.fullmatch(text):
            # One cell more than the limit is kept: it shows that there was more.
            self._put(list(text[: max(0, CELL_LIMIT + 1 - self.column)]))
            return
        for character in text:
            width = cell_len(character)
            if width == 0:
                self._add_mark(character)
            elif self.column + width <= CELL_LIMIT + 1:
                self._put([character, ""][:width])

    def _put(self, texts: list[str]) -> None:
        start, end = self.column, self.column + len(texts)
        if start < len(self.texts):
            self._part(start)
            self._part(end)
        else:
            self._fill_up_to(start)
        self.texts[start:end] = texts
        self.styles[start:end] = [self.style] * len(texts)
        self.column = end

    def _add_mark(self, mark: str) -> None:
        """Combine a mark with the character before the cursor."""
        before = min(self.column, len(self.texts)) - 1
        if before > 0 and not self.texts[before]:
            before -= 1
        if before >= 0 and len(self.texts[before]) <= _MARKS:
            self.texts[before] += mark

    def _part(self, column: int) -> None:
        """Make blanks of a wide character that stands on both sides of the left edge of `column`."""
        if 0 < column < len(self.texts) and not self.texts[column]:
            self.texts[column - 1 : column + 1] = "  "

    def _fill_up_to(self, column: int) -> None:
        missing = column - len(self.texts)
        if missing > 0:
            self.texts += " " * missing
            self.styles += [Style.null()] * missing

    def control(self, character: str) -> None:
        """Do what a control character asks for, or show a sign for it."""
        if character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character == "\t":
            self.column = min(self.column + _TAB - self.column % _TAB, CELL_LIMIT)
        elif character not in _DROPPED:
            self.write(visible(character))

    def edit(self, kind: str, number: int) -> None:
        """Do what a sequence with this final character and number asks for; no number counts as 0."""
        count = max(1, min(number, CELL_LIMIT))
        if kind in "Ca":
            self.column = max(self.column, min(self.column + count, self._last_column))
        elif kind == "D":
            self.column = max(0, self.column - count)
        elif kind in "G`":
            self.column = min(count - 1, self._last_column)
        else:
            self._rearrange(kind, number, count)

    def _rearrange(self, kind: str, number: int, count: int) -> None:
        self._moved += max(self.column, len(self.texts))
        if self._moved > _CELLS_MOVED:
            return
        if kind == "K":
            self._erase(number)
        elif kind == "X":
            self._blank(self.column, self.column + count)
        elif kind == "P":
            self._delete(self.column, self.column + count)
        elif kind == "@":
            self._insert(count)

    def _erase(self, which: int) -> None:
        """Erase from the cursor on (0), up to it (1) or the whole row (2)."""
        if which == 0:
            self._delete(self.column, len(self.texts))
        elif which == 1:
            self._blank(0, self.column + 1)
        elif which == 2:
            self._delete(0, len(self.texts))

    def _blank(self, start: int, end: int) -> None:
        end = min(end, len(self.texts))
        self._part(start)
        self._part(end)
        if start < end:
            self.texts[start:end] = " " * (end - start)
            self.styles[start:end] = [Style.null()] * (end - start)

    def _delete(self, start: int, end: int) -> None:
        self._part(start)
        self._part(end)
        del self.texts[start:end], self.styles[start:end]

    def _insert(self, count: int) -> None:
        if self.column < len(self.texts):
            self._part(self.column)
            self.texts[self.column : self.column] = " " * count
            self.styles[self.column : self.column] = [Style.null()] * count
            del self.texts[CELL_LIMIT + 1 :], self.styles[CELL_LIMIT + 1 :]

    def segments(self) -> list[Segment]:
        """Return the cells as segments, those of one style together."""
        segments: list[Segment] = []
        start = 0
        for _, run in groupby(self.styles, id):  # by identity: to compare styles takes ten times as long
            end = start + len(list(run))
            segments.append(Segment("".join(self.texts[start:end]), self.styles[start]))
            start = end
        return segments

    def place(self) -> str:
        """Return what brings the cursor from behind the last cell to where it is."""
        before, back = len(self.texts), len(self.texts) - self.column
        if back >= 0:
            return f"\x1b[{back}D" if back else ""
        # Tabs: they write nothing, and no edge of the terminal stops them.
        tabs = self.column // _TAB + 1 - before // _TAB
        return "\t" * tabs + f"\x1b[{_TAB - self.column % _TAB}D"


def _cells_of(row: str, columns: int) -> _Cells:
    """Obey a row from its beginning to its end."""
    cells, end = _Cells(columns), 0
    for match in _SEQUENCE.finditer(row):
        if end < match.start():
            cells.write(row[end : match.start()])
        end = match.end()
        if match["control"] is not None:
            cells.control(match["control"])
        elif match["codes"] is not None:
            cells.style = apply_sgr(cells.style, match["codes"])
        elif match["edit"] is not None:
            cells.edit(match["edit"], int(match["number"] or 0))
    if end < len(row):
        cells.write(row[end:])
    return cells


def parse_line(row: str, columns: int = CELL_LIMIT) -> list[Segment]:
    """Return what a row shows: no control character left, at most CELL_LIMIT cells and a mark.

    `columns` is the width of the terminal that it was written for: a cursor sent further to the right stops there.
    Text never does, since rows are not wrapped here.
    """
    if not row:
        return []
    segments = [Segment(row)] if row.isprintable() else _cells_of(row, columns).segments()
    return _cut(segments, row)


def _cut(segments: list[Segment], row: str) -> list[Segment]:
    """Return the segments up to CELL_LIMIT cells, with a mark if there was more or `row` was cut before."""
    left = CELL_LIMIT
    for index, segment in enumerate(segments):
        length = cell_len(segment.text)
        if length > left:
            return [*segments[:index], Segment(set_cell_size(segment.text, left), segment.style), Segment(CUT_MARK)]
        left -= length
    return [*segments, Segment(CUT_MARK)] if row.isprintable() and len(row) >= CHARACTER_LIMIT else segments


def plain_line(row: str, columns: int = CELL_LIMIT) -> str:
    """Return what a row shows without its colours."""
    if len(row) <= CELL_LIMIT // 2:
        text = SGR.sub("", row) if "\x1b" in row else row
        if text.isprintable():
            return text
    return "".join(segment.text for segment in parse_line(row, columns))


def column_after(row: str, columns: int = CELL_LIMIT) -> int:
    """Return the cell that the cursor is on after a row was written, 0 being the first."""
    last = row[row.rfind("\r") + 1 :]
    text = SGR.sub("", last) if "\x1b" in last else last
    if len(text) <= CELL_LIMIT and _NARROW.fullmatch(text):
        return len(text)
    return _cells_of(row, columns).column


def shortened(row: str, columns: int = CELL_LIMIT) -> str:
    """Return a row that shows the same and can be written on alike, without what was written over.

    It has at most half of CHARACTER_LIMIT characters, or ends in a mark, unless it was all printable.
    """
    if row.isprintable():
        return row[:CHARACTER_LIMIT]
    cells = _cells_of(row, columns)
    pieces: list[str] = []
    length, style = 0, Style.null()
    for segment in cells.segments():
        colours = _change(style, segment.style or Style.null())
        length += len(colours) + len(segment.text)
        if length > CHARACTER_LIMIT // 2:
            pieces += ["\x1b[m", CUT_MARK]
            break
        pieces += [colours, segment.text]
        style = segment.style or Style.null()
    return "".join([*pieces, cells.place(), _change(style, cells.style)])


def _change(before: Style, after: Style) -> str:
    """Return the sequences that lead from one style to another."""
    return "" if sgr_of(before) == sgr_of(after) else "\x1b[m" + sgr_of(after)
