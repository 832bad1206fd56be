"""The table follows the disk: what is told of real changes on a real file system, and when nothing is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.store.watch import Told, Watcher

from ...conftest import require
from ..making import make_entry, make_repository
from .watching import (
    META,
    Listener,
    idle,
    kernel_watches,
    need_inotify,
    wait_until,
    wakes_at_rest,
    watching,
)

# Editing


def in_place(path: Path) -> None:
    path.write_text("{}")


def by_rename(path: Path) -> None:
    temporary = path.with_name("tmpabc123")
    temporary.write_text("{}")
    temporary.replace(path)


def like_vim(path: Path) -> None:
    """With a probe, a swap file and the old file kept aside while the new one is written."""
    swap, probe, backup = path.with_name(f".{path.name}.swp"), path.with_name("4913"), path.with_name(f"{path.name}~")
    swap.write_bytes(b"b0VIM")
    probe.touch()
    probe.unlink()
    path.rename(backup)
    with path.open("w") as file:
        file.write("{}")
        file.flush()
        os.fsync(file.fileno())
    backup.unlink()
    swap.unlink()


def like_emacs(path: Path) -> None:
    """With a lock link, an auto-save file and a backup."""
    lock, saved = path.with_name(f".#{path.name}"), path.with_name(f"#{path.name}#")
    lock.symlink_to("me@here.1:2")
    saved.write_text("{}")
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text("{}")
    saved.unlink()
    lock.unlink()


def like_visual_studio_code(path: Path) -> None:
    """Truncate, write, flush; then the time is set."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    os.write(descriptor, b"{}")
    os.fdatasync(descriptor)
    os.close(descriptor)
    os.utime(path)


def like_sed(path: Path) -> None:
    subprocess.run([require("sed"), "-i", "s/old/new/", str(path)], check=True)


SAVES = [in_place, by_rename, like_vim, like_emacs, like_visual_studio_code, like_sed]


@pytest.mark.parametrize("save", SAVES)
def test_a_saved_file_is_told_with_its_path_whatever_the_editor_does(root: Path, save: Callable[[Path], None]) -> None:
    listener = Listener()
    with watching(root, listener=listener):
        save(root / META)
        wait_until(lambda: META in listener.paths, "the saved file is told")
        listener.has_all_before(root)
        assert {os.path.dirname(path) for path in listener.paths} == {"program/x/.cm"}
        assert not any(path.endswith(("~", ".swp", "4913", "#")) for path in listener.paths)
        assert not listener.wholes
        assert len(listener.told) <= 6


