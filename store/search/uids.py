"""The UIDs of an index's rows, laid out to be looked through fast."""

from collections.abc import Iterator, Sequence

from ..rows import UID

_DIGITS = 16
_WIDTH = _DIGITS + 1
_HEXADECIMAL = frozenset("0123456789abcdef")


class Uids:
    """The UID of every line, in one text, each always as long, so that its place tells the row."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "".join(map(_uid, lines))

    def put(self, number: int, line: str) -> None:
        """Take in a line that is new or changed."""
        self._text = self._text[: number * _WIDTH] + _uid(line) + self._text[(number + 1) * _WIDTH :]

    def containing(self, word: str) -> Iterator[int]:
        """Give the numbers of the rows whose UID contains a word; most words have other than hexadecimal digits."""
        if _HEXADECIMAL.issuperset(word):
            at = self._text.find(word)
            while at >= 0:
                number = at // _WIDTH
                yield number
                at = self._text.find(word, (number + 1) * _WIDTH)


def _uid(line: str) -> str:
    """Take the UID from a line, with a line end; blanks for a row that is gone."""
    uid = line.split("\n", UID + 1)[UID] if line else ""
    return f"{uid:{_DIGITS}.{_DIGITS}}\n"
