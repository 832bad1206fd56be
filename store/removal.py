"""Removing a folder that a stranger filled, whatever is in it: folders without end or without rights, no link followed.

`shutil.rmtree` calls itself for every level, so a thousand of them end it, and it can't list what denies its owner.
"""

import contextlib
import os
import stat
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TOGETHER = ".removed-"


def remove_tree(folder: Path | str) -> None:
    """Remove a folder with all that is in it. Raises OSError; a link is no folder.

    Inner folders are brought up to the top before they are emptied, so no path is too long and no descriptor too many.
    """
    _allow(os.fspath(folder), None)
    top = os.open(folder, _FOLDER)
    try:
        number, waiting = 0, [""]
        while waiting:
            name = waiting.pop()
            here = os.open(name, _FOLDER, dir_fd=top) if name else os.dup(top)
            try:
                with os.scandir(here) as found:
                    entries = [(one.name, one.is_dir(follow_symlinks=False)) for one in found]
                for inner, is_folder in entries:
                    if not is_folder:
                        os.unlink(inner, dir_fd=here)
                        continue
                    _allow(inner, here)
                    number += 1
                    moved = f"{_TOGETHER}{number}"
                    while _is_there(moved, top):
                        moved += "-"
                    os.rename(inner, moved, src_dir_fd=here, dst_dir_fd=top)
                    waiting.append(moved)
            finally:
                os.close(here)
            if name:
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    Path(folder).rmdir()


def _is_there(name: str, folder: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        return True
    return False


def _allow(name: str, above: int | None) -> None:
    """Give ourselves all rights to a folder (Linux; elsewhere what denies them stays)."""
    if not hasattr(os, "O_PATH"):
        return
    descriptor = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    try:
        if os.fstat(descriptor).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            Path(f"/proc/self/fd/{descriptor}").chmod(0o700)
    finally:
        os.close(descriptor)
