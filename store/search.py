"""The in-memory index and the query language of the filter line.

Words are AND-ed as substrings over one line per artifact; `tag:`, `module:` and `repo:` narrow by facet; a leading
`-` excludes. Facets are Python integers used as bit sets: AND of three takes about a microsecond at 100,000 rows.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .artifact import Artifact

_FIELDS = {"tag": "tag", "tags": "tag", "module": "module", "repo": "repository", "repository": "repository"}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a query: a word (`field` empty) or a facet, perhaps excluded."""

    text: str
    field: str = ""
    excluded: bool = False


def parse_query(query: str) -> tuple[Term, ...]:
    """Read a filter line: words, `tag:x`, `module:x`, `repo:x`, `-tag` or `-word`."""
    terms: list[Term] = []
    for word in query.split():
        excluded = word.startswith("-") and len(word) > 1
        body = word[1:] if excluded else word
        prefix, separator, value = body.partition(":")
        field = _FIELDS.get(prefix.lower(), "") if separator else ""
        if field and not value:
            continue  # the user is still typing it
        terms.append(Term(value if field else body.lower(), field, excluded))
    return tuple(terms)


class SearchIndex:
    """Rows searchable as you type; rows are named by their number, from 0."""

    def __init__(self, artifacts: Sequence[Artifact]) -> None:
        self.artifacts = artifacts
        self._lines = [_line(artifact) for artifact in artifacts]
        self._facets = {field: _bit_sets(artifacts, field) for field in ("tag", "module", "repository")}

    def search(self, query: str, within: Iterable[int] | None = None) -> list[int]:
        """Give the numbers of the matching rows, in their order; `within` narrows an earlier answer."""
        terms = parse_query(query)
        words = [term for term in terms if not term.field]
        chosen = self._bits(term for term in terms if term.field)
        numbers = range(len(self.artifacts)) if within is None else within
        lines = self._lines
        wanted = [word.text for word in words if not word.excluded]
        unwanted = [word.text for word in words if word.excluded]
        return [
            number
            for number in numbers
            if (chosen is None or chosen >> number & 1)
            and all(word in lines[number] for word in wanted)
            and not any(word in lines[number] for word in unwanted)
        ]

    def _bits(self, terms: Iterable[Term]) -> int | None:
        chosen: int | None = None
        everything = (1 << len(self.artifacts)) - 1
        for term in terms:
            bits = self._bits_of(term)
            bits = everything & ~bits if term.excluded else bits
            chosen = bits if chosen is None else chosen & bits
        return chosen

    def _bits_of(self, term: Term) -> int:
        """Give the rows of a facet's value; of a value that is no whole one yet, the rows of all that begin with it."""
        values = self._facets[term.field]
        if term.text in values or term.excluded:
            return values.get(term.text, 0)
        bits = 0
        for value, rows in values.items():
            if value.startswith(term.text):
                bits |= rows
        return bits

    def counts(self, field: str, numbers: Sequence[int]) -> list[tuple[str, int]]:
        """Count the values of a facet ("tag", "module" or "repository") among rows, the most frequent first."""
        if len(numbers) == len(self.artifacts):
            counted = {value: bits.bit_count() for value, bits in self._facets[field].items()}
        else:
            counted = Counter(value for number in numbers for value in _values(self.artifacts[number], field))
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _bit_sets(artifacts: Sequence[Artifact], field: str) -> dict[str, int]:
    """Map every value of a facet to the set of its rows, bit n standing for row n."""
    rows: dict[str, list[int]] = {}
    for number, artifact in enumerate(artifacts):
        for value in _values(artifact, field):
            rows.setdefault(value, []).append(number)
    return {value: _as_bits(numbers, len(artifacts)) for value, numbers in rows.items()}


def _as_bits(numbers: Iterable[int], size: int) -> int:
    bits = bytearray(size // 8 + 1)  # one conversion at the end: growing an int bit by bit copies it each time
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def _values(artifact: Artifact, field: str) -> Iterable[str]:
    if field == "tag":
        return {*artifact.tags, *artifact.own_tags}
    return (artifact.module if field == "module" else artifact.repository,)


def _line(artifact: Artifact) -> str:
    """Make the line that words are looked for in."""
    parts = (
        artifact.alias,
        artifact.name,
        artifact.uid,
        artifact.module,
        artifact.repository,
        " ".join(artifact.tags),
        " ".join(artifact.own_tags),
        artifact.description,
    )
    return "\n".join(parts).lower()
