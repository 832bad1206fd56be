"""CK entries as rows of the catalog: which there are, what their meta says, and where files and meta disagree.

An entry costs three small files: its meta, its info (for the name) and its alias file (for the UID).
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from ..artifact import Artifact, module_uid
from ..cid import is_uid
from ..errors import CkexploreError, UnreadableError
from ..untrusted import META_LIMIT, read_bytes, safe_line, storable
from . import ck
from .drift import Drift
from .folder import Folder, Signature, folder_of

_DESCRIBING = ("desc", "description", "soft_name", "title", "comment")


class _Meta(msgspec.Struct):
    """The few fields of a meta that make a row; decoding only these takes half the time of decoding all."""

    tags: Any = ()
    desc: Any = ""
    description: Any = ""
    soft_name: Any = ""
    title: Any = ""
    comment: Any = ""
    base_entry: Any = msgspec.field(default="", name="_base_entry")


class _Info(msgspec.Struct):
    data_name: Any = ""
    backup_data_uid: Any = ""


_META = msgspec.json.Decoder(_Meta)
_INFO = msgspec.json.Decoder(_Info)


def module_folders(root: Path, known: Mapping[str, str]) -> Iterator[Folder]:
    """List the modules with their entries; `known` are the digests of the modules' folders as they were last.

    Which folders are entries, the alias files say. When none came or went since, they are not listed again: if the
    digest is the old one with all folders taken for entries, then nothing has changed at all.
    """
    splits = ck.split_numbers(root)
    for alias, uid, folder in ck.modules(root):
        split = ck.split_of(splits, alias, uid)
        module_folder = f"{root}/{folder}"
        changed = _changed(f"{module_folder}/.cm")
        before = known.get(storable(folder), "")
        if before.endswith(f"-{changed}") and changed and not split:
            same = entries_of(root, folder, _listed(module_folder), changed)
            if same.digest() == before:
                yield same
                continue
        names = ck.split_names(module_folder) if split else ck.entry_names(module_folder)
        yield entries_of(root, folder, names, changed)


def _changed(folder: str) -> int:
    """Give when a folder's list of files changed last, in nanoseconds; 0 if it isn't there."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _listed(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name != ".cm"]
    except OSError:
        return []


def entries_of(root: Path, folder: str, names: Iterable[str], names_of: int = 0) -> Folder:
    """List the entries of one module; one without meta counts by its `.cm` folder, as in CK."""
    return folder_of(root, folder, names, (ck.META,), (ck.META_OF_OLD, ".cm"), names_of)


def read_entry(root: str, folder: str, name: str, signature: Signature) -> Artifact:
    """Read one entry; one whose meta can't be read comes as a broken artifact."""
    path = f"{folder}/{name}"
    alias, uid = _names(root, folder, name.rpartition("/")[2])
    problem = "" if uid else f"{safe_line(path)}: its alias file holds no UID"
    meta, info = _Meta(), _Info()
    try:
        meta = _meta(f"{root}/{path}")
        info = _info(f"{root}/{path}/.cm/info.json")
    except CkexploreError as error:
        problem = str(error)
    module, module_id = _module(root, folder)
    return Artifact(
        uid=uid or _uid_from(info),
        alias=safe_line(alias),
        module=module,
        module_uid=module_id,
        path=storable(path),
        name=safe_line(str(info.data_name or ""), 200),
        tags=_tags(meta.tags),
        description=_one_line(meta),
        problem=problem,
        signature=signature,
    )


def _names(root: str, folder: str, name: str) -> tuple[str, str]:
    """Give alias and UID of the entry in the folder `name`; a folder named by a UID has an alias only by a file."""
    uid = ck.uid_of_alias(f"{root}/{folder}", name)
    return (name, uid) if uid or not is_uid(name) else ("", name.lower())


