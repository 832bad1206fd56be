"""The catalog: every repository's rows in TinyDB, one journal each, brought up to date with the disk.

User data never lives here: deleting the catalog loses nothing. What can't be stored is kept in memory, and `problem`
says why.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from . import rows
from .artifact import Artifact
from .errors import CkexploreError
from .formats import format_named
from .formats.folder import NO_SIGNATURE, Folder, Signature
from .journal import JournalStorage, TableChanges
from .registry import Repository
from .uid import derived_uid, module_uid
from .untrusted import safe_line, storable
from .workspace import Workspace

if TYPE_CHECKING:
    from .formats.format import Format

VERSION = 2
_ROWS = f"artifacts-{VERSION}"
_FOLDERS = f"folders-{VERSION}"
_UNREADABLE = "."


@dataclass(slots=True)
class Changes:
    """What differs from before: rows that came or changed, encoded, and the ids of rows that are gone."""

    puts: dict[int, bytes] = field(default_factory=dict)
    deletes: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.puts or self.deletes)

    def add(self, later: "Changes") -> None:
        """Take in what happened later."""
        self.puts = {key: row for key, row in self.puts.items() if key not in later.deletes} | later.puts
        self.deletes = {key for key in self.deletes if key not in later.puts} | later.deletes


class _FolderState(msgspec.Struct):
    path: str
    digest: str = ""


class Shelf:
    """The rows of one repository."""

    def __init__(self, repository: Repository, path: Path) -> None:
        self.repository = repository
        self.problem = ""
        self._storage: JournalStorage | None = None
        self._rows: Mapping[int, bytes] = {}
        self._digests: dict[str, str] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._storage = JournalStorage(path)
            self._take_stored()
        except (OSError, CkexploreError) as error:
            self._without_storage(error)

    def _take_stored(self) -> None:
        assert self._storage is not None
        self._rows = self._storage.documents(_ROWS)
        states = (msgspec.json.decode(one, type=_FolderState) for one in self._storage.documents(_FOLDERS).values())
        self._digests = {state.path: state.digest for state in states}

    def _without_storage(self, error: Exception) -> None:
        """Go on from memory."""
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        self.problem = f"the catalog can't be stored ({safe_line(reason, 300)}); going on from memory"
        self._rows, self._digests = dict(self._rows), dict(self._digests)
        self._storage = None

    @property
    def rows(self) -> Mapping[int, bytes]:
        """The rows, encoded, by their ids; none when the repository's folder is gone."""
        return {} if self.repository.problem else self._rows

    def close(self) -> None:
        """Give up the files, compacted when that is worth it."""
        if self._storage is not None:
            with contextlib.suppress(OSError):  # a compaction that fails leaves everything as it was
                self._storage.close()

    # What other processes stored

    def refresh(self) -> Changes:
        """Bring in what other processes stored."""
        if self._storage is None:
            return Changes()
        try:
            changed = self._storage.refresh()
        except (OSError, CkexploreError) as error:
            self._without_storage(error)
            return Changes()
        if not changed:
            return Changes()
        self._take_stored()
        found = changed.get(_ROWS)
        return Changes(dict(found.puts), set(found.deletes)) if found else Changes()

    # What is on the disk

    def rescan(self) -> Changes:
        """Compare every entry's signature with the stored one; only what differs is read."""
        changes = self.refresh()
        if self.repository.problem:
            return changes
        try:
            if not self._digests:
                changes.add(self._index_everything())
            else:
                changes.add(self._compare())
        except (OSError, ValueError) as error:  # one repository that can't be read doesn't hide the others
            row = rows.encode(_unreadable(self.repository, error))
            changes.add(self._store(Changes({rows.row_id(_UNREADABLE): row}), {}))
        return changes

    def look_at(self, paths: Sequence[str]) -> Changes:
        """Look only at the entries that some changed files and folders belong to."""
        format_, root = self._format, self.repository.path
        names: dict[str, set[str]] = {}
        for path in paths:
            touched = format_.touched(root, path)
            if touched is None or (touched[0] and touched[0] not in self._digests):
                return self.rescan()
            if touched[0] or touched[1]:
                names.setdefault(touched[0], set()).add(touched[1])
        changes = self.refresh()
        for folder_path, wanted in names.items():
            folder = format_.listed(root, folder_path, sorted(wanted))
            found = self._read_changed(folder, told=True)
            gone = {rows.row_id(_row_path(folder_path, name)) for name in wanted.difference(folder.names)}
            found.deletes = {key for key in gone if key in self._rows}
            if found:
                # The folder's digest is no longer known: the next rescan compares its entries one by one.
                changes.add(self._store(found, {folder_path: ""}))
        return changes

    @property
    def _format(self) -> "Format":
        return format_named(self.repository.format)

    def _index_everything(self) -> Changes:
        """Read the whole repository, streamed into a new snapshot."""
        digests: dict[str, str] = {}
        documents = self._every_row(digests)
        first = next(documents, None)
        if first is None and not digests and not self._rows:
            return Changes()  # an empty repository isn't stored anew each time
        documents = chain([first] if first else [], documents)
        if self._storage is not None:
            try:
                # The folders' digests are known when the rows have been read.
                self._storage.replace_tables({_ROWS: documents, _FOLDERS: _folder_documents(digests)})
                self._take_stored()
                return Changes(dict(self._rows))
            except (OSError, CkexploreError) as error:
                self._without_storage(error)
                documents = self._every_row(digests)
        self._rows = dict(documents)
        self._digests = digests
        return Changes(dict(self._rows))

    def _every_row(self, digests: dict[str, str]) -> Iterator[tuple[int, bytes]]:
        format_, root = self._format, self.repository.path
        for folder in format_.folders(root):
            digests[storable(folder.path)] = folder.digest()
            for artifact in format_.read(root, folder):
                yield rows.row_id(artifact.path), rows.encode(artifact)

    def _compare(self) -> Changes:
        before = self._digests
        now: dict[str, str] = {}
        changed: list[Folder] = []
        for folder in self._format.folders(self.repository.path, before):
            path = storable(folder.path)
            now[path] = folder.digest()
            if before.get(path) != now[path]:
                changed.append(folder)
        different = {path: digest for path, digest in now.items() if before.get(path) != digest}
        gone = before.keys() - now.keys()
        if not different and not gone:
            return Changes()
        found = Changes()
        for folder in changed:
            found.add(self._read_changed(folder))
        found.deletes |= self._no_longer_there(changed, {*gone})
        return self._store(found, different, gone)

    def _read_changed(self, folder: Folder, *, told: bool = False) -> Changes:
        """Read those entries of a folder whose signature isn't the stored one.

        Of entries that were `told` to have changed each is read: a name or an alias is in another file than the meta.
        """
        changed = folder if told else folder.only(self._has_other_row(folder))
        found = Changes()
        for artifact in self._format.read(self.repository.path, changed):
            key, row = rows.row_id(artifact.path), rows.encode(artifact)
            if row != self._rows.get(key):
                found.puts[key] = row
        return found

    def _has_other_row(self, folder: Folder) -> Iterator[bool]:
        for name, signature in folder.entries():
            before = self._rows.get(rows.row_id(_row_path(folder.path, name)))
            yield before is None or _signature_of(before) != signature or signature == NO_SIGNATURE

    def _no_longer_there(self, changed: Sequence[Folder], gone: set[str]) -> set[int]:
        """Give the ids of rows whose folder is gone, or that their changed folder no longer lists."""
        present = {rows.row_id(_row_path(folder.path, name)) for folder in changed for name in folder.names}
        folders = {storable(folder.path) for folder in changed} | gone
        known = self._digests.keys() | folders
        return {
            key
            for key, row in self._rows.items()
            if key not in present and _owner(rows.place(row)[0], known) in folders
        }

    # Storing

    def _store(self, found: Changes, digests: Mapping[str, str], gone: Sequence[str] | set[str] = ()) -> Changes:
        self._digests = {key: digest for key, digest in self._digests.items() if key not in gone} | dict(digests)
        if self._storage is not None:
            try:
                states = TableChanges(dict(_folder_documents(digests)), {rows.row_id(path) for path in gone})
                self._storage.append({_ROWS: TableChanges(found.puts, found.deletes), _FOLDERS: states})
                self._rows = self._storage.documents(_ROWS)
                return found
            except (OSError, CkexploreError) as error:
                self._without_storage(error)
        kept = {key: row for key, row in self._rows.items() if key not in found.deletes}
        self._rows = kept | found.puts
        return found


