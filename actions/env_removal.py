"""Removing environments: the entry, and what a package installed for it in a folder of its own below our tools."""

import os
from collections.abc import Sequence
from pathlib import Path

from ..store.errors import CkexploreError, RefusedError
from ..store.formats.ck_entries import remove_entry
from ..store.removal import remove_tree
from ..store.untrusted import safe_line
from ..store.workspace import Workspace
from .environments import Environment, environments
from .trust.mounts import below

_NAMED = 3


def installed_folder(workspace: Workspace, environment: Environment) -> Path | None:
    """Give the folder below our tools into which a package was installed; None for software that was only detected."""
    package = environment.meta.get("package_uoa") or environment.customize.get("used_package_uid")
    tools, place = str(workspace.tools), os.path.normpath(environment.full_path)
    if not package or place == tools or not below(place, tools):
        return None
    folder = workspace.tools / os.path.relpath(place, tools).split("/")[0]
    return folder if folder.is_dir() and not folder.is_symlink() else None


def folders_of(workspace: Workspace, removed: Sequence[Environment]) -> list[Path]:
    """List the folders that belong to these environments alone: another one's software may be in the same."""
    uids = {one.uid for one in removed}
    others = [os.path.normpath(one.full_path) for one in environments(workspace) if one.uid not in uids]
    found = dict.fromkeys(folder for one in removed if (folder := installed_folder(workspace, one)))
    return [folder for folder in found if not any(below(other, str(folder)) for other in others)]


def refuse_unforced(removed: Sequence[Environment], folders: Sequence[Path]) -> None:
    """Raise RefusedError that says what would be deleted."""
    names = ", ".join(f"env:{one.uid}" for one in removed[:_NAMED]) + (" …" if len(removed) > _NAMED else "")
    places = ", ".join(safe_line(str(folder)) for folder in folders[:_NAMED])
    more = " …" if len(folders) > _NAMED else ""
    installed = f" and what was installed in {places}{more} (--keep leaves that)" if folders else ""
    raise RefusedError(f"this would delete {len(removed)} ({names}){installed}; say --force to do it")


def dependents(workspace: Workspace, removed: Sequence[Environment]) -> list[str]:
    """List the other environments whose scripts source one of these: they won't work without it."""
    uids = {one.uid for one in removed}
    return [
        one.uid for one in environments(workspace) if one.uid not in uids and uids.intersection(dependencies_of(one))
    ]


def dependencies_of(environment: Environment) -> list[str]:
    """List the UIDs of the environments that one sources."""
    listed = environment.meta.get("deps")
    values = listed.values() if isinstance(listed, dict) else ()
    return [str(one["uoa"]) for one in values if isinstance(one, dict) and one.get("uoa")]


def remove(environment: Environment) -> None:
    """Delete an environment's entry. Raises CkexploreError."""
    remove_entry(environment.script.parent)


def remove_installed(folder: Path) -> None:
    """Delete what a package installed. Raises CkexploreError when the disk refuses."""
    try:
        remove_tree(folder)
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(folder))}: can't be deleted ({error.strerror})") from error
