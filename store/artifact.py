"""What an artifact is: the row that every format turns it into."""

from pathlib import Path

import msgspec

from .untrusted import from_storable


class Artifact(msgspec.Struct, frozen=True):
    """One artifact as the catalog knows it. All text is safe for a terminal; `path` alone is as on disk.

    `path` is relative to the repository's root, in the form that `untrusted.storable` gives; `location` undoes it.
    `signature` is (mtime in ns, size in bytes, inode) of its meta file. `problem` says why the artifact is broken;
    it is empty for a sound one.
    """

    uid: str
    alias: str
    module: str
    module_uid: str
    path: str
    name: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    problem: str = ""
    repository: str = ""
    repository_uid: str = ""
    format: str = "ck"
    signature: tuple[int, int, int] = (0, 0, 0)
    own_tags: tuple[str, ...] = ()

    def location(self, root: Path) -> Path:
        """Where the artifact is on disk, below its repository's root."""
        return root / from_storable(self.path)

    @property
    def title(self) -> str:
        """The alias, or the UID of an artifact that has none."""
        return self.alias or self.uid

    @property
    def label(self) -> str:
        """What a person calls it: the alias, else the name, else the UID."""
        return self.alias or self.name or self.uid

    @property
    def cid(self) -> str:
        """The full identifier, `repository:module:artifact`."""
        return f"{self.repository}:{self.module}:{self.title}"

    @property
    def key(self) -> str:
        """What identifies the artifact wherever its copies are: module UID and UID."""
        return f"{self.module_uid}:{self.uid}"
