"""CK repositories (`.ckr.json`, alias files, `.cm/` meta), as CK 1.x and 2.x write them.

    <repository>/.ckr.json
    <repository>/.cm/alias-a-<module alias>          one line: the module's UID
    <repository>/<module>/.cm/alias-a-<entry alias>  one line: the entry's UID
    <repository>/<module>/<entry>/.cm/{meta,info,desc}.json

A module or an entry without an alias is a folder named by its UID. A folder without alias file is no module. With
`split_dirs` in the repository's description an entry lives in `<module>/<first letters>/<entry>`.
This file needs the standard library only: the command line's quick answers come from here.
"""

from __future__ import annotations

import os

from ..cid import is_uid
from ..errors import UnreadableError
from ..quick import TYPE_CHECKING
from ..untrusted import decoded, load_json_object, read_bytes_if_there, safe_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ..artifact import Artifact
    from .drift import Drift
    from .folder import Folder
    from .point import Point
    from .shape import Shape

DESCRIPTION_FILE = ".ckr.json"
META = ".cm/meta.json"
META_OF_OLD = ".cm/data.json"
_ALIAS_LIMIT = 256
_TAG_LIMIT = 120
_BASES_LIMIT = 10


def recognises(root: Path) -> bool:
    """A CK repository has `.ckr.json`, or at least the alias files of its modules."""
    return os.path.isfile(f"{root}/{DESCRIPTION_FILE}") or bool(aliases(root))


def identity(root: Path) -> tuple[str, str]:
    """Give `data_alias` and `data_uid` of the repository's description; empty where it has none."""
    if not os.path.exists(f"{root}/{DESCRIPTION_FILE}"):
        return "", ""
    try:
        value = description(root)
    except UnreadableError:  # the listing of drift shows what is wrong with it
        return "", ""
    return str(value.get("data_alias") or ""), str(value.get("data_uid") or "").lower()


def description(root: Path | str) -> dict[str, Any]:
    """Read `.ckr.json`: data_uid, data_alias, data_name and `dict`. Raises UnreadableError."""
    return load_json_object(f"{root}/{DESCRIPTION_FILE}")


# Alias files


def uid_of_alias(folder: Path | str, alias: str) -> str:
    """Read the UID behind an alias in a module's or a repository's `.cm`; empty if there is none."""
    uid = _first_line(f"{folder}/.cm/alias-a-{alias}").lower()
    return uid if is_uid(uid) else ""


def alias_of_uid(folder: Path | str, uid: str) -> str:
    """Read the current alias behind a UID (the first line of its file); empty if there is none."""
    return _first_line(f"{folder}/.cm/alias-u-{uid}")


def _first_line(path: str) -> str:
    try:
        data = read_bytes_if_there(path, _ALIAS_LIMIT)
    except UnreadableError:
        return ""
    return decoded(data.partition(b"\n")[0]).strip() if data else ""


def aliases(folder: Path | str) -> set[str]:
    """List the aliases that a folder's `.cm` knows; their folders may be gone."""
    try:
        return {name[8:] for name in os.listdir(f"{folder}/.cm") if name.startswith("alias-a-")}
    except OSError:
        return set()


def entry_names(folder: Path | str) -> list[str]:
    """List the folders named by a known alias or by a UID, in the order of the directory."""
    return _named(folder, aliases(folder))


def _named(folder: Path | str, known: set[str]) -> list[str]:
    return [name for name in _folder_names(folder) if name in known or (len(name) == 16 and is_uid(name))]


def named_folders(folder: Path | str) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, folder name) of what `entry_names` lists."""
    known = aliases(folder)
    for name in _named(folder, known):
        yield (name, uid_of_alias(folder, name), name) if name in known else ("", name.lower(), name)


def modules(root: Path | str) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, folder name) of every module of a repository."""
    return named_folders(root)


