"""A program in a terminal of its own: when it wrote what, since it was started."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
from pathlib import Path
from time import monotonic, perf_counter
from types import TracebackType
from typing import NoReturn, Self

COLUMNS, ROWS = 160, 48
LAST_ROW = re.compile(rb"\x1b\[%d;\d+H" % ROWS)
"""The cursor goes to the last row: a whole screen was painted."""

_KEPT = 1 << 16  # bytes of what was written last
_TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A running program; leaving the block ends it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._started = perf_counter()
        # The program's controlling terminal: should we be killed, it ends as well.
        self.number, self._ours = pty.fork()
        if not self.number:
            _become(command, environment)
        self._left = False
        self._written = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._left:
            os.kill(self.number, signal.SIGKILL)
            os.waitpid(self.number, 0)
        os.close(self._ours)

    def seconds_until(self, sign: re.Pattern[bytes], patience: float = 60.0) -> float:
        """Wait until the program has written something, and give the seconds from its start. Raises TimeoutError."""
        until = monotonic() + patience
        while not sign.search(self._written):
            if not self._read(until - monotonic()):
                raise TimeoutError(f"the program never wrote {sign.pattern!r}, but {self._written[-400:]!r}")
        return self._read_at - self._started

    def press(self, keys: bytes, sign: re.Pattern[bytes], patience: float = 60.0) -> float:
        """Send keys, and give the seconds until what is written then has the sign. Raises TimeoutError."""
        self._written = b""
        begun = perf_counter()
        os.write(self._ours, keys)
        return self.seconds_until(sign, patience) + self._started - begun

    def rest(self, seconds: float) -> None:
        """Read for so many seconds what the program writes."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self._read(left)

    def wait_until_idle(self, rest: float = 1.0, patience: float = 120.0) -> None:
        """Wait until the program has used no more than a hundredth of so many seconds of processor time."""
        until = monotonic() + patience
        before = -1.0
        while monotonic() < until:
            now = self._processor_time()
            if now - before <= rest / 100:
                return
            before = now
            self.rest(rest)

    def wait_until_left(self, patience: float = 600.0) -> None:
        """Wait until the program has ended by itself. Raises TimeoutError."""
        until = monotonic() + patience
        while os.waitpid(self.number, os.WNOHANG) == (0, 0):
            if monotonic() > until:
                raise TimeoutError(f"the program didn't end; it wrote {self._written[-400:]!r}")
            self._read(0.1)
        self._left = True

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


def _become(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Let this process, in a new terminal, be another program."""
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvpe(command[0], command, environment)
    finally:
        os._exit(127)  # it couldn't be started; nothing of ours may go on twice
