"""Writers without room, and without permission; run as a program of its own, as limits and users hold for a process."""

import errno
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ckexplore.store.journal import JournalStorage, TableChanges

from .journaling import contents
from .writer_kills import end_of, forked

SMALL, BIG = b'{"n":1}', b'{"big":"%b"}' % (b"x" * 1_000)
NO_ROOM = {errno.EFBIG, errno.ENOSPC}


def run_out_of_room(folder: Path, take_room: Callable[[], None], give_room: Callable[[], None]) -> None:
    """Let every kind of change meet a full disk: nothing is lost, and later changes are stored."""
    path = folder / "journal.json"
    storage = JournalStorage(path)
    storage.replace_tables({"t": ((key, BIG) for key in range(20))})
    storage.append({"t": TableChanges({100: SMALL})})
    before = contents(storage)
    take_room()
    for change in (
        lambda: storage.append({"t": TableChanges(dict.fromkeys(range(200), BIG))}),
        lambda: storage.replace_tables({"t": ((key, BIG) for key in range(200))}),
        lambda: storage.write({"t": {key: {"big": "x" * 1_000} for key in range(200)}}),
    ):
        try:
            change()
        except OSError as error:
            assert error.errno in NO_ROOM, error
        else:
            raise AssertionError("there was room")
        assert contents(storage) == before == contents(JournalStorage(path))
        assert storage.refresh() == {}
    assert not list(folder.glob("*.tmp"))
    give_room()
    storage.append({"t": TableChanges(dict.fromkeys(range(200, 300), BIG), [100])})
    assert contents(storage) == contents(JournalStorage(path)) != before
    storage.replace_tables({"t": [(1, SMALL)]})
    assert contents(storage) == contents(JournalStorage(path)) == {"t": {1: SMALL}}


def with_file_limit(folder: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    run_out_of_room(
        folder,
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, hard)),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)),
    )


def with_full_disk(folder: Path) -> None:
    """Fill the small file system that the folder is."""
    filler = folder / "filler"

    def fill() -> None:
        size = os.statvfs(folder).f_bavail * os.statvfs(folder).f_bsize
        filler.write_bytes(bytes(size - 30_000))

    run_out_of_room(folder, fill, filler.unlink)


def without_permission() -> None:
    """Open files that may only be read, in a folder that may only be read, as a user whom that binds."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "journal.json"
        storage = JournalStorage(path)
        storage.append({"t": TableChanges({1: SMALL})})
        storage.compact()
        storage.append({"t": TableChanges({2: BIG})})
        for file in folder.iterdir():
            file.chmod(0o444)
        folder.chmod(0o555)
        status, _ = end_of(*forked(lambda _: read_only(path)))
        assert status == 0
        assert contents(storage) == contents(JournalStorage(path)) == {"t": {1: SMALL, 2: BIG}}
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def read_only(path: Path) -> None:
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    storage = JournalStorage(path)
    for change in (
        lambda: storage.append({"t": TableChanges({3: SMALL})}),
        lambda: storage.replace_tables({"t": [(3, SMALL)]}),
        storage.compact,
    ):
        try:
            change()
        except PermissionError:
            pass
        else:
            raise AssertionError("that may not be written")
        assert contents(storage) == {"t": {1: SMALL, 2: BIG}}
        assert storage.refresh() == {}
    storage.close()


if __name__ == "__main__":
    if sys.argv[1] == "file-limit":
        with_file_limit(Path(sys.argv[2]))
    elif sys.argv[1] == "full-disk":
        with_full_disk(Path(sys.argv[2]))
    else:
        without_permission()
