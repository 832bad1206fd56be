"""A walk through a repository without meta, within bounds, that tells what it left out.

Folders near the root come first, so that a huge folder below doesn't hide the README above. Links aren't followed, and
what is neither a file nor a folder is passed over.
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..untrusted import safe_line
from .folder import Folder, Signature
from .plain_kinds import file_kind, folder_kind, is_left_out

DEPTH = 16
ENTRIES = 50_000
_NAMED = 3


@dataclass(slots=True)
class LeftOut:
    """What a walk did not look at: the rest of the folders when it had seen enough, what is too deep, or forbidden."""

    unseen: list[str] = field(default_factory=list)
    deep: list[str] = field(default_factory=list)
    unlistable: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Tell it in one line; empty when nothing was left out."""
        reasons = (
            (self.unseen, f"more than {ENTRIES:,} files and folders, so not all was looked at in"),
            (self.deep, f"deeper than {DEPTH} folders"),
            (self.unlistable, "can't be listed"),
        )
        told = [f"{reason}: {_some_of(paths)}" for paths, reason in reasons if paths]
        return f"index incomplete; {'; '.join(told)}" if told else ""

    def signature(self) -> Signature:
        """Give what differs when something else was left out."""
        digest = hashlib.blake2b(os.fsencode(self.text()), digest_size=8).digest()
        return int.from_bytes(digest), len(self.unseen) + len(self.deep) + len(self.unlistable), 0


def _some_of(paths: list[str]) -> str:
    named = ", ".join(safe_line(path or ".", 120) for path in sorted(paths)[:_NAMED])
    return f"{named} and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else named


def walk(root: Path, left_out: LeftOut) -> Iterator[Folder]:
    """Give the folders that hold artifacts, nearest to the root first."""
    waiting = deque([""])
    left = ENTRIES
    while waiting:
        path = waiting.popleft()
        if left <= 0:
            left_out.unseen.append(path)
            continue
        try:
            with os.scandir(root / path) as listed:
                entries = list(islice(listed, left + 1))
        except OSError:
            left_out.unlistable.append(path)
            continue
        if len(entries) > left:
            left_out.unseen.append(path)
        left -= len(entries)
        inner = sorted(entry.name for entry in entries if _is_walked(entry))
        too_deep = path.count("/") + 1 == DEPTH
        (left_out.deep if too_deep else waiting).extend(_joined(path, name) for name in inner)
        if found := [(entry.name, signature) for entry in entries if (signature := _signature(path, entry))]:
            yield _folder(path, found)


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _is_walked(entry: os.DirEntry[str]) -> bool:
    if is_left_out(entry.name) or folder_kind(entry.name):
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _signature(path: str, entry: os.DirEntry[str]) -> Signature | None:
    """Give the signature of an artifact; None for what is none."""
    try:
        if entry.is_dir(follow_symlinks=False):
            known = folder_kind(entry.name)
        else:
            known = entry.is_file(follow_symlinks=False) and file_kind(_joined(path, entry.name))
        return signature_of(entry.stat(follow_symlinks=False)) if known else None
    except OSError:
        return None


def signature_of(status: os.stat_result) -> Signature:
    """Give the signature of one file or folder."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _folder(path: str, found: list[tuple[str, Signature]]) -> Folder:
    found.sort(key=lambda one: one[1][2])  # by inode
    return Folder(path, tuple(name for name, _ in found), tuple(signature for _, signature in found))
