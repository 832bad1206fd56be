"""The browser in a real terminal (a pty): what it writes there, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ckexplore.actions.jobs import record
from ckexplore.store.workspace import Workspace

from .terminals import Start, Terminal


@pytest.fixture
def terminal(workspace: Workspace):
    del workspace
    opened: list[Terminal] = []

    def start(*words: str, size: tuple[int, int] = (24, 80)) -> Terminal:
        opened.append(Terminal(list(words), size))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_what_is_typed_ahead_of_the_browser_is_not_lost(terminal: Start, hostile_repository: Path) -> None:
    run = terminal(str(hostile_repository), size=(40, 140))
    run.press("/no", 0)
    run.until("reading")
    run.press("such", 0)  # the title line is there, the browser isn't yet
    run.until("Nothing matches the filter")


def test_q_leaves_and_gives_the_terminal_back(terminal: Start) -> None:
    run = terminal()
    run.until("No repositories yet")
    run.press("q", 1.5)
    assert run.process.wait(timeout=20) == 0
    assert b"\x1b[?1049l" in run.written
    assert b"Traceback" not in run.written


def test_a_terminal_that_can_do_nothing_is_refused_with_a_way_out(workspace: Workspace) -> None:
    del workspace
    done = subprocess.run(
        [sys.executable, "-m", "ckexplore.cli.main"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "TERM": "dumb"},
        check=False,
    )
    assert done.returncode == 1
    assert "use the commands instead" in done.stderr


def test_a_job_started_in_the_browser_survives_the_hang_up_of_its_terminal(
    terminal: Start, workspace: Workspace, samples: Path
) -> None:
    del samples
    run = terminal()
    run.until("ckx-ml")
    run.read(1.0)
    run.press(":run program:image-classification-onnx --cmd_key=latency --env.CK_MINIMUM_SECONDS=3\r", 0)
    run.until("Cancel (n)")
    run.press("y")
    folder: list[Path] = []
    deadline = time.monotonic() + 30
    while not (folder and record.read_state(folder[0]).stage == 3):
        assert time.monotonic() < deadline
        folder = [path.parent for path in (workspace.jobs / "job").glob("*/state.json")]
        run.read(0.05)
    os.killpg(run.process.pid, signal.SIGHUP)
    run.process.wait(timeout=20)
    while not record.read_state(folder[0]).over:
        assert time.monotonic() < deadline + 30
        time.sleep(0.05)
    state = record.read_state(folder[0])
    assert (state.state, state.exit_code) == ("done", 0)
    assert state.results["point"]


def test_points_are_looked_at_in_a_terminal_and_left_in_order(
    terminal: Start, workspace: Workspace, samples: Path
) -> None:
    del workspace, samples
    run = terminal()
    run.until("ckx-ml")
    run.read(1.0)
    run.press("/module:experiment mobilenets\r", 0)
    run.until("1 shown")
    run.press("p", 0)
    run.until("front 15")
    run.press("\t", 0)
    run.until("better")
    run.press("]", 0)
    run.until("on the front")
    run.press("q", 0)
    run.until("experiment")
    run.press("q", 0)
    assert run.leave() == 0
    assert b"Traceback" not in run.written
    assert b"a defect of ckexplore" not in run.written
