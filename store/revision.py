"""At which commit a repository's tree is, and whether it was changed since; git is never run.

A `.git/config` can execute commands (core.fsmonitor, filters, textconv, hooks), so git isn't run in a tree of others,
nor what of dulwich runs them. An index can lie, so the times and sizes in it count for nothing: every file is hashed,
up to a limit. "Unchanged" is proved down to the commit's own ID; what isn't proved either way is unknown.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from .errors import UnreadableError
from .git_attributes import Filters, as_recorded
from .git_folder import GitFolder, Head, Settings, find
from .git_index import EXECUTABLE, FOLDER, LINK, SUBMODULE, Entry, Tree, read_index, tree_mode, trees
from .git_objects import Budget, Objects, object_id
from .untrusted import open_regular, read_bytes, safe_line

UNKNOWN = "unknown"

_NAMES_LIMIT = 100
_SUBMODULE_DEPTH = 4
_CHUNK = 1 << 18
_CONVERTED_LIMIT = 64 << 20  # bytes of a file whose line ends are compared


@dataclass(frozen=True)
class Revision:
    """A tree's commit in hexadecimal and its branch, with what is known of changes.

    `commit` is "unknown" when it can't be told; `branch` is empty when HEAD is detached. `changed` is None when it
    isn't known, and `why` then says why. `changed_files` are at most 100 paths below the repository, safe to show.
    """

    commit: str
    branch: str = ""
    changed: bool | None = None
    why: str = ""
    changed_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How much is compared before the answer is unknown: bytes and seconds."""

    size: int = 2 << 30
    seconds: float = 15.0


LIMITS = Limits()

Items = dict[bytes, tuple[int, str]]
"""One tree of a commit: names to (mode, ID)."""


def read_revision(root: Path, limits: Limits = LIMITS) -> Revision:
    """Tell the revision of a repository, which may be a folder within a git tree; then only that folder is compared.

    As with `git status --untracked-files=no`, files that git doesn't track count for nothing (telling build products
    from additions would take `.gitignore`). Unlike it, files that differ only as line ends, `$Id$` or a filter may
    have made them differ are unknown, and so is a sparse checkout. Never raises for what is in the repository.
    """
    return _revision(os.path.realpath(root), Budget(limits.size, limits.seconds), 0)


def revision_of_files(root: Path, files: Iterable[str], limits: Limits = LIMITS) -> Revision:
    """Tell the revision of a repository, and which of some files of it aren't as its commit has them.

    Of a large tree that is much less than all: neither the index nor any other file is read. A file that the commit
    doesn't have counts as changed. Otherwise as `read_revision`.
    """
    return _revision(os.path.realpath(root), Budget(limits.size, limits.seconds), 0, list(files))


def _revision(root: str, budget: Budget, depth: int, files: Sequence[str] | None = None) -> Revision:
    """Compare all that the index has below a folder, or only some `files` of it."""
    told = Revision(UNKNOWN)
    try:
        folder = find(root)
        within = os.fsencode(os.path.relpath(root, folder.tree)) + b"/" if root != folder.tree else b""
        head = folder.head()
        if not within:
            told = Revision(head.commit or UNKNOWN, head.branch)
        settings = folder.settings()
        comparison = _Comparison(folder, settings, within, budget, depth)
        if files is not None:
            return comparison.of_files(head, [os.fsencode(os.path.normpath(one)) for one in files])
        entries = [one for one in read_index(folder, settings.hash_name) if one.path.startswith(within)]
        if within and not entries:
            raise _not_its_own()
        told = Revision(head.commit or UNKNOWN, head.branch)
        if settings.bare or not head.commit:
            raise UnreadableError("a bare repository" if settings.bare else "no commit yet")
        return comparison.of(head.commit, entries, told)
    except UnreadableError as error:
        why = str(error)
    except Exception as error:  # of dulwich, zlib, struct: damaged content must never end the program
        why = f"its .git can't be read ({type(error).__name__}: {error})"
    return replace(told, why=safe_line(why, 200))


def _not_its_own() -> UnreadableError:
    """Make the error for a folder within the tree of another repository, which doesn't know of it."""
    return UnreadableError("no git")


