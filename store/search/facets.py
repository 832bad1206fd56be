"""Which rows have a tag, are of a module or of a repository, or say a word in label, name or description: postings.

Once they are complete, a filter word is looked for among the few thousand different values and in no row's text: a
query word has no space, so it is in a description exactly if it is in one of its words. Of labels the pieces are kept,
the letters and digits between other signs: there are far fewer different ones than labels.
"""

import re
from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..rows import DESCRIPTION, LABEL, MODULE, NAME, REPOSITORY, TAGS
from .flagged_rows import flags_among
from .flags import Flags
from .query import Term, value_pattern

Counts = list[tuple[str, int]]

_SLICE = 2_000  # rows: a few milliseconds
_PIECE = re.compile("[0-9a-z]+")


def _no_rows() -> "array[int]":
    return array("I")


def _values(line: str) -> Mapping[str, Iterable[str]]:
    """Give what one row has of each facet, without repetitions."""
    parts = line.split("\n", DESCRIPTION)
    return {
        "label": {*_PIECE.findall(parts[LABEL])},
        "tag": {*parts[TAGS].split(",")} - {""},
        "module": (parts[MODULE],),
        "repository": (parts[REPOSITORY],),
        "text": {*parts[NAME].split(), *parts[DESCRIPTION].split()},
    }


class Facets:
    """Postings over the lines of an index, which are read slice by slice when there is time."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._done = 0
        self._postings: dict[str, defaultdict[str, array[int]]] = {
            facet: defaultdict(_no_rows) for facet in ("label", "tag", "module", "repository", "text")
        }

    @property
    def complete(self) -> bool:
        """Whether every row has been read."""
        return self._done == len(self._lines)

    def read_on(self, interrupted: Callable[[], bool]) -> None:
        """Read the lines that have not been read, until it is interrupted."""
        while not self.complete and not interrupted():
            facets = list(self._postings.items())
            some = self._lines[self._done : self._done + _SLICE]
            for number, line in enumerate(some, self._done):
                if line:  # the empty ones are gone
                    values = _values(line)
                    for facet, postings in facets:
                        for value in values[facet]:
                            postings[value].append(number)
            self._done += len(some)

    def enter(self, number: int) -> None:
        """Take in a row with a new line; one that was not read is read when its turn comes."""
        if number < self._done:
            values = _values(self._lines[number])
            for facet, postings in self._postings.items():
                for value in values[facet]:
                    insort(postings[value], number)

    def leave(self, number: int) -> None:
        """Take out a row, while it still has its line."""
        if number < self._done:
            values = _values(self._lines[number])
            for facet, postings in self._postings.items():
                for value in values[facet]:
                    self._remove(postings, value, number)

    @staticmethod
    def _remove(postings: "dict[str, array[int]]", value: str, number: int) -> None:
        posting = postings[value]
        del posting[bisect_left(posting, number)]
        if not posting:
            del postings[value]

    def _complete(self, facet: str) -> "dict[str, array[int]]":
        self.read_on(lambda: False)
        return self._postings[facet]

    def of_value(self, facet: str, value: str) -> Sequence[int]:
        """Give the rows that have exactly this value."""
        return self._complete(facet).get(value, ())

    def having(self, term: Term) -> Iterable[int]:
        """Give the rows of a term's value; of a value that is no whole one yet, the rows of all that begin with it."""
        postings = self._complete(term.field)
        if term.is_pattern:
            pattern = value_pattern(term)
            return {number for value, rows in postings.items() if pattern.match(value) for number in rows}
        if term.text in postings or term.excluded:
            return postings.get(term.text, ())
        return {number for value, rows in postings.items() if value.startswith(term.text) for number in rows}

    def containing(self, word: str) -> "list[array[int]]":
        """Give the postings of every value of any facet that contains a word; a row may be in several."""
        every = (self._complete(facet) for facet in self._postings)
        return [rows for postings in every for value, rows in postings.items() if word in value]

    def likely_in_label(self, word: str) -> Iterable[int]:
        """Give the rows that may have, in their label, a word which isn't a single piece."""
        if _PIECE.fullmatch(word):
            return ()
        longest = max(_PIECE.findall(word), key=len, default="")
        if not longest:
            return range(len(self._lines))
        return {number for piece, rows in self._complete("label").items() if longest in piece for number in rows}

    def counts(self, facet: str, numbers: Sequence[int], cancelled: Callable[[], bool]) -> Counts:
        """Count the values among rows, the most frequent first; nothing when it was cancelled."""
        size = len(self._lines)
        flags = None if len(numbers) == size else flags_among(numbers, size)
        counted: Counts = []
        for value, rows in self._complete(facet).items():
            if cancelled():
                return []
            count = len(rows) if flags is None else sum(map(flags.__getitem__, rows))
            if count:
                counted.append((value, count))
        return sorted(counted, key=lambda item: (-item[1], item[0]))

    def module_counts(self, found: Flags, places: Sequence[int]) -> dict[int, dict[str, int]]:
        """Count rows by the place of their repository and by module; modules without any of these rows count 0."""
        counted: dict[int, dict[str, int]] = {}
        for module, rows in self._complete("module").items():
            for number in rows:
                modules = counted.setdefault(places[number], {})
                modules[module] = modules.get(module, 0) + found[number]
        return counted
