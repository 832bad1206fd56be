"""Commits and trees out of a repository's object store: each proves by its hash that it is the one asked for.

dulwich inflates and applies deltas. It isn't let near the files: it opens them in ways that a FIFO can hang and a
link can lead astray, maps packs (a pack cut short meanwhile would end the process), and believes any size it reads.
"""

import hashlib
import os
import re
import struct
import time
import zlib
from typing import IO

from .errors import UnreadableError
from .git_folder import plain_path
from .untrusted import open_regular, read_bytes_if_there

_OBJECT_LIMIT = 16 << 20  # bytes of one commit or tree
_PACKS_LIMIT = 1000
_CHAIN_LIMIT = 4096  # the deepest that git makes
_KINDS = {1: b"commit", 2: b"tree"}
_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_NUMBER = re.compile(rb"[\x80-\xff]{0,8}[\x00-\x7f]")  # seven bits a byte, the last has none on top
_FANOUT = struct.Struct(">256L")
_INDEX_HEADER = b"\xfftOc\x00\x00\x00\x02"
_NAMES = len(_INDEX_HEADER) + _FANOUT.size


class Budget:
    """What may still be read before the answer is "unknown": bytes, and time from now on."""

    def __init__(self, size: int, seconds: float) -> None:
        self._left = size
        self._latest = time.monotonic() + seconds

    def spend(self, size: int) -> None:
        """Take note of bytes that will be read or made. Raises UnreadableError when it is too much."""
        self._left -= size
        if self._left < 0:
            raise UnreadableError("too much to compare")
        if time.monotonic() > self._latest:
            raise UnreadableError("comparing takes too long")


class Objects:
    """The objects below one `.git/objects`, loose or packed. Alternates, which are elsewhere, aren't followed."""

    def __init__(self, common: str, hash_name: str, budget: Budget) -> None:
        self._common = common
        self._hash_name = hash_name
        self._budget = budget
        self._packs: list[str] | None = None

    def read(self, name: str, kind: bytes) -> bytes:
        """Give the content of a commit or a tree. Raises UnreadableError when it is missing, damaged or too large."""
        found = self._loose(name) or self._packed(name)
        if found is None:
            raise UnreadableError(f"the {kind.decode()} {name[:12]} isn't in its .git")
        if found[0] != kind or object_id(self._hash_name, *found) != name:
            raise UnreadableError(f"the {kind.decode()} {name[:12]} is damaged")
        return found[1]

    def _loose(self, name: str) -> tuple[bytes, bytes] | None:
        path = plain_path(self._common, f"objects/{name[:2]}/{name[2:]}")
        packed = read_bytes_if_there(path, _OBJECT_LIMIT)
        if packed is None:
            return None
        data = zlib.decompressobj().decompress(packed, _OBJECT_LIMIT)
        self._budget.spend(len(data))
        header, _, content = data.partition(b"\0")
        return header.partition(b" ")[0], content

    def _packed(self, name: str) -> tuple[bytes, bytes] | None:
        for pack in self._all_packs():
            with _opened(f"{pack}.idx") as index:
                offset = _find(index, bytes.fromhex(name))
                if offset is not None:
                    with _opened(f"{pack}.pack") as data:
                        return self._unpacked(data, index, offset)
        return None

    def _all_packs(self) -> list[str]:
        if self._packs is None:
            folder = plain_path(self._common, "objects/pack/")
            names = os.listdir(folder) if os.path.isdir(folder) else []
            self._packs = [folder + name[:-4] for name in sorted(names) if name.endswith(".idx")]
            if len(self._packs) > _PACKS_LIMIT:
                raise UnreadableError("its .git has too many packs")
        return self._packs

    def _unpacked(self, pack: IO[bytes], index: IO[bytes], offset: int) -> tuple[bytes, bytes]:
        """Give kind and content of the entry at `offset`, made of all the deltas that lead to it."""
        from dulwich.pack import apply_delta, unpack_object  # noqa: PLC0415  (late, as all of dulwich)

        deltas: list[bytes] = []
        while True:
            self._budget.spend(_size_at(pack, offset))
            pack.seek(offset)
            entry, _ = unpack_object(pack.read, lambda: hashlib.new(self._hash_name))
            content = b"".join(entry.decomp_chunks)
            if entry.pack_type_num in _KINDS:
                break
            deltas.append(content)
            offset = _base(entry.pack_type_num, entry.delta_base, offset, index)
            if len(deltas) > _CHAIN_LIMIT:
                raise UnreadableError("a pack's deltas lead nowhere")
        for delta in reversed(deltas):
            self._budget.spend(_result_size(delta))
            content = b"".join(apply_delta(content, delta))
        return _KINDS[entry.pack_type_num], content


