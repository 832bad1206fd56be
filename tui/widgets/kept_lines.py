"""Very many lines that change no more: kept in blocks that Python's garbage collector never looks into.

It looks at every element of a list, each time it runs, while all else waits: 0.2 s for a million lines. A tuple that
holds nothing but strings is left out once it has been seen. The oldest lines go by whole blocks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple


class _Block(NamedTuple):
    lines: tuple[str, ...]
    characters: int


class KeptLines:
    """Lines named by their numbers in the whole output, from `start` up to `end`."""

    def __init__(self, start: int) -> None:
        """Keep none yet; the first will have the number `start`."""
        self._blocks: list[_Block] = []
        self._starts = [start]  # of each block, and where the next will start
        self.characters = 0
        """How many characters all lines have together."""

    @property
    def start(self) -> int:
        """The number of the first line."""
        return self._starts[0]

    @property
    def end(self) -> int:
        """The number of the line that would come next."""
        return self._starts[-1]

    def __getitem__(self, number: int) -> str:
        """Return the line with a number that is kept."""
        block = bisect_right(self._starts, number) - 1
        return self._blocks[block].lines[number - self._starts[block]]

    def __iter__(self) -> Iterator[str]:
        """Go through all lines."""
        for block in self._blocks:
            yield from block.lines

    def add(self, lines: Sequence[str]) -> None:
        """Keep some more lines, as one block."""
        block = _Block(tuple(lines), sum(map(len, lines)))
        self._blocks.append(block)
        self._starts.append(self.end + len(lines))
        self.characters += block.characters

    def drop(self) -> None:
        """Forget the oldest block."""
        self.characters -= self._blocks.pop(0).characters
        del self._starts[0]


def full_block(lines: Sequence[str], line_count: int, characters: int) -> int:
    """Give the length of the block at the front that has so many lines or so many characters; 0 if there is none."""
    ends = list(accumulate(map(len, lines[:line_count])))
    if len(ends) < line_count and (not ends or ends[-1] < characters):
        return 0
    return min(bisect_left(ends, characters) + 1, len(ends))
