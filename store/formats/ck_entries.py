"""Writing CK entries: new ones, changed meta, removed ones, all so that the original CK reads them.

Every file is written beside its place and renamed, so that a reader never sees half of one.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ..cid import is_uid
from ..errors import CkexploreError, InvalidRequestError
from ..removal import remove_tree
from ..uid import module_uid, new_uid
from ..untrusted import safe_line
from . import ck

_FORBIDDEN = set("/\\\0:*?[]#^\n\r\t")


def write_json(path: Path, value: Any) -> None:
    """Write JSON as CK does (two spaces, sorted keys), atomically."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a text file atomically: beside its place, then renamed. Raises CkexploreError when the disk refuses."""
    write_bytes(path, text.encode("utf-8", "surrogateescape"), mode)


def write_bytes(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file in the same way. Raises CkexploreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.parent / f".{os.urandom(8).hex()}.tmp"
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            name.chmod(mode)
            name.replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(path))}: can't be written ({error.strerror})") from error


def create_repository(root: Path, alias: str, uid: str, name: str = "") -> None:
    """Make `root` a CK repository unless it is one."""
    if not os.path.lexists(root / ck.DESCRIPTION_FILE):
        value = {"data_alias": alias, "data_uoa": alias, "data_name": name or alias, "data_uid": uid, "dict": {}}
        write_json(root / ck.DESCRIPTION_FILE, value)


def check_alias(alias: str) -> str:
    """Return `alias` if it can name an entry. Raises InvalidRequestError."""
    if not alias or alias.startswith(".") or set(alias) & _FORBIDDEN or len(alias.encode()) > 200:
        raise InvalidRequestError(f"{safe_line(alias)!r} can't name an artifact; use letters, digits, '.', '-' and '_'")
    return alias


def create_entry(
    root: Path,
    module: str,
    meta: Mapping[str, Any],
    *,
    alias: str = "",
    uid: str = "",
    name: str = "",
) -> Path:
    """Write a new entry, or the meta of one that is there, and return its folder.

    Without `alias` the folder is named by the UID, as CK does.
    """
    module_folder = _ensure_alias(root, check_alias(module), module_uid(module))
    if alias:
        uid = ck.uid_of_alias(module_folder, check_alias(alias)) or uid or new_uid()
        entry = _ensure_alias(module_folder, alias, uid)
    else:
        uid = uid or new_uid()
        entry = module_folder / uid
    write_json(entry / ck.META, dict(meta))
    write_json(entry / ".cm/info.json", _info(module, alias, uid, name))
    if not (entry / ".cm/desc.json").exists():
        write_json(entry / ".cm/desc.json", {})
    return entry


def _info(module: str, alias: str, uid: str, name: str) -> dict[str, Any]:
    control = {"engine": "ckexplore", "version": [], "iso_datetime": datetime.now().isoformat()}
    return {
        "backup_data_uid": uid,
        "backup_module_uid": module_uid(module),
        "backup_module_uoa": module,
        "control": control,
        "data_name": name or alias or uid,
    }


def _ensure_alias(folder: Path, alias: str, uid: str) -> Path:
    """Write the two alias files of `alias` in `folder` if they aren't there, and return its folder."""
    if not ck.uid_of_alias(folder, alias):
        write_text(folder / ".cm" / f"alias-a-{alias}", uid + "\n")
        write_text(folder / ".cm" / f"alias-u-{uid}", alias + "\n")
    return folder / alias


def rename_entry(entry: Path, alias: str) -> Path:
    """Give an entry another alias, and return its new folder; its UID stays.

    Raises InvalidRequestError when the alias is taken, CkexploreError when the disk refuses.
    """
    module_folder, old = entry.parent, entry.name
    target = module_folder / check_alias(alias)
    if os.path.lexists(target):
        raise InvalidRequestError(f"{module_folder.name}:{safe_line(alias)} is there already; choose another name")
    uid = old if is_uid(old) else ck.uid_of_alias(module_folder, old)
    write_text(module_folder / ".cm" / f"alias-a-{alias}", uid + "\n")
    try:
        entry.rename(target)
        write_text(module_folder / ".cm" / f"alias-u-{uid}", alias + "\n")
        (module_folder / ".cm" / f"alias-a-{old}").unlink(missing_ok=True)
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(entry))}: can't be renamed ({error.strerror})") from error
    return target


def remove_entry(entry: Path) -> None:
    """Delete an entry's folder and its alias files. Raises CkexploreError when the disk refuses."""
    module_folder, name = entry.parent, entry.name
    uid = name if is_uid(name) else ck.uid_of_alias(module_folder, name)
    try:
        remove_tree(entry)
        for file in (f"alias-a-{name}", f"alias-u-{uid}"):
            (module_folder / ".cm" / file).unlink(missing_ok=True)
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(entry))}: can't be deleted ({error.strerror})") from error
