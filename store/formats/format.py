"""What every format answers: the questions that a file in this folder has functions for."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..artifact import Artifact
from .drift import Drift
from .folder import Folder
from .point import Point
from .shape import Shape


class Format(Protocol):
    """What a file in this folder offers. Nothing here raises for what a repository's files hold, but `load_meta`."""

    def recognises(self, root: Path) -> bool:
        """Tell whether the folder is a repository of this format."""
        ...

    def identity(self, root: Path) -> tuple[str, str]:
        """Give the repository's own alias and UID, each empty where it has none; as on disk, not yet made safe."""
        ...

    def folders(self, root: Path, known: Mapping[str, str] | None = None) -> Iterator[Folder]:
        """List what is there, with signatures; no meta is read.

        `known` are the digests of the folders as they were last, by their storable paths: they may spare some listing.
        """
        ...

    def touched(self, root: Path, path: str) -> tuple[str, str] | None:
        """Name the folder and the entry that a changed file or folder belongs to.

        Two empty texts when no entry depends on it, None when the whole repository must be looked at.
        """
        ...

    def listed(self, root: Path, folder: str, names: Sequence[str]) -> Folder:
        """List some entries of one folder again, those that are still there."""
        ...

    def read(self, root: Path, folder: Folder) -> Iterator[Artifact]:
        """Read the entries of a folder, in its order; one that can't be read comes as an artifact with a `problem`."""
        ...

    def load_meta(self, root: Path, path: str) -> dict[str, Any]:
        """Read an entry's whole meta, inherited parts merged in. Raises UnreadableError."""
        ...

    def shape(self, module: str, meta: dict[str, Any]) -> Shape:
        """Give dependencies, variations and versions of an entry in the common shape."""
        ...

    def points(self, root: Path, path: str) -> Iterator[Point]:
        """Read an experiment's points, one at a time; none for what isn't an experiment."""
        ...

    def drift(self, root: Path) -> Iterator[Drift]:
        """Find what the format's original tool passes over in silence; every meta may be read for it."""
        ...
