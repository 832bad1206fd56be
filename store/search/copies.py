"""Which rows are copies of one artifact in several repositories, and which of them wins.

The same UID in several repositories is the normal case: a third of the public CK entries have it.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from operator import gt, itemgetter

from .flags import Flags, both, count_of, either, flags_of, numbers_of, without

_Getter = Callable[[Flags], tuple[int, ...]]

_FEW = 8  # below an eighth of all copies, those found are looked at one by one
_NOBODY = 0  # the key of a row that has no copies: it has no UID, or is gone


class Copies:
    """Groups of rows that share a key; `rank` orders the rows of a group, the lowest wins."""

    def __init__(self, rank: Callable[[int], int]) -> None:
        self._rank = rank
        self._keys = array("q")
        self._groups: dict[int, list[int]] = {}
        self._later = bytearray()  # the rows that don't win where all of their group are there
        self._winner = array("i")  # of each row's group
        self._pairs: tuple[_Getter, _Getter, list[int]] | None = None  # made when it is asked for

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
        self._later = bytearray(len(self._keys))
        self._winner = array("i", range(len(self._keys)))
        for key, numbers in groups.items():
            self._set(key, numbers)

    def _set(self, key: int, numbers: Iterable[int]) -> None:
        group = self._groups[key] = sorted(numbers, key=self._rank)
        self._pairs = None
        for number in group:
            self._later[number] = number != group[0]
            self._winner[number] = group[0]

    def put(self, number: int, key: int) -> None:
        """Give a row, a new one or one without a key, its key."""
        others: list[int] = []
        if key != _NOBODY:
            others = self._groups.get(key) or ([self._keys.index(key)] if key in self._keys else [])
        if number == len(self._keys):
            self._keys.append(key)
            self._later.append(0)
            self._winner.append(number)
        else:
            self._keys[number] = key
        if others:
            self._set(key, {*others, number})

    def remove(self, number: int) -> None:
        """Take a row out of its group."""
        key, self._keys[number] = self._keys[number], _NOBODY
        group = self._groups.pop(key, [])
        self._pairs = None
        for one in group:
            self._later[one] = 0
            self._winner[one] = one
        if len(group) > 2:
            self._set(key, (one for one in group if one != number))

    def of(self, number: int) -> Sequence[int]:
        """Give all rows that share the row's key, the one that wins first; only itself for what has no copies."""
        return self._groups.get(self._keys[number]) or (number,)

    @property
    def superfluous(self) -> int:
        """How many rows are copies of others."""
        return count_of(self._later)

    def collapse(self, found: Flags) -> Flags:
        """Keep one row of each group: of its rows among these, the one that wins."""
        if not self._groups:
            return found
        kept = without(found, self._later)
        winning = {next(one for one in self.of(number) if found[one]) for number in self._missed(found)}
        return either(kept, flags_of(winning, len(found))) if winning else kept

    def _missed(self, found: Flags) -> Iterator[int]:
        """Give the winners that are not among these rows while one is that loses to them."""
        losing = both(found, self._later)
        if count_of(losing) * _FEW < count_of(self._later):
            winners = [self._winner[number] for number in numbers_of(losing)]
            return (winner for winner in winners if not found[winner])
        if self._pairs is None:
            later = numbers_of(self._later)
            later += later[:1]  # two at least: a getter of one item gives no tuple
            winners = [self._winner[number] for number in later]
            self._pairs = itemgetter(*later), itemgetter(*winners), winners
        flags_of_later, flags_of_winners, winners = self._pairs
        return compress(winners, map(gt, flags_of_later(found), flags_of_winners(found)))
