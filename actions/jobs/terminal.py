"""One process with a terminal of its own, and a pipe for events: what it writes and tells is kept as it comes.

What is typed comes through the job's control FIFO; how large the terminal is as well.
"""

import contextlib
import errno
import fcntl
import os
import pty
import selectors
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...store.errors import FailedError, UnavailableError
from ...store.untrusted import safe_line
from . import observation, process_tree
from .control import ControlReader, open_control
from .events import EventRecorder
from .output import LogWriter

_LOOK = 0.2  # seconds to wait for output before looking whether the process has ended
_LAST_WORDS = 1.0  # seconds
_FIRST_LOOKS = (0.01, 0.03, 0.1, 0.2)  # seconds after the start; then, at a cost far below 1 %, every
_OBSERVED_EVERY = 0.5
_QUIET = 0.3  # seconds without output before a process may be said to wait
_LAST_BYTES = 200
_TYPED_MOST = 64 << 10


class Keyboard:
    """What reaches a job from its control FIFO, over all its stages: the terminal's size and what is typed."""

    def __init__(self, folder: Path) -> None:
        self.descriptor = open_control(folder)
        self.size = (24, 100)
        """Rows and columns, until somebody looks at it."""
        self.typed = b""
        self._reader = ControlReader()

    def take(self, data: bytes) -> bool:
        """Take in what came through the FIFO, and tell whether the size is another one."""
        told = self._reader.feed(data)
        self.typed = (self.typed + told.typed)[:_TYPED_MOST]
        before, self.size = self.size, told.size or self.size
        return self.size != before

    def close(self) -> None:
        """Close the FIFO."""
        os.close(self.descriptor)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (128 + signal when killed), seconds, most memory seen in bytes or 0."""

    exit_code: int
    seconds: float
    peak_memory: int


class StageProcess:
    """A running stage. A context manager: whatever happens, its processes and descriptors are gone afterwards."""

    def __init__(
        self,
        argv: Sequence[str],
        cwd: str,
        environment: Mapping[str, str],
        keyboard: Keyboard,
        held: tuple[int, ...] = (),
    ) -> None:
        """Start it; `held` are descriptors that it inherits."""
        self._keyboard = keyboard
        self._master, slave = pty.openpty()
        self._terminal = os.fstat(slave).st_rdev
        os.set_blocking(self._master, False)
        self._resize()
        self._events, events = os.pipe()
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=cwd,
                env={**environment, "CKEXPLORE_EVENTS": str(events)},
                start_new_session=True,
                pass_fds=(events, *held),
                preexec_fn=_in_own_terminal,  # noqa: PLW1509  (one thread here)
            )
        except OSError as error:
            os.close(self._master)
            os.close(self._events)
            told = f"{safe_line(argv[0])} can't be started ({error.strerror}); is it installed?"
            raise UnavailableError(told) from error
        finally:
            os.close(slave)
            os.close(events)

    def __enter__(self) -> "StageProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            process_tree.end_group(self._process.pid)
            self._process.wait()
        os.close(self._master)
        os.close(self._events)

    def follow(
        self, output: LogWriter, recorder: EventRecorder, timeout: float, on_waiting: Callable[[bool, bool], None]
    ) -> Ended:
        """Keep output and events until the process ends, and tell how it did; `timeout` in seconds.

        `on_waiting` is called when it begins or ceases to wait for something to be typed: whether it does, and whether
        that stays hidden. Raises FailedError when its time is over.
        """
        started = time.monotonic()
        watch = _Watch(self._terminal, started, on_waiting, self._hides)
        ended_at = 0.0

        def keep(data: bytes) -> None:
            output.write(data)
            watch.wrote(data)

        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ, keep)
            selector.register(self._events, selectors.EVENT_READ, recorder.feed)
            selector.register(self._keyboard.descriptor, selectors.EVENT_READ, self._take_typed)
            while True:
                now = time.monotonic()
                if now - started > timeout:
                    raise FailedError(f"took longer than {timeout:.0f} s and was ended")
                if not ended_at and process_tree.has_ended(self._process.pid):
                    ended_at = now
                read = _pass_on(selector, 0 if ended_at else watch.due_in(now))
                self._type(selector)
                # The process has ended; what it wrote last is still read, what others go on writing is not.
                if ended_at and (not read or now - ended_at > _LAST_WORDS):
                    break
                if not ended_at:
                    watch.look()
        process_tree.end_group(self._process.pid)  # what it left behind in its session, while the number is its own
        code = self._process.wait()
        watch.rest()
        return Ended(128 - code if code < 0 else code, ended_at - started, watch.peak_memory)

    def _hides(self) -> bool:
        """Tell whether a line is read without being shown, as a password is; a program that edits lines shows them."""
        modes = termios.tcgetattr(self._master)[3]
        return bool(modes & termios.ICANON) and not modes & termios.ECHO

    def _take_typed(self, data: bytes) -> None:
        if self._keyboard.take(data):
            self._resize()

    def _resize(self) -> None:
        rows, columns = self._keyboard.size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _type(self, selector: selectors.BaseSelector) -> None:
        """Type what is waiting; a terminal whose program reads nothing takes only so much, and the rest waits."""
        if self._keyboard.typed and self._master in selector.get_map():
            with contextlib.suppress(BlockingIOError):
                written = os.write(self._master, self._keyboard.typed)
                self._keyboard.typed = self._keyboard.typed[written:]


class _Watch:
    """Looks at the processes from time to time: how much memory they have, whether one waits for input."""

    def __init__(
        self, terminal: int, started: float, on_waiting: Callable[[bool, bool], None], hides: Callable[[], bool]
    ) -> None:
        self._terminal, self._on_waiting, self._hides = terminal, on_waiting, hides
        self._looks = [started + seconds for seconds in reversed(_FIRST_LOOKS)]
        self._wrote_at = started
        self._last = b""
        self._told = (False, False)
        self.peak_memory = 0

    def wrote(self, data: bytes) -> None:
        """Take note of what was written: what writes doesn't wait."""
        self._wrote_at = time.monotonic()
        self._last = (self._last + data)[-_LAST_BYTES:]

    def due_in(self, now: float) -> float:
        """Give the seconds until the next look, at most those after which the process's end is looked for."""
        return min(_LOOK, max(0.0, self._looks[-1] - now))

    def look(self) -> None:
        """Look, if it is time."""
        now = time.monotonic()
        if now < self._looks[-1]:
            return
        self._looks.pop()
        if not self._looks:
            self._looks.append(now + _OBSERVED_EVERY)
        pids = observation.descendants(os.getpid())
        self.peak_memory = max(self.peak_memory, observation.memory(pids))
        quiet = now - self._wrote_at > _QUIET
        waits = quiet and observation.waits_for_input(pids, self._terminal, self._last)
        self._tell(waits, waits and self._hides())

    def rest(self) -> None:
        """Say that nothing waits any more."""
        self._tell(False, False)

    def _tell(self, waits: bool, hides: bool) -> None:
        if (waits, hides) != self._told:
            self._told = (waits, hides)
            self._on_waiting(waits, hides)


def _pass_on(selector: selectors.BaseSelector, timeout: float) -> bool:
    """Hand what can be read to whoever takes it, and tell whether the process wrote any; `timeout` in seconds."""
    read = False
    for key, _ in selector.select(timeout):
        data = _read(key.fd)
        if data:
            read = True
            key.data(data)
        else:
            selector.unregister(key.fd)
    return read


def _in_own_terminal() -> None:
    """Make the terminal the process's own, so that it can't push input into others'; die with the supervisor."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    process_tree.end_with_parent()


def _read(descriptor: int) -> bytes:
    """Read what is there; nothing when the other side is closed (a pty answers that with EIO)."""
    try:
        return os.read(descriptor, 65536)
    except OSError as error:
        if error.errno == errno.EIO:
            return b""
        raise
