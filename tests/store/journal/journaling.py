"""What tests of the journal share: quick files, and short ways to fill and read a storage."""

import os
import tempfile
from pathlib import Path

import pytest

from ckexplore.store.journal import JournalStorage, TableChanges

ROW = b'{"alias":"resnet50"}'


def leave_out_syncing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It only matters when the power fails, and takes most of the time."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: None)


def beside(path: Path) -> Path:
    """Give a path of the same name in a new folder beside it, for one example of many."""
    return Path(tempfile.mkdtemp(dir=path.parent)) / path.name


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.log")


def put(storage: JournalStorage, table: str, **rows: int) -> None:
    """Put documents: `put(storage, "t", a1=5)` stores {"n": 5} under 1."""
    storage.append({table: TableChanges({int(key[1:]): b'{"n":%d}' % value for key, value in rows.items()})})


def contents(storage: JournalStorage) -> dict[str, dict[int, bytes]]:
    return {name: dict(storage.documents(name)) for name in storage.read() or {}}
