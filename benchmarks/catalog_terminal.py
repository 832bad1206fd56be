"""A program in a terminal of its own: when it wrote what, since it was started."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, perf_counter
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 160, 48
LAST_ROW = re.compile(rb"\x1b\[%d;\d+H" % ROWS)
"""The cursor goes to the last row: a whole screen was painted."""

_KEPT = 1 << 16  # bytes of what was written last
_TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A running program; leaving the block ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._started = perf_counter()
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self._written = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    @property
    def number(self) -> int:
        """The process's number."""
        return self._process.pid

    def seconds_until(self, sign: re.Pattern[bytes], patience: float = 60.0) -> float:
        """Wait until the program has written something, and give the seconds from its start. Raises TimeoutError."""
        until = monotonic() + patience
        while not sign.search(self._written):
            if not self._read(until - monotonic()):
                raise TimeoutError(f"the program never wrote {sign.pattern!r}, but {self._written[-400:]!r}")
        return self._read_at - self._started

    def wait_until_idle(self, rest: float = 1.0, patience: float = 120.0) -> None:
        """Wait until the program has used no more than a hundredth of so many seconds of processor time."""
        until = monotonic() + patience
        before = -1.0
        while monotonic() < until:
            now = self._processor_time()
            if now - before <= rest / 100:
                return
            before, resting_until = now, monotonic() + rest
            while (left := resting_until - monotonic()) > 0:
                self._read(left)

    def wait_until_left(self, patience: float = 600.0) -> int:
        """Wait until the program has ended by itself, and give its exit code. Raises TimeoutError."""
        until = monotonic() + patience
        while self._process.poll() is None:
            if monotonic() > until:
                raise TimeoutError(f"the program didn't end; it wrote {self._written[-400:]!r}")
            self._read(0.1)
        return self._process.returncode

    @property
    def written(self) -> bytes:
        """What it has written last."""
        return self._written

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._ours], [], [], seconds)[0]:
            return False
        self._read_at = perf_counter()
        try:
            self._written = self._written[-_KEPT:] + os.read(self._ours, _KEPT)
        except OSError:  # the program has ended
            return False
        return True

    def _processor_time(self) -> float:
        fields = Path(f"/proc/{self.number}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
