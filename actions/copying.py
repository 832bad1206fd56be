"""The actions that give an entry another name or place: ren, cp, mv. The names are CK's, as is what they write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..store.changing import changing_entries, module_of, refuse_unwritable, target_repository
from ..store.cid import Cid, is_uid
from ..store.errors import InvalidRequestError, NotFoundError, RefusedError
from ..store.formats import ck_changing
from ..store.formats.ck_entries import check_alias
from ..store.uid import new_uid
from ..store.untrusted import safe_line
from .changing import chosen, remove, writable_module, written
from .common import checked_repositories, one_location
from .request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from ..store.lookup import Location

__all__ = ["cp", "mv", "ren"]

_PLACES = {"new_repo_uoa", "new_module_uoa", "new_data_uoa", "new_data_uid"}


def ren(request: Request) -> dict[str, Any]:
    """Give an artifact another alias: `ren dataset:old new`; its UID stays, unless `--new_uid` draws another.

    Also `--new_data_uoa=`, `--new_data_uid=`, `--remove_alias` and `--add_uid_to_alias`.
    """
    refuse_unknown_options(request, {"new_data_uoa", "new_data_uid", "new_uid", "remove_alias", "add_uid_to_alias"})
    location = one_location(request)
    refuse_unwritable(location.repository, location.module)
    if not location.uid:
        raise InvalidRequestError(f"{location.cid}: its alias file holds no UID, so it can't be renamed")
    alias, uid = _new_name(request, location)
    if (alias, uid) == (location.alias, location.uid):
        raise InvalidRequestError(f"say the new name: ckexplore ren {safe_line(str(request.cid))} NEW")
    module = module_of(location)
    with changing_entries(request.workspace, location.repository, module):
        ck_changing.refuse_links(module, location.path)
        entry = ck_changing.rename_entry(module, location.path, (location.alias, location.uid), (alias, uid))
    parts = ck_changing.read_parts(entry)
    return {**written(location.repository, module, (alias, uid), entry, parts), "renamed": location.cid}


def _new_name(request: Request, location: Location) -> tuple[str, str]:
    """Give the alias and the UID that an entry gets. Raises InvalidRequestError."""
    target = _target(request)
    if target.module not in ("", location.module, location.module_uid) or target.repository not in (
        *("", location.repository.alias, location.repository.uid),
    ):
        raise InvalidRequestError("ren stays in the module and the repository; `ckexplore mv` goes to another")
    uid = request.text("new_data_uid").lower() or (new_uid() if request.flag("new_uid") else location.uid)
    if not is_uid(uid):
        raise InvalidRequestError(f"--new_data_uid={safe_line(uid, 80)} is no UID: 16 hexadecimal digits")
    name = target.artifact or request.text("new_data_uoa") or location.alias
    if request.flag("remove_alias"):
        name = ""
    if request.flag("add_uid_to_alias"):
        name = f"{name or location.alias}-{uid}"
    if is_uid(name):
        return "", name.lower()
    return (check_alias(name) if name else ""), uid


def _target(request: Request) -> Cid:
    """Give the second CID, what something is copied or renamed to; an empty one when there is none."""
    if len(request.cids) > 2:
        raise InvalidRequestError(
            f"{request.action} takes one artifact to another place, and {safe_line(str(request.cids[2]))} is a third"
        )
    return request.cids[1] if len(request.cids) > 1 else Cid()


def cp(request: Request) -> dict[str, Any]:
    """Copy an artifact: `cp soft:compiler.gcc mine`, `cp program:x ck-mlops:program:y`; the copy has a UID of its own.

    As in CK it goes into your own repository unless one is named. Also `--new_repo_uoa=`, `--new_module_uoa=`,
    `--new_data_uoa=`, `--new_data_uid=`, `--keep_old_uid` and `--without_files`.
    """
    refuse_unknown_options(request, {*_PLACES, "keep_old_uid", "without_files"})
    location = one_location(request)
    answer = _copied(request, location, keeping_uid=request.flag("keep_old_uid"), moving=False)
    return {**answer, "copied": location.cid}


def mv(request: Request) -> dict[str, Any]:
    """Move an artifact, or with wildcards several, to another repository or module: `mv dataset:x ck-mlops::`.

    UID and alias stay, unless others are given as for `cp`.
    """
    refuse_unknown_options(request, {*_PLACES, "without_files"})
    if not request.cid.module or not request.cid.artifact:
        one_location(request)  # raises
    if _target(request) == Cid() and not _PLACES & request.options.keys():
        cid = safe_line(str(request.cid))
        raise InvalidRequestError(f"say where to: ckexplore mv {cid} REPOSITORY:: (the module and the name stay)")
    known = checked_repositories(request)
    found = list(chosen(request, known, request.cid)) if request.cid.is_pattern else [one_location(request)]
    if not found:
        raise NotFoundError(f"nothing matches {safe_line(str(request.cid))}; `ckexplore ls` lists what there is")
    if len(found) > 1 and (_target(request).artifact or request.text("new_data_uoa")):
        raise InvalidRequestError(f"{len(found)} artifacts match, and they can't all get the same name; leave it out")
    for location in found:
        refuse_unwritable(location.repository, location.module)
    answer: dict[str, Any] = {}
    for location in found:
        answer = _copied(request, location, keeping_uid=True, moving=True)
        remove(request, location)
    return {**answer, "moved": [location.cid for location in found]}


def _copied(request: Request, location: Location, *, keeping_uid: bool, moving: bool) -> dict[str, Any]:
    if location.repository.format != "ck":
        refuse_unwritable(location.repository)
    target = _target(request)
    known = checked_repositories(request)
    named = target.repository or request.text("new_repo_uoa") or request.cid.repository
    repository = target_repository(known, named if "*" not in named else "")
    name = target.module or request.text("new_module_uoa")
    module = writable_module(request, known, repository, name or location.module_uid or location.module)
    refuse_unwritable(location.repository if moving else repository, location.module)
    alias, uid = _name_of_copy(request, location, target, keeping_uid)
    if moving and module.folder == module_of(location).folder:
        raise InvalidRequestError(f"{location.cid} is there already; `ckexplore ren` gives it another name")
    parts = _parts_of_copy(location, module, alias, uid, moving)

    def fill(folder: Any) -> None:
        if not request.flag("without_files"):
            ck_changing.copy_files(location.path, folder)

    with changing_entries(request.workspace, repository, module):
        entry = ck_changing.add_entry(module, alias, uid, parts, fill)
    return written(repository, module, (alias, uid), entry, parts)


def _name_of_copy(request: Request, location: Location, target: Cid, keeping_uid: bool) -> tuple[str, str]:
    name = target.artifact or request.text("new_data_uoa")
    if not name and (len(request.cids) > 1 or keeping_uid):
        name = location.alias
    given = request.text("new_data_uid").lower() or (location.uid if keeping_uid else "")
    if is_uid(name):
        return "", name.lower()
    uid = given or new_uid()
    if not is_uid(uid):
        raise InvalidRequestError(f"--new_data_uid={safe_line(uid, 80)} is no UID: 16 hexadecimal digits")
    return (check_alias(name) if name else ""), uid


def _parts_of_copy(
    location: Location, module: ck_changing.ModuleFolder, alias: str, uid: str, moving: bool
) -> ck_changing.Parts:
    """Give what the copy's `.cm` holds: the original's, with its own names, and when it was made."""
    if location.path.is_symlink():
        raise RefusedError(f"{safe_line(location.folder)}: a symbolic link, which isn't followed")
    parts = ck_changing.read_parts(location.path)
    info = {
        **parts.info,
        "backup_module_uoa": module.alias or module.uid,
        "backup_module_uid": module.uid,
        "backup_data_uid": uid,
    }
    if alias:
        info["data_name"] = alias
    if not moving:
        before = info.get("control")
        info["control"] = {**(before if isinstance(before, dict) else {}), **ck_changing.control()}
    return replace(parts, info=info)
