"""Whatever stands in the journal's files, they are opened: what is good in them is there, and the rest is said."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckexplore.store.errors import UnreadableError
from ckexplore.store.journal import JournalStorage, TableChanges

from .journaling import beside, contents, leave_out_syncing, log_of, put


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give where a journal is to be, whose files aren't synced."""
    leave_out_syncing(monkeypatch)
    return tmp_path / "catalog.json"


@pytest.mark.parametrize("newer", ["catalog.json", "catalog.json.log"])
def test_files_of_a_newer_version_are_refused_and_left_alone(path: Path, newer: str) -> None:
    storage = JournalStorage(path)
    put(storage, "t", a1=1)
    file = path.with_name(newer)
    file.write_bytes(file.read_bytes().replace(b'{"format": 1,', b'{"format": 2,', 1))
    kept = file.read_bytes()
    with pytest.raises(UnreadableError, match=r"catalog\.json.* was written by a newer ckexplore; update ckexplore"):
        JournalStorage(path)
    with pytest.raises(UnreadableError):
        storage.refresh()
    with pytest.raises(UnreadableError):
        put(storage, "t", a2=2)
    storage.close()
    assert file.read_bytes() == kept
    assert contents(storage) == {"t": {1: b'{"n":1}'}}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"_journal": {}}\n', b"\xff\x00", b'{"t": {"1": 5}}'])
def test_a_damaged_snapshot_counts_as_empty_and_is_set_aside_by_the_next_change(path: Path, damage: bytes) -> None:
    put(JournalStorage(path), "t", a1=1)
    path.write_bytes(damage)
    log = log_of(path).read_bytes()
    storage = JournalStorage(path)
    assert storage.read() is None
    assert storage.problem.startswith(f"{path}: is damaged")
    assert path.read_bytes() == damage
    put(storage, "t", a2=2)
    reopened = JournalStorage(path)
    assert contents(reopened) == contents(storage) == {"t": {2: b'{"n":2}'}}
    assert reopened.problem == ""
    assert path.with_name("catalog.json.damaged").read_bytes() == damage
    assert path.with_name("catalog.json.log.damaged").read_bytes() == log


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, list[tuple[int, dict]]]:
    """A snapshot, a log, and what is stored at each end of a record of the log."""
    path = tmp_path_factory.mktemp("written") / "catalog.json"
    storage = JournalStorage(path)
    put(storage, "t", a1=1, a2=2)
    storage.compact()
    states = [(0, contents(storage))]
    put(storage, "t", a3=3)
    for changes in (
        {"t": TableChanges({1: b'{"text":"11111111 5"}', 4: b"{}"}, [2]), 'n"ew': TableChanges({1: b'{"n":1}'})},
        {"t": TableChanges({}, [1, 3])},
        {"empty": TableChanges()},
        {"t": TableChanges({9: b'{"long":"%b"}' % (b"x" * 120)})},
    ):
        states.append((log_of(path).stat().st_size, contents(storage)))
        storage.append(changes)
    states.append((log_of(path).stat().st_size, contents(storage)))
    return path.read_bytes(), log_of(path).read_bytes(), states


Written = tuple[bytes, bytes, list[tuple[int, dict]]]


def test_a_log_cut_at_any_byte_gives_every_whole_transaction_and_can_be_written_on(
    path: Path, written: Written
) -> None:
    snapshot, log, states = written
    opening = log.index(b"\n", log.index(b"\n") + 1) + 1
    for cut in range(opening, len(log) + 1):
        path.write_bytes(snapshot)
        log_of(path).write_bytes(log[:cut])
        expected = [state for end, state in states if end <= cut][-1]
        storage = JournalStorage(path)
        assert (contents(storage), storage.problem) == (expected, "")
        put(storage, "after", a1=cut)
        after = {**expected, "after": {1: b'{"n":%d}' % cut}}
        reopened = JournalStorage(path)
        assert contents(storage) == contents(reopened) == after
        assert reopened.problem == ""


def test_a_flipped_bit_in_the_log_is_found_and_what_was_before_it_is_there(path: Path, written: Written) -> None:
    snapshot, log, states = written
    path.write_bytes(snapshot)
    for place in range(len(log)):
        log_of(path).write_bytes(flipped(log, place))
        try:
            storage = JournalStorage(path)
        except UnreadableError:  # a flipped bit of the format's number
            assert log[place : place + 1] == b"1"
            continue
        expected = [state for end, state in states if end <= place][-1]
        assert contents(storage) == expected
        is_in_last_record = place >= states[-2][0]  # which may as well be one that a killed writer didn't finish
        assert storage.problem or is_in_last_record


