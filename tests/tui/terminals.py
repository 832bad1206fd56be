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
from collections.abc import Callable, Mapping
from pathlib import Path


def _as_in_a_terminal() -> None:
    """Own the terminal, and hear its hang-up even when the tests were started with that ignored."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Terminal:
    """A program in a pty, and everything that it has written."""

    def __init__(
        self,
        words: list[str],
        size: tuple[int, int] = (24, 80),
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.written = b""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ckexplore.cli.main", *words],  # -P: as the installed program
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**(os.environ if environment is None else environment), "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            cwd=folder,
            start_new_session=True,
            preexec_fn=_as_in_a_terminal,  # noqa: PLW1509
        )
        os.close(slave)

    def read(self, seconds: float) -> bytes:
        """Read for a while; what came."""
        before = len(self.written)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.read_some(left) is None:
                break
        return self.written[before:]

    def read_some(self, seconds: float) -> bytes | None:
        """Read what comes next, if anything comes in time; None when nothing ever will."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:  # nobody has it open any more
            return None
        self.written += data
        return data

    def until(self, text: str, patience: float = 30.0) -> None:
        """Wait until a text has been written since the last key."""
        seen = b""
        deadline = time.monotonic() + patience
        while text.encode() not in seen:
            assert time.monotonic() < deadline, f"{text!r} did not come; the last: {seen[-2000:]!r}"
            seen += self.read(0.1)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def press(self, keys: str, seconds: float = 0.4) -> None:
        self.type(keys)
        self.read(seconds)

    def leave(self, patience: float = 20.0) -> int:
        """Read on until the program has ended, and give its exit code."""
        deadline = time.monotonic() + patience
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it doesn't end; the last: {self.written[-2000:]!r}"
            self.read(0.05)
        while self.read_some(0):
            pass
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


Start = Callable[..., Terminal]
