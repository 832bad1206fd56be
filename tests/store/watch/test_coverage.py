"""What can't be watched is looked at now and then, and is said so."""

import errno
import os
import shutil
import time
from pathlib import Path

import pytest

from ckexplore.store.watch import Told, Watcher
from ckexplore.store.watch.coverage import Coverage, How, summary

from ...conftest import EVIL
from ..making import make_entry, make_repository
from .watching import PATIENCE, Listener, started, wait_until, watching

OFTEN = (0.05, 0.2)
META = "program/x/.cm/meta.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of eight folders: the root and its .cm, a module and its .cm, and two entries with theirs."""
    root = make_repository(tmp_path / "repository", "r")
    for number, alias in enumerate("xy"):
        make_entry(root, "program", alias, f"{number:016x}", {"tags": ["old"]})
    return root


# Too few watches


def test_a_fully_watched_repository_says_so(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        assert watcher.coverage == {root: Coverage(root, How.WATCHED, watched=8, folders=8)}
        assert watcher.coverage[root].sentence == "watches all folders"
        assert summary(watcher.coverage.values()) == ""
        assert listener.coverages[0][root].how is How.STARTING
        assert listener.coverages[-1] == watcher.coverage


def test_too_few_watches_cover_the_upper_levels_and_are_admitted(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener, max_watches=4, looks=(900, 900)) as watcher:
        coverage = watcher.coverage[root]
        assert (coverage.how, coverage.watched, coverage.folders, coverage.every) == (How.PARTLY, 4, 6, 900)
        assert coverage.sentence == (
            "watches 4 of at least 6 folders: no more than 4 watches are to be used; looks again every 900 s"
        )
        (root / "program/new").mkdir()
        wait_until(lambda: "program/new" in listener.paths, "a new entry, by an event")


def test_what_has_no_watch_is_found_by_looking_now_and_then(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener, max_watches=4, looks=OFTEN):
        (root / META).write_text("{}")
        wait_until(lambda: Told(root, whole=True) in listener.told, "a look at everything")
        assert not listener.paths


def test_an_event_brings_the_next_look_nearer(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener, max_watches=4, looks=(0.02, 900)) as watcher:
        wait_until(lambda: watcher.coverage[root].every > 0.5, "looks have become rare")
        (root / "file").write_text("1")
        wait_until(lambda: watcher.coverage[root].every < 0.5, "looks are frequent again")


def test_a_partly_watched_repository_that_is_removed_is_soon_found_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckexplore.store.watch.watcher._SEARCHES", (0.02, 0.05))
    listener = Listener()
    with watching(root, listener=listener, max_watches=4, looks=(900, 900)) as watcher:
        shutil.rmtree(root)
        wait_until(lambda: watcher.coverage[root].how is How.GONE, "that it is gone")
        root.mkdir()
        wait_until(lambda: watcher.coverage[root].how is How.WATCHED, "that it is there again")


def test_a_folder_made_when_all_watches_are_used_up_makes_the_coverage_partial(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener, max_watches=9, looks=(900, 900)) as watcher:
        assert watcher.coverage[root].how is How.WATCHED
        make_entry(root, "program", "z", "2" * 16, {})
        wait_until(lambda: watcher.coverage[root].how is How.PARTLY, "that it is admitted")
        assert watcher.coverage[root].every == 900
        wait_until(lambda: listener.coverages[-1][root].how is How.PARTLY, "that it is told")


def test_watches_that_become_free_are_used_again(root: Path) -> None:
    (root / "more/folders/here").mkdir(parents=True)
    listener = Listener()
    with watching(root, listener=listener, max_watches=8, looks=OFTEN) as watcher:
        assert watcher.coverage[root].how is How.PARTLY
        for folder in ("more/folders/here", "more/folders", "more"):
            (root / folder).rmdir()
        wait_until(lambda: watcher.coverage[root].how is How.WATCHED, "that all is watched")
        listener.clear()
        (root / META).write_text("{}")
        wait_until(lambda: META in listener.paths, "an edit, by an event")


def test_another_repository_gets_its_share_of_too_few_watches(root: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", "o")
    (other / "a").mkdir()
    listener = Listener()
    with watching(root, listener=listener, max_watches=8, looks=(900, 900)) as watcher:
        assert watcher.coverage[root].how is How.WATCHED
        watcher.watch([root, other])
        wait_until(lambda: started(watcher, (root, other)) and len(listener.wholes) >= 2, "both are watched")
        wait_until(lambda: watcher.coverage[root].how is How.PARTLY, "they share")
        assert watcher.coverage[other].watched == 2
        (other / "a/file").write_text("1")
        wait_until(lambda: "a/file" in listener.paths, "an edit in the second")


# No watches at all


def test_a_network_file_system_is_looked_at_now_and_then_and_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckexplore.store.watch.watcher.file_system", lambda _: "nfs4")
    listener = Listener()
    with watching(root, listener=listener, looks=(0.05, 0.1)) as watcher:
        wait_until(lambda: len(listener.wholes) >= 4, "several looks")
        assert watcher.coverage[root].how is How.LOOKED_AT
        assert watcher.coverage[root].sentence == "nfs4: looks again every 0.1 s"
        assert not listener.paths


def test_a_look_that_finds_something_is_soon_followed_by_the_next(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckexplore.store.watch.watcher.file_system", lambda _: "nfs4")
    found = [False] * 4 + [True] + [False] * 9
    listener = Listener(lambda _: found.pop(0) if found else None)
    with watching(root, listener=listener, looks=(0.01, 0.04)):
        wait_until(lambda: not found, "many looks")
    every = [coverage[root].every for coverage in listener.coverages if coverage[root].every]
    assert every[:3] == [0.01, 0.02, 0.04]
    assert every[3:6] == [0.01, 0.02, 0.04]


def test_a_machine_that_gives_no_inotify_instance_is_looked_at_until_it_does(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []

    def refused(descriptor: int) -> int:
        attempts.append(descriptor)
        if len(attempts) > 3:
            return descriptor
        os.close(descriptor)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("ckexplore.store.watch.inotify._checked", refused)
    listener = Listener()
    with watching(root, listener=listener, looks=(0.3, 0.3)) as watcher:
        assert watcher.coverage[root].how is How.LOOKED_AT
        assert watcher.coverage[root].sentence == (
            "the system can't watch now (Too many open files): looks again every 0.3 s"
        )
        wait_until(lambda: watcher.coverage[root].how is How.WATCHED, "an instance is there at last")


def test_another_system_is_looked_at_now_and_then(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    listener = Listener()
    watcher = Watcher(listener, looks=OFTEN)
    watcher.watch([root])
    wait_until(lambda: len(listener.wholes) >= 3, "several looks")
    watcher.close(PATIENCE)
    assert watcher.coverage[root].how is How.LOOKED_AT
    assert watcher.coverage[root].reason == "this system doesn't tell of changes"


def test_a_folder_that_may_not_be_listed_is_looked_at_and_named_as_such(root: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may list every folder")
    root.chmod(0o311)
    listener = Listener()
    try:
        with watching(root, listener=listener) as watcher:
            assert watcher.coverage[root].sentence == "the folder can't be listed by this user: looks again every 5 s"
    finally:
        root.chmod(0o755)


# Errors


def test_a_change_that_can_t_be_taken_in_is_shown_and_made_up_for(root: Path) -> None:
    listener = Listener()
    fails = [False]

    def look(told: Told) -> None:
        if fails[0]:
            raise ValueError(EVIL)

    listener = Listener(look)
    with watching(root, listener=listener) as watcher:
        fails[0] = True
        (root / META).write_text("{}")
        wait_until(lambda: watcher.coverage[root].problem, "the problem is shown")
        sentence = watcher.coverage[root].sentence
        assert sentence.startswith("watches all folders; the last change could not be taken in: ValueError: ")
        assert sentence.isprintable()
        assert summary(watcher.coverage.values()).startswith("repository: watches all folders; the last change")
        fails[0] = False
        time.sleep(0.1)
        (root / "file").write_text("1")
        wait_until(lambda: listener.told, "the next change")
        assert listener.told == [Told(root, whole=True)]
        wait_until(lambda: not watcher.coverage[root].problem, "all is well again")


def test_a_watcher_that_breaks_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener()

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    with watching(root, listener=listener) as watcher:
        monkeypatch.setattr("ckexplore.store.watch.watcher.Batch.note", broken)
        (root / "file").write_text("1")
        wait_until(lambda: watcher.coverage[root].how is How.ENDED, "the end is shown")
        assert watcher.coverage[root].sentence == (
            "changes are no longer noticed (RuntimeError: broken): restart to see them again"
        )


# Sentences


def test_the_summary_names_the_worst_and_counts_the_others(tmp_path: Path) -> None:
    coverages = [
        Coverage(tmp_path / "good", How.WATCHED, 9, 9),
        Coverage(tmp_path / "gone", How.GONE, every=10),
        Coverage(tmp_path / "big", How.PARTLY, 512, 9_500, every=20, reason="the machine's limit is 8,192"),
    ]
    assert summary(coverages) == (
        "big: watches 512 of at least 9,500 folders: the machine's limit is 8,192; looks again every 20 s (and 1 more)"
    )
    assert summary(coverages[1:2]) == "gone: the folder is gone: looks again every 10 s"
    assert summary(coverages[:1]) == ""


def test_what_is_said_is_safe_to_print() -> None:
    coverage = Coverage(Path("/tmp") / EVIL.replace("/", "").replace("\0", ""), How.LOOKED_AT, reason=EVIL, every=5)
    assert summary([coverage]).isprintable()
    assert coverage.sentence.isprintable()