def _row_path(folder: str, name: str) -> str:
    return storable(f"{folder}/{name}" if folder else name)


def _owner(path: str, folders: set[str]) -> str | None:
    """Give the innermost of the folders that a path is in; the root's is empty."""
    while path:
        path = path.rpartition("/")[0]
        if path in folders:
            return path
    return None


def _signature_of(row: bytes) -> Signature:
    return rows.place(row)[1]


def _folder_documents(digests: Mapping[str, str]) -> Iterator[tuple[int, bytes]]:
    for path, digest in digests.items():
        yield rows.row_id(path), msgspec.json.encode(_FolderState(path, digest))


def _unreadable(repository: Repository, error: Exception) -> Artifact:
    problem = safe_line(f"{repository.path}: can't be indexed ({error})", 500)
    return Artifact(repository.uid, repository.alias, "repo", module_uid("repo"), _UNREADABLE, problem=problem)


class Catalog:
    """The shelves of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.catalog
        self._shelves: dict[Path, Shelf] = {}

    def shelf(self, repository: Repository) -> Shelf:
        """Open the rows of one repository."""
        path = self._folder / f"{repository.uid}-{derived_uid(str(repository.path), repository.format)[:8]}.json"
        shelf = self._shelves.get(path)
        if shelf is None:
            shelf = self._shelves[path] = Shelf(repository, path)
        shelf.repository = repository
        return shelf

    def artifacts(self, repository: Repository) -> list[Artifact]:
        """Give every artifact of a repository as the disk has it now."""
        shelf = self.shelf(repository)
        shelf.rescan()
        return [rows.decode(row, repository, {}) for row in shelf.rows.values()]

    def close(self) -> None:
        """Give up the files."""
        for shelf in self._shelves.values():
            shelf.close()
        self._shelves.clear()

    def clear(self) -> None:
        """Delete the catalog; the next question rebuilds it. Raises CkexploreError."""
        self.close()
        try:
            for path in self._folder.glob("*.json*"):
                if path.suffix != ".lock":  # it may be held
                    path.unlink()
        except OSError as error:
            raise CkexploreError(f"{self._folder}: can't be cleared ({error.strerror})") from error
