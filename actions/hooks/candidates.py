"""Looking for a file below folders, as CK's `soft` does: by name, by pattern, or by the end of its path."""

import fnmatch
import os
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

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
    deadline, seen, found = time.monotonic() + _SEARCH_TIME, set[tuple[int, int]](), dict[str, None]()
    is_wanted = os.path.exists if folders_too else os.path.isfile
    for start in folders:
        for folder, names in _walk(start, depth, seen, deadline):
            for one in _matching(folder, names, name):
                if is_wanted(one) and not is_anothers(one, start):
                    found.setdefault(one)
    return list(found)


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


def _matching(folder: str, names: Sequence[str], name: str) -> Iterator[str]:
    if "/" in name:
        yield f"{folder}/{name}"
    elif "*" in name or "?" in name:
        pattern = re.compile(fnmatch.translate(name))
        yield from (f"{folder}/{one}" for one in sorted(filter(pattern.match, names)))
    elif name in names:
        yield f"{folder}/{name}"


def _walk(start: str, depth: int, seen: set[tuple[int, int]], deadline: float) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield folders with the names in them, the upper ones first, each folder once."""
    waiting = deque([(start.rstrip("/") or "/", depth)])
    while waiting and time.monotonic() < deadline:
        folder, left = waiting.popleft()
        names, below = _listed(folder, seen)
        yield folder, names
        if left > 0:
            waiting += [(f"{folder.rstrip('/')}/{one}", left - 1) for one in sorted(below)]


def _listed(folder: str, seen: set[tuple[int, int]]) -> tuple[Sequence[str], list[str]]:
    """Give the names in a folder and those that are folders; nothing of one that was seen or can't be listed."""
    try:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            return (), []
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            listed = list(entries)
        return [one.name for one in listed], [one.name for one in listed if one.is_dir()]
    except OSError:
        return (), []


def on_path(name: str) -> list[str]:
    """List the executables on the PATH whose name fits; names may be patterns, such as `python3*`."""
    if not name or "/" in name:
        return []
    found: dict[str, str] = {}
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if not folder:
            continue
        for path in _matching(folder, _names(folder, name), name):
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
