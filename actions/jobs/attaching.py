"""Attaching a terminal to a running job: its output comes here as it draws it, and what is typed goes to it."""

import contextlib
import os
import select
import signal
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

from ...store.errors import UnavailableError
from .control import send_input, send_size
from .follow import JobFollower
from .passing import LEAVING, DrawingOnly

LEAVE = 0x1C
"""The byte of Ctrl-\\, which leaves the job alone."""

_LOOK = 0.03  # seconds between two looks at the output
_EARLIER = 64 << 10  # bytes of output from before that are shown


def attach(folder: Path, keyboard: int = 0, screen: int = 1) -> bool:
    """Show a job on a terminal and type into it, until it is over (True) or Ctrl-\\ is typed (False).

    `keyboard` and `screen` are descriptors of the terminal. Raises UnavailableError when they aren't.
    """
    if not (os.isatty(keyboard) and os.isatty(screen)):
        raise UnavailableError("attach needs a terminal; `ckexplore log job:UID --follow` shows the output without one")
    follower, drawing = JobFollower(folder, last=_EARLIER), DrawingOnly()
    _write(screen, f"attached to job:{folder.name}; Ctrl-\\ leaves it, and it goes on\r\n".encode())
    with _raw(keyboard), _resizing(folder, screen):
        try:
            while True:
                over = follower.state().over
                data = follower.output()
                if data:
                    _write(screen, drawing.feed(data))
                elif over:
                    return True
                if not _pass_keys(folder, keyboard, 0 if data else _LOOK):
                    return False
        finally:
            _write(screen, LEAVING + b"\r\n")


def _pass_keys(folder: Path, keyboard: int, seconds: float) -> bool:
    """Wait for keys, pass them on, and tell whether to stay."""
    if not select.select([keyboard], [], [], seconds)[0]:
        return True
    typed = os.read(keyboard, 1024)
    if not typed or LEAVE in typed:
        return False
    with contextlib.suppress(UnavailableError):  # between two stages, or at its very end
        send_input(folder, typed)
    return True


@contextlib.contextmanager
def _raw(keyboard: int) -> Iterator[None]:
    """Take every key as it comes; afterwards the terminal is as it was."""
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _resizing(folder: Path, screen: int) -> Iterator[None]:
    """Give the job's terminal the size of this one, now and whenever it changes."""

    def tell(*_: object) -> None:
        with contextlib.suppress(UnavailableError, OSError):
            columns, rows = os.get_terminal_size(screen)
            send_size(folder, rows, columns)

    with contextlib.suppress(UnavailableError, OSError):
        columns, rows = os.get_terminal_size(screen)
        send_size(folder, max(1, rows - 1), columns)  # another size first: a program that draws its screen does so anew
        time.sleep(_LOOK)
    before = signal.signal(signal.SIGWINCH, tell)
    tell()
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


def _write(screen: int, data: bytes) -> None:
    while data:
        data = data[os.write(screen, data) :]
