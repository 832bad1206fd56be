"""Where software is: what an environment's users need to see, our own interpreter, and the folders of the PATH."""

import os
import site
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ...store import errors
from ...store.cid import is_uid
from ...store.errors import NotFoundError, RefusedError
from ...store.formats import ck
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from .boundaries import Boundaries, boundaries, forbidden, is_in, real_homes
from .mounts import Mounts, below, is_shown, real_paths, show
from .system_view import SYSTEM_FOLDERS, is_of_system

_PROGRAM_FOLDERS = {"bin", "sbin", "lib", "lib64", "libexec", "include"}
_PARTS = (*sorted(_PROGRAM_FOLDERS), "lib32", "pyvenv.cfg")
_MOST_LINKS = 20


def readable(workspace: Workspace, paths: Iterable[str]) -> tuple[str, ...]:
    """Give those of the paths that are there and may be shown, and where links lead, for a plan to name as `reads`.

    What a stage sees is what a person approved: later, a link that leads to something unnamed is refused.
    """
    limits = boundaries(workspace, real_homes())
    found = (place for path in paths if os.path.isabs(path) for place in real_paths(os.path.normpath(path)))
    return tuple(dict.fromkeys(one for one in found if os.path.exists(one) and not forbidden(limits, one)))


def software_at(workspace: Workspace, full_path: str) -> tuple[str, ...]:
    """Give the folders that hold the software of which `full_path` is a file, for a plan to name as `reads`."""
    places = _places(full_path, boundaries(workspace, real_homes()))
    return readable(workspace, (place for place in places if not is_of_system(place)))


def software_of(workspace: Workspace, environments: Iterable[str]) -> tuple[str, ...]:
    """Give the folders of registered environments' software, for a plan to name; unknown UIDs have none yet."""
    limits = boundaries(workspace, real_homes())
    places: list[str] = []
    for _, meta in _with_dependencies(workspace, environments, missing=False):
        places += [*_places(_full_path(meta), limits), *_values(meta)]
    return readable(workspace, (place for place in places if not is_of_system(place)))


def show_environments(
    mounts: Mounts, workspace: Workspace, environments: Iterable[str], limits: Boundaries, allowed: Sequence[str]
) -> None:
    """Show the entries and the software of environments, as far as it is in `allowed` places or of the system.

    Where software is was told by a script of a repository, so its word alone opens nothing. Raises NotFoundError for
    an environment that isn't registered, RefusedError for software in a place that nobody approved.
    """
    for uid, meta in _with_dependencies(workspace, environments, missing=True):
        show(mounts, entry_of(workspace, uid))
        full_path = _full_path(meta)
        for place in (*_places(full_path, limits), *_values(meta)):
            if not forbidden(limits, place):
                _show_allowed(mounts, place, allowed)
        for link in _links(full_path):
            if not is_shown(mounts, link) and os.path.lexists(link):
                raise RefusedError(
                    f"env:{uid} needs {safe_line(link)}, which the approved plan doesn't name; a plan made now, with "
                    "the environment registered, will: give the command again"
                )


def _show_allowed(mounts: Mounts, place: str, allowed: Sequence[str]) -> None:
    """Show a place, or its allowed parts: of a folder whose `bin` is on the PATH that and what belongs to it."""
    whole = any(below(place, one) for one in allowed)
    for one in [place] if whole else [part for part in allowed if below(part, place)]:
        show(mounts, one)


