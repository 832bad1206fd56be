"""Changing the entries of a CK repository as the original does: alias files, split folders, provenance.

An entry is made beside its place and renamed, and taken away before it is deleted: no reader finds half of one.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import ExistsError, InvalidRequestError, LockedError, RefusedError
from ..removal import remove_tree
from ..uid import new_uid
from ..untrusted import read_text, safe_line
from ..walking import walk
from . import ck
from .ck_entries import check_alias, write_json, write_text

LOCK = ".cm/ck_lock.txt"
"""Where the original CK says that somebody is at an entry: the lock's UID, and how many seconds it holds."""


@dataclass(frozen=True, slots=True)
class ModuleFolder:
    """Where a repository has the entries of a module, or would have them; `split` is 0 without split folders."""

    root: Path
    folder: Path
    alias: str
    uid: str
    split: int = 0

    def place(self, name: str) -> Path:
        """Give the folder of an entry that is named by its alias, or by its UID."""
        return self.folder / ck.place_in_module(name, self.split)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an entry's `.cm` holds; each is one JSON file."""

    meta: Mapping[str, Any]
    info: Mapping[str, Any] = field(default_factory=dict)
    updates: Mapping[str, Any] = field(default_factory=dict)
    desc: Mapping[str, Any] = field(default_factory=dict)


def module_folder(root: Path, alias: str, uid: str) -> ModuleFolder:
    """Find a module in a repository by its UID or alias; where it isn't there yet, say where it would be."""
    found = ck.look_up(root, uid) or (ck.look_up(root, alias) if alias else None)
    alias, uid, path = (found[0], found[1] or uid, found[2]) if found else (alias, uid, alias or uid)
    return ModuleFolder(root, root / path, alias, uid, ck.split_of(ck.split_numbers(root), alias, uid))


def read_parts(entry: Path) -> Parts:
    """Read what an entry's `.cm` holds, nothing inherited. Raises UnreadableError."""
    return Parts(ck.own_meta(entry), *(ck.load_extra(entry, name) for name in ("info", "updates", "desc")))


