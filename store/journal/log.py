"""The log of a journal: records appended one behind the other, each with a checksum over it and all before it.

    1f0c3a77 48                                              checksum, and size of what follows
    {"format": 1, "generation": "16d506f8bd045fdb"}          the snapshot that the log goes on from
    0a9d1c02 61
    …

A killed writer leaves a record that isn't whole: the log ends before it, and the next writer cuts it off.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from zlib import crc32

from ..errors import UnreadableError
from .files import Stamp, replacing, stamp_of, write_all

FORMAT = 1
"""The version of the journal's files. A newer version's first line names its own in the same place."""

_NAMED_FORMAT = re.compile(rb'\{"format": (\d{1,9}),')
_HEADER = re.compile(rb"([0-9a-f]{8}) ([1-9][0-9]{0,11})\n")
_LATER_HEADER = re.compile(rb"\n[0-9a-f]{8} [0-9]+\n")  # no line of a payload looks like that
_LONGEST_HEADER = 22


class Log:
    """The log that goes on from the snapshot of one generation, and how far we know it."""

    def __init__(self, path: Path, generation: str) -> None:
        self.end = 0
        """Where the last good record ends that we know; 0 when we know no log of this generation."""
        self._path = path
        self._checksum = 0
        self._first, self._first_checksum = _sealed(_opening(generation), 0)

    def new_records(self) -> tuple[list[bytes], bool]:
        """Give the payloads behind what we know, and whether the log is undamaged.

        Raises OSError, and UnreadableError for a log of a newer version.
        """
        try:
            with self._path.open("rb", buffering=0) as stream:
                beginning = stream.read(len(self._first))
                if beginning != self._first:
                    return [], not self.end and _is_foreign(self._path, beginning)
                return self._read_on(stream)
        except FileNotFoundError:
            return [], not self.end

    def _read_on(self, stream: FileIO) -> tuple[list[bytes], bool]:
        if stream.seek(0, os.SEEK_END) < self.end:  # a record could not be made durable, and was taken back
            return [], False
        if not self.end:
            self.end, self._checksum = len(self._first), self._first_checksum
        stream.seek(self.end)
        data = stream.readall()
        payloads: list[bytes] = []
        start = 0
        for payload, end, checksum in _records(data, self._checksum):
            payloads.append(payload)
            start, self._checksum = end, checksum
        self.end += start
        return payloads, _may_be_unfinished(data[start:])

    def is_longer_than_known(self, stamp: Stamp | None) -> bool:
        """Tell whether the file, by its stamp, holds more than the records that we know."""
        return stamp is not None and stamp[1] > self.end

    def append(self, payload: bytes) -> Stamp:
        """Write a record behind the last good one, durably, or not at all, and give the log's stamp.

        The lock is held, and all records are known. Raises OSError.
        """
        if not self.end:
            self._start()
        record, checksum = _sealed(payload, self._checksum)
        written = self._write(record)
        self.end, self._checksum = self.end + len(record), checksum
        return written

    def _start(self) -> None:
        with replacing(self._path) as descriptor:
            write_all(descriptor, self._first, 0)
        self.end, self._checksum = len(self._first), self._first_checksum

    def _write(self, record: bytes) -> Stamp:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            if os.fstat(descriptor).st_size > self.end:  # what a killed writer didn't finish
                os.ftruncate(descriptor, self.end)
            try:
                write_all(descriptor, record, self.end)
                os.fdatasync(descriptor)
            except BaseException:
                with contextlib.suppress(OSError):  # the first error says more
                    os.ftruncate(descriptor, self.end)
                raise
            return stamp_of(os.fstat(descriptor))
        finally:
            os.close(descriptor)


def refuse_newer(path: Path, beginning: bytes) -> None:
    """Raise UnreadableError when the beginning of a file names a newer version of the format."""
    named = _NAMED_FORMAT.search(beginning)
    if named is not None and int(named[1]) > FORMAT:
        raise UnreadableError(f"{path}: was written by a newer ckexplore; update ckexplore, or delete that file")


def _opening(generation: str) -> bytes:
    return b'{"format": %d, "generation": "%b"}\n' % (FORMAT, generation.encode())


def _sealed(payload: bytes, checksum: int) -> tuple[bytes, int]:
    """Give a record, and its checksum, which goes on from that of the record before it."""
    checksum = crc32(payload, checksum)
    return b"%08x %d\n%b" % (checksum, len(payload), payload), checksum


def _records(data: bytes, checksum: int) -> Iterator[tuple[bytes, int, int]]:
    """Give payload, end and checksum of every record, up to the first that isn't good."""
    start = 0
    while (header := _HEADER.match(data, start)) is not None:
        start, end = header.end(), header.end() + int(header[2])
        payload = data[start:end]
        checksum = crc32(payload, checksum)
        if end > len(data) or header[1] != b"%08x" % checksum:
            return
        yield payload, end, checksum
        start = end


def _may_be_unfinished(rest: bytes) -> bool:
    """Tell whether this is nothing, or what is written so far of the last record."""
    header = _HEADER.match(rest)
    if header is None:
        return len(rest) < _LONGEST_HEADER and b"\n" not in rest
    return len(rest) < header.end() + int(header[2]) and _LATER_HEADER.search(rest) is None


def _is_foreign(path: Path, beginning: bytes) -> bool:
    """Tell whether this begins the log of another snapshot. Raises UnreadableError for one of a newer version."""
    refuse_newer(path, beginning)
    return next(_records(beginning, 0), None) is not None
