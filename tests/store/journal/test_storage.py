"""The journal's storage: what one process stores, every other one finds, whole, and only once."""

import fcntl
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from ckexplore.store.journal import JournalStorage, TableChanges
from ckexplore.store.journal import storage as journal
from ckexplore.store.journal.files import locked
from ckexplore.store.journal.snapshot import Snapshot, read_snapshot
from ckexplore.store.journal.table import open_database

from .journaling import ROW, beside, contents, leave_out_syncing, log_of, put


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give where a journal is to be, whose files aren't synced."""
    leave_out_syncing(monkeypatch)
    return tmp_path / "catalog.json"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the disk, call by call."""
    done: list[str] = []

    def told(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any) -> Any:
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(arguments[0]).st_mode)
            done.append("fsync folder" if is_folder else name)
            return real(*arguments)

        return call

    for name in ("fsync", "fdatasync", "pwrite", "replace", "unlink"):
        monkeypatch.setattr(os, name, told(name))
    return done


# What is stored


def test_opening_writes_nothing(path: Path) -> None:
    storage = JournalStorage(path)
    assert storage.read() is None
    assert storage.refresh() == {}
    storage.close()
    assert list(path.parent.iterdir()) == []


def test_a_transaction_over_several_tables_is_there_after_reopening(path: Path) -> None:
    storage = JournalStorage(path)
    storage.append({"rows": TableChanges({1: ROW, 2: b"{}"}), "folders": TableChanges({7: b"[]"})})
    storage.append({"rows": TableChanges({3: ROW}, [1])})
    expected = {"rows": {2: b"{}", 3: ROW}, "folders": {7: b"[]"}}
    assert contents(storage) == contents(JournalStorage(path)) == expected
    storage.compact()
    assert contents(storage) == contents(JournalStorage(path)) == expected
    assert not log_of(path).exists()


def test_nothing_counts_as_stored_before_it_is_on_the_disk(path: Path, calls: list[str]) -> None:
    storage = JournalStorage(path)
    put(storage, "t", a1=1)
    calls.clear()
    put(storage, "t", a1=2)
    assert calls == ["pwrite", "fdatasync"]
    calls.clear()
    storage.compact()
    assert [one for one in calls if one != "pwrite"] == ["fsync", "replace", "fsync folder", "unlink"]
    calls.clear()
    put(storage, "t", a1=3)
    assert calls == ["pwrite", "fsync", "replace", "fsync folder", "pwrite", "fdatasync"]


def test_plain_tinydb_reads_the_snapshot_which_has_one_document_a_line(path: Path) -> None:
    database = open_database(path)
    database.table("rows").insert_multiple({"number": number, "text": "ä\n"} for number in range(5))
    database.table("none").truncate()
    database.storage.compact()
    assert TinyDB(path).table("rows").all() == database.table("rows").all()
    assert TinyDB(path).tables() == {"rows", "none", "_journal"}
    assert sum(b'"number"' in line for line in path.read_bytes().splitlines()) == 5


def test_what_plain_tinydb_wrote_is_taken_over(path: Path) -> None:
    with TinyDB(path) as plain:
        plain.insert_multiple([{"n": 1}, {"n": float("inf")}])
    database = open_database(path)
    database.insert({"n": 3})
    assert [one["n"] for one in open_database(path)] == [1, float("inf"), 3]
    assert database.storage.problem == ""


def test_files_are_for_their_owner_alone(path: Path) -> None:
    storage = JournalStorage(path)
    put(storage, "t", a1=1)
    storage.compact()
    put(storage, "t", a1=2)
    assert {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {
        "catalog.json": 0o600,
        "catalog.json.log": 0o600,
        "catalog.json.lock": 0o600,
    }


def test_values_that_json_has_no_words_for_come_back(path: Path) -> None:
    document = {"inf": float("-inf"), "half": "\ud83d", "big": 10**40, "zero": -0.0, "line": "\u2028\r\n"}
    database = open_database(path)
    database.insert(document)
    assert open_database(path).all() == [document]
    database.storage.compact()
    assert open_database(path).all() == [document]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text(), JSON, max_size=4)
TABLES = st.dictionaries(st.text(), st.dictionaries(st.integers(), DOCUMENTS, max_size=4), max_size=3)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES.filter(lambda tables: "_journal" not in tables))
def test_any_documents_come_back_from_log_and_snapshot(path: Path, tables: dict[str, dict[int, dict]]) -> None:
    path = beside(path)
    storage = JournalStorage(path)
    rows = {name: {key: json.dumps(one).encode() for key, one in table.items()} for name, table in tables.items()}
    storage.append({name: TableChanges(table) for name, table in rows.items()})
    assert contents(JournalStorage(path)) == rows
    storage.compact()
    assert contents(JournalStorage(path)) == rows
    assert {name: dict(table) for name, table in (storage.read() or {}).items()} == {
        name: {str(key): one for key, one in table.items()} for name, table in tables.items()
    }


def test_a_document_of_two_lines_is_refused_and_nothing_is_stored(path: Path) -> None:
    storage = JournalStorage(path)
    put(storage, "t", a1=1)
    with pytest.raises(ValueError, match="more than one line"):
        storage.append({"t": TableChanges({2: b"{}", 3: b"{\n}"})})
    with pytest.raises(ValueError, match="more than one line"):
        storage.replace_tables({"t": [(3, b"{\n}")]})
    with pytest.raises(ValueError, match="belongs to the journal"):
        put(storage, "_journal", a1=1)
    assert contents(storage) == contents(JournalStorage(path)) == {"t": {1: b'{"n":1}'}}
    assert not list(path.parent.glob("*.tmp"))


# Tables anew


def test_tables_are_replaced_from_iterables_taken_once_and_in_order(path: Path) -> None:
    storage = JournalStorage(path)
    put(storage, "rows", a1=1, a2=2)
    put(storage, "kept", a1=1)
    seen: list[int] = []

    def rows() -> Iterator[tuple[int, bytes]]:
        for key in range(5):
            seen.append(key)
            yield key, ROW

    def folders() -> Iterator[tuple[int, bytes]]:
        yield len(seen), b"{}"

    storage.replace_tables({"rows": rows(), "folders": folders()})
    expected = {"rows": dict.fromkeys(range(5), ROW), "kept": {1: b'{"n":1}'}, "folders": {5: b"{}"}}
    assert seen == [0, 1, 2, 3, 4]
    assert contents(storage) == contents(JournalStorage(path)) == expected


def test_a_failure_while_rows_come_leaves_the_old_table(path: Path) -> None:
    storage = JournalStorage(path)
    put(storage, "rows", a1=1)

    def rows() -> Iterator[tuple[int, bytes]]:
        yield 5, ROW
        raise OSError("the repository is gone")

    with pytest.raises(OSError, match="gone"):
        storage.replace_tables({"rows": rows()})
    put(storage, "rows", a2=2)
    assert contents(storage) == contents(JournalStorage(path)) == {"rows": {1: b'{"n":1}', 2: b'{"n":2}'}}


def test_what_another_process_stores_while_rows_come_is_kept(path: Path) -> None:
    storage, other = JournalStorage(path), JournalStorage(path)
    put(storage, "rows", a1=1, a2=2, a3=3)

    def rows() -> Iterator[tuple[int, bytes]]:
        yield 1, ROW
        yield 2, ROW
        other.append({"rows": TableChanges({2: b'{"n":22}', 9: b'{"n":9}'}, [1])})

    storage.replace_tables({"rows": rows()})
    assert contents(storage) == {"rows": {2: b'{"n":22}', 9: b'{"n":9}'}}
    assert storage.refresh() == {}
    assert other.refresh() == {"rows": TableChanges({}, {3})}


# Between processes


def test_refresh_gives_what_others_stored_and_nothing_twice(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(ours, "t", a1=1, a2=2)
    assert ours.refresh() == {}
    assert theirs.refresh() == {"t": TableChanges({1: b'{"n":1}', 2: b'{"n":2}'}, set())}
    theirs.append({"t": TableChanges({3: ROW}, [1])})
    put(theirs, "t", a3=4)
    theirs.append({"t": TableChanges({}, [2])})
    put(theirs, "t", a2=5)
    assert theirs.refresh() == {}
    assert ours.refresh() == {"t": TableChanges({3: b'{"n":4}', 2: b'{"n":5}'}, {1})}
    assert ours.refresh() == {}


def test_refresh_gives_what_a_change_of_ours_met_but_not_what_it_replaced(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(theirs, "t", a1=1, a2=2)
    put(theirs, "u", a1=1)
    put(ours, "t", a2=3)
    assert contents(ours) == {"t": {1: b'{"n":1}', 2: b'{"n":3}'}, "u": {1: b'{"n":1}'}}
    assert ours.refresh() == {"t": TableChanges({1: b'{"n":1}'}, set()), "u": TableChanges({1: b'{"n":1}'}, set())}


def test_a_compaction_is_no_news_and_new_tables_are_only_where_they_differ(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(ours, "t", a1=1, a2=2, a3=3)
    put(ours, "u", a1=1)
    theirs.refresh()
    ours.compact()
    assert theirs.refresh() == {}
    ours.replace_tables({"t": [(1, b'{"n":1}'), (2, ROW)]})
    put(ours, "u", a2=2)
    assert theirs.refresh() == {"t": TableChanges({2: ROW}, {3}), "u": TableChanges({2: b'{"n":2}'}, set())}
    assert contents(theirs) == contents(ours)


def test_new_tables_are_news_to_nobody_who_wrote_them(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(theirs, "t", a1=1)
    put(theirs, "u", a1=1)
    ours.replace_tables({"t": [(2, ROW)]})
    assert ours.refresh() == {"u": TableChanges({1: b'{"n":1}'}, set())}


def test_what_is_written_as_a_whole_leaves_no_news(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(theirs, "t", a1=1)
    ours.write({"t": {5: {"n": 5}}})
    assert ours.refresh() == {}
    assert theirs.refresh() == {"t": TableChanges({5: b'{"n":5}'}, {1})}


def test_a_snapshot_that_comes_while_another_is_read_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = JournalStorage(path)
    put(other, "t", a1=1)

    def read_slowly(path: Path) -> Snapshot:
        found = read_snapshot(path)
        if len(other.documents("t")) < 3:
            put(other, "t", a2=2)
            other.compact()
            put(other, "t", a3=3)
        return found

    monkeypatch.setattr(journal, "read_snapshot", read_slowly)
    assert contents(JournalStorage(path)) == contents(other) == {"t": {1: b'{"n":1}', 2: b'{"n":2}', 3: b'{"n":3}'}}


def test_changes_of_two_threads_are_all_stored(path: Path) -> None:
    storage = JournalStorage(path)

    def work(first: int) -> None:
        for key in range(first, first + 60):
            storage.append({"t": TableChanges({key: ROW})})

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents(storage) == contents(JournalStorage(path))
    assert len(storage.documents("t")) == 120
    assert storage.refresh() == {}


def test_a_lock_that_is_never_given_up_is_an_error_and_no_hang(path: Path) -> None:
    lock = path.with_name("a.lock")
    with (
        locked(lock),
        pytest.raises(TimeoutError, match="another process doesn't give up the lock") as caught,
        locked(lock, patience=0.02),
    ):
        pass
    assert caught.value.filename == str(lock)
    with locked(lock, patience=0.02):
        pass


def test_a_lock_deleted_while_it_is_taken_is_taken_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = path.with_name("a.lock")
    real = fcntl.flock

    def delete_first(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        lock.unlink()
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", delete_first)
    with locked(lock), pytest.raises(TimeoutError), locked(lock, patience=0.02):
        pass


def test_a_database_that_somebody_deletes_is_empty_and_starts_again(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(ours, "t", a1=1, a2=2)
    theirs.refresh()
    for one in path.parent.iterdir():
        one.unlink()
    put(ours, "t", a3=3)
    assert ours.refresh() == {"t": TableChanges({}, {1, 2})}
    assert theirs.refresh() == {"t": TableChanges({3: b'{"n":3}'}, {1, 2})}
    assert contents(ours) == contents(theirs) == contents(JournalStorage(path)) == {"t": {3: b'{"n":3}'}}
    assert ours.problem == theirs.problem == ""


# The log


def test_closing_compacts_a_long_log_and_leaves_a_short_one(path: Path) -> None:
    storage = JournalStorage(path)
    put(storage, "t", a1=1)
    storage.close()
    assert log_of(path).exists()
    storage.append({"t": TableChanges(dict.fromkeys(range(30), b'{"x":"%s"}' % (b"x" * 50000)))})
    storage.close()
    storage.close()
    assert not log_of(path).exists()
    assert len(JournalStorage(path).documents("t")) == 30


def test_a_log_doesnt_grow_without_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_LONG_LOG", 2_000)
    storage = JournalStorage(path)
    for number in range(300):
        put(storage, "t", a1=number)
    assert log_of(path).stat().st_size < 2_100
    assert contents(JournalStorage(path)) == {"t": {1: b'{"n":299}'}}


def test_a_log_from_before_the_snapshot_brings_nothing_back(path: Path) -> None:
    storage = JournalStorage(path)
    put(storage, "t", a1=1, a2=2)
    older = log_of(path).read_bytes()
    storage.append({"t": TableChanges({}, [1])})
    storage.replace_tables({"t": [(3, ROW)]})
    log_of(path).write_bytes(older)  # as if it was killed after the new snapshot, before the log was removed
    reopened = JournalStorage(path)
    assert contents(reopened) == {"t": {3: ROW}}
    assert reopened.problem == ""
    assert storage.refresh() == {}
    put(storage, "t", a4=4)
    assert contents(storage) == contents(JournalStorage(path)) == {"t": {3: ROW, 4: b'{"n":4}'}}
    assert reopened.refresh() == {"t": TableChanges({4: b'{"n":4}'}, set())}


def test_a_record_that_looks_like_the_unfinished_one_before_it_is_not_overwritten(path: Path) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(ours, "t", a1=1)
    end = log_of(path).stat().st_size
    put(ours, "t", a2=2)
    size = log_of(path).stat().st_size
    os.truncate(log_of(path), end)
    put(JournalStorage(path), "t", a2=2_000_000)
    os.truncate(log_of(path), size)
    theirs.refresh()
    unfinished = log_of(path).stat()
    put(JournalStorage(path), "t", a3=3)
    os.utime(log_of(path), ns=(unfinished.st_atime_ns, unfinished.st_mtime_ns))  # within one tick of the clock
    assert log_of(path).stat().st_size == unfinished.st_size
    put(theirs, "t", a4=4)
    assert contents(theirs) == contents(JournalStorage(path)) == {"t": {1: b'{"n":1}', 3: b'{"n":3}', 4: b'{"n":4}'}}


def test_what_killed_writers_left_beside_is_swept(path: Path) -> None:
    storage = JournalStorage(path)
    for name in ("catalog.json.0123456789abcdef.tmp", "catalog.json.log.0123456789abcdef.tmp", "other.json.0.tmp"):
        path.with_name(name).write_bytes(b"half")
    put(storage, "t", a1=1)
    assert [one.name for one in path.parent.glob("*.tmp")] == ["other.json.0.tmp"]
