"""Looking for a file below folders, as CK's `soft` does: by name, by pattern, or by the end of its path."""

import fnmatch
import os
import re
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

_SEARCH_TIME = 60.0  # seconds for all folders
_OF_OTHERS = {
    *("third_party", "_vendor", "vendor", "vendored", "node_modules", "__pycache__", ".git", ".build-id"),
    *("doc", "docs", "man", "info", "lintian", "terminfo", "binfmts", "completions", "bash-completion", "locale"),
}
"""Folders in which a file of the right name is something else: documentation, or a copy for another program."""
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def search(folders: Iterable[str], name: str, depth: int, *, folders_too: bool = False) -> list[str]:
    """List the files (`folders_too`: and folders) called `name` in folders and at most `depth` levels below them.

    `name` may be a pattern, or a relative path of which every folder's is tried. A folder that several links lead to
    is looked into once. After a minute what was found so far is all.
    """
    deadline, seen, found = time.monotonic() + _SEARCH_TIME, set[str](), dict[str, None]()
    is_wanted, is_named = os.path.exists if folders_too else os.path.isfile, _named(name)
    for start in folders:
        for folder, names in _walk(start.rstrip("/") or "/", depth, seen, deadline):
            for one in is_named(folder, names):
                if is_wanted(one) and not is_anothers(one, start):
                    found.setdefault(one)
    return list(found)


def _named(name: str) -> Callable[[str, Collection[str]], Iterable[str]]:
    """Give what picks the paths that may be meant by a name, of a folder and the names in it."""
    if "/" in name:
        return lambda folder, _: (f"{folder}/{name}",)
    if "*" in name or "?" in name:
        fits = re.compile(fnmatch.translate(name)).match
        return lambda folder, names: [f"{folder}/{one}" for one in sorted(filter(fits, names))]
    return lambda folder, names: (f"{folder}/{name}",) if name in names else ()


def is_anothers(path: str, start: str) -> bool:
    """Tell whether a file below a folder belongs to another program: by its folder, or as a package not installed.

    A Python package counts where Python looks for packages, or where the search began.
    """
    inner = os.path.dirname(path).removeprefix(start.rstrip("/")).split("/")
    if set(inner) & _OF_OTHERS:
        return True
    is_package = os.path.basename(path) == "__init__.py"
    above = os.path.basename(os.path.dirname(os.path.dirname(path)))
    return is_package and above not in _PACKAGE_FOLDERS and os.path.dirname(os.path.dirname(path)) != start.rstrip("/")


def _walk(start: str, depth: int, seen: set[str], deadline: float) -> Iterator[tuple[str, Collection[str]]]:
    """Yield folders with the names in them, the upper ones first, each folder once; those of others aren't entered."""
    waiting = deque([(start, os.path.realpath(start), depth)])
    while waiting and time.monotonic() < deadline:
        folder, real, left = waiting.popleft()
        if real in seen:
            continue
        seen.add(real)
        try:
            if left <= 0:
                yield folder, os.listdir(folder)
                continue
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError:
            continue
        yield folder, [one.name for one in listed]
        below = [one for one in listed if one.name not in _OF_OTHERS and one.is_dir()]
        for one in sorted(below, key=lambda one: one.name):
            place = os.path.realpath(one.path) if one.is_symlink() else f"{real.rstrip('/')}/{one.name}"
            waiting.append((one.path, place, left - 1))


def on_path(name: str) -> list[str]:
    """List the executables on the PATH whose name fits; names may be patterns, such as `python3*`."""
    if not name or "/" in name:
        return []
    found, is_named = dict[str, str](), _named(name)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if not folder:
            continue
        for path in is_named(folder, _names(folder, name)):
            if os.path.isfile(path) and os.access(path, os.X_OK):
                # /bin is /usr/bin on most systems
                found.setdefault(f"{os.path.realpath(folder)}/{os.path.basename(path)}", path)
    return list(found.values())


def _names(folder: str, name: str) -> Sequence[str]:
    if "*" not in name and "?" not in name:
        return [name]
    try:
        return os.listdir(folder)
    except OSError:
        return ()
