"""CK entries as rows of the catalog: which there are, what their meta says, and where files and meta disagree.

An entry costs three small files: its meta, its info (for the name) and its alias file (for the UID).
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..artifact import Artifact
from ..cid import is_uid
from ..cold_disk import warmed
from ..errors import CkexploreError, UnreadableError
from ..uid import module_uid
from ..untrusted import nests_too_deep, read_bytes, read_bytes_if_there, safe_line, storable
from . import ck
from .drift import Drift
from .folder import Folder, Signature, folder_of

_INFO_FILE = ".cm/info.json"


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


_NO_META, _NO_INFO = _Meta(), _Info()
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


class _Module(msgspec.Struct, frozen=True):
    path: str
    folder: str
    """The path from the root of the disk."""
    alias: str
    uid: str


def read_entries(root: str, folder: Folder) -> Iterator[Artifact]:
    """Read a module's entries; one whose meta can't be read comes as a broken artifact."""
    module = _module(root, folder.path)
    for some in warmed(list(folder.entries()), lambda entry: _look(module, entry[0])):
        for name, signature in some:
            yield _entry(module, name, signature)


def _module(root: str, path: str) -> _Module:
    if is_uid(path):
        return _Module(path, f"{root}/{path}", path.lower(), path.lower())
    return _Module(path, f"{root}/{path}", safe_line(path), ck.uid_of_alias(root, path) or module_uid(path))


def _look(module: _Module, name: str) -> None:
    """Read the files of an entry, for the disk's cache."""
    _names(module.folder, name.rpartition("/")[2])
    for file in (ck.META, _INFO_FILE):
        read_bytes_if_there(f"{module.folder}/{name}/{file}")


def _entry(module: _Module, name: str, signature: Signature) -> Artifact:
    path, folder = f"{module.path}/{name}", f"{module.folder}/{name}"
    alias, uid = _names(module.folder, name.rpartition("/")[2])
    problem = "" if uid else f"{safe_line(path)}: its alias file holds no UID"
    meta, info = _NO_META, _NO_INFO
    try:
        meta, info = _meta(folder), _info(f"{folder}/{_INFO_FILE}")
    except CkexploreError as error:
        problem = str(error)
    return Artifact(
        uid=uid or _uid_from(info),
        alias=safe_line(alias),
        module=module.alias,
        module_uid=module.uid,
        path=storable(path),
        name=safe_line(str(info.data_name or ""), 200),
        tags=ck.safe_tags(meta.tags),
        description=_one_line(meta),
        problem=problem,
        signature=signature,
    )


def _names(folder: str, name: str) -> tuple[str, str]:
    """Give alias and UID of the entry in the folder `name`; a folder named by a UID has an alias only by a file."""
    uid = ck.uid_of_alias(folder, name)
    return (name, uid) if uid or not is_uid(name) else ("", name.lower())


def _meta(entry: str) -> _Meta:
    if os.path.islink(f"{entry}/.cm"):
        return _by_standard_library(entry)  # which says why not
    try:
        data = read_bytes(f"{entry}/{ck.META}")
        meta = None if nests_too_deep(data) else _META.decode(data)
    except (UnreadableError, ValueError, RecursionError):  # the slow way knows old names, odd bytes, and the reason
        return _by_standard_library(entry)
    return _by_standard_library(entry) if meta is None or meta.base_entry else meta


def _by_standard_library(entry: str) -> _Meta:
    whole = ck.entry_meta(entry)
    return _Meta(**{name: whole[name] for name in _Meta.__struct_fields__ if name in whole})


def _info(path: str) -> _Info:
    data = read_bytes_if_there(path)
    if data is None:
        return _NO_INFO
    try:
        return _INFO.decode(data)
    except (ValueError, RecursionError):
        value = ck.load_json_object(path)
        return _Info(value.get("data_name", ""), value.get("backup_data_uid", ""))


def _one_line(meta: _Meta) -> str:
    for text in (meta.desc, meta.description, meta.soft_name, meta.title, meta.comment):
        if text and isinstance(text, str) and (words := text.split()):
            return safe_line(" ".join(words), 300)
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
        if ck.leads_out(where, alias):
            yield Drift(safe_line(f"{prefix}{alias}"), "is a link that leads out of its folder: it isn't followed")
        elif alias not in present:
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
            return [
                one.name for one in listed if one.name != ".cm" and one.is_dir() and not ck.leads_out(folder, one.name)
            ]
    except OSError:
        return []


def _unknown_folders(where: Path, prefix: str, names: set[str]) -> Iterator[Drift]:
    for name in sorted(names):
        has_meta = (where / name / ".cm").is_dir()
        if has_meta and not is_uid(name):
            yield Drift(safe_line(prefix + name), "has meta, but no alias file: CK doesn't list it")
        elif not has_meta:
            yield Drift(safe_line(prefix + name), "has no .cm folder: it is no entry")
