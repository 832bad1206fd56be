"""TinyDB's storage as a journal: a change costs one appended record, and a kill at any moment loses nothing stored.

    catalog.json        the snapshot: every document, one a line; TinyDB's own storage can read it
    catalog.json.log    what changed since, one record a transaction
    catalog.json.lock   held while one of them is written

A log goes on from the snapshot whose generation its first record names. A compaction puts the new snapshot in place,
durably, before it removes the log: killed between the two, it leaves a log of an older generation, whose records are
all in the new snapshot, and which nobody reads any more. Readers take no lock: they look at inode, size and time of
both files, read on where they were, and begin anew when the snapshot is another one.
"""

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tinydb.storages import Storage

from ..errors import CkexploreError
from .changes import News, TableChanges, Tables, decode_changes, difference, encode_changes
from .documents import Documents, encode_document
from .files import Stamp, locked, stamp, sweep
from .log import Log
from .snapshot import RESERVED, DamagedError, Snapshot, read_snapshot, write_snapshot

_SHORT_LOG = 1 << 20
"""A longer log is compacted when the storage is closed …"""
_LONG_LOG = 16 << 20
"""… and a longer one than this at the next change; in bytes, both."""


class JournalStorage(Storage):
    """The tables of one database, in memory and on disk.

    Several processes may have the same files open: `refresh` and every change bring in what the others stored.
    Any thread may call the methods. The dict that `documents` gave may change under whoever iterates over it: take a
    copy (`dict(…)` or `list(….items())`, which no other thread interrupts), and ask for it again after a change.
    """

    def __init__(self, path: Path | str) -> None:
        """Open a database, or start one: nothing is written before the first change.

        Raises OSError, and UnreadableError when the files were written by a newer version.
        """
        self.problem = ""
        """What was stored and can't be read, in one sentence; empty when all is well."""
        self.version = 0
        """A number that grows with every change."""
        self._path = Path(path)
        self._log_path = self._path.with_name(f"{self._path.name}.log")
        self._lock_path = self._path.with_name(f"{self._path.name}.lock")
        self._tables: Tables = {}
        self._generation = ""
        self._log = Log(self._log_path, "")
        self._is_damaged = False
        self._seen: tuple[Stamp | None, Stamp | None] | None = None
        self._news: dict[str, News] = {}
        self._thread_lock = threading.RLock()
        self._depth = 0
        self._begin_anew()

    # Reading

    def documents(self, table: str) -> Mapping[int, bytes]:
        """Give the documents of a table by their ids, each as JSON in one line; none when there is no such table."""
        return self._tables.get(table, {})

    def read(self) -> dict[str, Any] | None:
        """Give every table, its documents by their ids as text, decoded when looked at; None when there is none."""
        return {name: Documents(table) for name, table in self._tables.items()} or None

    def refresh(self) -> dict[str, TableChanges]:
        """Give what other processes stored since the last time, table by table.

        Raises OSError, and UnreadableError when a newer version has written the files.
        """
        with self._thread_lock:
            self._catch_up()
            news, self._news = self._news, {}
        told = {name: one.changes() for name, one in news.items()}
        return {name: changes for name, changes in told.items() if changes}

    # Changing

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock: what is read in the block stays true until it ends. Transactions may be nested.

        Raises OSError when the files can't be locked or read, and UnreadableError when a newer version wrote them.
        """
        with self._thread_lock, contextlib.ExitStack() as stack:
            if not self._depth:
                stack.enter_context(locked(self._lock_path))
                self._catch_up(is_locked=True)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    def append(self, changes: Mapping[str, TableChanges]) -> None:
        """Store one transaction, wholly or not at all; it is on the disk when this returns.

        A table that is named without changes comes to be. Raises OSError when nothing could be stored, ValueError for
        a document that isn't one line, and UnreadableError when a newer version has written the files.
        """
        _refuse_reserved(changes)
        payload = encode_changes(changes)
        if not payload:
            return
        with self.transaction():
            self._prepare_log()
            written = self._log.append(payload)
            self._change(changes)
            self._seen = (self._seen and self._seen[0], written)
            for name, table in changes.items():
                if name in self._news:  # what we have changed since is no news to us
                    self._news[name].forget([*table.puts, *table.deletes])

    def replace_tables(self, tables: Mapping[str, Iterable[tuple[int, bytes]]]) -> None:
        """Store these tables anew, and leave the others as they are.

        The documents of one table after the other are taken as they come, and nothing is locked until then. What
        another process stores into these tables in the meantime is kept. Raises as `append` does.
        """
        _refuse_reserved(tables)
        with self._thread_lock:
            self._catch_up()
            before = {name: dict(self._tables.get(name, {})) for name in tables}
        anew = {name: dict(documents) for name, documents in tables.items()}
        with self.transaction():
            for name, meanwhile in difference(before, self._tables, tables).items():
                meanwhile.apply(anew[name])
            self._compact(self._tables | anew)
            for name in tables:
                self._news.pop(name, None)

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """Store these tables, and nothing else. Raises as `append` does."""
        _refuse_reserved(data)
        tables = {name: _encoded(table) for name, table in data.items()}
        with self.transaction():
            self._compact(tables)
            self._news.clear()

    def compact(self) -> None:
        """Put everything into a new snapshot. Raises OSError when that can't be done; nothing is lost then."""
        with self.transaction():
            self._compact(self._tables)

    def close(self) -> None:
        """Compact when that is worth it. Nothing else is to be done: no file stays open between two calls."""
        if self._is_log_longer_than(_SHORT_LOG):
            with contextlib.suppress(OSError, CkexploreError):  # then the log stays
                self.compact()

    # What is on the disk

    def _stamps(self) -> tuple[Stamp | None, Stamp | None]:
        return stamp(self._path), stamp(self._log_path)

    def _catch_up(self, *, is_locked: bool = False) -> None:
        """Bring in what the files hold by now, and keep it as news."""
        seen = self._stamps()
        if seen == self._seen and not (is_locked and self._log.is_longer_than_known(seen[1])):
            return
        if self._seen is None or seen[0] != self._seen[0] or not self._read_on():
            self._begin_anew()
        else:
            self._seen = seen

    def _read_on(self) -> bool:
        payloads, is_good = self._log.new_records()
        for payload in payloads:
            changes = decode_changes(payload)
            self._change(changes)
            self._keep(changes)
        return is_good

    def _begin_anew(self) -> None:
        while True:
            seen = self._stamps()
            snapshot, problem = self._read_snapshot()
            log = Log(self._log_path, snapshot.generation)
            payloads, is_good = log.new_records()
            if log.end or seen == self._stamps():
                break  # else another snapshot came after we read ours, and this may be its log
        if not is_good:
            problem = problem or f"{self._log_path}: is damaged, so that the changes stored last are left out"
        tables = snapshot.tables
        for payload in payloads:
            _apply(decode_changes(payload), tables)
        if self._seen is not None:
            self._keep(difference(self._tables, tables, self._tables.keys() | tables.keys()))
        self._become(tables, snapshot.generation, log)
        self._seen = seen
        self._is_damaged = bool(problem)
        self.problem = problem or self.problem

    def _read_snapshot(self) -> tuple[Snapshot, str]:
        """Read the snapshot; also say why it counts as empty, when it is damaged."""
        try:
            snapshot = read_snapshot(self._path)
            if snapshot.stamp and not snapshot.generation and stamp(self._log_path):
                raise DamagedError("it isn't the one that the log beside it goes on from")
        except DamagedError as error:
            return Snapshot(), f"{self._path}: is damaged ({error}), so that it counts as empty"
        return snapshot, ""

    def _is_log_longer_than(self, size: int) -> bool:
        """Tell whether the log is longer than that, and than half of the snapshot."""
        snapshot = self._seen[0] if self._seen else None
        return self._log.end > max(size, snapshot[1] // 2 if snapshot else 0)

    def _prepare_log(self) -> None:
        """See to it that a snapshot is there for a log to go on from, and that the log doesn't grow without end."""
        if self._is_damaged or not self._generation:
            self._compact(self._tables)
        elif self._is_log_longer_than(_LONG_LOG):
            with contextlib.suppress(OSError):  # where there is no room for a snapshot, there may be for a record
                self._compact(self._tables)

    def _compact(self, tables: Tables) -> None:
        """Put a snapshot of these tables in place. What is damaged is set aside, for whoever wants to look at it."""
        was_damaged = self._is_damaged
        sweep(self._path)
        if was_damaged and not self._generation:
            _set_aside(self._path)
        generation = os.urandom(8).hex()
        written = write_snapshot(self._path, generation, tables)
        self._become(tables, generation, Log(self._log_path, generation))
        with contextlib.suppress(OSError):  # a log of another generation does no harm
            _set_aside(self._log_path) if was_damaged else self._log_path.unlink()
        self._is_damaged = False
        self._seen = written, stamp(self._log_path)

    # What is in memory

    def _become(self, tables: Tables, generation: str, log: Log) -> None:
        self._tables, self._generation, self._log = tables, generation, log
        self.version += 1

    def _change(self, changes: Mapping[str, TableChanges]) -> None:
        _apply(changes, self._tables)
        self.version += 1

    def _keep(self, changes: Mapping[str, TableChanges]) -> None:
        for name, table in changes.items():
            self._news.setdefault(name, News()).add(table)


def _apply(changes: Mapping[str, TableChanges], tables: Tables) -> None:
    for name, table in changes.items():
        table.apply(tables.setdefault(name, {}))


def _encoded(table: Mapping[Any, Any]) -> dict[int, bytes]:
    if isinstance(table, Documents):
        return dict(table.encoded)
    return {int(doc_id): encode_document(document) for doc_id, document in table.items()}


def _set_aside(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.replace(path.with_name(f"{path.name}.damaged"))


def _refuse_reserved(names: Iterable[str]) -> None:
    if RESERVED in names:
        raise ValueError(f"the table {RESERVED} belongs to the journal itself")
