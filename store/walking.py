"""Walking through the folders of a stranger, as `os.walk` does, but however deep they are nested.

Before Python 3.12 `os.walk` calls itself for every level, and ends with a RecursionError at the thousandth.
"""

import os
from collections.abc import Iterator
from pathlib import Path


def walk(top: Path | str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each folder with the names of its folders, which may be sorted or removed, and of its files.

    Links to folders are among the folders and aren't followed; what can't be listed is passed over.
    """
    waiting = [os.fspath(top)]
    while waiting:
        folder = waiting.pop()
        folders: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    (folders if _is_folder(entry) else names).append(entry.name)
        except OSError:
            continue
        yield folder, folders, names
        inner = (os.path.join(folder, name) for name in reversed(folders))
        waiting += [path for path in inner if not os.path.islink(path)]


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
