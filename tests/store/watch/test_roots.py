"""Repositories that come, go, move and are replaced, as a whole."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.store.watch import Told, Watcher
from ckexplore.store.watch.coverage import How

from ..making import make_entry, make_repository
from .watching import (
    META,
    PATIENCE,
    Listener,
    idle,
    kernel_watches,
    need_inotify,
    wait_until,
    watching,
)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a root that is gone more often than users need it."""
    monkeypatch.setattr("ckexplore.store.watch.watcher._SEARCHES", (0.02, 0.05))


def test_a_removed_repository_is_told_and_noticed_when_it_is_there_again(root: Path, soon: None) -> None:
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        shutil.rmtree(root)
        wait_until(lambda: Told(root, whole=True, gone=True) in listener.told, "that it is gone")
        assert watcher.coverage[root].how is How.GONE
        idle()
        assert [told.gone for told in listener.told].count(True) == 1
        make_entry(root, "program", "x", "0" * 16, {})
        wait_until(lambda: Told(root, whole=True) in listener.told, "that it is there again")
        wait_until(lambda: watcher.coverage[root].how is How.WATCHED, "it is watched again")
        listener.clear()
        (root / META).write_text("{}")
        wait_until(lambda: META in listener.paths, "an edit in the new one")


def test_a_repository_renamed_away_and_back_is_followed_again(root: Path, soon: None) -> None:
    listener = Listener()
    with watching(root, listener=listener):
        away = root.rename(root.with_name("away"))
        wait_until(lambda: any(told.gone for told in listener.told), "that it is gone")
        (away / META).write_text("{}")
        away.rename(root)
        wait_until(lambda: Told(root, whole=True) in listener.told, "that it is there again")
        listener.clear()
        (root / META).write_text("{ }")
        wait_until(lambda: META in listener.paths, "an edit")


def test_a_repository_replaced_at_once_by_another_is_looked_at_and_followed(root: Path) -> None:
    other = root.with_name("other")
    shutil.copytree(root, other)
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        before = kernel_watches(watcher)
        root.rename(root.with_name("old"))
        other.rename(root)
        wait_until(lambda: listener.wholes, "that it changed")
        wait_until(lambda: kernel_watches(watcher) == before, "the old one is no longer watched")
        listener.clear()
        (root / META).write_text("{ }")
        wait_until(lambda: META in listener.paths, "an edit in the new one")


@pytest.fixture
def shell(root: Path) -> Iterator[None]:
    """A process that stands in the repository, for which the kernel keeps the folder when it is removed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=root, stdin=subprocess.PIPE) as process:
        yield
        process.communicate(b"\n")


def test_a_repository_removed_while_a_shell_stands_in_it_is_told(root: Path, shell: None, soon: None) -> None:
    listener = Listener()
    with watching(root, listener=listener):
        shutil.rmtree(root)
        wait_until(lambda: any(told.gone for told in listener.told), "that it is gone")


def test_a_repository_replaced_while_a_shell_stands_in_it_is_followed(root: Path, shell: None, soon: None) -> None:
    copy = root.with_name("copy")
    shutil.copytree(root, copy)
    listener = Listener()
    with watching(root, listener=listener):
        shutil.rmtree(root)
        copy.rename(root)
        wait_until(lambda: Told(root, whole=True) in listener.told, "that it is another")
        listener.clear()
        (root / META).write_text("{ }")
        wait_until(lambda: META in listener.paths, "an edit in the new one")


def test_a_repository_whose_parent_was_renamed_is_gone_with_the_next_event(tmp_path: Path, soon: None) -> None:
    root = make_repository(tmp_path / "parent/repository", "r")
    listener = Listener()
    with watching(root, listener=listener):
        moved = (tmp_path / "parent").rename(tmp_path / "moved")
        (moved / "repository/file").write_text("1")
        wait_until(lambda: any(told.gone for told in listener.told), "that it is gone")


def test_a_repository_that_was_never_there_is_told_as_gone_and_found_later(tmp_path: Path, soon: None) -> None:
    root = tmp_path / "later"
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        assert watcher.coverage[root].how is How.GONE
        root.mkdir()
        wait_until(lambda: Told(root, whole=True) in listener.told, "that it is there")


def test_the_set_of_repositories_may_change_at_any_time(root: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", "o")
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        watcher.watch([root, other])
        wait_until(lambda: Told(other, whole=True) in listener.told, "the new one is watched")
        watcher.watch([other])
        wait_until(lambda: set(watcher.coverage) == {other}, "the first is forgotten")
        listener.clear()
        (root / META).write_text("{}")
        (other / "file").write_text("1")
        wait_until(lambda: "file" in listener.paths, "the edit in the second")
        listener.has_all_before(other)
        assert {told.root for told in listener.told} == {other}
        assert kernel_watches(watcher) == 1


def test_every_repository_is_told_whole_once_its_watches_are_there(root: Path, tmp_path: Path) -> None:
    need_inotify()
    other = make_repository(tmp_path / "other", "o")
    listener = Listener()
    watcher = Watcher(listener)
    watcher.watch(iter([root, other, root]))
    wait_until(lambda: len(listener.told) == 2, "both are told")
    idle()
    watcher.close(PATIENCE)
    assert sorted(listener.told) == sorted([Told(root, whole=True), Told(other, whole=True)])
