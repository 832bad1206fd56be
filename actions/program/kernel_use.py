"""Programs whose own Python code imports `ck.kernel`: what such a program is shown, and what its stage is told.

It sees the registered CK repositories and the user's own experiments, and adds and changes nothing.
"""

import os
import re
from pathlib import Path
from typing import Any

from msgspec import Struct

from ...store.lookup import Location
from ...store.untrusted import first_bytes
from ...store.walking import walk
from ..deps.inventory import Inventory
from ..shown_repositories import MOST_OWN_ENTRIES, as_registered, names_of_own, own_entries, shown

_IMPORTS = re.compile(rb"^[ \t]*(?:import[ \t]+ck\.kernel|from[ \t]+ck(?:\.kernel)?[ \t]+import)\b", re.MULTILINE)
_READ = 256 << 10  # imports stand at the beginning
_MODULE = "experiment"


class KernelUse(Struct, frozen=True):
    """What a program that imports `ck.kernel` reads, what its stage is told, and what a person reads of it."""

    reads: tuple[str, ...]
    told: dict[str, Any]
    command: str


def kernel_use(inventory: Inventory, folder: Path) -> KernelUse | None:
    """Say what a program with its files in `folder` needs of the kernel; None when none of them imports it."""
    if not _imports_kernel(folder):
        return None
    repositories = shown(inventory.repositories)
    own = own_entries(inventory.workspace, inventory.repositories, _MODULE)
    experiments = sorted(own, key=lambda one: os.stat(one.folder).st_mtime, reverse=True)[:MOST_OWN_ENTRIES]
    told = {
        "repositories": [as_registered(one) for one in repositories],
        "local": str(inventory.workspace.local),
        "own": names_of_own(experiments),
        "may_write": "",
        "inside": "a program",
    }
    names = ", ".join(one.alias for one in repositories) or "none"
    return KernelUse(
        (*(one.root for one in repositories), *(one.folder for one in experiments)),
        told,
        f"it imports ck.kernel: it sees the registered CK repositories ({names}) and {_which(experiments, own)}",
    )


def _which(shown_of_own: list[Location], own: list[Location]) -> str:
    if len(shown_of_own) < len(own):
        return f"the {len(shown_of_own)} newest of your {len(own):,} experiments"
    return f"your experiments ({len(own)})"


def _imports_kernel(folder: Path) -> bool:
    for place, folders, names in walk(folder):
        folders[:] = [name for name in folders if name not in (".cm", "tmp")]
        files = [os.path.join(place, name) for name in names if name.endswith(".py")]
        if any(_IMPORTS.search(first_bytes(Path(file), _READ)) for file in files):
            return True
    return False
