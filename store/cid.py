"""CK's identifiers: UIDs, CIDs (`repository:module:artifact`), and the wildcards in them.

On the way of every quick answer, so it imports nothing that takes time (see `quick`).
"""

from .errors import InvalidRequestError
from .quick import Record

_HEXADECIMAL = "0123456789abcdefABCDEF"

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
    "platform.os": "41e31cc4496b8a8e",
    "platform.cpu": "aa6b542a420b8db9",
    "platform.gpu": "55ec7775f4afaabd",
    "platform.gpgpu": "192ed4e0bbdbe743",
    "platform.nn": "76de04d524bbea7f",
    "platform.npu": "4442b1dfc04c2106",
    "platform.dsp": "8f8a0a7236ff42a6",
    "platform.init": "38a2f5438d8555b6",
    "kernel": "b1e99f6461424276",
    "cfg": "b34231a3467566f8",
    # Ours: what the user wrote about an artifact, saved searches, detached runs, and what the user approved.
    "annotation": "3f0c81d27be94a56",
    "search": "06efb3f4a338d9b8",
    "job": "a61d5be20c9f4873",
    "approval": "97daa8fcb220665e",
}


def is_uid(text: str) -> bool:
    """Tell whether `text` has the form of a CK UID: 16 hexadecimal digits."""
    return len(text) == 16 and not text.strip(_HEXADECIMAL)


class Cid(Record):
    """A CK identifier, `repository:module:artifact`; each part an alias, a UID, a wildcard or empty."""

    __slots__ = ("artifact", "module", "repository")

    def __init__(self, repository: str = "", module: str = "", artifact: str = "") -> None:
        self.repository = repository
        self.module = module
        self.artifact = artifact

    def __str__(self) -> str:
        parts = [self.repository, self.module, self.artifact] if self.repository else [self.module, self.artifact]
        return ":".join(parts)

    @property
    def is_pattern(self) -> bool:
        """Whether any part has a wildcard."""
        return has_wildcard(str(self))


def parse_cid(text: str) -> Cid:
    """Read `module`, `module:artifact` or `repository:module:artifact`. Raises InvalidRequestError."""
    parts = text.split(":")
    if len(parts) > 3:
        raise InvalidRequestError(f"{text!r} has more than three parts; a CID is repository:module:artifact")
    if len(parts) == 3:
        return Cid(*parts)
    return Cid(module=parts[0], artifact=parts[1] if len(parts) == 2 else "")


def has_wildcard(pattern: str) -> bool:
    """Tell whether a part of a CID is a pattern: `[ab]` alone makes none, as in CK."""
    return "*" in pattern or "?" in pattern


def matches(pattern: str, alias: str, uid: str) -> bool:
    """Tell whether one part of a CID is the name of this, or a pattern for it; without alias the UID is the name."""
    if not pattern or pattern == "*":
        return True
    if has_wildcard(pattern):
        from fnmatch import fnmatchcase  # noqa: PLC0415

        return fnmatchcase(alias or uid, pattern)
    return uid == pattern.lower() if is_uid(pattern) else alias == pattern


def fits(pattern: str, alias: str, uid: str) -> bool:
    """Tell the same of a repository or a module: of those, CK lists one without alias for no pattern but `*`."""
    return matches(pattern, alias, uid) and (bool(alias) or pattern in ("", "*") or not has_wildcard(pattern))