def object_id(hash_name: str, kind: bytes, content: bytes) -> str:
    """Give the ID of an object as git does: the hash of its kind, its length and its content."""
    return hashlib.new(hash_name, b"%s %d\0" % (kind, len(content)) + content).hexdigest()


def _opened(path: str) -> IO[bytes]:
    return os.fdopen(open_regular(path), "rb")


def _find(index: IO[bytes], name: bytes) -> int | None:
    """Give an object's offset in its pack. The format is in gitformat-pack(5), "pack-*.idx files"."""
    descriptor, width = index.fileno(), len(name)
    head = os.pread(descriptor, _NAMES, 0)
    if not head.startswith(_INDEX_HEADER):
        raise UnreadableError("a pack has an index of another version")
    fanout = _FANOUT.unpack_from(head, len(_INDEX_HEADER))
    low, high, count = fanout[name[0] - 1] if name[0] else 0, fanout[name[0]], fanout[-1]
    while low < high:
        middle = (low + high) // 2
        found = os.pread(descriptor, width, _NAMES + middle * width)
        if found == name:
            return _offset(descriptor, _NAMES + count * (width + 4), middle, count)
        low, high = (middle + 1, high) if found < name else (low, middle)
    return None


def _offset(descriptor: int, table: int, place: int, count: int) -> int:
    """Read one offset; what doesn't fit into 31 bits is in a second table."""
    (offset,) = struct.unpack(">L", os.pread(descriptor, 4, table + 4 * place))
    if offset >> 31:
        (offset,) = struct.unpack(">Q", os.pread(descriptor, 8, table + 4 * count + 8 * (offset & 0x7FFFFFFF)))
    return offset


def _size_at(pack: IO[bytes], offset: int) -> int:
    """Give the size that an entry claims. Raises UnreadableError for numbers without end and for too much."""
    head = os.pread(pack.fileno(), 32, offset)
    number = _NUMBER.match(head)
    if number is None or ((head[0] >> 4) & 7 == _OFFSET_DELTA and not _NUMBER.match(head, number.end())):
        raise UnreadableError("a pack is damaged")
    size = (head[0] & 15) | (_little_endian(number[0][1:]) << 4)
    if size > _OBJECT_LIMIT:
        raise UnreadableError("a pack holds a tree that is too large")
    return size


def _result_size(delta: bytes) -> int:
    """Give the size of what a delta makes: the second number of it, after the size of what it is applied to."""
    base = _NUMBER.match(delta)
    result = _NUMBER.match(delta, base.end()) if base else None
    if result is None or _little_endian(result[0]) > _OBJECT_LIMIT:
        raise UnreadableError("a pack's delta is damaged")
    return _little_endian(result[0])


def _little_endian(number: bytes) -> int:
    return sum((byte & 127) << (7 * place) for place, byte in enumerate(number))


def _base(kind: int, base: object, offset: int, index: IO[bytes]) -> int:
    """Give the offset of what a delta is applied to; all of a pack's are in the same pack."""
    found = None
    if kind == _OFFSET_DELTA and isinstance(base, int):
        found = offset - base
    elif kind == _NAMED_DELTA and isinstance(base, bytes):
        found = _find(index, base)
    if found is None or found <= 0:
        raise UnreadableError("a pack's delta has no base")
    return found
