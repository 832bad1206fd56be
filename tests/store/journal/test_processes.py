"""Processes that write to one journal, are killed, or have no room: nothing stored is lost, and nothing is torn."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, require


def run(module: str, *arguments: object, before: tuple[str, ...] = ()) -> None:
    """Run a program beside this file, whose own assertions say what is wrong."""
    command = [*before, sys.executable, "-m", f"tests.store.journal.{module}", *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("half_way", [False, True])
def test_a_writer_killed_at_any_step_leaves_what_it_told_and_nothing_torn(tmp_path: Path, half_way: bool) -> None:
    run("writer_kills", "steps", tmp_path, int(half_way))


def test_writers_killed_at_random_leave_what_they_told_and_nothing_torn(tmp_path: Path) -> None:
    run("writer_kills", "random", tmp_path, 24)


@pytest.mark.slow
def test_many_writers_killed_at_random_leave_what_they_told_and_nothing_torn(tmp_path: Path) -> None:
    run("writer_kills", "random", tmp_path, 240)


def test_processes_that_write_at_once_lose_nothing_and_a_reader_sees_it_all(tmp_path: Path) -> None:
    run("writer_pairs", tmp_path, 100)


@pytest.mark.slow
def test_processes_that_write_at_once_for_long_lose_nothing(tmp_path: Path) -> None:
    run("writer_pairs", tmp_path, 1_000)


def test_files_that_may_not_grow_lose_nothing_and_are_written_on_later(tmp_path: Path) -> None:
    run("writer_limits", "file-limit", tmp_path)


def test_a_full_disk_loses_nothing_and_is_written_on_later(tmp_path: Path) -> None:
    """On a small file system that only the program sees."""
    apart = (require("unshare"), "--mount", "sh", "-c")
    mount = f'mount -t tmpfs -o size=400k small "{tmp_path}"'
    if subprocess.run([*apart, mount], capture_output=True, check=False).returncode != 0:
        pytest.skip("a file system can only be mounted by root")
    run("writer_limits", "full-disk", tmp_path, before=(*apart, f'{mount} && exec "$@"', "sh"))


def test_files_that_may_only_be_read_can_be_read(tmp_path: Path) -> None:
    run("writer_limits", "read-only")
