"""Looking through the lines of a log: many at a time for what can't be in them, one by one only where it may be."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .ansi import plain_line
from .error_lines import HINTS, is_error_line
from .sgr import SGR

_CHUNK = 1000  # lines

# What a text may hide behind before the line is read: a cursor that was moved, a sequence that is no colour.
_NOT_YET_READ = re.compile(r"[\r\b\x1b]")


class Wanted(NamedTuple):
    """What is looked for."""

    may_hold: Callable[[str], bool]
    """Whether any of several lines could be it; they are in lower case and without colours."""
    holds: Callable[[str], bool]
    """Whether this line, as it is shown, is it."""


def text_wanted(text: str) -> Wanted:
    """Look for a line with `text` in it, in any case."""
    lowered = text.lower()
    return Wanted(lambda lines: lowered in lines, lambda line: lowered in line.lower())


ERROR_WANTED = Wanted(lambda lines: any(hint in lines for hint in HINTS), is_error_line)
"""Look for a line that tells of an error."""


def search_lines(
    rows: Sequence[str], wanted: Wanted, start: int, *, forward: bool, columns: int
) -> Iterator[int | None]:
    """Give the number of the next line that is wanted, `start` being the first looked at, round the end.

    `rows` are those of a `Transcript`, `columns` its width. None comes after every thousand lines that were looked
    through in vain, so that others can do something meanwhile.
    """
    parts = (range(start, len(rows)), range(start)) if forward else (range(start + 1), range(start + 1, len(rows)))
    for part in parts:
        for chunk in _chunks(part, forward):
            found = _search_chunk(rows[chunk.start : chunk.stop], wanted, forward, columns)
            if found is not None:
                yield chunk.start + found
                return
            yield None


def _search_chunk(rows: Sequence[str], wanted: Wanted, forward: bool, columns: int) -> int | None:
    text = "\n".join(rows)
    if "\x1b" in text:
        text = SGR.sub("", text)
    if "\t" in text:
        text = text.expandtabs(8)
    if not wanted.may_hold(text.lower()) and not _NOT_YET_READ.search(text):
        return None
    numbers = range(len(rows)) if forward else range(len(rows) - 1, -1, -1)
    return next((number for number in numbers if wanted.holds(plain_line(rows[number], columns))), None)


def _chunks(lines: range, forward: bool) -> Iterator[range]:
    """Cut a range of lines into short ones, the last one first if not `forward`."""
    starts = range(lines.start, lines.stop, _CHUNK)
    for start in starts if forward else reversed(starts):
        yield range(start, min(start + _CHUNK, lines.stop))
