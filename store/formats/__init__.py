"""One file per on-disk format; each answers two questions: `recognises(root)` and `scan(root, known)`.

A new format is one new file and one line here. The first that recognises a folder reads it.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ..artifact import Artifact

FORMATS = ("ck", "plain")


class Format(Protocol):
    """What a file in this folder offers."""

    def recognises(self, root: Path) -> bool:
        """Tell whether the folder is a repository of this format."""
        ...

    def scan(self, root: Path, known: Mapping[str, Artifact]) -> Iterator[Artifact]:
        """Yield every artifact; `known` (by relative path) spares reading what hasn't changed."""
        ...


def format_named(name: str) -> Format:
    """Import one format, when it is needed."""
    return import_module(f".{name}", __name__)  # type: ignore[return-value]


def recognise(root: Path) -> str:
    """Name the format that reads this folder; `plain` reads any."""
    return next(name for name in FORMATS if format_named(name).recognises(root))
