"""What a quick answer does without: `dataclasses`, `typing` and `pathlib` take longer to import than CK to answer.

The modules on the way of `find`, `ls` and `load` make their values of `Record`, keep paths as texts, and import
`pathlib` for whoever asks for a path.
"""

TYPE_CHECKING = False  # type checkers read it as true, wherever it comes from
if TYPE_CHECKING:
    from pathlib import Path


class Record:
    """A few named values, those in `__slots__`, compared by them and never changed."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values() == other._values()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        named = ", ".join(f"{name}={value!r}" for name, value in zip(self.__slots__, self._values(), strict=True))
        return f"{type(self).__name__}({named})"

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)


def as_path(text: str) -> "Path":
    """Give a path for a text."""
    from pathlib import Path  # noqa: PLC0415

    return Path(text)
