"""Whether git may have written a file otherwise than it recorded it: line ends, `$Id$`, filters such as LFS.

Patterns aren't matched in full, since a hostile one can take for ever: one that isn't plain counts as matching.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from .git_folder import GitFolder, plain_path
from .untrusted import read_bytes, read_bytes_if_there

_ATTRIBUTES_LIMIT = 1 << 20
_CONVERTING = re.compile(rb"(?:filter|working-tree-encoding)=")
_PLAIN = re.compile(rb"\*?[\w.+@ ~-]*")
_IDENTITY = re.compile(rb"\$Id:[^$\n]*\$")


def as_recorded(content: bytes) -> bytes:
    """Undo what attributes and settings may do to a text: line ends of two characters, and `$Id: …$`."""
    return _IDENTITY.sub(b"$Id$", content.replace(b"\r\n", b"\n"))


class Filters:
    """The patterns of files that pass a filter or are re-encoded, as the `.gitattributes` of a working tree say."""

    def __init__(self, folder: GitFolder) -> None:
        self._folder = folder
        self._of_folder: dict[bytes, list[bytes]] = {}
        self._everywhere: list[bytes] | None = None

    def may_apply(self, path: bytes) -> bool:
        """Tell whether a path of the tree may be filtered. Raises UnreadableError."""
        if self._everywhere is None:
            self._everywhere = _patterns(read_bytes_if_there(self._own(), _ATTRIBUTES_LIMIT) or b"")
        return any(_matches(pattern, path) for pattern in [*self._everywhere, *self._on_the_way(path)])

    def _own(self) -> str:
        return plain_path(self._folder.common, "info/attributes")

    def _on_the_way(self, path: bytes) -> Iterator[bytes]:
        """Give the patterns of each folder above the path."""
        folder = path
        while folder:
            folder = folder.rpartition(b"/")[0]
            if folder not in self._of_folder:
                file = Path(self._folder.tree, os.fsdecode(folder), ".gitattributes")
                self._of_folder[folder] = _patterns(_read(file))
            yield from self._of_folder[folder]


def _read(file: Path) -> bytes:
    """Read a `.gitattributes`, which git passes over when it is a link."""
    return read_bytes(file, _ATTRIBUTES_LIMIT) if file.is_file() and not file.is_symlink() else b""


def _patterns(text: bytes) -> list[bytes]:
    """List the patterns of lines that convert; a macro that does stands for any pattern."""
    lines = [line.split(None, 1) for line in text.splitlines() if not line.lstrip().startswith(b"#")]
    converting = [line[0] for line in lines if len(line) == 2 and _CONVERTING.search(line[1])]
    return [b"[any]"] if any(pattern.startswith((b"[attr]", b'"')) for pattern in converting) else converting


def _matches(pattern: bytes, path: bytes) -> bool:
    if not _PLAIN.fullmatch(pattern):
        return True
    name = path.rpartition(b"/")[2]
    return name.endswith(pattern[1:]) if pattern.startswith(b"*") else name == pattern
