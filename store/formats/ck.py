"""CK repositories (`.ckr.json`, alias files, `.cm/` meta), as CK 1.x and 2.x write them.

    <repository>/.ckr.json
    <repository>/.cm/alias-a-<module alias>          one line: the module's UID
    <repository>/<module>/.cm/alias-a-<entry alias>  one line: the entry's UID
    <repository>/<module>/<entry>/.cm/{meta,info,desc}.json

A module or an entry without an alias is a folder named by its UID. A folder without alias file is no module.
This file needs the standard library only: the command line's quick answers come from here.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..artifact import Artifact, derived_uid, is_uid, module_uid
from ..errors import CkexploreError, UnreadableError
from ..untrusted import load_json_object, read_text, safe_line, storable

DESCRIPTION_FILE = ".ckr.json"
META = ".cm/meta.json"
_ALIAS_LIMIT = 256


def recognises(root: Path) -> bool:
    """A CK repository has `.ckr.json`, or at least the alias files of its modules."""
    if (root / DESCRIPTION_FILE).is_file():
        return True
    try:
        return any(name.startswith("alias-a-") for name in os.listdir(root / ".cm"))
    except OSError:
        return False


def description(root: Path) -> dict[str, Any]:
    """Read `.ckr.json`: data_uid, data_alias, data_name and `dict`. Raises UnreadableError."""
    return load_json_object(root / DESCRIPTION_FILE)


def uid_of_alias(folder: Path, alias: str) -> str:
    """Read the UID behind an alias in a module's or a repository's `.cm`; empty if there is none."""
    try:
        uid = read_text(folder / ".cm" / f"alias-a-{alias}", _ALIAS_LIMIT).strip().lower()
    except UnreadableError:
        return ""
    return uid if is_uid(uid) else ""


def alias_of_uid(folder: Path, uid: str) -> str:
    """Read the current alias behind a UID (the first line of its file); empty if there is none."""
    try:
        return read_text(folder / ".cm" / f"alias-u-{uid}", _ALIAS_LIMIT).split("\n", 1)[0].strip()
    except UnreadableError:
        return ""


def _named_folders(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, folder name) of what is listed in a folder's `.cm`, in the order of the directory."""
    try:
        aliases = {name[8:] for name in os.listdir(folder / ".cm") if name.startswith("alias-a-")}
    except OSError:
        aliases = set()
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name in aliases:
            yield name, uid_of_alias(folder, name), name
        elif is_uid(name):
            yield "", name.lower(), name


def modules(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, folder name) of every module of a repository."""
    yield from _named_folders(root)


def entries(module_folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, folder name) of every entry of a module that has a `.cm` folder."""
    for alias, uid, name in _named_folders(module_folder):
        if (module_folder / name / ".cm").is_dir():
            yield alias, uid, name


def load_meta(entry: Path) -> dict[str, Any]:
    """Read an entry's meta (`data.json` is the name of old). Raises UnreadableError."""
    meta = entry / META
    if not meta.exists() and (entry / ".cm/data.json").exists():
        meta = entry / ".cm/data.json"
    return load_json_object(meta)


def load_extra(entry: Path, name: str) -> dict[str, Any]:
    """Read `info`, `desc` or `updates` of an entry; empty when it isn't there. Raises UnreadableError."""
    path = entry / ".cm" / f"{name}.json"
    return load_json_object(path) if path.exists() else {}


def tags_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Give a meta's tags: a list nearly always, a comma-separated string in a few old entries."""
    tags = meta.get("tags", ())
    if isinstance(tags, str):
        tags = tags.split(",")
    return tuple(safe_line(str(tag).strip(), 120) for tag in tags) if isinstance(tags, list | tuple) else ()


def _one_line(meta: Mapping[str, Any]) -> str:
    for key in ("desc", "description", "soft_name", "title", "comment"):
        text = meta.get(key)
        if isinstance(text, str) and text.strip():
            return safe_line(" ".join(text.split()), 300)
    return ""


def scan(root: Path, known: Mapping[str, Artifact]) -> Iterator[Artifact]:
    """Yield every artifact of a CK repository; one whose meta can't be read comes as a broken artifact."""
    yield from _broken_description(root)
    for alias, uid, folder in modules(root):
        module = safe_line(alias or uid)
        module_id = uid or module_uid(alias)
        for entry_alias, entry_uid, name in entries(root / folder):
            path = f"{folder}/{name}"
            signature = _signature(root / path)
            seen = known.get(storable(path))
            if seen is not None and seen.signature == signature != (0, 0, 0):
                yield seen
                continue
            yield _read_entry(root, path, module, module_id, entry_alias, entry_uid, signature)


def _broken_description(root: Path) -> Iterator[Artifact]:
    """Yield a broken artifact when `.ckr.json` can't be read: without it the repository has no name of its own."""
    try:
        if (root / DESCRIPTION_FILE).exists():
            description(root)
    except CkexploreError as error:
        uid = derived_uid("description", str(root))
        yield Artifact(uid, DESCRIPTION_FILE, "repo", module_uid("repo"), DESCRIPTION_FILE, problem=str(error))


def _signature(entry: Path) -> tuple[int, int, int]:
    try:
        status = os.stat(entry / META)
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _read_entry(
    root: Path, path: str, module: str, module_id: str, alias: str, uid: str, signature: tuple[int, int, int]
) -> Artifact:
    problem = "" if uid else f"{safe_line(path)}: its alias file holds no UID"
    meta: dict[str, Any] = {}
    info: dict[str, Any] = {}
    try:
        meta = load_meta(root / path)
        info = load_extra(root / path, "info")
    except CkexploreError as error:
        problem = str(error)
    return Artifact(
        uid=uid or _uid_from(info),
        alias=safe_line(alias),
        module=module,
        module_uid=module_id,
        path=storable(path),
        name=safe_line(str(info.get("data_name") or ""), 200),
        tags=tags_of(meta),
        description=_one_line(meta),
        problem=problem,
        signature=signature,
    )


def _uid_from(info: Mapping[str, Any]) -> str:
    uid = str(info.get("backup_data_uid", "")).lower()
    return uid if is_uid(uid) else ""
