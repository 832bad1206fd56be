"""Trusting a whole repository at its present content: a survey of every file, and the approval that records it.

Nothing is planned and nothing executed. The trust is void file by file as content changes: a plan is covered only
while each of its files has exactly the recorded content.
"""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError, InvalidRequestError, UnreadableError
from ...store.registry import Repository
from ...store.untrusted import decoded, read_bytes, safe_line
from ...store.workspace import Workspace
from ..executed_files import hash_of_link
from . import approvals
from .approvals import Approval
from .executable_files import is_executable
from .passages import passages
from .question import MarkedFile

MOST_FILES = 200_000
MOST_BYTES = 2 << 30
_FILE_LIMIT = 64 << 20  # a plan reads no larger file, so a larger one can't be executed by name
_LOOKED_THROUGH = 64 << 20  # bytes of code that are searched for passages
_MARKED = 20_000  # passages that are kept for showing
_NOT_OURS = frozenset((".git", ".hg", ".svn"))
_NAMED = 20

Progress = Callable[[float | None, str], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What would be trusted: every file (path within the repository to SHA-256), and what a person should know of them.

    `passages` counts the marked passages by kind, `marked` holds the files that have some. `remarks` says, in
    sentences, what isn't covered or couldn't be looked at. `sandbox` is the weakest profile of plans that are covered.
    """

    alias: str
    uid: str
    root: str
    sandbox: str
    revision: str
    files: Mapping[str, str] = field(repr=False)
    size: int
    executable: int
    passages: Mapping[str, int]
    marked: tuple[MarkedFile, ...]
    remarks: tuple[str, ...]

    @property
    def approval(self) -> str:
        """The hash that the trust binds to: over the UID, the sandbox, and every file's path and content."""
        summed = hashlib.sha256(f"ckexplore repository 1\0{self.uid}\0{self.sandbox}\0".encode())
        for path, sha256 in sorted(self.files.items()):
            summed.update(f"{path}\0{sha256}\n".encode("utf-8", "surrogateescape"))
        return summed.hexdigest()


def survey(repository: Repository, sandbox: str, progress: Progress) -> Survey:
    """Read a repository as it is now. Raises InvalidRequestError when it is too large, or for an unknown profile."""
    if sandbox not in approvals.BY_STRENGTH:
        known = ", ".join(approvals.BY_STRENGTH)
        raise InvalidRequestError(f"--sandbox={safe_line(sandbox, 40)} isn't known; it is one of {known}")
    if repository.problem:
        raise UnreadableError(repository.problem)
    root = os.path.realpath(repository.root)
    counted = _Counted()
    for path in _paths(root, counted):
        counted.add(root, path)
        if len(counted.files) % 200 == 0:
            progress(None, f"{repository.alias}: {len(counted.files)} files, {counted.size >> 20} MiB")
    return Survey(
        alias=repository.alias,
        uid=repository.uid,
        root=root,
        sandbox=sandbox,
        revision=_revision(root),
        files=counted.files,
        size=counted.size,
        executable=counted.executable,
        passages=dict(counted.kinds),
        marked=tuple(counted.marked),
        remarks=tuple(counted.sentences()),
    )


def trust(workspace: Workspace, surveyed: Survey) -> Approval:
    """Record the trust in a repository as it was surveyed. Raises CkexploreError when it can't be kept safely."""
    return approvals.remember_repository(
        workspace,
        alias=surveyed.alias,
        uid=surveyed.uid,
        root=surveyed.root,
        approval=surveyed.approval,
        sandbox=surveyed.sandbox,
        files=surveyed.files,
    )


def as_values(surveyed: Survey) -> dict[str, Any]:
    """Give a survey as plain values, without the list of all files."""
    return {
        "repo_uoa": surveyed.alias,
        "repo_uid": surveyed.uid,
        "path": surveyed.root,
        "revision": surveyed.revision,
        "sandbox": surveyed.sandbox,
        "files": len(surveyed.files),
        "bytes": surveyed.size,
        "executable": surveyed.executable,
        "passages": dict(surveyed.passages),
        "marked": [
            {"path": file.path, "line": one.line, "kind": one.kind, "text": one.text}
            for file in surveyed.marked
            for one in file.passages
        ],
        "remarks": list(surveyed.remarks),
        "approval": surveyed.approval,
    }


class _Counted:
    """What has been read of a repository so far."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.size = self.executable = 0
        self.kinds: Counter[str] = Counter()
        self.marked: list[MarkedFile] = []
        self._remarks: dict[str, list[str]] = {}
        self._room, self._places = _LOOKED_THROUGH, _MARKED

    def remark(self, why: str, path: str) -> None:
        """Note a path that a person should know of, and why."""
        self._remarks.setdefault(why, []).append(path)

    def add(self, root: str, path: str) -> None:
        """Read one file. Raises InvalidRequestError when there is too much of them."""
        if Path(root, path).is_symlink():
            self.remark("are symbolic links: where they lead is covered, what is there isn't", path)
            self.files[path] = hash_of_link(f"{root}/{path}")
            return
        try:
            mode = os.lstat(f"{root}/{path}").st_mode
            data = read_bytes(f"{root}/{path}", _FILE_LIMIT)
        except (CkexploreError, OSError):
            self.remark("can't be read or are larger than 64 MiB, so no plan can execute them", path)
            return
        self.size += len(data)
        if len(self.files) >= MOST_FILES or self.size > MOST_BYTES:
            raise InvalidRequestError(
                f"{safe_line(root)}: more than {MOST_FILES:,} files or {MOST_BYTES >> 30} GiB, so it can't be trusted "
                "as a whole; approve what you run, each with the answer a(lways)"
            )
        self.files[path] = hashlib.sha256(data).hexdigest()
        if is_executable(path, mode, data):
            self.executable += 1
            self._mark(path, data)

    def _mark(self, path: str, data: bytes) -> None:
        if b"\0" in data[:8192]:
            self.remark("are binary code that a person can't read", path)
            return
        if len(data) > self._room:
            self.remark("weren't looked through for passages, there is too much to read", path)
            return
        self._room -= len(data)
        found = passages(decoded(data), path)
        self.kinds.update(one.kind for one in found)
        if len(found) > self._places:
            self.remark("have marked passages that are counted and not listed, there are too many", path)
        elif found:
            self._places -= len(found)
            self.marked.append(MarkedFile(path, self.files[path], found))

    def sentences(self) -> Iterator[str]:
        """Say what should be known."""
        for why, paths in self._remarks.items():
            shown = ", ".join(safe_line(path, 200) for path in paths[:_NAMED])
            yield f"{len(paths)} {why}: {shown}{' …' if len(paths) > _NAMED else ''}"


def _paths(root: str, counted: _Counted) -> Iterator[str]:
    """Yield every regular file and link below a root, by its path there, in order; never through a symbolic link."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}") as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            counted.remark("are folders that can't be read", folder)
            continue
        for entry in entries:
            path = f"{folder}{entry.name}"
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
                yield path
            elif not stat.S_ISDIR(mode):
                counted.remark("are no regular files, so they aren't covered", path)
            elif entry.name not in _NOT_OURS:
                waiting.append(f"{path}/")


def _revision(root: str) -> str:
    """Say in a few words which commit is checked out, and whether its files were changed."""
    from ...store.revision import UNKNOWN, read_revision  # noqa: PLC0415  (dulwich, only where somebody asks)

    found = read_revision(Path(root))
    if found.commit == UNKNOWN:
        return f"unknown ({found.why})"
    on = f" on {safe_line(found.branch, 100)}" if found.branch else ""
    if found.changed is None:
        state = f"whether it was changed is unknown ({found.why})"
    else:
        state = f"changed since: {', '.join(found.changed_files[:5])}" if found.changed else "unchanged"
    return f"commit {found.commit[:12]}{on}, {state}"
