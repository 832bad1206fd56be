"""Which rows are copies of one artifact in several repositories, and which of them wins.

The same UID in several repositories is the normal case: a third of the public CK entries have it.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence

_NOBODY = 0  # the key of a row that has no copies: it has no UID, or is gone


class Copies:
    """Groups of rows that share a key; `rank` orders the rows of a group, the lowest wins."""

    def __init__(self, rank: Callable[[int], int]) -> None:
        self._rank = rank
        self._keys = array("q")
        self._groups: dict[int, list[int]] = {}

    def extend(self, keys: Iterable[int]) -> None:
        """Add the keys of many rows, which get the next numbers; `group` has to follow."""
        self._keys.extend(keys)

    def group(self) -> None:
        """Find the rows that share a key."""
        seen: set[int] = set()
        several = {key for key in self._keys if key in seen or seen.add(key)} - {_NOBODY}
        groups: dict[int, list[int]] = {key: [] for key in several}
        if groups:
            for number, key in enumerate(self._keys):
                if key in groups:
                    groups[key].append(number)
        self._groups = {key: sorted(numbers, key=self._rank) for key, numbers in groups.items()}

    def put(self, number: int, key: int) -> None:
        """Give a row, a new one or one without a key, its key."""
        others: list[int] = []
        if key != _NOBODY:
            others = self._groups.get(key) or ([self._keys.index(key)] if key in self._keys else [])
        if number == len(self._keys):
            self._keys.append(key)
        else:
            self._keys[number] = key
        if others:
            self._groups[key] = sorted({*others, number}, key=self._rank)

    def remove(self, number: int) -> None:
        """Take a row out of its group."""
        key, self._keys[number] = self._keys[number], _NOBODY
        left = [one for one in self._groups.pop(key, ()) if one != number]
        if len(left) > 1:
            self._groups[key] = left

    def of(self, number: int) -> Sequence[int]:
        """Give all rows that share the row's key, the one that wins first; only itself for what has no copies."""
        return self._groups.get(self._keys[number]) or (number,)

    @property
    def superfluous(self) -> int:
        """How many rows are copies of others."""
        return sum(map(len, self._groups.values())) - len(self._groups)

    def collapse(self, numbers: Sequence[int]) -> Sequence[int]:
        """Keep one row of each group: of its rows among these, the one that wins."""
        losing = self._losing(numbers)
        return [number for number in numbers if number not in losing] if losing else numbers

    def _losing(self, numbers: Sequence[int]) -> set[int]:
        grouped = {number for group in self._groups.values() for number in group}
        grouped.intersection_update(numbers)
        # Of each group the first that is present stays; the groups are in the order in which rows win.
        winning = {next((one for one in group if one in grouped), -1) for group in self._groups.values()}
        return grouped - winning