def entries(module_folder: Path | str, split: int = 0) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, path below the module) of every entry of a module that has a `.cm` folder."""
    for alias, uid, path in _split_entries(module_folder) if split else named_folders(module_folder):
        if os.path.isdir(f"{module_folder}/{path}/.cm"):
            yield alias, uid, path


def _split_entries(module_folder: Path | str) -> Iterator[tuple[str, str, str]]:
    known = aliases(module_folder)
    for path in split_names(module_folder):
        name = path.rpartition("/")[2]
        if name in known:
            yield name, uid_of_alias(module_folder, name), path
        else:
            yield "", name.lower(), path


def split_names(module_folder: Path | str) -> list[str]:
    """List the entries of a module with split folders, as `<first letters>/<name>`."""
    known = aliases(module_folder)
    found: list[str] = []
    for first in _folder_names(module_folder):
        found += [f"{first}/{name}" for name in _named(f"{module_folder}/{first}", known)]
    return found


def _folder_names(folder: Path | str) -> list[str]:
    """List what may be a module or an entry, in the order of the directory; not what a link has elsewhere."""
    try:
        with os.scandir(folder) as listed:
            return [
                one.name
                for one in listed
                if one.name != ".cm" and not (one.is_symlink() and leads_out(folder, one.name))
            ]
    except OSError:
        return []


def leads_out(folder: Path | str, path: str) -> bool:
    """Tell whether an entry's or a module's path leads out of the folder that it is in by a symbolic link."""
    if not any(os.path.islink(f"{folder}/{part}") for part in {path.partition("/")[0], path}):
        return False
    own = os.path.realpath(folder)
    return not os.path.realpath(f"{own}/{path}").startswith(f"{own}/")


# Split folders


def split_settings(root: Path | str) -> dict[str, Any]:
    """Give what the description says of split folders: `split_dirs`, `split_all_dirs`; nothing if it can't be read."""
    if not os.path.exists(f"{root}/{DESCRIPTION_FILE}"):
        return {}
    try:
        details = description(root).get("dict")
    except UnreadableError:  # the listing of drift shows what is wrong with it
        return {}
    details = details if isinstance(details, dict) else {}
    return {name: details[name] for name in ("split_dirs", "split_all_dirs") if name in details}


def split_numbers(root: Path | str) -> Mapping[str, int]:
    """Give how many first letters make a folder, by module alias or UID; "" stands for every module."""
    settings = split_settings(root)
    single = settings.get("split_dirs")
    found = {str(name): _number(value) for name, value in single.items()} if isinstance(single, dict) else {}
    return {**found, "": _number(settings.get("split_all_dirs"))}


def _number(value: Any) -> int:
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        return 0


def split_of(numbers: Mapping[str, int], alias: str, uid: str) -> int:
    """Give the number for one module: the repository's for all modules, else the module's own."""
    return numbers.get("", 0) or numbers.get(uid, 0) or numbers.get(alias, 0)


def place_in_module(name: str, split: int) -> str:
    """Give the path of an entry below its module; short names share the folder `_`."""
    if not split:
        return name
    return f"{name[:split]}/{name}" if len(name) > split else f"_/{name}"


def look_up(folder: Path | str, name: str, split: int = 0) -> tuple[str, str, str] | None:
    """Look one alias or UID up without listing the folder: alias, UID and path below it; None if it isn't there.

    As in CK an alias file is enough, whatever UID it holds; that UID is empty where it holds none.
    """
    alias, uid = name, ""
    if is_uid(name):
        alias, uid = alias_of_uid(folder, name.lower()), name.lower()
    if "/" in alias or alias in {".", ".."}:  # never out of the repository
        return None
    if not uid:
        uid = uid_of_alias(folder, alias)
        if not uid and not os.path.isfile(f"{folder}/.cm/alias-a-{alias}"):
            return None
    path = place_in_module(alias or name, split)
    return (alias, uid, path) if os.path.isdir(f"{folder}/{path}") and not leads_out(folder, path) else None


# Meta


def load_meta(root: Path, path: str) -> dict[str, Any]:
    """Read an entry's meta, with what it inherits by `_base_entry`. Raises UnreadableError."""
    return entry_meta(f"{root}/{path}")


def entry_meta(entry: Path | str) -> dict[str, Any]:
    """Read the meta of the entry in this folder, with what it inherits by `_base_entry`. Raises UnreadableError."""
    return inherited(own_meta(entry), entry)


def own_meta(entry: Path | str) -> dict[str, Any]:
    """Read an entry's own meta (`data.json` is the name of old). Raises UnreadableError."""
    if os.path.islink(f"{entry}/.cm"):
        raise UnreadableError(f"{safe_line(str(entry))}/.cm: a symbolic link, which isn't followed")
    meta, of_old = f"{entry}/{META}", f"{entry}/{META_OF_OLD}"
    return load_json_object(of_old if not os.path.exists(meta) and os.path.exists(of_old) else meta)