class _Comparison:
    """Compares a commit with the index, and the index with the files, below one folder of a working tree."""

    def __init__(self, folder: GitFolder, settings: Settings, within: bytes, budget: Budget, depth: int) -> None:
        self._folder = folder
        self._settings = settings
        self._within = within
        self._budget = budget
        self._depth = depth
        self._objects = Objects(folder.common, settings.hash_name, budget)
        self._filters = Filters(folder)
        self._real_folders = {b"": True}
        self._unsure = ""

    def of(self, commit: str, entries: list[Entry], told: Revision) -> Revision:
        """Complete what is told with what has changed since a commit. Raises UnreadableError and errors of dulwich."""
        names: dict[str, None] = {}
        try:
            for path in chain(self._recorded_otherwise(commit, entries), self._written_otherwise(entries)):
                names[safe_line(os.fsdecode(path))] = None
                if len(names) == _NAMES_LIMIT:
                    break
        except Exception:
            if not names:  # else it is certain already that there are changes
                raise
        if not names and self._unsure:
            return replace(told, why=self._unsure)
        return replace(told, changed=bool(names), changed_files=tuple(names))

    def of_files(self, head: Head, paths: Iterable[bytes]) -> Revision:
        """Tell which of some files, named below the folder, aren't the commit's. Raises as `of`."""
        if not head.commit:
            raise UnreadableError("no commit yet")
        top = self._tree_of(head.commit)
        if self._within and not top:
            raise _not_its_own()
        known: dict[bytes, Items] = {b"": self._items(top)}
        changed = [path for path in paths if self._is_not_of(path, known)]
        told = Revision(head.commit, head.branch)
        if not changed and self._unsure:
            return replace(told, why=self._unsure)
        names = tuple(safe_line(os.fsdecode(path)) for path in changed[:_NAMES_LIMIT])
        return replace(told, changed=bool(changed), changed_files=names)

    def _is_not_of(self, path: bytes, known: dict[bytes, Items]) -> bool:
        """Tell whether a file isn't what the commit has there; `known` are the trees that were read, by folder."""
        self._budget.spend(0)
        parts = path.split(b"/")
        for number, part in enumerate(parts):
            above, here = b"/".join(parts[:number]), b"/".join(parts[: number + 1])
            mode, identity = known[above].get(part, (0, ""))
            if number == len(parts) - 1:
                entry = Entry(self._within + path, mode, identity, conflicted=False, skipped=False)
                return not identity or self._is_written_otherwise(entry)
            if mode == SUBMODULE:
                return self._is_not_of_submodule(here, identity, b"/".join(parts[number + 1 :]))
            if mode != FOLDER:
                return True
            if here not in known:
                known[here] = self._items(identity)
        return True

    def _is_not_of_submodule(self, folder: bytes, commit: str, path: bytes) -> bool:
        """Tell whether a file of a submodule isn't what the commit has there, by the submodule's own commit."""
        if path == b".git":
            return False  # how the submodule is checked out, no content
        place = os.path.join(self._folder.tree, os.fsdecode(self._within + folder))
        return self._inner_differs(place, commit, [os.fsdecode(path)])

    def _recorded_otherwise(self, commit: str, entries: Iterable[Entry]) -> Iterator[bytes]:
        """Give the paths whose content in the index isn't the commit's; only trees that differ are read."""
        yield from (self._below(entry) for entry in entries if entry.conflicted)
        settled = [replace(entry, path=self._below(entry)) for entry in entries if not entry.conflicted]
        ours = trees(settled, self._settings.hash_name)
        waiting = [(b"", self._tree_of(commit))]
        while waiting:
            folder, identity = waiting.pop()
            here = ours.get(folder, Tree())
            if here.identity == identity:
                continue
            there = self._items(identity)
            for name in sorted(here.items.keys() | there.keys()):
                path = folder + b"/" + name if folder else name
                sides = [here.items.get(name), there.get(name)]
                if sides[0] == sides[1]:
                    continue
                if FOLDER in [side[0] for side in sides if side]:
                    waiting.append((path, sides[1][1] if sides[1] and sides[1][0] == FOLDER else ""))
                if any(side[0] != FOLDER for side in sides if side):
                    yield path

    def _below(self, entry: Entry) -> bytes:
        return entry.path[len(self._within) :]

    def _tree_of(self, commit: str) -> str:
        """Give the ID of a commit's tree, or of the folder within it that is compared; empty when it isn't there."""
        first = self._objects.read(commit, b"commit").partition(b"\n")[0]
        identity = first.removeprefix(b"tree ").decode("ascii")
        for name in self._within.split(b"/")[:-1]:
            mode, identity = self._items(identity).get(name, (0, ""))
            if mode != FOLDER:
                return ""
        return identity

    def _items(self, identity: str) -> Items:
        """Read one tree: names to (mode, ID)."""
        from dulwich.objects import parse_tree  # noqa: PLC0415  (late, as all of dulwich)

        if not identity:
            return {}
        content = self._objects.read(identity, b"tree")
        width = hashlib.new(self._settings.hash_name).digest_size
        return {name: (tree_mode(mode), sha.decode("ascii")) for name, mode, sha in parse_tree(content, width)}

    def _written_otherwise(self, entries: Iterable[Entry]) -> Iterator[bytes]:
        """Give the paths whose file isn't what the index has."""
        for entry in entries:
            self._budget.spend(0)
            if not entry.conflicted and self._is_written_otherwise(entry):
                yield self._below(entry)

    def _is_written_otherwise(self, entry: Entry) -> bool:
        """Tell whether a file certainly differs; a doubt is noted."""
        path = os.path.join(self._folder.tree, os.fsdecode(entry.path))
        try:
            mode = os.lstat(path).st_mode if self._is_real_folder(entry.path.rpartition(b"/")[0]) else 0
        except (FileNotFoundError, NotADirectoryError):
            mode = 0
        if mode == 0 and entry.skipped:
            return self._doubt("a sparse checkout")
        if entry.mode == SUBMODULE:
            return not stat.S_ISDIR(mode) or self._submodule_differs(entry, path)
        if entry.mode == LINK and stat.S_ISLNK(mode):
            content = os.readlink(os.fsencode(path))  # noqa: PTH115  (a Path would tidy it: ./a isn't a)
            return object_id(self._settings.hash_name, b"blob", content) != entry.identity
        if not stat.S_ISREG(mode) or (entry.mode == LINK and self._settings.links):
            return True
        if entry.mode != LINK and self._settings.executable_bit and bool(mode & 0o100) != (entry.mode == EXECUTABLE):
            return True
        return self._content_id(path) != entry.identity and self._surely_differs(entry, path)

    def _doubt(self, why: str) -> bool:
        self._unsure = self._unsure or why
        return False

    def _is_real_folder(self, folder: bytes) -> bool:
        """Tell whether a folder of the tree is reached without a link; what is behind one belongs elsewhere."""
        if folder not in self._real_folders:
            path = Path(self._folder.tree, os.fsdecode(folder))
            above = self._is_real_folder(folder.rpartition(b"/")[0])
            self._real_folders[folder] = above and path.is_dir() and not path.is_symlink()
        return self._real_folders[folder]

    def _content_id(self, path: str) -> str:
        descriptor = open_regular(path)
        try:
            left = os.fstat(descriptor).st_size
            self._budget.spend(left)
            identity = hashlib.new(self._settings.hash_name, b"blob %d\0" % left)
            while left and (part := os.read(descriptor, min(left, _CHUNK))):
                identity.update(part)
                left -= len(part)
                self._budget.spend(0)
            return identity.hexdigest()
        finally:
            os.close(descriptor)

    def _surely_differs(self, entry: Entry, path: str) -> bool:
        """Tell whether a file of other content differs in any case, however git would have written it."""
        if self._filters.may_apply(entry.path):
            return self._doubt(".gitattributes names a filter for a file that differs")
        size = os.lstat(path).st_size
        self._budget.spend(size)
        if size > _CONVERTED_LIMIT:
            return self._doubt("a large file differs, perhaps in line ends only")
        content = as_recorded(read_bytes(path, _CONVERTED_LIMIT))
        if object_id(self._settings.hash_name, b"blob", content) == entry.identity:
            return self._doubt("a file differs in line ends or $Id$ only")
        return True

    def _submodule_differs(self, entry: Entry, path: str) -> bool:
        """Compare a submodule that is checked out; an empty folder is one that isn't."""
        if not os.path.lexists(os.path.join(path, ".git")):
            return bool(os.listdir(path))
        return self._inner_differs(path, entry.identity)

    def _inner_differs(self, place: str, commit: str, files: Sequence[str] | None = None) -> bool:
        """Tell whether a submodule, or only some `files` of it, isn't at its commit; a doubt is noted."""
        if self._depth == _SUBMODULE_DEPTH:
            return self._doubt("submodules are nested too deep")
        inner = _revision(place, self._budget, self._depth + 1, files)
        if inner.commit not in (commit, UNKNOWN):
            return True
        if inner.changed is None:
            return self._doubt(safe_line(f"a submodule: {inner.why}", 200))
        return inner.changed