def _module(root: str, folder: str) -> tuple[str, str]:
    if is_uid(folder):
        return folder.lower(), folder.lower()
    return safe_line(folder), _uid_of_module(root, folder, _changed(f"{root}/.cm")) or module_uid(folder)


@lru_cache(maxsize=1024)
def _uid_of_module(root: str, folder: str, changed: int) -> str:
    """Read a module's alias file once for all its entries, and again when the list of these files has changed."""
    del changed
    return ck.uid_of_alias(root, folder)


def _meta(entry: str) -> _Meta:
    try:
        data = read_bytes(f"{entry}/{ck.META}", META_LIMIT)
        meta = _META.decode(data)
    except (UnreadableError, ValueError, RecursionError):  # the slow way knows old names, odd bytes, and the reason
        return _by_standard_library(entry)
    return _by_standard_library(entry) if meta.base_entry else meta


def _by_standard_library(entry: str) -> _Meta:
    whole = ck.entry_meta(Path(entry))
    return _Meta(whole.get("tags", ()), **{name: whole.get(name, "") for name in _DESCRIBING})


def _info(path: str) -> _Info:
    try:
        return _INFO.decode(read_bytes(path, META_LIMIT))
    except UnreadableError:
        if not os.path.lexists(path):
            return _Info()
        raise
    except (ValueError, RecursionError):
        value = ck.load_json_object(path)
        return _Info(value.get("data_name", ""), value.get("backup_data_uid", ""))


def _tags(tags: Any) -> tuple[str, ...]:
    return ck.tags_of({"tags": tags})


def _one_line(meta: _Meta) -> str:
    for name in _DESCRIBING:
        text = getattr(meta, name)
        if isinstance(text, str) and text.strip():
            return safe_line(" ".join(text.split()), 300)
    return ""


def _uid_from(info: _Info) -> str:
    uid = str(info.backup_data_uid).lower()
    return uid if is_uid(uid) else ""


# Drift


def drift(root: Path) -> Iterator[Drift]:
    """Find what CK passes over in silence: stale or contradicting alias files, folders that no alias file knows."""
    try:
        if (root / ck.DESCRIPTION_FILE).exists():
            ck.description(root)
    except CkexploreError as error:
        yield Drift(ck.DESCRIPTION_FILE, str(error))
    yield from _alias_drift(root, "")
    splits = ck.split_numbers(root)
    for alias, uid, folder in ck.modules(root):
        yield from _alias_drift(root, folder, split=bool(ck.split_of(splits, alias, uid)))


def _alias_drift(root: Path, folder: str, *, split: bool = False) -> Iterator[Drift]:
    where = root / folder
    known = ck.aliases(where)
    present = set(_entry_folders(where)) if not split else {path.rpartition("/")[2] for path in ck.split_names(where)}
    prefix = f"{folder}/" if folder else ""
    for alias in sorted(known):
        path = safe_line(f"{prefix}.cm/alias-a-{alias}")
        uid = ck.uid_of_alias(where, alias)
        if alias not in present:
            yield Drift(path, "a stale alias file: the folder isn't there")
        elif not uid:
            yield Drift(path, "holds no UID")
        elif (other := ck.alias_of_uid(where, uid)) != alias:
            yield Drift(path, f"says {uid}, whose alias file says {safe_line(other, 120) or 'nothing'}")
    if folder and not split:
        yield from _unknown_folders(where, prefix, present - known)


def _entry_folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as listed:
            return [one.name for one in listed if one.is_dir(follow_symlinks=False) and one.name != ".cm"]
    except OSError:
        return []


def _unknown_folders(where: Path, prefix: str, names: set[str]) -> Iterator[Drift]:
    for name in sorted(names):
        has_meta = (where / name / ".cm").is_dir()
        if has_meta and not is_uid(name):
            yield Drift(safe_line(prefix + name), "has meta, but no alias file: CK doesn't list it")
        elif not has_meta:
            yield Drift(safe_line(prefix + name), "has no .cm folder: it is no entry")
