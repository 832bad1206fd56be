"""A job's log on disk: everything up to a limit; beyond it the head and the tail, and how much is missing between.

The head is `output.log`. What comes after it goes to segments named by the offset of their first byte
(`output-000000067108864.log`); only the last two are kept. Offsets count every byte that the job wrote.
"""

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

HEAD = "output.log"
_SEGMENT = re.compile(r"output-(\d{15})\.log")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LogWriter:
    """Appends to a log within its limit (in bytes). A full disk loses output, never the job."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._head = max(1, limit // 4)
        self._segment = max(1, limit * 3 // 8)
        self._end = log_end(folder)
        self._lost = 0  # bytes that the disk had no room for since the last that it took
        self._descriptor = -1
        self._room = 0

    def write(self, data: bytes) -> None:
        """Append; what the disk refuses is counted and told as soon as there is room again."""
        try:
            if self._lost and data:
                note = f"\n… {self._lost:,} bytes are missing here: the disk was full …\n".encode()
                self._append(note)
                self._lost = 0
            while data:
                data = data[self._append(data) :]
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._lost += len(data)

    def _append(self, data: bytes) -> int:
        if self._room <= 0:
            self._open()
        written = os.write(self._descriptor, data[: self._room])
        self._room -= written
        self._end += written
        return written

    def _open(self) -> None:
        """Go on in the file that the next byte belongs to, and drop the segment before the last one."""
        self.close()
        if self._end < self._head:
            name, self._room = HEAD, self._head - self._end
        else:
            start = self._head + (self._end - self._head) // self._segment * self._segment
            name, self._room = f"output-{start:015d}.log", start + self._segment - self._end
            for part in _parts(self._folder):
                if part.start and part.start < start - self._segment:
                    part.path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._folder / name, flags, 0o600)

    def close(self) -> None:
        """Close the file that is written to."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._room = 0


class _Part(Struct, frozen=True):
    start: int
    path: Path
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


def _parts(folder: Path) -> list[_Part]:
    """List the files of a log in their order."""
    found: list[_Part] = []
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    for name in names:
        match = _SEGMENT.fullmatch(name)
        if name == HEAD or match:
            path = folder / name
            with contextlib.suppress(FileNotFoundError):  # the writer may drop a segment meanwhile
                found.append(_Part(int(match[1]) if match else 0, path, path.stat().st_size))
    return sorted(found, key=lambda part: part.start)


def log_end(folder: Path) -> int:
    """Give the offset after the last byte that was written, the dropped ones counted."""
    parts = _parts(folder)
    return parts[-1].end if parts else 0


def read_log(folder: Path, offset: int, most: int) -> tuple[bytes, int]:
    """Read at most `most` bytes from an offset on, and give them with the offset that follows.

    Where bytes were dropped, a line says how many, and the reading goes on after them.
    """
    for part in _parts(folder):
        if part.end <= offset:
            continue
        note = b""
        if part.start > offset:
            note = f"\n… {part.start - offset:,} bytes were dropped here …\n".encode()
            offset = part.start
        with contextlib.suppress(FileNotFoundError), part.path.open("rb") as stream:
            stream.seek(offset - part.start)
            data = stream.read(most)
            return note + data, offset + len(data)
    return b"", offset


def log_tail(folder: Path, most: int) -> bytes:
    """Read the last bytes of a log, at most `most` of them, from the start of a line on."""
    offset = max(0, log_end(folder) - most)
    data = b"".join(_pieces(folder, offset))
    return data.partition(b"\n")[2] or data if offset else data


def _pieces(folder: Path, offset: int) -> Iterator[bytes]:
    while True:
        data, offset = read_log(folder, offset, 1 << 20)
        if not data:
            return
        yield data
