"""The in-memory index: rows searchable as you type, in the order of the listing, changed row by row.

Words are AND-ed as substrings over one line of text for each row, narrowing the previous answer. When there was time to
`prepare`, only the UIDs are looked through, and of all else the different values (see `facets`). The work is cut into
slices of a few milliseconds between which another thread can run.
"""

from array import array
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, compress, repeat
from operator import contains
from typing import TypeVar

from .. import rows
from ..artifact import Artifact
from ..registry import Repository
from ..rows import LABEL, MODULE, REPOSITORY, TAGS, UID
from .copies import Copies
from .facets import Counts, Facets
from .flagged_rows import FlaggedRows
from .flags import Flags, both, count_of, either, flags_of, numbers_of, without
from .query import Term, longest_plain_part, narrows, parse_query, word_pattern
from .similar import Vocabulary
from .uids import Uids
from .view import View

_SLICE = 8_192  # rows: about a millisecond
_AT_ONCE = 1 << 15  # lines laid out; of fewer, the next would come into the gaps that the last ones left
_FEW = 3  # below a third of all rows, these are looked at one by one …
_FEW_PREPARED = 30  # … below a thirtieth where words are found quickly
_REBUILD_AFTER = 2_000  # rows that came or went since the index was made

_ORDERED_BY = {"artifact": LABEL, "module": MODULE, "repository": REPOSITORY, "tags": TAGS}

Item = TypeVar("Item")


class SearchCancelledError(Exception):
    """A newer question made this one needless."""


