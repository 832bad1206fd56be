"""What git's index says is checked out. It is content from outside: what it claims is compared, never believed."""

import hashlib
import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from .errors import UnreadableError
from .git_folder import GitFolder, plain_path
from .git_objects import object_id
from .untrusted import read_bytes_if_there, safe_line

FILE, EXECUTABLE, LINK, FOLDER, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o040000, 0o160000

_INDEX_LIMIT = 128 << 20  # bytes
_ENTRIES_LIMIT = 200_000
_FOLDERS_LIMIT = 32 << 20  # bytes of their paths together
_HEADER = struct.Struct(">4sLL")
_LONGEST = 0xFFF  # a name's length has twelve bits; dulwich cuts what is longer


@dataclass(frozen=True)
class Entry:
    """One path of the index: its mode as in a tree, and the ID of its content in hexadecimal."""

    path: bytes
    mode: int
    identity: str
    conflicted: bool
    skipped: bool
    """Not checked out, in a sparse checkout."""


@dataclass
class Tree:
    """One folder as git would record it: names to (mode, ID)."""

    items: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    identity: str = ""


def tree_mode(mode: int) -> int:
    """Reduce a mode to those that trees have now; old ones also held the group's and the others' rights."""
    if mode & 0o170000 == 0o100000:
        return EXECUTABLE if mode & 0o100 else FILE
    return mode & 0o170000


def read_index(folder: GitFolder, hash_name: str) -> list[Entry]:
    """Read the index; a repository without one has nothing checked out. Raises UnreadableError, ValueError and such.

    The format is in gitformat-index(5).
    """
    data = read_bytes_if_there(plain_path(folder.own, "index"), _INDEX_LIMIT)
    if not data:
        return []
    _check_header(data)
    content, checksum = data[: -hashlib.new(hash_name).digest_size], data[-hashlib.new(hash_name).digest_size :]
    if checksum.strip(b"\0") and checksum != hashlib.new(hash_name, content).digest():
        raise UnreadableError("its index is damaged")
    stream = io.BytesIO(content)
    entries = list(_entries(stream, hash_name))
    _check_extensions(content, stream.tell())
    for entry in entries:
        _check_name(entry.path)
    for before, after in pairwise(entries):
        if before.path >= after.path and not (before.conflicted and after.conflicted):
            raise UnreadableError("its index isn't in order")
    return entries


def _check_header(data: bytes) -> None:
    signature, version, count = _HEADER.unpack_from(data)
    if signature != b"DIRC":
        raise UnreadableError("its index is damaged")
    # dulwich misreads version 4 (the numbers in its names), and needs quadratic time for a long name in it.
    if version not in (2, 3):
        raise UnreadableError(f"its index is of version {version}, which isn't read here")
    if count > _ENTRIES_LIMIT:
        raise UnreadableError("too many files to compare")


def _entries(stream: io.BytesIO, hash_name: str) -> Iterator[Entry]:
    from dulwich import index, object_format  # noqa: PLC0415  (late, as all of dulwich)

    for one in index.read_index(stream, object_format.SHA256 if hash_name == "sha256" else object_format.SHA1):
        yield Entry(
            path=one.name,
            mode=tree_mode(one.mode),
            identity=one.sha.decode("ascii"),
            conflicted=one.stage() != index.Stage.NORMAL,
            skipped=bool(one.extended_flags & index.EXTENDED_FLAG_SKIP_WORKTREE),
        )


def _check_name(name: bytes) -> None:
    parts = name.split(b"/")
    if len(name) >= _LONGEST or b"\0" in name or any(part.lower() in (b"", b".", b"..", b".git") for part in parts):
        raise UnreadableError("its index names what can't be in a tree")


def _check_extensions(content: bytes, at: int) -> None:
    """Refuse what changes the meaning of the entries (a split or a sparse index): its name isn't in capitals."""
    while at < len(content):
        name, size = struct.unpack_from(">4sL", content, at)
        if not name[:1].isupper():
            raise UnreadableError(f"its index is of a kind that isn't read here ({safe_line(name.decode('latin-1'))})")
        at += 8 + size


def trees(entries: Iterable[Entry], hash_name: str) -> dict[bytes, Tree]:
    """Make the trees that git would record for these entries, by folder; the top is ''. Raises UnreadableError."""
    made = {b"": Tree()}
    room = _FOLDERS_LIMIT
    for entry in entries:
        folder, _, name = entry.path.rpartition(b"/")
        above = folder
        while above not in made:
            made[above] = Tree()
            room -= len(above)
            above = above.rpartition(b"/")[0]
        if room < 0:
            raise UnreadableError("its index has too many folders")
        made[folder].items[name] = (entry.mode, entry.identity)
    for folder in sorted(made, key=len, reverse=True):  # what is in a folder has a longer name
        made[folder].identity = object_id(hash_name, b"tree", _serialized(made[folder]))
        if folder:
            parent, _, name = folder.rpartition(b"/")
            if name in made[parent].items:
                raise UnreadableError("its index has a folder and a file of one name")
            made[parent].items[name] = (FOLDER, made[folder].identity)
    return made


def _serialized(tree: Tree) -> bytes:
    items = sorted(tree.items.items(), key=lambda item: item[0] + b"/" if item[1][0] == FOLDER else item[0])
    return b"".join(b"%o %s\0%s" % (mode, name, bytes.fromhex(identity)) for name, (mode, identity) in items)
