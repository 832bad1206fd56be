"""Words that look like one that nothing contains: a typo still finds what was meant."""

import re
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[a-z][a-z0-9_]{2,}")
_SHORTEST = 4
_LIKENESS = 80  # of 100, as RapidFuzz's ratio counts
_MOST = 12
_SLICE = 2_000  # words, compared in a few milliseconds: between two slices another thread gets its turn


class Vocabulary:
    """Every word of some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = sorted({word for text in texts for word in _WORD.findall(text)})

    def similar(self, text: str, cancelled: Callable[[], bool]) -> list[str]:
        """Give the words most like those in `text`, the likest first; nothing for short ones, or when cancelled."""
        if len(text) < _SHORTEST:
            return []
        from rapidfuzz import fuzz, process  # noqa: PLC0415  (a typo is rare, and this import slow)

        found: list[tuple[float, str]] = []
        for start in range(0, len(self._words), _SLICE):
            if cancelled():
                return []
            some = self._words[start : start + _SLICE]
            for word in _WORD.findall(text):
                close = process.extract(word, some, scorer=fuzz.ratio, score_cutoff=_LIKENESS, limit=_MOST)
                found += [(-likeness, match) for match, likeness, _ in close]
        return list(dict.fromkeys(match for _, match in sorted(found)))[:_MOST]
