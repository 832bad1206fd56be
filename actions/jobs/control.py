"""Talking to a running job: what is typed and the size of the terminal go through a FIFO in the job's folder.

A FIFO has no limit on its path's length, needs no server, and a write of up to PIPE_BUF bytes is whole: several
terminals may be attached. Each message is a line of JSON: `{"input": TEXT}` or `{"resize": [ROWS, COLUMNS]}`.
"""

import contextlib
import errno
import json
import os
from pathlib import Path

from msgspec import Struct

from ...store.errors import CkexploreError, UnavailableError
from ...store.untrusted import parse_json

CONTROL = "control"
_PIECE = 500  # bytes of input a message: with every byte escaped still below PIPE_BUF
_LARGEST = 1000  # rows or columns
_MESSAGE_LIMIT = 64 << 10


class Told(Struct, frozen=True):
    """What came through: bytes to type, and the last size asked for, (rows, columns) or None."""

    typed: bytes = b""
    size: tuple[int, int] | None = None


def open_control(folder: Path) -> int:
    """Make the FIFO of a job and open it for its supervisor, which never waits there; give the descriptor."""
    path = folder / CONTROL
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


def send_input(folder: Path, data: bytes) -> None:
    """Type into a job's terminal. Raises UnavailableError when the job isn't running."""
    for start in range(0, len(data), _PIECE):
        _send(folder, {"input": data[start : start + _PIECE].decode("latin-1")})


def send_size(folder: Path, rows: int, columns: int) -> None:
    """Give a job's terminal another size. Raises UnavailableError when the job isn't running."""
    _send(folder, {"resize": [rows, columns]})


def _send(folder: Path, message: dict[str, object]) -> None:
    try:
        descriptor = os.open(folder / CONTROL, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            raise UnavailableError(f"job:{folder.name} isn't running, so nothing can be typed into it") from error
        raise
    try:
        os.write(descriptor, json.dumps(message).encode() + b"\n")
    except BlockingIOError as error:
        raise UnavailableError(f"job:{folder.name} doesn't take what was typed before; try again") from error
    finally:
        os.close(descriptor)


class ControlReader:
    """Reads whole messages from the supervisor's end; what isn't one is passed over."""

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, data: bytes) -> Told:
        """Take the next bytes, and give what the messages in them say."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._partial = self._partial[-_MESSAGE_LIMIT:]
        typed, size = b"", None
        for line in lines:
            with contextlib.suppress(CkexploreError, UnicodeEncodeError):
                message = parse_json(line.decode("utf-8", "replace"), CONTROL)
                if isinstance(message, dict):
                    typed += str(message.get("input", "")).encode("latin-1")
                    size = _size(message.get("resize")) or size
        return Told(typed, size)


def _size(value: object) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    rows, columns = value
    if isinstance(rows, int) and isinstance(columns, int) and 0 < rows <= _LARGEST and 0 < columns <= _LARGEST:
        return rows, columns
    return None
