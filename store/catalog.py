"""The TinyDB database of every artifact: one file per repository, rebuilt from disk at any time.

User data never lives here: deleting the catalog loses nothing. TinyDB's own storage overwrites in place, so a kill in
the middle leaves a file nobody can read; ours writes beside it and renames.
"""

import contextlib
import fcntl
import gc
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage

from .artifact import Artifact, derived_uid, module_uid
from .errors import CkexploreError
from .formats import format_named
from .repos import Repository
from .untrusted import safe_line
from .workspace import Workspace

VERSION = 1
_TABLE = f"artifacts-{VERSION}"


class AtomicJsonStorage(Storage):
    """TinyDB storage whose file is always whole: written beside its place, synced, then renamed."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return every table, or None when there is no file or an unreadable one (the catalog is rebuilt then)."""
        try:
            return msgspec.json.decode(self._path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            with beside.open("wb") as stream:
                stream.write(msgspec.json.encode(data))
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)  # gone already, unless the disk is full


class Catalog:
    """The rows of every repository of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.catalog

    def _path(self, repository: Repository) -> Path:
        return self._folder / f"{repository.uid}-{derived_uid(str(repository.path))[:8]}.json"

    def stored(self, repository: Repository) -> list[Artifact]:
        """Give the rows as they were when the repository was last scanned."""
        with _collection_paused(), TinyDB(self._path(repository), storage=AtomicJsonStorage) as database:
            rows = database.table(_TABLE).all()
        try:
            found = msgspec.convert(rows, list[Artifact])
        except msgspec.ValidationError:  # written by another version: the next scan replaces it
            return []
        return [replace(row, repository=repository.alias, repository_uid=repository.uid) for row in found]

    def artifacts(self, repository: Repository) -> list[Artifact]:
        """Give the rows as the disk has them now; only what changed is read again."""
        if repository.problem:
            return []
        before = {row.path: row for row in self.stored(repository)}
        try:
            found = list(format_named(repository.format).scan(repository.path, before))
        except (OSError, ValueError) as error:  # one repository that can't be read doesn't hide the others
            found = [_unreadable(repository, error)]
        rows = [replace(row, repository=repository.alias, repository_uid=repository.uid) for row in found]
        if {row.path: row for row in rows} != before:
            self._store(repository, rows)
        return rows

    def _store(self, repository: Repository, rows: list[Artifact]) -> None:
        # A catalog that can't be written costs time at the next start, nothing else: browsing goes on from memory.
        with contextlib.suppress(OSError), self._locked():
            encoded = [_row_as_document(row) for row in rows]
            with TinyDB(self._path(repository), storage=AtomicJsonStorage) as database:
                database.drop_tables()
                database.table(_TABLE).insert_multiple(encoded)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time write the catalog."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def clear(self) -> None:
        """Delete the catalog; the next question rebuilds it. Raises CkexploreError."""
        try:
            for path in self._folder.glob("*.json"):
                path.unlink()
        except OSError as error:
            raise CkexploreError(f"{self._folder}: can't be cleared ({error.strerror})") from error


def _unreadable(repository: Repository, error: Exception) -> Artifact:
    problem = safe_line(f"{repository.path}: can't be indexed ({error})", 500)
    return Artifact(repository.uid, repository.alias, "repo", module_uid("repo"), ".", problem=problem)


def _row_as_document(row: Artifact) -> Mapping[str, Any]:
    document = msgspec.to_builtins(row)
    for key in ("repository", "repository_uid", "own_tags"):  # known from elsewhere when the row is read
        document.pop(key)
    return document


@contextlib.contextmanager
def _collection_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector: loading many small dicts is 2.5 times faster without it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
