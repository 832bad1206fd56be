"""A terminal is attached to a job and leaves it; when the terminal or the connection dies, the job goes on."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ckexplore.actions.jobs import record
from ckexplore.actions.jobs.output import log_tail
from ckexplore.actions.jobs.queue import submit
from ckexplore.store.workspace import Workspace

from ..waiting import ended, until
from .plans import plan_for


class Attached:
    """`ckexplore attach job:UID` in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        pid, self.master = os.forkpty()
        if not pid:
            os.execv(sys.executable, [sys.executable, "-m", "ckexplore.cli.main", "attach", f"job:{folder.name}"])
        self.pid, self.seen = pid, b""

    def until(self, text: bytes, patience: float = 30.0) -> None:
        deadline = time.monotonic() + patience
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536)
                except OSError:
                    assert text in self.seen, self.seen

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def wait(self) -> int:
        os.set_blocking(self.master, False)
        while not (waited := os.waitpid(self.pid, os.WNOHANG))[0]:
            time.sleep(0.02)
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:
                continue
        os.close(self.master)
        return os.waitstatus_to_exitcode(waited[1])


def test_keys_reach_the_job_and_what_it_draws_comes_back(workspace: Workspace) -> None:
    folder = submit(
        workspace, plan_for("read -p 'who? ' who; printf '\\033]52;c;eA==\\a\\033[31mhello %s\\033[0m\\n' $who")
    )
    attached = Attached(folder)
    attached.until(b"Ctrl-\\ leaves it")
    attached.until(b"who? ")
    attached.type(b"Ada\r")
    attached.until(b"hello Ada")
    assert attached.wait() == 0
    assert b"\x1b[31m" in attached.seen
    assert b"\x1b]52" not in attached.seen
    assert b"done, exit code 0" in attached.seen
    assert ended(folder).state == "done"


def test_ctrl_backslash_leaves_the_job_running(workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    folder = submit(workspace, plan_for(f"echo here; while [ ! -e {gate} ]; do sleep 0.05; done; echo last"))
    attached = Attached(folder)
    attached.until(b"here")
    attached.type(b"\x1c")
    assert attached.wait() == 0
    assert record.read_state(folder).state == "running"
    gate.touch()
    assert ended(folder).state == "done"


def test_a_job_whose_terminal_hangs_up_goes_on_and_nothing_is_lost(workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    folder = submit(workspace, plan_for(f"seq 50; while [ ! -e {gate} ]; do sleep 0.05; done; seq 51 100; exit 5"))
    attached = Attached(folder)
    attached.until(b"50\r\n")
    os.kill(attached.pid, signal.SIGHUP)
    os.close(attached.master)
    os.waitpid(attached.pid, 0)
    gate.touch()
    assert ended(folder).exit_code == 5
    lines = log_tail(folder, 1 << 20).decode().split()
    assert [line for line in lines if line.isdigit()][-100:] == [str(number) for number in range(1, 101)]


def test_attach_without_a_terminal_says_so(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("sleep 1"))
    command = [sys.executable, "-m", "ckexplore.cli.main", "attach", f"job:{folder.name}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    ended(folder)


@pytest.mark.parametrize("how", ["log --follow", "log"])
def test_the_log_is_shown_from_another_process(workspace: Workspace, how: str) -> None:
    folder = submit(workspace, plan_for("echo one; sleep 0.3; printf '\\033]0;title\\atwo\\n'"))
    action, *options = how.split()
    if not options:
        ended(folder)
    command = [sys.executable, "-m", "ckexplore.cli.main", action, f"job:{folder.name[:9]}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "one" in done.stdout
    assert "two" in done.stdout
    assert "\x1b]" not in done.stdout
    assert "done, exit code 0" in done.stdout
    until(lambda: record.read_state(folder).over)