def control(extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Say who writes an entry, and when, as the original does in `control`."""
    return {"engine": "ckexplore", "version": [], "iso_datetime": datetime.now().isoformat(), **(extra or {})}


def add_entry(
    module: ModuleFolder, alias: str, uid: str, parts: Parts, fill: Callable[[Path], None] | None = None
) -> Path:
    """Write a new entry, with what `fill` puts into its folder, and return that folder.

    Raises ExistsError, InvalidRequestError for a name that can't be one, OSError.
    """
    name = check_alias(alias) if alias else uid
    target = module.place(name)
    _refuse_taken(module, target, uid)
    _ensure_module(module)
    staged = module.folder / f".new-{new_uid()}"
    try:
        (staged / ".cm").mkdir(parents=True)
        write_parts(staged, parts)
        if fill:
            fill(staged)
        _drop_alias(module.folder, alias, ck.uid_of_alias(module.folder, alias) if alias else "")  # of one that is gone
        target.parent.mkdir(exist_ok=True)
        _write_aliases(module.folder, alias, uid)
        staged.rename(target)
    except BaseException:
        if staged.is_dir():
            remove_tree(staged)
            _drop_alias(module.folder, alias, uid)
        raise
    return target


def write_parts(entry: Path, parts: Parts) -> None:
    """Write what an entry's `.cm` holds, in the original's order; `updates.json` only where there was an update."""
    if parts.updates:
        write_json(entry / ".cm/updates.json", dict(parts.updates))
    write_json(entry / ck.META, dict(parts.meta))
    write_json(entry / ".cm/info.json", dict(parts.info))
    write_json(entry / ".cm/desc.json", dict(parts.desc))


def rename_entry(module: ModuleFolder, entry: Path, old: tuple[str, str], new: tuple[str, str]) -> Path:
    """Give an entry another alias or UID, each pair (alias, UID), and return its folder; no alias: the UID names it.

    Raises ExistsError, InvalidRequestError, OSError.
    """
    (old_alias, old_uid), (alias, uid) = old, new
    target = module.place(check_alias(alias) if alias else uid)
    if target != entry and os.path.lexists(target):
        raise ExistsError(f"{safe_line(str(target))} is there already; choose another name")
    if uid != old_uid:
        _refuse_taken_uid(module, uid)
    info = {**ck.load_extra(entry, "info"), "backup_data_uid": uid}
    if info.get("data_name") == old_alias:
        info["data_name"] = alias or uid
    if alias:
        write_text(module.folder / ".cm" / f"alias-a-{alias}", f"{uid}\n")
    target.parent.mkdir(exist_ok=True)
    entry.rename(target)
    if alias:
        write_text(module.folder / ".cm" / f"alias-u-{uid}", f"{alias}\n")
    if alias != old_alias and old_alias:
        (module.folder / ".cm" / f"alias-a-{old_alias}").unlink(missing_ok=True)
    if uid != old_uid or not alias:
        _forget_uid(module.folder, old_alias, old_uid)
    write_json(target / ".cm/info.json", info)
    _tidy(module, entry.parent)
    return target


def remove_entry(module: ModuleFolder, entry: Path, alias: str, uid: str) -> None:
    """Delete an entry with its alias files. Raises OSError."""
    if entry.is_symlink():
        entry.unlink()
        _drop_alias(module.folder, alias, uid)
        return
    gone = module.folder / f".removed-{new_uid()}"
    entry.rename(gone)
    _drop_alias(module.folder, alias, uid)
    remove_tree(gone)
    _tidy(module, entry.parent)


def copy_files(source: Path, target: Path) -> None:
    """Copy all that is in an entry but its `.cm`; links stay links, so nothing from elsewhere comes along.

    Raises RefusedError for what is neither file nor folder, OSError.
    """
    for folder, folders, names in walk(source):
        inner = os.path.relpath(folder, source)
        if inner == ".":
            folders[:] = [name for name in folders if name != ".cm"]
        here = target if inner == "." else target / inner
        here.mkdir(exist_ok=True)
        for name in (*names, *folders):
            place = f"{folder}/{name}"
            if os.path.islink(place):
                (here / name).symlink_to(Path(place).readlink())
            elif name in names:
                if not os.path.isfile(place):
                    raise RefusedError(f"{safe_line(place)}: neither a file nor a folder, so it can't be copied")
                shutil.copy(place, here / name, follow_symlinks=False)


def refuse_links(module: ModuleFolder, entry: Path | None = None) -> None:
    """Raise RefusedError where a `.cm` that is about to be written is a link: what it leads to isn't the repository."""
    for folder in (module.root, module.folder, *([entry] if entry else [])):
        if os.path.islink(folder / ".cm"):
            raise RefusedError(f"{safe_line(str(folder))}/.cm: a symbolic link, so nothing is written there")


def refuse_locked(entry: Path, key: str = "") -> None:
    """Raise LockedError when the original CK is at an entry, unless `key` is the lock's UID."""
    place = entry / LOCK
    if not place.exists():
        if key:
            raise LockedError(f"{safe_line(str(entry))}: the lock was removed or has expired; ask for it again")
        return
    uid, _, seconds = read_text(place, 1024).partition("\n")
    try:
        left = place.stat().st_mtime + max(1.0, float(seconds)) - datetime.now().timestamp()
    except ValueError:
        left = 0.0
    if left > 0 and key != uid.strip():
        raise LockedError(f"{safe_line(str(entry))} is locked by another process; try again in {left:.0f} s")
    if key:
        place.unlink(missing_ok=True)


def _refuse_taken(module: ModuleFolder, target: Path, uid: str) -> None:
    if os.path.lexists(target):
        raise ExistsError(f"entry already exists in path ({safe_line(str(target))}); `ckexplore update` changes it")
    _refuse_taken_uid(module, uid)


def _refuse_taken_uid(module: ModuleFolder, uid: str) -> None:
    found = ck.look_up(module.folder, uid, module.split)
    if found:
        raise ExistsError(f"{safe_line(module.alias or module.uid)}:{safe_line(found[0] or uid)} has the UID {uid}")


def _ensure_module(module: ModuleFolder) -> None:
    """Make the module's folder, with its alias files, unless it is there."""
    if module.alias and ck.look_up(module.root, module.alias) is None:
        taken = ck.uid_of_alias(module.root, module.alias)
        if taken and taken != module.uid:
            where = safe_line(str(module.root))
            raise InvalidRequestError(f"{where}: its alias files say that {module.alias} has the UID {taken}")
        _write_aliases(module.root, check_alias(module.alias), module.uid)
    (module.folder / ".cm").mkdir(parents=True, exist_ok=True)


def _write_aliases(folder: Path, alias: str, uid: str) -> None:
    if alias:
        write_text(folder / ".cm" / f"alias-a-{alias}", f"{uid}\n")
        write_text(folder / ".cm" / f"alias-u-{uid}", f"{alias}\n")


def _drop_alias(folder: Path, alias: str, uid: str) -> None:
    if alias:
        uid = ck.uid_of_alias(folder, alias) or uid
        (folder / ".cm" / f"alias-a-{alias}").unlink(missing_ok=True)
    if uid:
        _forget_uid(folder, alias, uid)


def _forget_uid(folder: Path, alias: str, uid: str) -> None:
    """Take an alias out of a UID's file; the file goes with its last one."""
    place = folder / ".cm" / f"alias-u-{uid}"
    if place.is_file():
        others = [line for line in read_text(place, 4096).split("\n") if line.strip() and line.strip() != alias]
        if others and alias:
            write_text(place, "\n".join(others) + "\n")
        else:
            place.unlink()


def _tidy(module: ModuleFolder, folder: Path) -> None:
    """Remove a folder of split entries that holds no more."""
    if module.split and folder != module.folder and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