def _with_dependencies(
    workspace: Workspace, environments: Iterable[str], *, missing: bool
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield environments and those that their scripts source, each once. Raises NotFoundError with `missing`."""
    waiting, seen = [*environments], set[str]()
    while waiting:
        uid = waiting.pop()
        if uid in seen:
            continue
        seen.add(uid)
        if not is_uid(uid) or not os.path.isdir(entry_of(workspace, uid)):
            if missing:
                raise NotFoundError(f"env:{safe_line(uid, 40)} isn't registered; detect or install its software first")
            continue
        meta = ck.entry_meta(entry_of(workspace, uid))
        dependencies = meta.get("deps")
        listed = dependencies.values() if isinstance(dependencies, dict) else ()
        waiting += [str(one["uoa"]) for one in listed if isinstance(one, dict) and one.get("uoa")]
        yield uid, meta


def entry_of(workspace: Workspace, uid: str) -> str:
    """Give the folder of an environment's entry."""
    return f"{workspace.place('local')}/env/{uid}"


def _full_path(meta: Mapping[str, object]) -> str:
    customize = meta.get("customize")
    found = str(customize.get("full_path") or "") if isinstance(customize, dict) else ""
    return os.path.normpath(found) if os.path.isabs(found) else ""


def _values(meta: Mapping[str, object]) -> list[str]:
    """Give the absolute paths that an environment sets variables to."""
    values = meta.get("env")
    texts = map(str, values.values()) if isinstance(values, dict) else ()
    return [os.path.normpath(text) for text in texts if os.path.isabs(text) and os.path.exists(text)]


def _links(path: str) -> list[str]:
    """Give a path and every step of the links that it goes through, to the file itself."""
    steps = [path] if path else []
    while steps and Path(steps[-1]).is_symlink() and len(steps) < _MOST_LINKS:
        link = Path(steps[-1])
        steps.append(os.path.normpath(link.parent / link.readlink()))
    return steps


def _places(full_path: str, limits: Boundaries) -> list[str]:
    """Give where the software of a file is, for each step of its links: its folder, or the one above a `bin`."""
    steps = [place for step in _links(full_path) for place in real_paths(step)]
    return list(dict.fromkeys(place for step in steps for place in _home_of(step, limits)))


def _home_of(file: str, limits: Boundaries) -> list[str]:
    for tools in limits.tools:
        if is_in(file, tools):
            return [f"{tools}/{os.path.relpath(file, tools).split('/')[0]}"]
    if os.path.isdir(file):
        return [file]
    folder = os.path.dirname(file)
    prefix = os.path.dirname(folder) if os.path.basename(folder) in _PROGRAM_FOLDERS else folder
    return [*parts_of(folder, limits), file] if forbidden(limits, prefix) else [prefix]


def parts_of(folder: str, limits: Boundaries) -> list[str]:
    """Give a folder of programs and, where it is the `bin` of something, the libraries beside it.

    The rest of what is beside it may be anything: `~/.cargo/bin` has credentials for a neighbour, `~/.local/bin` all
    data of all programs, and beside `~/bin` is the home.
    """
    prefix, name = os.path.split(folder)
    beside = name in {"bin", "sbin"} and prefix not in limits.homes
    found = [folder, *(os.path.join(prefix, part) for part in _PARTS)] if beside else [folder]
    return [one for one in dict.fromkeys(found) if os.path.exists(one) and not forbidden(limits, one)]


def path_folders(path: str, limits: Boundaries) -> list[str]:
    """Give the folders on a PATH that aren't the system's, with the libraries that belong to them."""
    found: list[str] = []
    for folder in path.split(os.pathsep):
        if os.path.isabs(folder) and not below(folder, "/usr"):
            for place in real_paths(os.path.normpath(folder)):
                found += parts_of(place, limits)
    return list(dict.fromkeys(found))


def of_this_machine(workspace: Workspace) -> tuple[str, ...]:
    """Give where software is by the word of the system and the user: its folders, the PATH, CK_DIRS, our tools."""
    limits = boundaries(workspace, real_homes())
    named = [*path_folders(os.environ.get("PATH", ""), limits), *os.environ.get("CK_DIRS", "").split(os.pathsep)]
    places = [*SYSTEM_FOLDERS, *limits.tools, *interpreter(limits), *filter(os.path.isabs, named)]
    return tuple(dict.fromkeys(real for place in places for real in real_paths(place)))


def interpreter(limits: Boundaries) -> list[str]:
    """Give the folders of the Python that runs this, of its packages, and of the rooms that a stage imports."""
    rooms = [
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        os.path.dirname(os.path.abspath(errors.__file__)),
    ]
    wanted = [*rooms, site.getusersitepackages() if site.ENABLE_USER_SITE else ""]
    for prefix in (sys.prefix, sys.base_prefix):
        wanted += parts_of(f"{prefix}/bin", limits) if forbidden(limits, prefix) else [prefix]
    wanted += [os.path.dirname(step) for step in _links(sys.executable)]
    found = (place for one in wanted if one for place in real_paths(one))
    return [one for one in dict.fromkeys(found) if os.path.exists(one) and not forbidden(limits, one)]