def inherited(
    meta: dict[str, Any], entry: Path | str, find: Callable[[str, str], str | None] | None = None
) -> dict[str, Any]:
    """Merge a meta over that of its `_base_entry` ("entry" or "module:entry"), recursively.

    As CK merges: dicts key by key, lists and scalars replaced. `find` gives the folder of a base by module and name;
    without it a base is looked for in the same repository. Raises UnreadableError for a base that isn't there.
    """
    parts, heir = [meta], os.fspath(entry)
    while base := str(parts[-1].get("_base_entry") or "").strip():
        if len(parts) > _BASES_LIMIT:
            raise UnreadableError(f"{safe_line(str(entry))}: inherits through more than {_BASES_LIMIT} base entries")
        module, _, name = base.rpartition(":")
        module_folder = _module_folder(heir)
        module = module.rpartition(":")[2] or os.path.basename(module_folder)
        found = find(module, name) if find else _in_repository(os.path.dirname(module_folder), module, name)
        if found is None:
            raise UnreadableError(f"{safe_line(str(entry))}: its _base_entry {safe_line(base, 120)} isn't there")
        parts.append(own_meta(found))
        heir = found
    merged: dict[str, Any] = {}
    for part in reversed(parts):
        merged = _merged(merged, {key: part[key] for key in part if key not in ("_base_entry", "_base_entry#")})
    return merged


def _module_folder(entry: str) -> str:
    """Give the folder of an entry's module: the first above it that has alias files, or is no split folder."""
    above = os.path.dirname(entry)
    return above if os.path.isdir(f"{above}/.cm") else os.path.dirname(above)


def _in_repository(root: str, module: str, name: str) -> str | None:
    found = look_up(root, module)
    if found is None:
        return None
    alias, uid, folder = found
    entry = look_up(f"{root}/{folder}", name, split_of(split_numbers(root), alias, uid))
    return f"{root}/{folder}/{entry[2]}" if entry else None


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = _merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return result


def load_extra(entry: Path | str, name: str) -> dict[str, Any]:
    """Read `info`, `desc` or `updates` of an entry; empty when it isn't there. Raises UnreadableError."""
    path = f"{entry}/.cm/{name}.json"
    return load_json_object(path) if os.path.exists(path) else {}


def tags_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Give a meta's tags, safe for a terminal."""
    return safe_tags(meta.get("tags", ()))


def order_of(meta: Mapping[str, Any]) -> float:
    """Give the `sort` of an entry or of a dependency, a number or its text; 0 for anything else."""
    try:
        return float(meta.get("sort", 0))
    except (TypeError, ValueError):
        return 0.0


def safe_tags(tags: Any) -> tuple[str, ...]:
    """Give what a meta has as its tags: a list nearly always, a comma-separated string in a few old entries."""
    if isinstance(tags, str):
        tags = tags.split(",") if tags.strip() else ()
    if not isinstance(tags, list | tuple):
        return ()
    return tuple([safe_line(str(tag).strip(), _TAG_LIMIT) for tag in tags])


# What the catalog asks; the libraries for it are imported when it does


def folders(root: Path, known: Mapping[str, str] | None = None) -> Iterator[Folder]:
    """List the modules with their entries and the signatures of their meta; no meta is read."""
    from .ck_index import module_folders  # noqa: PLC0415

    return module_folders(root, known or {})


def touched(root: Path, path: str) -> tuple[str, str] | None:
    """Name the module's folder and the entry's that a changed file belongs to; None for all that moves modules."""
    module, _, rest = path.partition("/")
    name, _, file = rest.partition("/")
    if module in {".cm", DESCRIPTION_FILE} or any(split_numbers(root).values()):
        return None
    if not is_uid(module) and not uid_of_alias(root, module):  # a folder or file that is no module
        return "", ""
    if not name:
        return None
    if name != ".cm":
        return module, name
    if not file:
        return None
    return (module, file.removeprefix("alias-a-")) if file.startswith("alias-a-") else ("", "")


def listed(root: Path, folder: str, names: Sequence[str]) -> Folder:
    """List some entries of a module again, those that CK would."""
    from .ck_index import entries_of  # noqa: PLC0415

    known, where = aliases(root / folder), root / folder
    there = [name for name in names if (name in known or is_uid(name)) and not leads_out(where, name)]
    return entries_of(root, folder, there)


def read(root: Path, folder: Folder) -> Iterator[Artifact]:
    """Read a module's entries; one whose meta can't be read comes as a broken artifact."""
    from .ck_index import read_entries  # noqa: PLC0415

    return read_entries(os.fspath(root), folder)


def shape(module: str, meta: dict[str, Any]) -> Shape:
    """Give dependencies, variations and versions of an entry in the common shape."""
    from .ck_shape import shape_of  # noqa: PLC0415

    return shape_of(module, meta)


def points(root: Path, path: str) -> Iterator[Point]:
    """Read an experiment's points, the oldest first; none for what isn't an experiment."""
    from .ck_points import points as points_of  # noqa: PLC0415

    return points_of(root / path)


def drift(root: Path) -> Iterator[Drift]:
    """Find what CK passes over in silence: stale or contradicting alias files, folders that no alias file knows."""
    from .ck_index import drift as drift_of  # noqa: PLC0415

    return drift_of(root)
