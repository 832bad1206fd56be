"""Many changes at once are told in a few parts, and none is missed, not even by the kernel."""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from ckexplore.store.watch import Told

from ...conftest import require
from ..making import make_entry
from .watching import (
    PATIENCE,
    Listener,
    Simulated,
    listed,
    need_inotify,
    wait_until,
    wakes_at_rest,
    watching,
)


def test_a_copied_tree_of_two_thousand_entries_is_told_in_a_few_parts(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(2_000):
        (source / f"e{number}/.cm").mkdir(parents=True)
        (source / f"e{number}/.cm/meta.json").write_text("{}")
    catalog = Simulated()
    listener = Listener(catalog.look)
    with watching(root, listener=listener):
        began = time.monotonic()
        subprocess.run([require("cp"), "-a", str(source), str(root / "dataset")], check=True)
        wanted = listed(root)
        wait_until(lambda: catalog.known[root] == wanted, "all entries are known")
        assert len(listener.told) <= 10 + 20 * (time.monotonic() - began)


def git(folder: Path, *arguments: str) -> None:
    """Run git as a user would, without that user's settings."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    who = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main", "-c", "gc.auto=0"]
    subprocess.run([require("git"), *who, *arguments], cwd=folder, env=settings, check=True, capture_output=True)


def test_a_checkout_and_a_pull_are_one_look_at_everything_each(root: Path, tmp_path: Path) -> None:
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    git(root, "checkout", "-b", "other")
    for number in range(100):
        make_entry(root, "dataset", f"d{number}", f"{number + 100:016x}", {})
    shutil.rmtree(root / "program/x")
    git(root, "add", ".")
    git(root, "commit", "-m", "two")
    git(root, "checkout", "main")
    git(tmp_path, "clone", str(root), "clone")
    clone = tmp_path / "clone"
    catalog = Simulated()
    listener = Listener(catalog.look)
    with watching(root, clone, listener=listener):
        git(root, "checkout", "other")
        other = listed(root)
        wait_until(lambda: catalog.known[root] == other and listener.wholes, "the other branch is known")
        listener.has_all_before(root)
        assert 1 <= len(listener.wholes) <= 3
        git(clone, "pull", "--ff-only", "origin", "other")
        pulled = listed(clone)
        wait_until(lambda: catalog.known[clone] == pulled, "what was pulled is known")
        assert (clone / "dataset/d0/.cm/meta.json").exists()
        assert len(listener.told) < 50


def test_more_changes_than_the_kernel_keeps_are_one_look_at_everything_and_then_peace(root: Path) -> None:
    limit = Path("/proc/sys/fs/inotify/max_queued_events")
    need_inotify()
    if not limit.exists() or int(limit.read_text()) > 100_000:
        pytest.skip("this kernel keeps too many events to make them overflow in a test")
    count = int(limit.read_text()) // 2 + 1_000
    stalled, go_on, catalog = threading.Event(), threading.Event(), Simulated()

    def look(told: Told) -> None:
        if "stall" in told.paths:
            stalled.set()
            go_on.wait(PATIENCE)
        catalog.look(told)

    listener = Listener(look)
    with watching(root, listener=listener) as watcher:
        (root / "stall").write_text("1")
        assert stalled.wait(PATIENCE)
        for number in range(count):
            os.close(os.open(root / f"program/f{number}", os.O_CREAT | os.O_WRONLY))
        (root / "late/later").mkdir(parents=True)  # after the queue is full: without an event
        wanted = listed(root)
        go_on.set()
        wait_until(lambda: catalog.known[root] == wanted, "everything is known")
        listener.has_all_before(root)
        assert len(listener.wholes) == 1
        wakes_at_rest(watcher)
        listener.clear()
        (root / "late/later/edit").write_text("1")
        wait_until(lambda: "late/later/edit" in listener.paths, "an edit in the folder whose event was lost")
