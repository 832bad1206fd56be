"""Builds that are kept: what a compilation left, under the hash of all that went into it (`builds/` in the home).

Sources, flags, variables, the compiler and every other dependency are in the hash; whoever compiles the same again
finds what is there. A build counts as approved as the job that made it, while its files are as that left them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from ...store.errors import CkexploreError
from ...store.formats.ck_entries import write_json
from ...store.removal import remove_tree
from ...store.untrusted import load_json_object
from ...store.workspace import Workspace
from ..environments import ANY_OF, Environment, environments
from ..executed_files import executed_files, files_below
from ..plan import ExecutedFile, Stage

RECORD = "build.json"
_FILES = "files"
_RECORD_LIMIT = 16 << 20
_LARGEST = 2 << 30
_MOST = 200
"""Builds that are kept; the ones that were made first go first."""


class Build(Struct, frozen=True):
    """A build that is there: the folder with its files, and CK's characteristics of the compilation."""

    key: str
    folder: Path
    characteristics: Mapping[str, Any]


def key_of(workspace: Workspace, stage: Stage) -> str:
    """Hash what goes into a compilation; "" while a dependency of it isn't registered."""
    known = {one.uid: one for one in environments(workspace)}
    given = stage.input or {}
    used: dict[str, list[str]] = {}
    for key, dependency in given.get("deps", {}).items():
        environment = next((known[uid] for uid in dependency[ANY_OF] if uid in known), None)
        if environment is None:
            return ""
        used[key] = _identity(environment)
    told = {
        "input": {name: value for name, value in given.items() if name != "deps"},
        "deps": used,
        "files": sorted((file.path, file.sha256) for file in stage.files if not file.path.endswith("/env.sh")),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _identity(environment: Environment) -> list[str]:
    script = hashlib.sha256(environment.script.read_bytes()).hexdigest() if environment.script.is_file() else ""
    told = environment.meta.get("ckexplore")
    return [environment.uid, environment.version, script, str(told.get("file") if isinstance(told, dict) else "")]


def find(workspace: Workspace, stage: Stage) -> Build | None:
    """Give the build that a compilation would make, if it is there and whole."""
    key = key_of(workspace, stage)
    place = workspace.home / "builds" / key
    if not key or not (place / RECORD).is_file():
        return None
    try:
        record = load_json_object(place / RECORD, _RECORD_LIMIT)
        files = record["files"]
        whole = all((place / _FILES / name).is_file() for name in files)
        characteristics = record["characteristics"]
    except (CkexploreError, KeyError, TypeError, AttributeError):
        return None
    return Build(key, place / _FILES, characteristics) if whole and isinstance(characteristics, dict) else None


def keep(workspace: Workspace, stage: Stage, folder: Path, characteristics: Mapping[str, Any], approved: str) -> str:
    """Keep what a compilation left in a folder, and return its key; "" when it is too much to keep."""
    key = key_of(workspace, stage)
    files = files_below(folder)
    if not key or not files or sum(path.lstat().st_size for path in files) > _LARGEST:
        return ""
    place = workspace.home / "builds" / key
    if place.exists():
        remove_tree(place)
    kept: dict[str, str] = {}
    for path in files:
        if path.is_symlink():  # where it leads isn't known to be here another time
            continue
        name = str(path.relative_to(folder))
        target = place / _FILES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        target.chmod(0o600 | path.stat().st_mode & 0o755)
        kept[name] = executed_files([target])[0].sha256
    write_json(place / RECORD, {"files": kept, "characteristics": dict(characteristics), "approved": approved})
    _forget_old(workspace)
    return key


def _forget_old(workspace: Workspace) -> None:
    folder = workspace.home / "builds"
    places = sorted((one for one in folder.iterdir() if (one / RECORD).is_file()), key=lambda one: one.stat().st_mtime)
    for place in places[:-_MOST]:
        remove_tree(place)


def approval_of_build(workspace: Workspace, file: ExecutedFile) -> str:
    """Tell how the job was approved that made a build's file of this content; "" when the file isn't one of ours."""
    root = f"{workspace.place('builds')}/"
    if not file.path.startswith(root):
        return ""
    key, _, name = file.path.removeprefix(root).partition(f"/{_FILES}/")
    if not key or not name or "/" in key or os.path.islink(f"{root}{key}"):
        return ""
    try:
        record = load_json_object(f"{root}{key}/{RECORD}", _RECORD_LIMIT)
    except CkexploreError:
        return ""
    files = record.get("files")
    return str(record.get("approved", "")) if isinstance(files, dict) and files.get(name) == file.sha256 else ""
