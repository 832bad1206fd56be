"""Small CK repositories on disk, for tests."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ckexplore.store.artifact import Artifact
from ckexplore.store.formats import format_named


def make_repository(root: Path, alias: str, uid: str = "0123456789abcdef") -> Path:
    """Write `.ckr.json`."""
    root.mkdir(parents=True)
    value = {"data_alias": alias, "data_uoa": alias, "data_uid": uid, "data_name": alias, "dict": {}}
    (root / ".ckr.json").write_text(json.dumps(value))
    return root


def make_entry(root: Path, module: str, alias: str, uid: str, meta: Any = None, *, module_uid: str = "a" * 16) -> Path:
    """Write an entry with its alias files; `meta` may be raw text."""
    entry = root / module / alias
    (entry / ".cm").mkdir(parents=True)
    (root / ".cm").mkdir(exist_ok=True)
    (root / module / ".cm").mkdir(exist_ok=True)
    (root / ".cm" / f"alias-a-{module}").write_text(module_uid + "\n")
    (root / ".cm" / f"alias-u-{module_uid}").write_text(module + "\n")
    (root / module / ".cm" / f"alias-a-{alias}").write_text(uid + "\n")
    (root / module / ".cm" / f"alias-u-{uid}").write_bytes(os.fsencode(alias) + b"\n")
    text = meta if isinstance(meta, str) else json.dumps(meta or {})
    (entry / ".cm" / "meta.json").write_text(text)
    (entry / ".cm" / "info.json").write_text(json.dumps({"data_name": f"name of {alias}", "backup_data_uid": uid}))
    return entry


def scan(kind: str, root: Path) -> Iterator[Artifact]:
    """Read every entry of a repository, as the catalog does."""
    format_ = format_named(kind)
    for folder in format_.folders(root):
        yield from format_.read(root, folder)
