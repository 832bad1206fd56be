"""What a sandbox shows, as a table from places to mounts, and the table as bubblewrap's options.

Everything is shown at the path that it has outside, so that recorded paths, scripts and hashes stay true.
"""

import os

from msgspec import Struct

READ, WRITE, DEVICE, EMPTY, LINK = "--ro-bind", "--bind", "--dev-bind", "--tmpfs", "--symlink"
_SHOWN = (READ, WRITE, DEVICE, LINK)


class Mount(Struct, frozen=True):
    """One option of bubblewrap; `source` is what it shows, if not what is at this place outside, or a link's text."""

    option: str
    source: str = ""


Mounts = dict[str, Mount]


def below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or something in it, by its text alone."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_shown(mounts: Mounts, path: str) -> bool:
    """Tell whether something of outside is to be seen at a path, since it or a folder above it is mounted."""
    mount = _nearest(mounts, path)
    return mount is not None and mount.option in _SHOWN


def _nearest(mounts: Mounts, path: str) -> Mount | None:
    """Give the mount at a path, else at the nearest folder above it."""
    while path not in mounts:
        above = os.path.dirname(path)
        if above == path:
            return None
        path = above
    return mounts[path]


def real_paths(path: str) -> tuple[str, ...]:
    """Give a path and, where links are on the way, where they lead."""
    return tuple(dict.fromkeys((path, os.path.realpath(path))))


def show(mounts: Mounts, path: str) -> None:
    """Show a file or folder read-only, unless it can be seen already; where a link leads as well."""
    for place in real_paths(path):
        if not is_shown(mounts, place):
            mounts[place] = Mount(READ)


def open_for_writing(mounts: Mounts, folder: str) -> None:
    """Show a folder so that it can be changed."""
    for place in real_paths(folder):
        mounts[place] = Mount(WRITE)


def make_private(mounts: Mounts, folder: str) -> None:
    """Put an empty folder at a place that is gone afterwards, unless something was put there on purpose."""
    for place in real_paths(folder):
        impossible = is_shown(mounts, place) and not os.path.isdir(place)  # nothing can be made in what is read-only
        if place != "/" and place not in mounts and not impossible:
            mounts[place] = Mount(EMPTY)


def options(mounts: Mounts) -> list[str]:
    """Give the options in the order that makes every mount visible: folders before what is in them."""
    words: list[str] = []
    for place in sorted(mounts, key=lambda path: path.split("/")):
        mount = mounts[place]
        if mount == Mount(READ) == _nearest(mounts, os.path.dirname(place)):
            continue  # a part of what is shown; its folder came into the table later
        if mount.option in (READ, WRITE, DEVICE):
            words += [mount.option, mount.source or place, place]
        elif mount.option == LINK:
            words += [mount.option, mount.source, place]
        else:
            words += [mount.option, place]
    return [*words, "--remount-ro", "/"]