def never() -> bool:
    """Say that a search was not cancelled."""
    return False


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one repository, encoded, by their ids."""

    repository: Repository
    rows: Mapping[int, bytes]
    rank: int = 0  # in CK's lookup order: of copies of an artifact, that of the lowest rank wins
    hidden: frozenset[str] = frozenset()  # modules that are not to be found


@dataclass(frozen=True, slots=True)
class _Last:
    terms: tuple[Term, ...] = ()
    found: Flags = b""


class SearchIndex:
    """Rows known by their numbers, from 0, in the order of the listing.

    One thread changes it and searches. Any thread may ask for what belongs to a number: a number keeps its meaning.
    Rows of the same artifact in several repositories are copies: a view shows the first of them that matches, in the
    order of the repositories.
    """

    def __init__(
        self,
        parts: Iterable[Part] = (),
        own_tags: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.own_tags: Mapping[str, tuple[str, ...]] = own_tags or {}
        self._parts: list[Part] = []  # each without its rows
        self._encoded: list[bytes] = []
        self._ids = array("q")
        self._places = array("H")  # of a row's repository in the list of them
        self._lines: list[str] = []
        self._laid_out = 0  # lines, when prepared
        self._uids: Uids | None = None  # when prepared
        self._present = bytearray()  # 0 for a row that is gone
        self._broken: set[int] = set()
        self._numbers: dict[tuple[int, int], int] | None = None
        parts_, places = self._parts, self._places  # and not the index, which could then not go by itself
        self._copies = Copies(lambda number: parts_[places[number]].rank)
        self._facets = Facets(self._lines)
        self._vocabulary: Vocabulary | None = None
        self._last = _Last()
        for part in parts:
            self._add_part(part)
        self._copies.group()
        self._ordered = len(self._lines)

    def _add_part(self, part: Part) -> None:
        place, start = len(self._parts), len(self._lines)
        self._parts.append(replace(part, rows={}))
        alias, own, hidden = part.repository.alias, self.own_tags, part.hidden
        made = [(*rows.searched(one, alias, own), number, one) for number, one in part.rows.items()]
        if hidden:
            made = [one for one in made if one[0].partition("\n")[0] not in hidden]
        made.sort()  # a line begins with module and label, so this is the listing's order
        self._lines.extend([one[0] for one in made])
        self._copies.extend(one[1] for one in made)
        self._ids.extend(one[3] for one in made)
        self._encoded.extend(one[4] for one in made)
        self._places.extend(repeat(place, len(made)))
        self._present.extend(repeat(1, len(made)))
        self._broken.update(start + at for at, one in enumerate(made) if one[2])

    def prepare(self, interrupted: Callable[[], bool] = never) -> bool:
        """Make the next searches and counts fast, until it is interrupted, and tell whether that is done."""
        while self._laid_out < len(self._lines) and not interrupted():
            self._lay_out(slice(self._laid_out, self._laid_out + _AT_ONCE))
            self._laid_out += _AT_ONCE
        self._facets.read_on(interrupted)
        if self._facets.complete and self._uids is None:
            self._uids = Uids(self._lines)
        return self.is_prepared

    def _lay_out(self, place: slice) -> None:
        """Put lines side by side in memory, where they are looked through a third faster."""
        some = self._lines[place]
        laid_out = "\0".join(some).split("\0")
        if len(laid_out) == len(some):
            self._lines[place] = laid_out

    @property
    def is_prepared(self) -> bool:
        """Whether searches and counts are as fast as they get."""
        return self._uids is not None and self._facets.complete

    # Rows

    def __len__(self) -> int:
        """How many rows there are, copies counted each."""
        return count_of(self._present)

    @property
    def repositories(self) -> Sequence[Repository]:
        """The repositories in the listing's order."""
        return [part.repository for part in self._parts]

    @property
    def artifacts(self) -> int:
        """How many artifacts there are, copies counted once."""
        return len(self) - self._copies.superfluous

    @property
    def broken(self) -> int:
        """How many rows have a problem."""
        return len(self._broken)

    @property
    def worn(self) -> bool:
        """Whether so much has come and gone that a new index would be faster."""
        return 2 * len(self._lines) - len(self) - self._ordered > _REBUILD_AFTER

    def artifact(self, number: int) -> Artifact:
        """Decode one row."""
        return rows.decode(self._encoded[number], self.repository(number), self.own_tags)

    def repository(self, number: int) -> Repository:
        """Give the repository of a row."""
        return self._parts[self._places[number]].repository

    def copies(self, number: int) -> Sequence[int]:
        """Give every row of the same artifact, the one that wins first; only itself for what has no copies."""
        return self._copies.of(number)

    def key(self, number: int) -> tuple[str, int]:
        """Give what finds the row again in another index: its repository's UID and path, and its id."""
        repository = self.repository(number)
        return f"{repository.uid} {repository.path}", self._ids[number]

    def number_of(self, key: tuple[str, int]) -> int | None:
        """Find the row of a key; None when it isn't there."""
        for place, repository in enumerate(self.repositories):
            if f"{repository.uid} {repository.path}" == key[0]:
                return self._known().get((place, key[1]))
        return None

    def beginning(self, module: str, label: str) -> Iterator[Artifact]:
        """Give the artifacts of a module whose label begins so, whatever the case."""
        start = f"{module}\n{label}".lower()
        return (self.artifact(number) for number, line in enumerate(self._lines) if line.startswith(start))

    def parts(self) -> list[Part]:
        """Give all rows back, to make another index of."""
        collected: list[dict[int, bytes]] = [{} for _ in self._parts]
        for number in numbers_of(self._present):
            collected[self._places[number]][self._ids[number]] = self._encoded[number]
        return [replace(part, rows=found) for part, found in zip(self._parts, collected, strict=True)]

    # Changes

    def put(self, repository: Repository, row_id: int, encoded: bytes) -> None:
        """Add a row, or change it when it is there. The repository must be one of the index."""
        place = self._place_of(repository)
        line, copy, broken = rows.searched(encoded, repository.alias, self.own_tags)
        if line.partition("\n")[0] in self._parts[place].hidden:
            return
        number = self._known().get((place, row_id))
        if number is not None and self._lines[number].split("\n", 2)[:2] == line.split("\n", 2)[:2]:
            self._leave(number)
            self._encoded[number] = encoded
        else:  # new, or its place in the order is another one
            if number is not None:
                self._remove(number)
            number = len(self._lines)
            self._places.append(place)
            self._ids.append(row_id)
            self._encoded.append(encoded)
            self._lines.append("")
            self._present.append(1)
            self._known()[place, row_id] = number
        self._change_line(number, line)
        self._copies.put(number, copy)
        self._facets.enter(number)
        if broken:
            self._broken.add(number)

    def annotate(self, own_tags: Mapping[str, tuple[str, ...]]) -> None:
        """Take in what the user's own tags are now."""
        before, self.own_tags = self.own_tags, own_tags
        for uid in before.keys() | own_tags.keys():
            if before.get(uid) != own_tags.get(uid):
                for number in numbers_of(self._with_word(uid, never)):
                    if self._part(number, UID) == uid:
                        self.put(self.repository(number), self._ids[number], self._encoded[number])

    def _change_line(self, number: int, line: str) -> None:
        self._lines[number] = line
        if self._uids is not None:
            self._uids.put(number, line)
        self._vocabulary = None
        self._last = _Last()

    def remove(self, repository: Repository, row_id: int) -> None:
        """Take a row out; nothing happens when it isn't there."""
        number = self._known().pop((self._place_of(repository), row_id), None)
        if number is not None:
            self._remove(number)

    def _remove(self, number: int) -> None:
        self._leave(number)
        self._present[number] = 0
        self._change_line(number, "")

    def _leave(self, number: int) -> None:
        self._copies.remove(number)
        self._facets.leave(number)
        self._broken.discard(number)

    def _place_of(self, repository: Repository) -> int:
        return next(
            place
            for place, known in enumerate(self.repositories)
            if (known.uid, known.path) == (repository.uid, repository.path)
        )

    def _known(self) -> dict[tuple[int, int], int]:
        if self._numbers is None:  # made when something changes for the first time
            pairs = zip(self._places, self._ids, strict=True)
            self._numbers = {pair: number for number, pair in enumerate(pairs) if self._present[number]}
        return self._numbers

    # Searching

    def search(self, query: str, cancelled: Callable[[], bool] = never) -> Flags:
        """Find the rows that match a filter line, every copy. Raises SearchCancelledError as `cancelled()` says so."""
        terms = parse_query(query)
        found, left = bytes(self._present), terms
        if narrows(terms, self._last.terms):
            found, left = self._last.found, [term for term in terms if term not in self._last.terms]
        for term in sorted(left, key=_selective):
            if term.field:
                having = flags_of(self._facets.having(term), len(found))
            else:
                having = self._containing(term, found, cancelled)
            found = without(found, having) if term.excluded else both(found, having)
        self._last = _Last(terms, found)
        return found

    def similar(self, query: str, cancelled: Callable[[], bool] = never) -> dict[str, list[str]]:
        """Give, for each word of a filter line that nothing contains, the words that look like it.

        Empty when one has none: then no typo explains that nothing was found. Raises SearchCancelledError.
        """
        found: dict[str, list[str]] = {}
        for term in parse_query(query):
            if term.field or term.excluded or term.is_pattern or count_of(self._with_word(term.text, cancelled)):
                continue
            self._vocabulary = self._vocabulary or Vocabulary(self._lines)
            words = self._vocabulary.similar(term.text, cancelled)
            if not words:
                return {}
            found[term.text] = words
        return found

    def search_similar(
        self, query: str, similar: Mapping[str, list[str]], cancelled: Callable[[], bool] = never
    ) -> Flags:
        """Find the rows that match a filter line with any of the similar words in place of each that nothing has."""
        exact = [word for word in query.lower().split() if word not in similar]
        found = self.search(" ".join(exact), cancelled)
        for words in similar.values():
            found = both(found, reduce(either, (self._with_word(word, cancelled) for word in words)))
        return found

    def shown(self, view: View, found: Flags) -> Sequence[int]:
        """Put found rows in the view's order, one for each artifact; only those of its repository and module."""
        if view.repository:
            places = {place for place, one in enumerate(self.repositories) if one.alias == view.repository}
            found = both(found, bytes(map(places.__contains__, self._places)))
        if view.module:
            found = both(found, flags_of(self._facets.of_value("module", view.module.lower()), len(found)))
        if view.only is not None:
            found = flags_of(self._with_keys(view.only, numbers_of(found)), len(found))
        return self._sorted(self._in_order(FlaggedRows(self._copies.collapse(found))), view)

    def _with_keys(self, keys: frozenset[str], numbers: Iterable[int]) -> Iterator[int]:
        uids = {key.partition(":")[2] for key in keys}
        likely = (number for number in numbers if self._part(number, UID) in uids)
        return (number for number in likely if self.artifact(number).key in keys)

    def _part(self, number: int, part: int) -> str:
        return self._lines[number].split("\n", part + 1)[part]

    def _containing(self, term: Term, among: Flags, cancelled: Callable[[], bool]) -> Flags:
        """Find the rows that contain a word, perhaps with wildcards; rows that are not `among` these don't matter."""
        word, lines = longest_plain_part(term), self._lines
        if count_of(among) * (_FEW if self._uids is None else _FEW_PREPARED) < len(lines):
            numbers: list[int] = []
            for some in _slices(numbers_of(among), cancelled):
                numbers.extend(compress(some, map(contains, map(lines.__getitem__, some), repeat(word))))
        elif not term.is_pattern:
            return self._with_word(word, cancelled)
        else:
            numbers = numbers_of(both(among, self._with_word(word, cancelled)))
        if term.is_pattern:
            pattern = word_pattern(term)
            numbers = [number for number in numbers if pattern.search(lines[number])]
        return flags_of(numbers, len(among))

    def _with_word(self, word: str, cancelled: Callable[[], bool]) -> Flags:
        """Find the rows that contain a word."""
        lines, uids = self._lines, self._uids
        # A single letter is found quickest in the whole line: the processor looks for it in many places at once.
        if uids is None or len(word) == 1:
            flags = bytearray()
            for texts in _slices(lines, cancelled):
                flags.extend(map(contains, texts, repeat(word)))
            return flags
        flags = bytearray(len(lines))
        in_label = (number for number in self._facets.likely_in_label(word) if word in lines[number])
        for numbers in chain(self._facets.containing(word), (uids.containing(word), in_label)):
            if cancelled():
                raise SearchCancelledError
            for number in numbers:
                flags[number] = 1
        return flags

    def _in_order(self, rows_found: FlaggedRows) -> Sequence[int]:
        """Put rows that came later at their places in the order."""
        later = numbers_of(rows_found.flags[self._ordered :])
        if not later:
            return rows_found
        ordered = rows_found[: -len(later)]
        for number in (self._ordered + one for one in later):
            insort(ordered, number, key=lambda one: (self._places[one], self._lines[one]))
        return ordered

    def _sorted(self, numbers: Sequence[int], view: View) -> Sequence[int]:
        if not view.order:
            return numbers[::-1] if view.descending else numbers
        keys = {number: self._part(number, _ORDERED_BY[view.order]) for number in numbers}
        return sorted(numbers, key=keys.__getitem__, reverse=view.descending)

    # Facets

    def counts(self, facet: str, numbers: Sequence[int], cancelled: Callable[[], bool] = never) -> Counts:
        """Count the values of a facet ("tag", "module" or "repository") among rows, the most frequent first."""
        return self._facets.counts(facet, numbers, cancelled)

    def module_counts(self, found: Flags) -> dict[str, dict[str, int]]:
        """Count rows by repository and module; modules without any of these rows count 0."""
        counted = self._facets.module_counts(found, self._places)
        return {one.alias: counted.get(place, {}) for place, one in enumerate(self.repositories)}


def _slices(items: Sequence[Item], cancelled: Callable[[], bool]) -> Iterator[Sequence[Item]]:
    """Give the items in slices. Raises SearchCancelledError between two of them."""
    for start in range(0, len(items), _SLICE):
        if cancelled():
            raise SearchCancelledError
        yield items[start : start + _SLICE]


def _selective(term: Term) -> tuple[bool, bool, int]:
    """Order terms by how few rows they probably leave."""
    return term.excluded, not term.field, -len(term.text)
