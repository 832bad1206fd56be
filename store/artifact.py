"""What an artifact is: its UID, its CID, and the row that every format turns it into."""

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from .errors import InvalidRequestError
from .untrusted import from_storable

_HEX = frozenset("0123456789abcdef")

# The UIDs that every CK repository uses for these modules.
MODULE_UIDS = {
    "module": "032630d041b4fd8a",
    "repo": "befd7892b0d469e9",
    "program": "b0ac08fe1d3c2615",
    "soft": "5e1100048ab875d7",
    "package": "1dc07ee0f4742028",
    "env": "9b9b3208ac44b891",
    "dataset": "8a7141c59cd335f5",
    "experiment": "bc0409fb61f0aa82",
    "script": "84e27ad9dd12e734",
    "os": "0440cb72c2bc5cc6",
    "platform": "707ccdfe444cafac",
    # Ours: what the user wrote about an artifact, and detached runs.
    "annotation": "3f0c81d27be94a56",
    "job": "a61d5be20c9f4873",
}


def is_uid(text: str) -> bool:
    """Tell whether `text` has the form of a CK UID: 16 hexadecimal digits."""
    return len(text) == 16 and set(text.lower()) <= _HEX


def new_uid() -> str:
    """Draw a random UID."""
    return secrets.token_hex(8)


def derived_uid(*parts: str) -> str:
    """Make the UID that always belongs to these parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def module_uid(alias: str) -> str:
    """Give the UID of a module: CK's own for its standard modules, a derived one for all others."""
    return MODULE_UIDS.get(alias) or derived_uid("module", alias)


@dataclass(frozen=True, slots=True)
class Cid:
    """A CK identifier, `repository:module:artifact`; each part an alias, a UID, a wildcard or empty."""

    repository: str = ""
    module: str = ""
    artifact: str = ""

    def __str__(self) -> str:
        parts = [self.repository, self.module, self.artifact] if self.repository else [self.module, self.artifact]
        return ":".join(parts)


def parse_cid(text: str) -> Cid:
    """Read `module`, `module:artifact` or `repository:module:artifact`. Raises InvalidRequestError."""
    parts = text.split(":")
    if len(parts) > 3:
        raise InvalidRequestError(f"{text!r} has more than three parts; a CID is repository:module:artifact")
    if len(parts) == 3:
        return Cid(*parts)
    return Cid(module=parts[0], artifact=parts[1] if len(parts) == 2 else "")


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
