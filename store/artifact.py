"""What an artifact is: the row that every format turns it into, and the UIDs that are made for one."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from .cid import MODULE_UIDS
from .untrusted import from_storable


def new_uid() -> str:
    """Draw a random UID."""
    import secrets  # noqa: PLC0415  (only who writes needs one)

    return secrets.token_hex(8)


def derived_uid(*parts: str) -> str:
    """Make the UID that always belongs to these parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def module_uid(alias: str) -> str:
    """Give the UID of a module: CK's own for its standard modules, a derived one for all others."""
    return MODULE_UIDS.get(alias) or derived_uid("module", alias)


@dataclass(frozen=True, slots=True)
class Artifact:
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
    own_tags: tuple[str, ...] = field(default=())

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
