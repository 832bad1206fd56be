"""For the tests of watching: a listener, waiting with patience, a catalog that looks only where it is told."""

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from ckexplore.store.watch import Told, Watcher
from ckexplore.store.watch.coverage import Coverage, How
from ckexplore.store.watch.inotify import InotifyWatches
from ckexplore.store.watch.names import joined, watched_file, watched_folder

from ..making import make_entry, make_repository

META, MARKER = "program/x/.cm/meta.json", "marker"
PATIENCE = 30.0
"""Seconds after which a test gives up; a busy machine needs some of them."""


def need_inotify() -> None:
    """Skip a test where the kernel has no inotify for us."""
    if problem := _problem_of_inotify():
        pytest.skip(f"no inotify on this machine ({problem})")


@cache
def _problem_of_inotify() -> str:
    try:
        InotifyWatches().close()
    except (OSError, ImportError) as error:
        return str(error)
    return ""


def wait_until(true: Callable[[], Any], what: str) -> None:
    """Look often until something is true, and fail after a long time."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.002)


class Listener:
    """Collects what it is told; `also` is called with each."""

    def __init__(self, also: Callable[[Told], bool | None] = lambda _: None) -> None:
        self.told: list[Told] = []
        self.coverages: list[Mapping[Path, Coverage]] = []
        self._also = also

    def __call__(self, told: Told) -> bool | None:
        answer = self._also(told)
        self.told.append(told)
        return answer

    def clear(self) -> None:
        """Forget what was told."""
        self.told.clear()

    @property
    def paths(self) -> set[str]:
        """Every path that was told."""
        return {path for told in list(self.told) for path in told.paths} - {MARKER}

    @property
    def wholes(self) -> list[Told]:
        """What was told of whole repositories."""
        return [told for told in list(self.told) if told.whole]

    def has_all_before(self, root: Path) -> None:
        """Change one more file, and wait until that is told: then everything before has been told as well."""
        known = len(self.told)
        (root / MARKER).write_bytes(b"")
        wait_until(
            lambda: any(told.root == root and (told.whole or MARKER in told.paths) for told in self.told[known:]),
            "the last change",
        )


@contextmanager
def watching(*roots: Path, listener: Listener, **options: Any) -> Iterator[Watcher]:
    """Watch some repositories, and begin when they are watched; what was told until then is forgotten."""
    need_inotify()
    watcher = Watcher(listener, on_coverage=listener.coverages.append, **options)
    try:
        watcher.watch(roots)
        wait_until(lambda: started(watcher, roots) and len(listener.wholes) >= len(roots), "the watches are there")
        listener.clear()
        yield watcher
    finally:
        watcher.close(PATIENCE)


def started(watcher: Watcher, roots: tuple[Path, ...]) -> bool:
    """Tell whether the watcher has found out how it can follow these."""
    coverage = watcher.coverage
    return all(root in coverage and coverage[root].how is not How.STARTING for root in roots)


def idle() -> None:
    """Wait longer than the watcher gathers changes."""
    time.sleep(0.3)


def three_entries(root: Path) -> Path:
    """Make a repository with three entries."""
    make_repository(root, "r")
    for number, alias in enumerate("xyz"):
        make_entry(root, "program", alias, f"{number:016x}", {"tags": ["old"]})
    return root


def wakes_at_rest(watcher: Watcher) -> int:
    """Count how often the watcher's thread has waited for something, when it has come to rest."""
    counts = [-1, _wakes(watcher)]

    def rests() -> bool:
        idle()
        counts.append(_wakes(watcher))
        return counts[-1] == counts[-2]

    wait_until(rests, "the watcher comes to rest")
    return counts[-1]


def _wakes(watcher: Watcher) -> int:
    status = Path(f"/proc/self/task/{watcher._thread.native_id}/status").read_text()
    return int(status.split("voluntary_ctxt_switches:")[1].split()[0])


def kernel_watches(watches: Watcher | InotifyWatches | None) -> int:
    """Count the watches as the kernel has them."""
    if isinstance(watches, Watcher):
        watches = watches._watches
    assert watches
    return Path(f"/proc/self/fdinfo/{watches.fileno()}").read_text().count("inotify wd:")


State = dict[str, tuple[int, ...]]


def listed(root: Path, path: str = "") -> State:
    """List what a catalog can see in a repository: folders, and files with their size, time and inode."""
    found: State = {}
    try:
        entries = list(os.scandir(f"{root}/{path}" if path else root))
    except OSError:
        return found
    for entry in entries:
        name = joined(path, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if watched_folder(path, entry.name):
                found[name] = ()
                if name != ".git":
                    found |= listed(root, name)
        elif watched_file(path, entry.name):
            found |= state_of(root, name)
    return found


def state_of(root: Path, path: str) -> State:
    """Look at one path, through no symbolic link."""
    place = root / path
    try:
        status = place.lstat()
    except OSError:
        return {}
    if os.path.realpath(place.parent) != os.fspath(place.parent):
        return {}
    return {path: () if stat.S_ISDIR(status.st_mode) else (status.st_mtime_ns, status.st_size, status.st_ino)}


class Simulated:
    """A catalog that looks only at what it is told, and never again at anything else."""

    def __init__(self) -> None:
        self.known: dict[Path, State] = {}

    def look(self, told: Told) -> None:
        """Take in what is told."""
        if told.whole:
            self.known[told.root] = listed(told.root)
            return
        known = self.known[told.root]
        below = [path for path in known if any(str(above) in told.paths for above in PurePosixPath(path).parents)]
        for path in {*told.paths, *below}:
            known.pop(path, None)
            known |= state_of(told.root, path)
