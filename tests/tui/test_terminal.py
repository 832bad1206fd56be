"""The program in a real terminal (a pty): what it writes there, byte by byte, and how it ends."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.actions.jobs import record
from ckexplore.store.workspace import Workspace


def _as_in_a_terminal() -> None:
    """Own the terminal, and hear its hang-up even when the tests were started with that ignored."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Terminal:
    """A program in a pty, and everything that it has written."""

    def __init__(self, words: list[str], size: tuple[int, int] = (24, 80)) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.written = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ckexplore.cli.main", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=_as_in_a_terminal,  # noqa: PLW1509
        )
        os.close(slave)

    def read(self, seconds: float) -> bytes:
        """Read for a while; what came."""
        before = len(self.written)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], left)
            if ready:
                try:
                    self.written += os.read(self.master, 65536)
                except OSError:
                    break
        return self.written[before:]

    def until(self, text: str, patience: float = 30.0) -> None:
        """Wait until a text has been written since the last key."""
        seen = b""
        deadline = time.monotonic() + patience
        while text.encode() not in seen:
            assert time.monotonic() < deadline, f"{text!r} did not come; the last: {seen[-2000:]!r}"
            seen += self.read(0.1)

    def press(self, keys: str, seconds: float = 0.4) -> None:
        os.write(self.master, keys.encode())
        self.read(seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


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


Start = Callable[..., Terminal]


def test_what_is_typed_ahead_of_the_browser_is_not_lost(terminal: Start, hostile_repository: Path) -> None:
    run = terminal(str(hostile_repository), size=(40, 140))
    run.press("/no", 0)
    run.until("reading")
    run.press("such", 0)  # the title line is there, the browser isn't yet
    run.until("Nothing matches the filter")


def test_not_one_raw_byte_of_a_hostile_repository_reaches_the_terminal(
    terminal: Start, hostile_repository: Path
) -> None:
    run = terminal(str(hostile_repository), size=(40, 140))
    run.until("hostile")
    run.read(1.5)
    for keys in (
        "/evil\r",
        "j",
        "k",
        "]",
        "]",
        "]",
        "]",
        "1",
        "j",
        "j",
        "\r",
        "3",
        "jjjj",
        "2",
        "r",
        "\x1b",
        "t",
        "\x1b",
        "4",
    ):
        run.press(keys)
    run.press("?")
    run.press("\x1b")
    run.press(":ls program\r", 1.0)
    run.press("\x1b")
    run.press(":load program:1111111111111111\r", 1.0)
    run.press("\x1b")
    assert b"evil" in run.written
    for raw in (b"\x1b]52", b"\x1b[2Jevil", b"\x9b31m", "\x9b".encode(), "\u202e".encode(), b"\x00", b"]0;title\x07"):
        assert raw not in run.written, raw
    assert run.process.poll() is None


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
    while not (folder and record.read_state(folder[0]).stage == 4):
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
