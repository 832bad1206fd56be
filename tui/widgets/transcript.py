"""What a program wrote to its terminal, as lines: those on the screen can be written over, those above are final.

Text without moves of the cursor is cut into lines at the speed of `str.split`. What is written within one row stays as
it came and is read when it is shown (`ansi`); only moves from row to row are obeyed here, as progress bars, container
tools and package managers make them. Rows are not wrapped: the screen is as wide as its text.
"""

import codecs
import re
from typing import NamedTuple

from .ansi import CHARACTER_LIMIT, column_after, shortened
from .sgr import colours_after

ROWS, COLUMNS = 24, 80
"""The size of a terminal that nobody has told us about."""

_ROW_LIMIT = 1000  # rows of a screen; a program could ask for any number
_LONG = 1000  # characters; a line with more, written over often, is shortened once it is final

# The look ahead is for speed: nearly all sequences are colours.
_MOVE = re.compile(
    r"\x1b(?!\[[0-9;]{0,64}+m)"
    r"(?:\[(?P<private>\??)(?P<numbers>[0-9;]{0,64}+)(?P<final>[ABEFHJLMdfhlrsu])|(?P<escape>[78DEMc]))"
)
_LEAVES_WHOLE_SCREEN = re.compile(r"\x1b(?:\[\?(?:1049|1047|47)l|c)")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8})?")
_UNFINISHED_LIMIT = 80
_LEFT_OPEN = re.compile(r"\x1b(?!\[0?m)[^\x1b\n]*\n")
"""A line whose last sequence isn't the one that ends all colours."""
_WHOLE_SCREEN_MODES = {"47", "1047", "1049"}


class _Cursor(NamedTuple):
    """A place on the screen and the colours to write with there."""

    row: int
    column: int
    colours: str


