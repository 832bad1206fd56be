"""Whether a repository of CM or mlcflow can hold an entry of some name: a quick no, with no meta read as YAML.

An entry is named by its folder or by its meta, and its meta then has the name in it.
"""

from __future__ import annotations

import os

from ..errors import UnreadableError
from ..quick import TYPE_CHECKING
from ..untrusted import read_bytes
from . import cm, mlc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .automation_layout import Layout

LAYOUTS = {"cm": cm.LAYOUT, "mlc": mlc.LAYOUT}
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-+@")  # what no writer of YAML or JSON writes otherwise


def may_hold(root: str, name: str, layout: Layout) -> bool:
    """Tell whether an entry of this alias or UID can be there; true as well where that isn't sure."""
    name = name.lower()
    if not _SIGNS.issuperset(name) or _mentions(root, layout.descriptions, b"prefix"):
        return True
    needle = name.encode()
    return any(
        entry.lower() == name or _mentions(f"{root}/{automation}/{entry}", layout.metas, needle)
        for automation in _names(root)
        for entry in _names(f"{root}/{automation}")
    )


def _mentions(folder: str, files: tuple[str, ...], needle: bytes) -> bool:
    for name in files:
        path = f"{folder}/{name}"
        try:
            if os.path.lexists(path) and needle in read_bytes(path).lower():
                return True
        except UnreadableError:  # the name of its folder is the only one that it has
            continue
    return False


def _names(folder: str) -> Iterator[str]:
    try:
        return iter(os.listdir(folder))
    except OSError:
        return iter(())