def test_a_flipped_bit_in_the_snapshot_is_found(path: Path, written: Written) -> None:
    snapshot, log, _ = written
    log_of(path).write_bytes(log)
    for place in range(len(snapshot)):
        path.write_bytes(flipped(snapshot, place))
        try:
            storage = JournalStorage(path)
        except UnreadableError:
            assert snapshot[place : place + 1] == b"1"
            continue
        assert storage.read() is None
        assert storage.problem


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :]


def test_records_behind_a_damaged_one_are_set_aside_and_no_longer_in_the_way(path: Path, written: Written) -> None:
    snapshot, log, states = written
    path.write_bytes(snapshot)
    damaged = flipped(log, states[1][0] + 20)
    log_of(path).write_bytes(damaged)
    storage = JournalStorage(path)
    assert contents(storage) == states[1][1]
    assert storage.problem == f"{log_of(path)}: is damaged, so that the changes stored last are left out"
    put(storage, "t", a7=7)
    reopened = JournalStorage(path)
    assert contents(reopened) == {"t": {**states[1][1]["t"], 7: b'{"n":7}'}}
    assert reopened.problem == ""
    assert path.with_name("catalog.json.log.damaged").read_bytes() == damaged
    reopened.compact()
    storage.refresh()
    assert "is damaged" in storage.problem  # what was left out doesn't come back


def test_a_record_that_claims_to_be_longer_than_it_is_doesnt_pass_for_the_unfinished_last_one(
    path: Path, written: Written
) -> None:
    snapshot, log, states = written
    path.write_bytes(snapshot)
    start = states[1][0]
    header = log[start : log.index(b"\n", start)]
    log_of(path).write_bytes(log.replace(header, header[:9] + b"9%b" % header[9:], 1))
    storage = JournalStorage(path)
    assert contents(storage) == states[1][1]
    assert storage.problem


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(snapshot=st.binary(max_size=200), log=st.none() | st.binary(max_size=80), is_ours=st.booleans())
def test_any_bytes_can_be_opened_and_written_on(
    path: Path, written: Written, snapshot: bytes, log: bytes | None, is_ours: bool
) -> None:
    path = beside(path)
    first = written[0].splitlines(keepends=True)[0]
    path.write_bytes(first + snapshot if is_ours else snapshot)
    if log is not None:
        log_of(path).write_bytes(log)
    storage = JournalStorage(path)
    assert storage.problem or not is_ours
    put(storage, "t", a1=1)
    reopened = JournalStorage(path)
    assert contents(storage) == contents(reopened)
    assert reopened.documents("t")[1] == b'{"n":1}'
    assert reopened.problem == ""


def test_a_snapshot_with_something_behind_it_is_damaged(path: Path, written: Written) -> None:
    path.write_bytes(written[0])
    assert JournalStorage(path).problem == ""
    path.write_bytes(written[0] + b"\n")
    assert JournalStorage(path).problem


@pytest.mark.parametrize("is_noticed_at_once", [False, True])
def test_a_record_that_could_not_be_made_durable_is_taken_back_from_everybody(
    path: Path, monkeypatch: pytest.MonkeyPatch, is_noticed_at_once: bool
) -> None:
    ours, theirs = JournalStorage(path), JournalStorage(path)
    put(ours, "t", a1=1)

    def fail(descriptor: int) -> None:
        monkeypatch.setattr(os, "fdatasync", lambda descriptor: None)
        assert len(theirs.refresh()["t"].puts) == 2
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(OSError, match="broken"):
        put(ours, "t", a2=2)
    assert contents(ours) == contents(JournalStorage(path)) == {"t": {1: b'{"n":1}'}}
    if is_noticed_at_once:
        assert theirs.refresh() == {"t": TableChanges({}, {2})}
    put(ours, "t", a3=333)
    assert theirs.refresh() == {"t": TableChanges({3: b'{"n":333}'}, set() if is_noticed_at_once else {2})}
    assert contents(ours) == contents(theirs) == contents(JournalStorage(path))
    assert theirs.problem == ""
