"""The numbers of rows that are in a set of flags, as a sequence that is never made: a table shows fifty of them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import overload

from .flags import Flags, count_of, flags_of, numbers_of

_BLOCK = 1 << 12  # rows


def flags_among(numbers: Sequence[int], size: int) -> Flags:
    """Give the flags of these rows; those of `FlaggedRows` are there already."""
    return numbers.flags if isinstance(numbers, FlaggedRows) else flags_of(numbers, size)


class FlaggedRows(Sequence[int]):
    """The numbers of the rows in `flags`, in order."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags
        self._count = count_of(flags)
        self._before: list[int] = []  # how many come before each block; made when it is needed
        self._block = -1
        self._in_block: list[int] = []

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return iter(numbers_of(self.flags))

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 0 <= number < len(self.flags) and bool(self.flags[number])

    def index(self, value: int, start: int = 0, stop: int | None = None) -> int:
        """Give the place of a row. Raises ValueError when it isn't among them."""
        if value in self:
            place = self.flags.count(1, 0, value)
            if start <= place < (self._count if stop is None else stop):
                return place
        raise ValueError(f"{value} isn't among these rows")

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return numbers_of(self.flags)[place]
        place = place + self._count if place < 0 else place
        if not 0 <= place < self._count:
            raise IndexError(place)
        self._before = self._before or [0, *accumulate(map(self._count_of_block, range(0, len(self.flags), _BLOCK)))]
        block = bisect_right(self._before, place) - 1
        if block != self._block:
            start = block * _BLOCK
            self._in_block = [start + number for number in numbers_of(self.flags[start : start + _BLOCK])]
            self._block = block
        return self._in_block[place - self._before[block]]

    def _count_of_block(self, start: int) -> int:
        return self.flags.count(1, start, start + _BLOCK)
