"""The files that a plan executes: found, hashed, compared with what was approved, and copied only as they were.

Of an entry that is every file: a shell sources any of them whatever its name, and an interpreter imports what lies
beside its program. So one more file in an approved folder is a change as well.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..store.errors import CkexploreError, FailedError, RefusedError, UnreadableError
from ..store.untrusted import open_regular, safe_line, storable
from .plan import NOT_COPIED, ExecutedFile, Stage

MOST_FILES = 5_000
_MOST_BYTES = 2 << 30
_CHUNK = 1 << 20


def executed_files(paths: Iterable[Path]) -> tuple[ExecutedFile, ...]:
    """Hash files as they are now, each once. Raises UnreadableError."""
    return tuple(ExecutedFile(storable(str(path)), _hash(path)) for path in dict.fromkeys(paths))


def _hash(path: Path) -> str:
    return hash_of_link(path) if path.is_symlink() else _read(path)


def hash_of_link(path: Path | str) -> str:
    """Hash where a symbolic link leads; no file's hash is like it. Raises UnreadableError."""
    try:
        return f"link:{hashlib.sha256(os.readlink(os.fsencode(path))).hexdigest()}"  # noqa: PTH115  (./a isn't a)
    except OSError as error:
        raise UnreadableError(f"{safe_line(str(path))}: can't be read ({error.strerror})") from error


def _read(path: Path, copy: int | None = None) -> str:
    """Hash a regular file of any size; what is read is written to the descriptor `copy` as well."""
    summed = hashlib.sha256()
    descriptor = open_regular(path)
    try:
        while part := os.read(descriptor, _CHUNK):
            summed.update(part)
            while copy is not None and part:
                part = part[os.write(copy, part) :]
    finally:
        os.close(descriptor)
    return summed.hexdigest()


def files_below(folder: Path | str, left_out: Iterable[str] = ()) -> list[Path]:
    """List every file and link below a folder, in order, but what is named `left_out`.

    Raises UnreadableError where a folder can't be listed, RefusedError when there is more than anybody reads.
    """
    return [path for path, is_folder in _below(folder, left_out) if not is_folder]


def _below(folder: Path | str, left_out: Iterable[str]) -> Iterator[tuple[Path, bool]]:
    """Yield what is below a folder and whether it is a folder itself; never through a link, deep as it may go."""
    count, size, waiting = 0, 0, [os.fspath(folder)]
    while waiting:
        for path, status in _listed(waiting.pop(), left_out):
            is_folder = stat.S_ISDIR(status.st_mode)
            if is_folder:
                waiting.append(path)
            elif not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
                continue
            count, size = count + 1, size + (0 if is_folder else status.st_size)
            if count > MOST_FILES or size > _MOST_BYTES:
                raise RefusedError(
                    f"{safe_line(str(folder))} has more than {MOST_FILES:,} files or {_MOST_BYTES >> 30} GiB, more than"
                    " anybody reads, and all of it could be executed, so it can't be approved"
                )
            yield Path(path), is_folder


def _listed(folder: str, left_out: Iterable[str]) -> list[tuple[str, os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            kept = sorted((one for one in entries if one.name not in left_out), key=lambda one: one.name)
        return [(one.path, one.stat(follow_symlinks=False)) for one in kept]
    except OSError as error:
        raise UnreadableError(f"{safe_line(folder)}: can't be listed ({error.strerror})") from error


def changed_files(files: Iterable[ExecutedFile]) -> list[str]:
    """List the files whose content is no longer what the plan was approved with."""
    changed: list[str] = []
    for file in files:
        try:
            now = executed_files([file.place])[0]
        except CkexploreError:
            changed.append(file.path)
            continue
        if now != file:
            changed.append(file.path)
    return changed


def changes(stage: Stage) -> list[str]:
    """List what of a stage is no longer as it was approved: files that changed, and new ones in its whole folders."""
    known = {file.path for file in stage.files}
    copied = {source for source, _ in stage.copies} - set(stage.entire)
    new: list[str] = []
    for folder in stage.whole_folders:
        try:
            found = files_below(folder, NOT_COPIED if folder in copied else ())
        except CkexploreError:
            new.append(folder)
            continue
        new += [path for path in map(storable, map(str, found)) if path not in known]
    return changed_files(stage.files) + new


def copy(stage: Stage) -> None:
    """Make the private copies of a stage, of the approved files and of nothing else.

    Each is compared while it is copied: the copy is what is executed. Raises RefusedError when one isn't what was
    approved, FailedError.
    """
    try:
        for source, target in stage.copies:
            if os.path.isfile(source):
                _copy_single(stage, source, Path(target))
                continue
            Path(target).mkdir(parents=True, exist_ok=os.path.basename(target) in NOT_COPIED)
            left_out = () if source in stage.entire else NOT_COPIED
            for path, is_folder in _below(source, left_out):
                if is_folder:
                    (target / path.relative_to(source)).mkdir()
            for file in stage.files:
                inside = os.path.relpath(file.place, source)
                if not set(inside.split("/")) & {"..", *left_out}:
                    _copy_file(file, Path(target, inside))
    except OSError as error:
        raise FailedError(f"its files can't be copied: {safe_line(str(error), 300)}") from error


def _copy_single(stage: Stage, source: str, target: Path) -> None:
    """Copy one file of the plan that isn't part of a folder. Raises RefusedError for one that the plan doesn't have."""
    file = next((one for one in stage.files if str(one.place) == source), None)
    if file is None:
        raise changed_since([storable(source)])
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy_file(file, target)


def _copy_file(file: ExecutedFile, target: Path) -> None:
    if file.place.is_symlink():
        target.symlink_to(os.readlink(file.place))  # noqa: PTH115
        copied = hash_of_link(target)
    else:
        status = file.place.stat()
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            copied = _read(file.place, descriptor)
            os.fchmod(descriptor, 0o600 | status.st_mode & 0o755)
            os.utime(descriptor, ns=(status.st_atime_ns, status.st_mtime_ns))  # make looks at it
        finally:
            os.close(descriptor)
    if copied != file.sha256:
        raise changed_since([file.path])


def changed_since(paths: list[str]) -> RefusedError:
    """Make the error that says what changed."""
    return RefusedError(f"changed since it was approved, so it was not run: {safe_line(paths[0])}")
