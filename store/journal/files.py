"""How a journal's files are locked and replaced: at any moment a reader finds the old file or the new one, whole."""

import contextlib
import errno
import fcntl
import glob
import os
import time
from collections.abc import Iterator
from pathlib import Path

Stamp = tuple[int, int, int]
"""Inode, size in bytes and time of change in ns: a file with the same ones wasn't changed."""

_LOCK_PATIENCE = 30.0
"""Seconds to wait for a lock. Far less is done under one: whoever holds it longer was stopped."""
_LONGEST_NAP = 0.005


def stamp_of(state: os.stat_result) -> Stamp:
    """Give the stamp of a file's state."""
    return state.st_ino, state.st_size, state.st_mtime_ns


def stamp(path: Path) -> Stamp | None:
    """Give the stamp of a file, or None when there is none. Raises OSError."""
    try:
        return stamp_of(os.stat(path))
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def locked(path: Path, patience: float = _LOCK_PATIENCE) -> Iterator[None]:
    """Hold the exclusive `flock` of a file, which is made when it isn't there.

    Raises OSError when it can't be made, or when another process still holds it after `patience` seconds.
    """
    descriptor = _lock(path, time.monotonic() + patience)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing isn't enough while a forked child has the descriptor as well
        os.close(descriptor)


def _lock(path: Path, deadline: float) -> int:
    nap = 0.0001
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if stamp(path) == stamp_of(os.fstat(descriptor)):
                return descriptor
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise TimeoutError(errno.ETIMEDOUT, "another process doesn't give up the lock", str(path)) from None
            time.sleep(nap)
            nap = min(2 * nap, _LONGEST_NAP)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # held by another, or deleted since it was opened: then it keeps nobody out


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[int]:
    """Give the descriptor of a new file that takes the place of `path`, durably, when the block ends well.

    Raises OSError. The old file is still there then, unless only the new one's name could not be made durable.
    """
    beside = path.with_name(f"{path.name}.{os.urandom(8).hex()}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            yield descriptor
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the next sweep takes it
            beside.unlink()
        raise
    _sync_folder(path.parent)


def sweep(path: Path) -> None:
    """Delete what killed writers left beside `path`. Its lock is held, so that there is no other writer."""
    for leftover in path.parent.glob(f"{glob.escape(path.name)}.*.tmp"):
        leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes, offset: int) -> None:
    """Write every byte at an offset. Raises OSError."""
    rest = memoryview(content)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        offset += written
        rest = rest[written:]
