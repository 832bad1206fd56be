"""One process with a terminal of its own, and a pipe for events: its output and events go to files as they come."""

import contextlib
import errno
import fcntl
import json
import os
import pty
import selectors
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Any, BinaryIO

from ...store.errors import CkexploreError, FailedError, UnavailableError
from ...store.untrusted import parse_json, safe_line
from ..plan import Stage
from . import process_tree

OUTPUT_LIMIT = 256 << 20
_EVENT_LIMIT = 4 << 20
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "USER", "LOGNAME", "TZ")
_LOOK = 0.2  # seconds to wait for output before looking whether the process has ended
_LAST_WORDS = 1.0  # seconds
_SIZE = (24, 100)  # rows and columns, until somebody looks at it


class StageProcess:
    """A running stage. A context manager: whatever happens, its processes and descriptors are gone afterwards."""

    def __init__(self, stage: Stage, place: Path) -> None:
        self._stage = stage
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
        self._events, events = os.pipe()
        try:
            self._process = subprocess.Popen(
                stage.argv,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=stage.cwd,
                env=_environment(stage, place, events),
                start_new_session=True,
                pass_fds=(events,),
                preexec_fn=_in_own_terminal,  # noqa: PLW1509  (one thread here)
            )
        except OSError as error:
            os.close(self._master)
            os.close(self._events)
            raise UnavailableError(
                f"{safe_line(stage.argv[0])} can't be started ({error.strerror}); is it installed?"
            ) from error
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

    def follow(self, output: BinaryIO, events: BinaryIO, number: int) -> int:
        """Copy output and events until the process ends, and return its exit code (128 + signal when killed).

        Raises FailedError when the stage's time is over.
        """
        started = time.monotonic()
        recorder = _EventRecorder(events, number, started)
        kept = _KeptOutput(output)
        ended_at = 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ, kept.write)
            selector.register(self._events, selectors.EVENT_READ, recorder.feed)
            while True:
                now = time.monotonic()
                if now - started > self._stage.timeout:
                    raise FailedError(f"{self._stage.title} took longer than {self._stage.timeout:.0f} s and was ended")
                if not ended_at and process_tree.has_ended(self._process.pid):
                    ended_at = now
                read = _pass_on(selector, 0 if ended_at else _LOOK)
                # The process has ended; what it wrote last is still read, what others go on writing is not.
                if ended_at and (not read or now - ended_at > _LAST_WORDS):
                    break
        process_tree.end_group(self._process.pid)  # what it left behind in its session, while the number is its own
        code = self._process.wait()
        return 128 - code if code < 0 else code


def _pass_on(selector: selectors.BaseSelector, timeout: float) -> bool:
    """Hand what can be read to whoever takes it, and tell whether anything was there; `timeout` in seconds."""
    if not selector.get_map():  # the process has closed its terminal and goes on
        time.sleep(timeout)
        return False
    read = False
    for key, _ in selector.select(timeout):
        data = _read(key.fd)
        if data:
            read = True
            key.data(data)
        else:
            selector.unregister(key.fd)
    return read


class _KeptOutput:
    """The log, up to its limit."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._room = stream, OUTPUT_LIMIT

    def write(self, data: bytes) -> None:
        if self._room <= 0:
            return
        self._stream.write(data[: self._room])
        self._room -= len(data)
        if self._room <= 0:
            self._stream.write(b"\n\xe2\x80\xa6 more output than is kept; the rest was dropped\n")


def _in_own_terminal() -> None:
    """Make the terminal the process's own, so that it can't push input into others'; die with the supervisor."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    process_tree.end_with_parent()


class _EventRecorder:
    """Whole JSON lines from the events pipe, each with the seconds since the stage began, into the record."""

    def __init__(self, stream: BinaryIO, number: int, started: float) -> None:
        self._stream, self._number, self._started = stream, number, started
        self._partial = b""

    def feed(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._partial = self._partial[-_EVENT_LIMIT:]
        for line in lines:
            with contextlib.suppress(CkexploreError):  # not JSON: no event
                event: Any = parse_json(line.decode("utf-8", "replace"), "event")
                if isinstance(event, dict) and "event" in event:
                    stamped = {**event, "stage": self._number, "t": round(time.monotonic() - self._started, 4)}
                    self._stream.write(json.dumps(stamped).encode() + b"\n")


def _environment(stage: Stage, place: Path, events: int) -> dict[str, str]:
    """Make the small environment of a stage: a few kept variables, the plan's additions, where to tell events."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {"TERM": "xterm-256color", "CKEXPLORE_EVENTS": str(events), "CKEXPLORE_STAGE": str(place)}
    return {**kept, **own, **stage.environment}


def _read(descriptor: int) -> bytes:
    """Read what is there; nothing when the other side is closed (a pty answers that with EIO)."""
    try:
        return os.read(descriptor, 65536)
    except OSError as error:
        if error.errno == errno.EIO:
            return b""
        raise
