"""Watch repositories through Linux' inotify(7): one watch a folder, the upper levels first.

watchdog's own observer answers a full queue by taking every watch away and adding it again, which fills the queue
again; it tells neither of that nor of folders that the machine's limit leaves without a watch. So only its inotify
calls are used here. A watch is never added twice in the kernel: adding it again gives the same number, whatever
the folder is called now. A folder is kept as its name and the number of the folder above, so that a rename changes
one of them and not the paths of all that is below.
"""

import ctypes
import errno
import os
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from .batch import Kind, Seen
from .names import joined, watched_file, watched_folder, watched_path

_USER_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")

_HEADER = struct.Struct("iIII")  # struct inotify_event: watch, mask, cookie, length of the name that follows
_BUFFER = 1 << 17
_READS = 32
"""So many buffers are read in one go, about 100,000 events; then it is time to tell."""
_REMOVALS = 4_096
"""Each removed watch queues an event, and 16,384 fill the queue: so many are removed before it is read."""
_NO_WATCH = 0
"""The kernel counts from 1."""
_NONE_LEFT = frozenset((errno.ENOSPC, errno.ENOMEM))
_NOT_THERE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ENAMETOOLONG))
"""Gone again, which is an event of its own, or not ours to read: then no format reads it either."""

_Folder = tuple[int, str]
"""The watch of the folder above and the folder's name; a repository's root may have nothing above."""
_Place = tuple[Path, str]
"""A repository's root as given, and a path relative to it."""


@dataclass(slots=True)
class Tally:
    """How many of a repository's folders were watched when they were last listed, and how many known ones are not.

    Below a folder without watch nothing is listed, so there may be more. `problem` says why a folder couldn't be
    listed, when that wasn't for want of watches.
    """

    watched: int = 0
    unwatched: int = 0
    problem: str = ""


class _Visited(NamedTuple):
    root: Path
    path: str
    watch: int
    folders: list[str]
    files: list[str]


