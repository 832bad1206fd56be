"""Finding software on this machine as CK's `soft` does: candidate files, their versions, the best one, its set-up.

The entry's own `customize.py` takes part through its hooks. Candidates are executed only if they are executables of the
name that is looked for.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from site import getsitepackages
from typing import Any

from ...store.errors import CkexploreError, NotFoundError
from ...store.untrusted import first_bytes, safe_line
from ..how_to_get import how_to_get
from ..soft_files import depth_of, file_name, is_general, search_folders
from ..versions import split_version, within
from .candidates import on_path, search
from .loading import Hooks, call, load
from .set_up import HOOKS, Detected, hook_input, set_up, system_of, version_command
from .shell import sources
from .versions import Asked, announce, installation_of, version_of

_MOST = 60
_OURS = Path(sys.executable).with_name("python3")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be the software, and the version it told ("" when it tells none)."""

    path: str
    version: str = ""


def detect(spec: Mapping[str, Any]) -> Detected:
    """Find the software that `spec` describes (see `software.soft_plan`). Raises NotFoundError or FailedError."""
    hooks = load(spec["script"], HOOKS)
    values = hook_input(spec)
    name = file_name(values["customize"], spec["host"]["dict"])
    in_order = False
    if spec["full_path"]:
        if not os.path.exists(spec["full_path"]):
            raise NotFoundError(f"{safe_line(spec['full_path'])}: no such file")
        paths = [spec["full_path"]]
    else:
        if not name:
            raise NotFoundError(
                f"{spec['name']}: its entry doesn't say which file to look for; name it with --full_path=/…"
            )
        paths = _found(hooks, values, name, spec)
        limited = call(hooks, "limit", {**values, "list": paths, "soft_name": name})
        paths = [str(path) for path in limited.get("list", paths)]
        in_order = limited.get("skip_sort") == "yes"
    if not paths:
        raise NotFoundError(f"{spec['name']}: no file named {safe_line(name)} found; {how_to_get(name)}")
    found = _with_versions(hooks, values, spec, paths[:_MOST], "" if spec["full_path"] else name)
    best = _best(spec, values["customize"], found, in_order=in_order)
    return replace(
        _registered(hooks, spec, best), candidates=[{"path": one.path, "version": one.version} for one in found]
    )


def told_now(spec: Mapping[str, Any]) -> str:
    """Give the version that the file of `spec` tells now. Raises FailedError when it can't be asked."""
    hooks = load(spec["script"], HOOKS)
    values = hook_input(spec)
    command = version_command(values["customize"], spec)
    return version_of(
        hooks, values, Asked(spec["full_path"], "", command, tuple(sources(spec["deps"]))), spec["soft_uid"]
    )


def _found(hooks: Hooks, values: dict[str, Any], name: str, spec: Mapping[str, Any]) -> list[str]:
    """List the files of this name: those on the PATH first, then those in the folders where CK looks."""
    customize = values["customize"]
    pattern = f"{name}*" if customize.get("search_numeric_ext_on_linux") == "yes" else name
    folders = [str(folder) for folder in spec["search_dir"]]
    ours = [str(_OURS)] if name in {"python", "python3"} and _OURS.exists() and not folders else []
    anywhere = not folders and not is_general(name) and customize.get("detect_in_soft_dir_only") != "yes"
    quick = [*ours, *on_path(pattern)] if anywhere else []
    if not folders:
        asked = search_folders(customize, system_of(spec), name, spec)
        folders = call(hooks, "dirs", {**values, "dirs": list(asked)}).get("dirs") or list(asked)
    depth = int(spec["search_depth"]) if spec["search_depth"] else depth_of(customize, system_of(spec))
    more = search(map(str, folders), pattern, depth, folders_too=customize.get("soft_can_be_dir") == "yes")
    seen: dict[str, str] = {}
    for path in (*quick, *more):
        seen.setdefault(f"{os.path.realpath(os.path.dirname(path))}/{os.path.basename(path)}", path)
    return list(seen.values()) or (_packages_of_ours(name) if anywhere else [])


def _packages_of_ours(name: str) -> list[str]:
    """Find a Python package, by the end of its path, where the Python that we run on has it.

    That is for a machine that has a Python of the same version: packages compiled for it load in no other.
    """
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if not name.endswith("/__init__.py") or not shutil.which(version):
        return []
    return [path for site in getsitepackages() if os.path.isfile(path := f"{site}/{name}")]


def _with_versions(
    hooks: Hooks, values: dict[str, Any], spec: Mapping[str, Any], paths: list[str], name: str
) -> list[Candidate]:
    """Ask every candidate for its version; what can't be asked has none."""
    customize = values["customize"]
    pattern = f"{name}*" if name and customize.get("search_numeric_ext_on_linux") == "yes" else name
    sourced, found = tuple(sources(spec["deps"])), list[Candidate]()
    for path in paths:
        try:
            asked = Asked(path, pattern, version_command(customize, spec), sourced)
            version = version_of(hooks, values, asked, spec["soft_uid"])
        except CkexploreError as error:
            sys.stdout.write(f"  {safe_line(path)}: {error}\n")
            version = ""
        else:
            announce(path, version)
        found.append(Candidate(path, version))
    return found


def _best(
    spec: Mapping[str, Any], customize: Mapping[str, Any], found: list[Candidate], *, in_order: bool
) -> Candidate:
    """Choose the highest version of those that fit, of several the first. Raises NotFoundError."""
    needs_version = customize.get("add_only_with_version") == "yes"
    fitting = [
        one
        for one in found
        if within(split_version(one.version), spec["version_from"], spec["version_to"])
        and (one.version or not needs_version)
    ]
    if not fitting:
        told = ", ".join(f"{safe_line(one.path)} ({one.version or 'version unknown'})" for one in found[:3])
        raise NotFoundError(f"{spec['name']}: none has a version that fits: {told}")
    if in_order:  # the entry knows better than the highest version
        return fitting[0]
    return max(fitting, key=lambda one: (split_version(one.version), not _is_script(one.path), -found.index(one)))


def _is_script(path: str) -> bool:
    """Tell whether a file is a script: of two that tell the same version, that one calls the other."""
    return first_bytes(Path(path), 2) == b"#!"


def _registered(hooks: Hooks, spec: Mapping[str, Any], best: Candidate) -> Detected:
    """Set the chosen file up; one that CK installed, as its installation recorded it."""
    recorded = installation_of(best.path, spec["soft_uid"])
    customize = recorded.get("customize")
    if not isinstance(customize, dict):
        return set_up(hooks, spec, best.path, best.version)
    tags = [tag for tag in str(recorded.get("tags", "")).split(",") if tag]
    installed = {**spec, "tags": [*spec["tags"], *tags], "package_uid": str(recorded.get("package_uoa", ""))}
    return set_up(hooks, installed, best.path, best.version, customize=customize)
