"""The kernel's watches: who gets them, what becomes of them, and what is told of events between two reads."""

import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.store.watch.batch import Kind, Seen
from ckexplore.store.watch.inotify import InotifyWatches, Tally

from ..making import make_entry, make_repository
from .watching import kernel_watches, need_inotify


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of ten folders, two of them without meta."""
    root = make_repository(tmp_path / "repository", "r")
    for number, alias in enumerate("xy"):
        make_entry(root, "program", alias, f"{number:016x}", {})
        (root / "program" / alias / "a").mkdir()
    return root


@pytest.fixture
def watches() -> Iterator[InotifyWatches]:
    need_inotify()
    watches = InotifyWatches()
    yield watches
    watches.close()


def test_every_folder_has_one_watch_however_often_it_is_asked_for(root: Path, watches: InotifyWatches) -> None:
    for _ in range(3):
        watches.watch([root])
        assert watches.tally(root) == Tally(watched=10)
        assert kernel_watches(watches) == 10
    watches.forget(root)
    assert kernel_watches(watches) == 0
    assert watches.tally(root) == Tally()


def test_of_git_only_its_own_folder_is_watched(root: Path, watches: InotifyWatches) -> None:
    (root / ".git/refs/heads").mkdir(parents=True)
    (root / ".venv/lib").mkdir(parents=True)
    watches.watch([root])
    assert kernel_watches(watches) == 11


def test_metas_are_watched_before_what_else_is_in_an_entry(root: Path) -> None:
    need_inotify()
    watches = InotifyWatches(max_watches=8)
    watches.watch([root])
    for alias in "xy":
        (root / "program" / alias / ".cm/meta.json").write_text("{}")
        (root / "program" / alias / "a/file").write_text("{}")
    assert {seen.path for seen in watches.read()} == {"program/x/.cm/meta.json", "program/y/.cm/meta.json"}
    assert watches.tally(root) == Tally(watched=8, unwatched=2)
    watches.close()


def test_a_refusal_by_the_kernel_is_counted(
    root: Path, watches: InotifyWatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = watches._add_watch

    def refusing(descriptor: int, path: bytes, mask: int) -> int:
        if not path.endswith(b"/a"):
            return real(descriptor, path, mask)
        ctypes.set_errno(errno.ENOSPC)
        return -1

    monkeypatch.setattr(watches, "_add_watch", refusing)
    watches.watch([root])
    assert watches.tally(root) == Tally(watched=8, unwatched=2)


def test_a_folder_that_can_t_be_listed_for_want_of_descriptors_is_counted(
    root: Path, watches: InotifyWatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("/program"):
            raise OSError(errno.EMFILE, "")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    watches.watch([root])
    assert watches.tally(root) == Tally(watched=3, unwatched=1, problem=os.strerror(errno.EMFILE))


def test_what_is_read_while_watches_are_given_back_is_told_later(
    root: Path, tmp_path: Path, watches: InotifyWatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each watch that is given back queues an event, so the queue is read meanwhile."""
    monkeypatch.setattr("ckexplore.store.watch.inotify._REMOVALS", 1)
    other = make_repository(tmp_path / "other", "o")
    watches.watch([root, other])
    (other / "file").write_text("1")
    watches.forget(root)
    assert watches.unread
    assert watches.read() == [Seen(other, "file", Kind.CREATED), Seen(other, "file", Kind.WRITTEN)]
    assert not watches.unread


def test_a_swap_of_two_folders_leaves_each_with_its_own_watches(root: Path, watches: InotifyWatches) -> None:
    watches.watch([root])
    x, y, between = root / "program/x", root / "program/y", root / "between"
    (x / "only-in-x").mkdir()
    x.rename(between)
    y.rename(x)
    between.rename(y)
    watches.read()
    watches.settle()
    assert kernel_watches(watches) == 11
    (y / "only-in-x/file").write_text("1")
    (x / "a/file").write_text("1")
    assert {seen.path for seen in watches.read()} == {"program/y/only-in-x/file", "program/x/a/file"}


def test_what_happens_in_a_folder_that_has_left_is_not_taken_for_what_is_in_its_place(
    root: Path, tmp_path: Path, watches: InotifyWatches
) -> None:
    """All of this happens before the first of its events is read."""
    other = tmp_path / "other"
    (other / "deep").mkdir(parents=True)
    watches.watch([root])
    away = (root / "program/x").rename(tmp_path / "away")
    other.rename(root / "program/x")
    (away / "deep").mkdir()
    watches.read()
    watches.settle()
    (root / "program/x/deep/file").write_text("1")
    (away / "deep/file").write_text("1")
    assert {seen.path for seen in watches.read()} == {"program/x/deep/file"}


def test_the_same_holds_when_the_folder_above_was_renamed_just_before(
    root: Path, tmp_path: Path, watches: InotifyWatches
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    watches.watch([root])
    module = (root / "program").rename(root / "renamed")
    away = (module / "x").rename(tmp_path / "away")
    other.rename(module / "x")
    watches.read()
    watches.settle()
    assert kernel_watches(watches) == 8
    (module / "x/file").write_text("1")
    (away / "file").write_text("1")
    assert {seen.path for seen in watches.read()} == {"renamed/x/file"}


def test_a_folder_that_comes_back_without_one_below_it_is_not_believed_to_have_it(
    root: Path, tmp_path: Path, watches: InotifyWatches
) -> None:
    watches.watch([root])
    away = (root / "program/x").rename(tmp_path / "away")
    (away / "a").rename(tmp_path / "a")
    away.rename(root / "program/x")
    watches.read()
    watches.settle()
    assert kernel_watches(watches) == 9
    (tmp_path / "a/file").write_text("1")
    assert watches.read() == []


def test_a_folder_that_comes_back_while_its_watches_are_given_back_is_watched(
    root: Path, tmp_path: Path, watches: InotifyWatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckexplore.store.watch.inotify._REMOVALS", 1)
    watches.watch([root])
    away = (root / "program/x").rename(tmp_path / "away")
    watches.read()
    away.rename(root / "program/x")
    watches.settle()
    watches.read()
    (root / "program/x/.cm/meta.json").write_text("{}")
    assert {seen.path for seen in watches.read()} == {"program/x/.cm/meta.json"}


def test_a_removed_folder_gives_its_watches_back(root: Path, watches: InotifyWatches) -> None:
    watches.watch([root])
    for folder in ("program/x/a", "program/y/a"):
        (root / folder).rmdir()
        (root / folder).mkdir()
    watches.read()
    assert kernel_watches(watches) == 10
    assert len(watches._folders) == len(watches._watch_of) + 1 == 10
