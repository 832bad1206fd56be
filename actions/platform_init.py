"""CK's `platform.init`: scripts of a repository that set a machine's frequencies, and the entry chosen for this one.

The choice is remembered where CK remembers it, in `local:cfg:local-platform`. Nothing here executes a script.
"""

import os
import shlex
from pathlib import Path
from typing import Any

from ..store.cid import Cid
from ..store.errors import CkexploreError, NotFoundError
from ..store.formats import ck
from ..store.formats.ck_entries import create_entry
from ..store.lookup import Location, locate, locate_one
from ..store.own_entries import changing
from ..store.registry import repositories
from ..store.untrusted import load_json_object, safe_line
from ..store.workspace import Workspace

NONE = "-"
"""What CK remembers where somebody chose to have no such scripts."""

_ENTRY = "cfg/local-platform"
_KEY = "platform_init_uoa"


def remembered(workspace: Workspace, os_uoa: str) -> str:
    """Give the name of the entry chosen for a target system; empty when none was. Raises UnreadableError."""
    chosen = _configuration(workspace).get(_KEY)
    return str(chosen.get(os_uoa, "")) if isinstance(chosen, dict) else ""


def folder_of_scripts(workspace: Workspace, os_uoa: str) -> Path | None:
    """Give the folder with the scripts for a target system, None where none is chosen or it is gone."""
    name = remembered(workspace, os_uoa)
    if name in ("", NONE):
        return None
    found = locate(workspace, repositories(workspace), Cid(module="platform.init", artifact=name))
    return next((location.path for location in found), None)


def offered(workspace: Workspace, ck_name: str) -> list[Location]:
    """List the entries for a kind of system ("linux", "macos"), the one that CK puts first at the front."""
    found: list[tuple[int, str, Location]] = []
    for location in locate(workspace, repositories(workspace), Cid(module="platform.init")):
        try:
            meta = ck.entry_meta(location.path)
        except CkexploreError:  # a broken entry offers nothing; the table shows it
            continue
        if f"os-{ck_name}" in ck.tags_of(meta):
            sort = meta.get("sort", 0)
            found.append((sort if isinstance(sort, int) else 0, location.title, location))
    return [location for _, _, location in sorted(found, key=lambda one: one[:2])]


def choose(workspace: Workspace, os_uoa: str, name: str) -> None:
    """Remember the entry for a target system, "-" for none. Raises NotFoundError for one that isn't known."""
    if name != NONE:
        try:
            locate_one(workspace, repositories(workspace), Cid(module="platform.init", artifact=name))
        except NotFoundError as error:
            raise NotFoundError(f"--platform_init_uoa={safe_line(name, 80)}: {error}") from error
    with changing(workspace, "cfg"):
        configuration = _configuration(workspace)
        chosen = configuration.get(_KEY)
        configuration[_KEY] = {**(chosen if isinstance(chosen, dict) else {}), os_uoa: name}
        create_entry(workspace.local, "cfg", configuration, alias="local-platform")


def described(workspace: Workspace, os_uoa: str, ck_name: str) -> dict[str, Any]:
    """Give what CK's detection adds where an entry is chosen, and, where there is a choice to make, what there is."""
    told: dict[str, Any] = {"platform_init_uoa": remembered(workspace, os_uoa)}
    folder = folder_of_scripts(workspace, os_uoa)
    if folder is None:
        return told | {"platform_init_offered": [one.title for one in offered(workspace, ck_name)]}
    place = safe_line(str(folder))
    scripts = sorted(name for name in os.listdir(folder) if name.startswith("ck-"))
    return told | {
        "platform_init_scripts": [safe_line(name) for name in scripts],
        "target_add_path": [place],
        "target_add_path_string": f"export PATH={shlex.quote(place)}:$PATH\n",
    }


def _configuration(workspace: Workspace) -> dict[str, Any]:
    path = workspace.local / _ENTRY / ck.META
    return load_json_object(path) if path.exists() else {}
