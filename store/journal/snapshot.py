"""The snapshot of a journal: a JSON file as TinyDB reads it, with one document a line.

    {"_journal": {"1": {"format": 1, "generation": "16d506f8bd045fdb", "checksum": "5a74edf7"}}
    ,"artifacts": {
     "1": {"alias": "resnet50"}
    ,"2": {"alias": "resnet18"}
    }
    }

The first line is a table, too, and says what the file is; the checksum is one over all that follows. To load a
snapshot is to find its lines: no document is decoded.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zlib import crc32

import msgspec

from ..collector import paused
from .changes import Tables, line
from .documents import encode_document
from .files import Stamp, replacing, stamp_of, write_all
from .log import FORMAT, refuse_newer

RESERVED = "_journal"
"""The table that says what the file is."""

_MARK = b'{"_journal": '
_HEAD = re.compile(
    rb'\{"_journal": \{"1": \{"format": 1, "generation": "([0-9a-f]{16})", "checksum": "([0-9a-f]{8})"\}\}\n'
)
_END = b"}\n"
_LINES_AT_ONCE = 2_000


class DamagedError(ValueError):
    """A file that isn't what was written."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot holds. It has no generation when plain TinyDB wrote it, and no stamp when there is none."""

    tables: Tables = field(default_factory=dict)
    generation: str = ""
    stamp: Stamp | None = None


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot. Raises OSError, DamagedError, and UnreadableError for one of a newer version."""
    try:
        with path.open("rb", buffering=1 << 18) as stream, paused():
            return _read(path, stream)
    except FileNotFoundError:
        return Snapshot()


def _read(path: Path, stream: IO[bytes]) -> Snapshot:
    stamp = stamp_of(os.fstat(stream.fileno()))
    first = stream.readline()
    if not first.startswith(_MARK):
        return Snapshot(_read_plain(first + stream.read()), stamp=stamp)
    refuse_newer(path, first)
    head = _HEAD.fullmatch(first)
    if head is None:
        raise DamagedError("its first line isn't what was written")
    try:
        tables, checksum = _read_tables(stream, crc32(head[1]))
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedError("its lines aren't what was written") from error
    if head[2] != b"%08x" % checksum:
        raise DamagedError("its checksum isn't that of what was written")
    return Snapshot(tables, head[1].decode(), stamp)


def _read_tables(stream: IO[bytes], checksum: int) -> tuple[Tables, int]:
    tables: Tables = {}
    for opening in stream:
        checksum = crc32(opening, checksum)
        if opening == _END:
            break
        table = tables[json.loads(opening[1 : opening.rindex(b": {")])] = {}
        for one in stream:
            checksum = crc32(one, checksum)
            if one == _END:
                break
            doc_id, _, document = one.partition(b": ")
            table[int(doc_id[2:-1])] = document[:-1]
    return tables, crc32(stream.read(), checksum)


def _read_plain(content: bytes) -> Tables:
    """Take what plain TinyDB wrote; an empty file is an empty database to it."""
    try:
        value = json.loads(content or b"{}")
        tables = msgspec.convert(value, dict[str, dict[int, dict[str, Any]]], str_keys=True)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise DamagedError("it isn't a TinyDB database") from error
    return {name: {key: encode_document(one) for key, one in table.items()} for name, table in tables.items()}


def write_snapshot(path: Path, generation: str, tables: Mapping[str, Mapping[int, bytes]]) -> Stamp:
    """Put a new snapshot in place, durably, and give its stamp.

    Raises OSError, and ValueError for a document that isn't one line; the old snapshot stays then.
    """
    with replacing(path) as descriptor:
        checksum = crc32(generation.encode())
        end = len(_head(generation, checksum))
        for piece in _pieces(tables):
            write_all(descriptor, piece, end)
            checksum = crc32(piece, checksum)
            end += len(piece)
        write_all(descriptor, _head(generation, checksum), 0)
        return stamp_of(os.fstat(descriptor))


def _head(generation: str, checksum: int) -> bytes:
    """Give the first line, of the same length for every generation and checksum."""
    facts = {"format": FORMAT, "generation": generation, "checksum": f"{checksum:08x}"}
    return json.dumps({RESERVED: {"1": facts}})[:-1].encode() + b"\n"


def _pieces(tables: Mapping[str, Mapping[int, bytes]]) -> Iterator[bytes]:
    for name, table in tables.items():
        yield b",%b: {\n" % json.dumps(name).encode()
        documents = iter(table.items())
        separator = b" "
        while lines := [line(b',"', doc_id, b'": ', one) for doc_id, one in islice(documents, _LINES_AT_ONCE)]:
            yield separator + b"".join(lines)[1:]
            separator = b","
        yield _END
    yield _END
