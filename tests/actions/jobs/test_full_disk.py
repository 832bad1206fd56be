"""A full disk loses output, never the exit code: the job's home is a small file system of its own."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.actions.jobs import record
from ckexplore.actions.jobs.output import log_tail
from ckexplore.actions.jobs.queue import submit
from ckexplore.store.workspace import Workspace

from ..waiting import ended, until
from .plans import plan_for


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB. Only root can mount one; an ordinary user's machine skips this."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no file system can be mounted here; that takes root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize(("script", "state", "code"), [("true", "done", 0), ("exit 7", "failed", 7)])
def test_the_exit_code_is_kept_when_the_disk_is_full(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, script: str, state: str, code: int
) -> None:
    monkeypatch.setenv("CKEXPLORE_HOME", str(small_disk / "home"))
    workspace = Workspace(small_disk / "home")
    gate = small_disk / "home/gate"
    folder = submit(
        workspace, plan_for(f"echo begins; while [ ! -e {gate} ]; do sleep 0.02; done; yes | head -c 8M; {script}")
    )
    until(lambda: record.read_state(folder).state == "running" and b"begins" in log_tail(folder, 1000))
    gate.touch()
    found = ended(folder)
    assert (found.state, found.exit_code) == (state, code)
    assert os.statvfs(small_disk).f_bavail == 0
    assert record.read_plan(folder).stages


def test_a_job_that_begins_on_a_full_disk_is_refused_in_one_sentence(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckexplore.store.errors import CkexploreError

    monkeypatch.setenv("CKEXPLORE_HOME", str(small_disk / "home"))
    with pytest.raises(OSError), (small_disk / "filler").open("wb") as filler:
        while True:
            filler.write(b"x" * 65536)
            filler.flush()
    with pytest.raises(CkexploreError, match="No space left"):
        submit(Workspace(small_disk / "home"), plan_for("true"))
