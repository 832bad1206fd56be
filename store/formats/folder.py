"""What every format lists without reading any meta: the folders of a repository, with a signature for each entry.

A rescan compares these and reads only what differs. One stat for each meta file, by a path relative to its folder,
is all that it costs.
"""

import hashlib
import os
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..cold_disk import warmed

Signature = tuple[int, int, int]
"""Time of the last change in nanoseconds, size in bytes, inode: of a meta file, or mixed over several."""

NO_SIGNATURE: Signature = (0, 0, 0)
_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder whose entries are artifacts. `path` is relative to the repository's root, and empty for the root.

    `names` and `signatures` go side by side, ordered by inode, which is the fastest order to read them in.
    """

    path: str
    names: tuple[str, ...]
    signatures: tuple[Signature, ...]
    names_of: int = 0
    """When the list changed last by which the names were chosen, in nanoseconds; 0 where there is no such list."""

    def entries(self) -> Iterator[tuple[str, Signature]]:
        """Give each name with its signature."""
        return zip(self.names, self.signatures, strict=True)

    def only(self, chosen: Iterable[bool]) -> "Folder":
        """Give the folder with those entries for which there is a true in `chosen`."""
        left = [entry for entry, stays in zip(self.entries(), chosen, strict=True) if stays]
        return Folder(self.path, tuple(name for name, _ in left), tuple(signature for _, signature in left))

    def digest(self) -> str:
        """Give one short text that differs when any entry came, went or changed; `names_of` stands at its end."""
        mixed = hashlib.blake2b("\0".join(self.names).encode("utf-8", "surrogateescape"), digest_size=16)
        mixed.update(array("Q", chain.from_iterable(self.signatures)).tobytes())
        return f"{mixed.hexdigest()}-{self.names_of}"


def folder_of(
    root: Path,
    path: str,
    names: Iterable[str],
    metas: tuple[str, ...],
    otherwise: tuple[str, ...] = (),
    names_of: int = 0,
) -> Folder:
    """Make the folder of those `names` below which at least one of the files `metas` is there, or of `otherwise`.

    An entry with several meta files (a YAML and a JSON one) gets a signature that any of them changes.
    """
    found: list[_Found] = []
    with _opened(root / path) as descriptor:
        if descriptor is None:
            return Folder(path, (), (), names_of)
        names = list(names)
        if len(metas) == 1:
            names = _look(descriptor, names, metas[0], found)
        else:
            names = _look_for_several(descriptor, names, metas, found)
        for meta in otherwise:
            names = _look(descriptor, names, meta, found)
    found.sort()
    signatures = tuple([(one[1], one[2], one[0]) for one in found])
    return Folder(path, tuple([one[3] for one in found]), signatures, names_of)


_Found = tuple[int, int, int, str]
"""Inode, time, size and name: in this order they sort as they are to be read."""


def _look(descriptor: int, names: list[str], meta: str, found: list[_Found]) -> list[str]:
    """Add the entries that have this meta file, and give the names of those that don't."""
    without: list[str] = []
    stat, add = os.lstat, found.append  # this loop is most of what a rescan without changes takes
    for some in warmed(names, lambda name: stat(f"{name}/{meta}", dir_fd=descriptor)):
        for name in some:
            try:
                status = stat(f"{name}/{meta}", dir_fd=descriptor)
            except OSError:
                without.append(name)
                continue
            add((status.st_ino, status.st_mtime_ns, status.st_size, name))
    return without


def _look_for_several(descriptor: int, names: list[str], metas: tuple[str, ...], found: list[_Found]) -> list[str]:
    """Add the entries that have one of these meta files or more, and give the names of those that have none."""
    usual, without = _usual(descriptor, names, metas), list[str]()
    for some in warmed(names, lambda name: os.lstat(f"{name}/{usual}", dir_fd=descriptor)):
        for name in some:
            signature = _signature(descriptor, name, metas, usual)
            if signature is None:
                without.append(name)
            else:
                found.append((signature[2], signature[0], signature[1], name))
    return without


def _usual(descriptor: int, names: list[str], metas: tuple[str, ...]) -> str:
    """Name the meta file that the first entries have; of several, most entries have one only."""
    for name in names[:_LOOKED_AT]:
        for meta in metas:
            if os.access(f"{name}/{meta}", os.F_OK, dir_fd=descriptor, follow_symlinks=False):
                return meta
    return metas[0]


def _signature(descriptor: int, name: str, metas: tuple[str, ...], usual: str) -> Signature | None:
    mixed: Signature | None = None
    for meta in metas:
        # A stat that fails costs three times as much as to ask first.
        if meta is not usual and not os.access(f"{name}/{meta}", os.F_OK, dir_fd=descriptor, follow_symlinks=False):
            continue
        try:
            status = os.stat(f"{name}/{meta}", dir_fd=descriptor, follow_symlinks=False)
        except OSError:
            continue
        one = (status.st_mtime_ns, status.st_size, status.st_ino)
        # Two different files never cancel out: the sizes add up, and each time counts with its place.
        mixed = one if mixed is None else (mixed[0] * 31 + one[0] & (1 << 64) - 1, mixed[1] + one[1], one[2])
    return mixed


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """Open a folder to stat below it: short relative paths are resolved faster than long absolute ones."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)