class Transcript:
    """The lines of a program's output; bytes are fed in any pieces."""

    def __init__(self, rows: int = ROWS, columns: int = COLUMNS) -> None:
        """Start with an empty screen of so many rows and columns."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unread = ""
        self.lines: list[str] = [""]
        """Every row down to the lowest one written to, as it came: for `parse_line` and `plain_line`."""
        self.whole_screen = False
        """Whether the program has switched to the alternate screen; what it writes there is not kept."""
        self._top = 0  # the index of the screen's first row
        self._row = 0
        self._moved_to: _Cursor | None = None  # where the cursor is, unless that is the end of its row
        self._saved = _Cursor(0, 0, "")
        self._first_changed = 0
        self.resize(rows, columns)

    def resize(self, rows: int, columns: int) -> None:
        """Take another size of the terminal, in cells."""
        self.columns = max(1, columns)
        self._rows = max(1, min(rows, _ROW_LIMIT))
        self._last_row = self._rows - 1  # of the part that scrolls
        self._top = max(self._top, len(self.lines) - self._rows)
        if self._row < self._top:
            self._move(self._top)

    @property
    def count(self) -> int:
        """How many lines there are to show: empty ones from the cursor on are not counted."""
        count = len(self.lines)
        while count > self._row and not self.lines[count - 1]:
            count -= 1
        return count

    @property
    def final_count(self) -> int:
        """How many lines, from the first, can no longer change."""
        return self._top

    def take_first_changed(self) -> int:
        """Return the number of the first line that may be another than when this was asked before."""
        first, self._first_changed = self._first_changed, self._row
        return first

    def drop(self, count: int) -> None:
        """Forget the first lines; they must be final."""
        del self.lines[:count]
        self._top -= count
        self._row -= count
        self._first_changed = max(0, self._first_changed - count)
        if self._moved_to is not None:
            self._moved_to = self._moved_to._replace(row=self._row)

    # Reading

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the output."""
        text = (self._unread + self._decoder.decode(data)).replace("\x9b", "\x1b[").replace("\r\n", "\n")
        text, self._unread = _parted(text)
        position = 0
        while position < len(text):
            if self.whole_screen:
                match = _LEAVES_WHOLE_SCREEN.search(text, position)
                if match is None:
                    return
                self.whole_screen = False
            else:
                match = _MOVE.search(text, position)
                self._write(text[position : match.start()] if match else text[position:])
                if match is None:
                    return
                self._first_changed = min(self._first_changed, self._top)
                self._obey(match)
            position = match.end()

    def _write(self, text: str) -> None:
        """Write text in which the cursor changes rows with line ends only."""
        first, *others = text.split("\n")
        self._extend(first)
        if not others:
            return
        if self._row == len(self.lines) - 1 and self._last_row == self._rows - 1:
            last, others[-1] = others[-1], ""
            self._add(others, text)
            self._extend(last)
            return
        for part in others:
            self._feed_line(0)
            self._extend(part)

    def _extend(self, text: str) -> None:
        """Write within the row of the cursor."""
        if text.startswith("\x1b[K") and self._moved_to is not None and not self._moved_to.column:
            self.lines[self._row], text = "", text[3:]
        if not text:
            return
        row = self.lines[self._row] + self._prefix() + text
        if "\x1b[2K" in text or "\r\x1b[K" in text:
            row = self._erased(row)
        if len(row) > CHARACTER_LIMIT:
            row = shortened(row, self.columns)
        self.lines[self._row] = row

    def _prefix(self) -> str:
        """Return what brings the cursor to where it was moved."""
        if self._moved_to is None:
            return ""
        (_, column, colours), self._moved_to = self._moved_to, None
        row = self.lines[self._row]
        place = f"\x1b[{column + 1}G" if column else "\r" if row else ""
        return place + ("\x1b[m" if "\x1b" in row else "") + colours

    def _erased(self, row: str) -> str:
        """Return a row without what was there before it was last erased as a whole."""
        before, _, after = row.replace("\r\x1b[K", "\r\x1b[2K").rpartition("\x1b[2K")
        column = column_after(before, self.columns)
        return (f"\x1b[{column + 1}G" if column else "") + colours_after(before) + after

    def _add(self, lines: list[str], text: str) -> None:
        """Add lines below the cursor's, which is the last; `text` is what they were cut from."""
        colours = self._place().colours
        self._shorten_from(self._row)
        if colours or _LEFT_OPEN.search(text):
            for line in lines:
                self.lines.append(colours + line)
                colours = colours_after(self.lines[-1])
        else:
            self.lines += lines
        self._moved_to = None
        if "\r" in text or len(text) > CHARACTER_LIMIT:
            self._shorten_from(self._row + 1)
        self._row = len(self.lines) - 1
        self._top = max(self._top, self._row - self._last_row)

    def _shorten_from(self, number: int) -> None:
        for index in range(number, len(self.lines)):
            line = self.lines[index]
            if len(line) > CHARACTER_LIMIT or (len(line) > _LONG and "\r" in line):
                self.lines[index] = shortened(line, self.columns)

    # Moving

    def _place(self) -> _Cursor:
        """Find out where the cursor is and what colours are on."""
        if self._moved_to is None:
            line = self.lines[self._row]
            return _Cursor(self._row, column_after(line, self.columns), colours_after(line))
        return self._moved_to

    def _move(self, row: int, column: int | None = None) -> None:
        """Put the cursor on a row of the screen, in the same column if none is given."""
        place = self._place()
        self._row = max(self._top, min(row, self._top + self._rows - 1))
        self.lines += [""] * (self._row + 1 - len(self.lines))
        column = min(place.column if column is None else max(0, column), self.columns - 1)
        self._moved_to = _Cursor(self._row, column, place.colours)

    def _feed_line(self, column: int | None = None) -> None:
        """Go one row down; at the end of the part that scrolls, its first row becomes final."""
        if self._row - self._top == self._last_row:
            self.lines.insert(self._row + 1, "")
            self._top += 1
        self._move(self._row + 1, column)

    def _obey(self, match: re.Match[str]) -> None:
        """Do what a sequence asks for that can change the row or the screen."""
        if match["escape"]:
            self._obey_escape(match["escape"])
        elif match["private"]:
            if match["final"] == "h" and _WHOLE_SCREEN_MODES & set(match["numbers"].split(";")):
                self.whole_screen = True
        else:
            numbers = [int(number[:9] or 0) for number in match["numbers"].split(";")]
            self._obey_control(match["final"], numbers[0], numbers[1] if len(numbers) > 1 else 0)

    def _obey_escape(self, final: str) -> None:
        if final == "7":
            self._save()
        elif final == "8":
            self._restore()
        elif final == "D":
            self._feed_line()
        elif final == "E":
            self._feed_line(0)
        elif final == "M":
            self._feed_line_back()
        elif final == "c":
            self._move(self._top)
            self._begin_screen()
            self._moved_to = _Cursor(self._row, 0, "")

    def _obey_control(self, final: str, first: int, second: int) -> None:
        count = max(1, first)
        if final in "AF":
            self._move(self._row - count, None if final == "A" else 0)
        elif final in "BE":
            lowest = self._last_row if self._row - self._top <= self._last_row else self._rows - 1
            self._move(min(self._row + count, self._top + lowest), None if final == "B" else 0)
        elif final in "Hf":
            self._move(self._top + count - 1, max(1, second) - 1)
        elif final == "d":
            self._move(self._top + count - 1)
        elif final == "J":
            self._erase(first)
        elif final == "L":
            self._insert_rows(min(count, self._rows))
        elif final == "M":
            self._delete_rows(count)
        elif final == "r":
            self._set_scrolling(first, second)
        elif final == "s":
            self._save()
        elif final == "u":
            self._restore()

    def _save(self) -> None:
        self._saved = self._place()._replace(row=self._row - self._top)

    def _restore(self) -> None:
        row, column, colours = self._saved
        self._move(self._top + row, column)
        self._moved_to = _Cursor(self._row, column, colours)

    def _feed_line_back(self) -> None:
        """Go one row up; at the top of the screen, everything moves down instead."""
        column = self._place().column
        if self._row == self._top:
            self._insert_rows(1)
        self._move(self._row - 1, column)

    def _insert_rows(self, count: int) -> None:
        """Put empty rows where the cursor is; those that leave the screen below are lost."""
        self._move(self._row, 0)
        self.lines[self._row : self._row] = [""] * count
        del self.lines[self._top + self._rows :]

    def _delete_rows(self, count: int) -> None:
        """Take the row of the cursor and those below it away; the others move up."""
        self._move(self._row, 0)
        del self.lines[self._row : self._row + count]
        self._move(self._row)

    def _set_scrolling(self, first: int, last: int) -> None:
        """Let the rows below row `last` stay where they are; the cursor goes to the first."""
        self._last_row = last - 1 if first <= 1 < last <= self._rows else self._rows - 1
        self._move(self._top, 0)

    def _erase(self, which: int) -> None:
        """Erase the screen from the cursor on (0), up to it (1), or all of it (2)."""
        if which == 0:
            self._erase_row("\x1b[K")
            del self.lines[self._row + 1 :]
        elif which == 1:
            self.lines[self._top : self._row] = [""] * (self._row - self._top)
            self._erase_row("\x1b[1K")
        elif which == 2:
            self._begin_screen()

    def _erase_row(self, how: str) -> None:
        place = self._place()
        if place.column == 0 and how == "\x1b[K":
            self.lines[self._row], self._moved_to = "", place
        else:
            self._extend(how)

    def _begin_screen(self) -> None:
        """Begin an empty screen below: what was on this one is kept, as some terminals do."""
        place = self._place()
        offset = self._row - self._top
        while len(self.lines) > self._top and not self.lines[-1]:
            self.lines.pop()
        self._top = self._row = len(self.lines)
        self._moved_to = place
        self._move(self._top + offset)


def _parted(text: str) -> tuple[str, str]:
    """Return the text and, apart, what may be the beginning of a sequence or of a line end."""
    if text.endswith("\r"):
        return text[:-1], "\r"
    start = text.rfind("\x1b", max(0, len(text) - _UNFINISHED_LIMIT))
    if start >= 0 and _UNFINISHED.fullmatch(text, start):
        return text[:start], text[start:]
    return text, ""
