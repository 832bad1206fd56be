"""The table of an experiment's points, kept beside the catalog so that opening it again reads one file.

    <catalog>/points/<uid of the experiment's place>.msgpack

What is kept belongs to one state of the experiment's files: their names, sizes, times and inodes. It holds a column
at a time, texts as numbers of a list of distinct ones. It can be deleted at any time, and what can't be kept is read
anew each time.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from ...store.artifact import Artifact
from ...store.errors import UnreadableError
from ...store.formats import format_named
from ...store.formats.mlperf_tree import signature_of, system_place
from ...store.lookup import Location
from ...store.registry import repositories
from ...store.uid import derived_uid
from ...store.untrusted import read_bytes_if_there, storable
from ...store.workspace import Workspace
from .table import Column, Kind, PointTable, Value, point_table

_VERSION = 1
_FEWEST_POINTS = 4  # fewer are read as quickly as what would be kept of them
_LARGEST = 1 << 30
_DEEPEST = 4
_FILES = 1_000_000
_SPARSE = 4  # a column that fewer than a quarter of the points have is kept with the rows that have it


class _KeptColumn(Struct, array_like=True):
    """`texts` are the distinct texts that `values` number, None where they hold more than texts.

    `rows` are those that have a value, None where nearly all have one.
    """

    name: str
    kind: Kind
    values: list[Value]
    texts: list[str] | None
    rows: list[int] | None
    repeated: dict[int, tuple[float, ...]]


class _Kept(Struct, array_like=True):
    version: int
    signature: str
    uids: list[str]
    columns: list[_KeptColumn]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Kept)


def table_of(workspace: Workspace, experiment: Location | Artifact) -> PointTable:
    """Give the points of an experiment as a table: the one that was kept, if its files are still the same.

    Raises CkexploreError when its repository is gone.
    """
    format_, root, path = place_of(workspace, experiment)
    file = workspace.catalog / "points" / f"{derived_uid('points', os.fspath(root), storable(path))}.msgpack"
    signature = _signature(format_, root, path)
    kept = _kept(file, signature)
    if kept is not None:
        return kept
    table = point_table(format_named(format_).points(root, path))
    if len(table) >= _FEWEST_POINTS:
        _keep(file, signature, table)
    return table


def place_of(workspace: Workspace, experiment: Location | Artifact) -> tuple[str, Path, str]:
    """Give the format, the root of the repository, and the path below it. Raises CkexploreError."""
    if isinstance(experiment, Location):
        repository, folder = experiment.repository, experiment.folder
    else:
        known = repositories(workspace)
        found = [one for one in known if one.uid == experiment.repository_uid and one.alias == experiment.repository]
        if not found:
            raise UnreadableError(f"the repository {experiment.repository} is no longer there")
        repository = found[0]
        folder = os.fspath(experiment.location(repository.path))
    return repository.format, repository.path, folder.removeprefix(f"{repository.root}/")


# What the files are like


def _signature(format_: str, root: Path, path: str) -> str:
    place = system_place(path) if format_ == "mlperf" else None
    if place is not None:
        return "-".join(map(str, signature_of(root, place)))
    digest = hashlib.blake2b(digest_size=16)
    for line in sorted(_files(f"{root}/{path}", "", 0)):
        digest.update(line)
    return digest.hexdigest()


def _files(folder: str, prefix: str, depth: int) -> Iterator[bytes]:
    """Yield a line for every file below a folder: its name, size, time of change and inode."""
    try:
        with os.scandir(folder) as listed:
            entries = list(listed)
    except OSError as error:
        yield f"{prefix} {error.errno}\0".encode("utf-8", "surrogateescape")
        return
    for entry in entries[:_FILES]:
        name = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if depth < _DEEPEST:
                yield from _files(f"{folder}/{entry.name}", f"{name}/", depth + 1)
            continue
        with suppress(OSError):  # it went away meanwhile
            state = entry.stat(follow_symlinks=False)
            line = f"{name} {state.st_size} {state.st_mtime_ns} {state.st_ino}\0"
            yield line.encode("utf-8", "surrogateescape")


# Keeping


def _kept(file: Path, signature: str) -> PointTable | None:
    try:
        data = read_bytes_if_there(file, _LARGEST)
        found = _DECODER.decode(data) if data else None
        if found is None or found.version != _VERSION or found.signature != signature:
            return None
        columns = {one.name: _column(one, len(found.uids)) for one in found.columns}
    except (UnreadableError, msgspec.DecodeError, ValueError, IndexError, TypeError):  # not what we wrote
        return None
    return PointTable(found.uids, columns)


def _column(kept: _KeptColumn, count: int) -> Column:
    values: list[Value] = kept.values
    if kept.texts is not None:
        texts: list[Value] = [*kept.texts, None]  # -1 is None
        values = [texts[number] for number in values]  # type: ignore[index]
    if kept.rows is not None:
        spread: list[Value] = [None] * count
        for row, value in zip(kept.rows, values, strict=True):
            spread[row] = value
        values = spread
    if len(values) != count:
        raise ValueError("a column of another length")
    return Column(kept.name, kept.kind, values, kept.repeated)


def _keep(file: Path, signature: str, table: PointTable) -> None:
    """Write a table beside its place and rename it. What the disk or the encoding refuses isn't kept."""
    new = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        kept = _Kept(_VERSION, signature, table.uids, [_compact(one) for one in table.columns.values()])
        data = _ENCODER.encode(kept)
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(data)
        new.replace(file)
    except (OSError, OverflowError, UnicodeEncodeError):  # the disk; numbers of more than 64 bits; odd texts
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _compact(column: Column) -> _KeptColumn:
    values, rows = column.values, None
    known = [row for row, value in enumerate(values) if value is not None]
    if _SPARSE * len(known) < len(values):
        rows, values = known, [values[row] for row in known]
    if not known or not all(value is None or isinstance(value, str) for value in values):
        return _KeptColumn(column.name, column.kind, values, None, rows, column.repeated)
    texts: dict[str, int] = {}
    numbered: list[Value] = [-1 if value is None else texts.setdefault(str(value), len(texts)) for value in values]
    return _KeptColumn(column.name, column.kind, numbered, list(texts), rows, column.repeated)
