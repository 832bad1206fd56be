"""This machine as CK's `os` entries describe systems: the shell's words, endings of files, tags."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from ...store.cid import Cid
from ...store.errors import CkexploreError
from ...store.formats import ck
from ...store.lookup import locate
from ...store.registry import Repository
from ...store.workspace import Workspace
from ..measure.os_alias import os_alias
from ..shipped_folder import SAMPLES

_OURS = "ckx-ml/os"
_UIDS = {"linux-64": "4258b5fe54828a50"}
"""CK's own, which its environments name: those of ours are found by it too."""


class HostOs(Struct, frozen=True):
    """An `os` entry: alias, UID ("" where CK has none), meta, and the file that the meta is from, if any."""

    alias: str
    uid: str
    meta: dict[str, Any]
    file: Path | None = None

    def as_input(self) -> dict[str, Any]:
        """Give it for a stage's input."""
        return {"uoa": self.alias, "uid": self.uid, "dict": self.meta}


def host_os(workspace: Workspace, known: Sequence[Repository]) -> HostOs:
    """Find the entry of this machine, which any repository may have; where none has it, by what we know ourselves."""
    alias = os_alias()
    for location in locate(workspace, known, Cid(module="os", artifact=alias)):
        try:
            return HostOs(alias, location.uid, ck.entry_meta(location.path), location.path / ck.META)
        except CkexploreError:
            continue
    return HostOs(alias, _UIDS.get(alias, ""), _described_by_us(alias))


def _described_by_us(alias: str) -> dict[str, Any]:
    """Give the meta of the entry that comes with us; what is known of every system where a sandbox doesn't show it."""
    try:
        own = SAMPLES.joinpath(_OURS, alias, ck.META)
        return json.loads(own.read_text(encoding="utf-8"))
    except OSError:
        name = "macos" if alias.startswith("macos") else "linux"
        return {"bits": "64", "ck_name": name, "ck_name2": name, "script_ext": ".sh", "tags": ["os", name]}
