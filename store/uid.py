"""UIDs that are made: random ones, and those that always belong to the same thing."""

import hashlib
from functools import lru_cache

from .cid import MODULE_UIDS


def new_uid() -> str:
    """Draw a random UID."""
    import secrets  # noqa: PLC0415  (only who writes needs one)

    return secrets.token_hex(8)


def derived_uid(*parts: str) -> str:
    """Make the UID that always belongs to these parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@lru_cache(maxsize=1024)
def module_uid(alias: str) -> str:
    """Give the UID of a module: CK's own for its standard modules, a derived one for all others."""
    return MODULE_UIDS.get(alias) or derived_uid("module", alias)
