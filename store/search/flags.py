"""Sets of rows as bytes, one a row, 1 where the row is in: put together as fast as memory is read.

Python's big integers do what a byte array has no operators for; no set of a hundred thousand numbers is made.
"""

from collections.abc import Iterable
from itertools import accumulate, compress
from operator import add

_FEW = 6  # below a sixth it takes less time to look for the ones than to look at every row

Flags = bytes | bytearray
"""As many bytes as there are rows, each 0 or 1."""


def flags_of(numbers: Iterable[int], size: int) -> bytearray:
    """Give the flags of these rows."""
    flags = bytearray(size)
    for number in numbers:
        flags[number] = 1
    return flags


def numbers_of(flags: Flags) -> list[int]:
    """Give the numbers of the rows that are in, in order."""
    if flags.count(1) * _FEW > len(flags):
        return list(compress(range(len(flags)), flags))
    lengths = map(len, flags.split(b"\1"))  # of the gaps before each of them
    return list(map(add, accumulate(lengths), range(flags.count(1))))


def count_of(flags: Flags) -> int:
    """Count the rows that are in."""
    return flags.count(1)


def both(one: Flags, other: Flags) -> bytes:
    """Give the rows that are in both sets."""
    return (int.from_bytes(one) & int.from_bytes(other)).to_bytes(len(one))


def either(one: Flags, other: Flags) -> bytes:
    """Give the rows that are in one of the sets, or in both."""
    return (int.from_bytes(one) | int.from_bytes(other)).to_bytes(len(one))


def without(one: Flags, other: Flags) -> bytes:
    """Give the rows that are in the one set and not in the other."""
    return (int.from_bytes(one) & ~int.from_bytes(other)).to_bytes(len(one))
