"""When an experiment of a CM repository changed: its results lie one folder below it, and its meta never tells.

A rescan sees results that came or went by the time of the experiment's folder, which costs one stat. For a change that
was reported, every result file is looked at, since it may have been written in place.
"""

import os
from collections.abc import Callable
from pathlib import Path

from .cm_results import RESULT
from .folder import Folder, Signature


def signed_with_folder(root: Path, folder: Folder) -> Folder:
    """Mix the times of the experiments' folders into their signatures."""
    return _signed(root, folder, lambda _: (".",))


def signed_with_results(root: Path, folder: Folder) -> Folder:
    """Mix the signatures of the experiments' folders and of their result files into those of the experiments."""
    return _signed(root, folder, _folder_and_results)


def _signed(root: Path, folder: Folder, files_of: Callable[[str], tuple[str, ...]]) -> Folder:
    signatures: list[Signature] = []
    for name, signature in zip(folder.names, folder.signatures, strict=True):
        entry = f"{root}/{folder.path}/{name}"
        signatures.append(_mixed(signature, entry, files_of(entry)))
    return Folder(folder.path, folder.names, tuple(signatures))


def _mixed(signature: Signature, entry: str, files: tuple[str, ...]) -> Signature:
    time, size, inode = signature
    for file in files:
        try:
            status = os.stat(f"{entry}/{file}", follow_symlinks=False)
        except OSError:
            continue
        time = (time * 31 + status.st_mtime_ns + status.st_ino) & (1 << 64) - 1
        size += status.st_size
    return time, size, inode


def _folder_and_results(entry: str) -> tuple[str, ...]:
    try:
        with os.scandir(entry) as listed:
            names = sorted(one.name for one in listed if one.is_dir(follow_symlinks=False))
    except OSError:
        names = []
    return (".", *(f"{name}/{RESULT}" for name in names))