class InotifyWatches:
    """All watches of all repositories, on one inotify instance (a user may have as few as 128 of these).

    Not for use by several threads. Raises OSError when the system gives no instance.
    """

    def __init__(self, max_watches: int | None = None) -> None:
        from watchdog.observers import inotify_c  # noqa: PLC0415  (five times the start of Python)

        self._add_watch = cast("Callable[[int, bytes, int], int]", inotify_c.inotify_add_watch)
        self._remove_watch = cast("Callable[[int, int], int]", inotify_c.inotify_rm_watch)
        self._sign = sign = inotify_c.InotifyConstants
        wanted = sign.IN_CLOSE_WRITE | sign.IN_CREATE | sign.IN_DELETE | sign.IN_MOVE
        wanted |= sign.IN_ONLYDIR | sign.IN_EXCL_UNLINK
        # What a root inside another repository is asked for must stay, so the mask is added to.
        self._below = wanted | sign.IN_DONT_FOLLOW | sign.IN_MASK_ADD
        self._root = wanted | sign.IN_DELETE_SELF | sign.IN_MOVE_SELF  # it may be a link
        self._limit = _machine_share() if max_watches is None else max_watches
        self._folders: dict[int, _Folder] = {}
        self._watch_of: dict[_Folder, int] = {}
        self._loose = False  # whether there are folders that were renamed to somewhere else
        self._roots_at: dict[int, tuple[Path, ...]] = {}
        self._tallies: dict[Path, Tally] = {}
        self._waiting: list[Seen] = []
        self._descriptor = _checked(cast("Callable[[], int]", inotify_c.inotify_init)())
        os.set_inheritable(self._descriptor, False)
        os.set_blocking(self._descriptor, False)

    @property
    def unread(self) -> bool:
        """Whether `read` has something to give although the descriptor isn't readable."""
        return bool(self._waiting)

    def fileno(self) -> int:
        """Give the descriptor that becomes readable when there are events."""
        return self._descriptor

    def close(self) -> None:
        """Give everything back to the system; all watches end with it."""
        os.close(self._descriptor)

    def read(self) -> list[Seen]:
        """Give the events that have happened, in their order, without waiting for any."""
        self._read()
        seen, self._waiting = self._waiting, []
        return seen

    # --- which folders ---

    def watch(self, roots: Iterable[Path]) -> None:
        """Watch these repositories, level by level over all of them.

        Doing it again finds folders whose event was lost, and forgets those that went.
        """
        tallies = {root: Tally() for root in roots}
        self._tallies.update(tallies)
        before = [watch for watch in self._folders if self._owner(watch) in tallies]
        confirmed = set[int]()
        for visited in self._walk([(root, _NO_WATCH, "") for root in tallies]):
            confirmed.add(visited.watch)
            tallies[visited.root].watched += 1
        self._end([watch for watch in before if watch not in confirmed])

    def forget(self, root: Path) -> None:
        """Watch nothing of this repository any more."""
        if self._tallies.pop(root, None) is not None:
            for watch in [watch for watch, roots in self._roots_at.items() if root in roots]:
                self._unmark(watch, root)
            self._end_loose()

    def tally(self, root: Path) -> Tally:
        """Count a repository's folders, with and without a watch, as far as they are known."""
        return self._tallies.get(root, Tally())

    def settle(self) -> None:
        """End the watches of folders that were moved out of every repository; to be done when things are quiet."""
        if self._loose:
            self._loose = False
            self._end_loose()

    def _walk(self, starts: Iterable[tuple[Path, int, str]], *, files: bool = False) -> Iterator[_Visited]:
        """Watch folders and all below; each of `starts` comes with the watch of what is above it."""
        queue = deque(starts)
        visited = set[int]()
        while queue:
            root, above, path = queue.popleft()
            watch = self._add(root, above, path)
            if watch == _NO_WATCH or watch in visited:
                continue
            visited.add(watch)
            found = _Visited(root, path, watch, *self._listed(root, path, files=files))
            # Where the watches don't suffice for all, an entry's meta comes before what else is in the entry.
            for folder in found.folders:
                (queue.appendleft if folder.endswith("/.cm") else queue.append)((root, watch, folder))
            yield found

    def _add(self, root: Path, above: int, path: str) -> int:
        """Watch one folder and give its watch; a folder that the limits leave without one is counted."""
        name = path.rpartition("/")[2]
        if path and len(self._folders) >= self._limit and (above, name) not in self._watch_of:
            self._tallies[root].unwatched += 1
            return _NO_WATCH
        watch = self._ask(root, path)
        if watch < 0:
            self._tallies[root].unwatched += ctypes.get_errno() in _NONE_LEFT
            return _NO_WATCH
        if not path:
            self._mark(watch, root)
            self._folders.setdefault(watch, (_NO_WATCH, ""))
        elif watch not in self._folders or watch not in self._with_above(above):  # else it is mounted below itself
            self._put(watch, above, name)
        return watch

    def _ask(self, root: Path, path: str) -> int:
        return self._add_watch(
            self._descriptor, os.fsencode(_absolute(root, path)), self._below if path else self._root
        )

    def _listed(self, root: Path, path: str, *, files: bool) -> tuple[list[str], list[str]]:
        """List the folders below a folder that matter, and the files where they are asked for."""
        found_folders, found_files = list[str](), list[str]()
        if path == ".git":
            return found_folders, found_files
        try:
            with os.scandir(_absolute(root, path)) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if watched_folder(path, entry.name):
                            found_folders.append(joined(path, entry.name))
                    elif files and watched_file(path, entry.name):
                        found_files.append(joined(path, entry.name))
        except OSError as error:
            if error.errno not in _NOT_THERE:
                self._tallies[root].unwatched += 1
                self._tallies[root].problem = os.strerror(error.errno or 0)
        return found_folders, found_files

    def _end_loose(self) -> None:
        self._end([watch for watch in self._folders if self._owner(watch) is None])

    def _end(self, watches: Iterable[int]) -> None:
        ended = [(watch, self._folders[watch]) for watch in watches]
        for count, (watch, folder) in enumerate(ended, start=1):
            if self._folders.get(watch) is not folder:  # an event that was read meanwhile says that it is there
                continue
            self._drop(watch)
            self._roots_at.pop(watch, None)
            self._remove_watch(self._descriptor, watch)
            if count % _REMOVALS == 0:
                self._read()

    # --- where they are ---

    def _put(self, watch: int, above: int, name: str) -> None:
        """Note where the folder of a watch is."""
        self._drop(watch)
        folder = above, ".cm" if name == ".cm" else name  # half of all folders of a CK repository share this name
        other = self._watch_of.get(folder)
        if other is not None:
            self._loosen(other)
        self._folders[watch] = folder
        self._watch_of[folder] = watch

    def _loosen(self, watch: int) -> None:
        """Note that the folder of a watch is no longer where it was.

        What is said of it from now on says nothing of the place where it was, until it turns up somewhere.
        """
        self._drop(watch)
        self._folders[watch] = _NO_WATCH, ""
        self._loose = True

    def _drop(self, watch: int) -> None:
        folder = self._folders.pop(watch, None)
        if folder is not None and self._watch_of.get(folder) == watch:
            del self._watch_of[folder]

    def _mark(self, watch: int, root: Path) -> None:
        for other in [other for other, roots in self._roots_at.items() if root in roots and other != watch]:
            self._unmark(other, root)
        if root not in self._roots_at.get(watch, ()):
            self._roots_at[watch] = (*self._roots_at.get(watch, ()), root)

    def _unmark(self, watch: int, root: Path) -> None:
        others = tuple(other for other in self._roots_at[watch] if other != root)
        if others:
            self._roots_at[watch] = others
        else:
            del self._roots_at[watch]

    def _with_above(self, watch: int) -> Iterator[int]:
        """Give a watch and those of the folders above it, as far up as there are any."""
        while watch in self._folders:
            yield watch
            watch = self._folders[watch][0]

    def _owner(self, watch: int) -> Path | None:
        """Give the innermost repository that a folder is in."""
        return next((self._roots_at[one][0] for one in self._with_above(watch) if one in self._roots_at), None)

    def _places(self, watch: int) -> list[_Place]:
        """Give the path of a folder in every repository that it is in, the innermost first."""
        path, places = "", []
        for one in self._with_above(watch):
            places += [(root, path) for root in self._roots_at.get(one, ())]
            path = joined(self._folders[one][1], path)
        return places

    # --- what happened ---

    def _read(self) -> None:
        for _ in range(_READS):
            try:
                data = os.read(self._descriptor, _BUFFER)
            except (BlockingIOError, InterruptedError):
                return
            at = 0
            while at < len(data):
                watch, mask, _cookie, length = _HEADER.unpack_from(data, at)
                at += _HEADER.size + length
                self._take(watch, mask, data[at - length : at].rstrip(b"\0"))

    def _take(self, watch: int, mask: int, name: bytes) -> None:
        if mask & self._sign.IN_Q_OVERFLOW:
            self._lose(self._tallies)
        elif mask & self._sign.IN_IGNORED:
            self._drop(watch)
            self._lose(self._roots_at.pop(watch, ()))
        elif mask & self._sign.IN_UNMOUNT:
            self._lose(root for root, _ in self._places(watch))
        elif name:
            self._notice(watch, os.fsdecode(name), mask)
        else:  # a root was removed or renamed
            self._lose(self._roots_at.get(watch, ()))

    def _lose(self, roots: Iterable[Path]) -> None:
        self._waiting.extend(Seen(root, "", Kind.LOST) for root in roots)

    def _notice(self, above: int, name: str, mask: int) -> None:
        kind = self._kind(mask)
        if kind is None:
            return
        folder = bool(mask & self._sign.IN_ISDIR)
        if folder and mask & self._sign.IN_MOVED_FROM and (above, name) in self._watch_of:
            self._loosen(self._watch_of[above, name])
        places = [(root, joined(path, name)) for root, path in self._places(above)]
        places = [(root, path) for root, path in places if watched_path(path, folder=folder)]
        self._waiting.extend(Seen(root, path, kind) for root, path in places)
        if folder and places and kind is not Kind.GONE:
            self._enter(above, places)

    def _kind(self, mask: int) -> Kind | None:
        if mask & self._sign.IN_CLOSE_WRITE:
            return Kind.WRITTEN
        if mask & self._sign.IN_MOVED_TO:
            return Kind.ARRIVED
        if mask & self._sign.IN_CREATE:
            return Kind.CREATED
        return Kind.GONE if mask & (self._sign.IN_DELETE | self._sign.IN_MOVED_FROM) else None

    def _enter(self, above: int, places: list[_Place]) -> None:
        """Watch a new folder and what is below. What was there before the watch has no event: it is told here."""
        root, start = places[0]
        for visited in self._walk([(root, above, start)], files=True):
            below = [(path, True) for path in visited.folders] + [(path, False) for path in visited.files]
            for path, folder in below:
                for other, other_start in places:
                    other_path = other_start + path.removeprefix(start)
                    if other == root or watched_path(other_path, folder=folder):
                        self._waiting.append(Seen(other, other_path, Kind.CREATED))


def machine_limit() -> int | None:
    """Give the number of watches that the system allows a user, None where it is hidden (in some containers)."""
    try:
        return int(_USER_WATCHES.read_bytes())
    except (OSError, ValueError):
        return None


def _machine_share() -> int:
    """Take three quarters of what the system allows, since editors need some as well."""
    limit = machine_limit()
    return sys.maxsize if limit is None else limit * 3 // 4


def _absolute(root: Path, path: str) -> str:
    return f"{root}/{path}" if path else str(root)


def _checked(descriptor: int) -> int:
    if descriptor < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return descriptor