def test_our_own_reads_and_an_idle_repository_wake_nobody(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        before = wakes_at_rest(watcher)
        for _ in range(3):
            for path in root.rglob("*"):
                path.stat()
                if path.is_file():
                    path.read_bytes()
        assert wakes_at_rest(watcher) == before
        assert not listener.told


# Folders


def test_files_written_just_after_their_new_folder_are_told(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener):
        wanted = set[str]()
        for number in range(100):
            make_entry(root, "dataset", f"d{number}", f"{number:016x}", {"tags": ["new"]})
            wanted.add(f"dataset/d{number}/.cm/meta.json")
        wait_until(lambda: wanted <= listener.paths, "all new entries are told")


def test_a_tree_three_hundred_folders_deep_is_followed_to_its_end(root: Path) -> None:
    deep = "/".join(["d"] * 300)
    listener = Listener()
    with watching(root, listener=listener):
        (root / deep).mkdir(parents=True)
        (root / deep / "early").write_text("1")
        wait_until(lambda: f"{deep}/early" in listener.paths, "a file in the deepest folder")
        listener.has_all_before(root)
        (root / deep / "late").write_text("2")
        wait_until(lambda: f"{deep}/late" in listener.paths, "a later file in the deepest folder")


def test_names_that_are_not_utf_8_are_told_as_the_system_calls_take_them(root: Path) -> None:
    folder = os.fsdecode(b"caf\xe9")
    listener = Listener()
    with watching(root, listener=listener):
        (root / folder).mkdir()
        listener.has_all_before(root)
        (root / folder / os.fsdecode(b"\xff\n.json")).write_text("{}")
        wait_until(lambda: f"{folder}/\udcff\n.json" in listener.paths, "the odd name")
        assert (root / folder / "\udcff\n.json").exists()


def test_a_renamed_module_is_told_under_both_names_and_followed_under_the_new_one(root: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener):
        (root / "program").rename(root / "renamed")
        wait_until(lambda: {"program", "renamed/x/.cm/meta.json"} <= listener.paths, "both names")
        listener.has_all_before(root)
        listener.clear()
        (root / "renamed/y/.cm/meta.json").write_text("{}")
        listener.has_all_before(root)
        assert listener.paths == {"renamed/y/.cm/meta.json"}


def test_an_entry_moved_to_another_repository_is_told_in_both(root: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", "o")
    listener = Listener()
    with watching(root, other, listener=listener):
        (root / "program/x").rename(other / "x")
        wait_until(lambda: tells(listener, root, "program/x"), "that it went")
        wait_until(lambda: tells(listener, other, "x/.cm/meta.json"), "that it came")
        listener.has_all_before(other)
        listener.clear()
        (other / "x/.cm/meta.json").write_text("{}")
        wait_until(lambda: tells(listener, other, "x/.cm/meta.json"), "an edit where it is now")
        listener.has_all_before(other)
        assert {told.root for told in listener.told} == {other}


def tells(listener: Listener, root: Path, path: str) -> bool:
    return any(told.root == root and path in told.paths for told in listener.told)


def test_a_folder_moved_out_of_the_repository_is_no_longer_watched(root: Path, tmp_path: Path) -> None:
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        before = kernel_watches(watcher)
        (root / "program/x").rename(tmp_path / "x")
        wait_until(lambda: kernel_watches(watcher) == before - 2, "the watches of the entry and its .cm are given back")
        listener.clear()
        (tmp_path / META.removeprefix("program/")).write_text("{}")
        (root / "end").write_text("1")
        wait_until(lambda: "end" in listener.paths, "the last change")
        assert listener.paths == {"end"}


def test_links_to_folders_are_not_followed_but_a_root_may_be_one(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "link").symlink_to(outside)
    link = tmp_path / "link to the repository"
    link.symlink_to(root)
    listener = Listener()
    with watching(link, listener=listener):
        (outside / "file").write_text("1")
        (root / META).write_text("{}")
        wait_until(lambda: META in listener.paths, "the edit")
        listener.has_all_before(link)
        assert listener.paths == {META}
        assert {told.root for told in listener.told} == {link}


def test_a_repository_inside_another_is_told_in_both(root: Path) -> None:
    inner = make_repository(root / "deep/inner", "i")
    (inner / ".git").mkdir()
    listener = Listener()
    with watching(root, inner, listener=listener) as watcher:
        (inner / "file").write_text("1")
        wait_until(lambda: tells(listener, inner, "file") and tells(listener, root, "deep/inner/file"), "both are told")
        listener.clear()
        (inner / ".git/HEAD").write_text("ref: refs/heads/x")
        wait_until(lambda: listener.wholes, "the checkout in the inner one")
        assert {told.root for told in listener.told} == {inner}
        shutil.move(inner, root / "moved")
        wait_until(lambda: Told(inner, whole=True, gone=True) in listener.told, "the inner one is gone")
        shutil.move(root / "moved", inner)
        watcher.watch([root])
        wait_until(lambda: inner not in watcher.coverage, "the inner one is forgotten")
        listener.has_all_before(root)
        listener.clear()
        (inner / "file").write_text("2")
        wait_until(lambda: tells(listener, root, "deep/inner/file"), "the outer one is still told")
        assert {told.root for told in listener.told} == {root}


def test_what_happens_while_watches_are_given_back_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckexplore.store.watch.inotify._REMOVALS", 1)

    def look(told: Told) -> None:
        if "program/x" in told.paths:
            (root / "file").write_text("1")

    listener = Listener(look)
    with watching(root, listener=listener):
        (root / "program/x").rename(tmp_path / "x")
        wait_until(lambda: "file" in listener.paths, "the last change")


# Ending


def test_close_gives_everything_back_and_ends_the_telling(root: Path) -> None:
    before = set(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else set()
    listener = Listener()
    with watching(root, listener=listener) as watcher:
        pass
    assert not watcher._thread.is_alive()
    if before:
        assert set(os.listdir("/proc/self/fd")) == before
    (root / META).write_text("{}")
    watcher.watch([root])
    watcher.close()
    idle()
    assert not listener.told


def test_closing_from_within_a_call_ends_the_watcher_as_well(root: Path) -> None:
    need_inotify()
    watchers: list[Watcher] = []
    listener = Listener(lambda _: watchers[0].close())
    watchers.append(Watcher(listener))
    watchers[0].watch([root, root.parent])
    wait_until(lambda: not watchers[0]._thread.is_alive(), "the thread ends")
    assert len(listener.told) == 1


def test_importing_the_watcher_imports_no_watchdog() -> None:
    program = "import sys, ckexplore.store.watch; sys.exit('watchdog' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
