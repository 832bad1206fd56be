"""The actions that change entries of CK repositories, the same on every module: add, update, rm.

What they write is CK's own format, into any registered repository that a command names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..store.changing import changing_entries, module_named, module_of, refuse_unwritable, target_repository
from ..store.cid import Cid, has_wildcard, is_uid
from ..store.errors import InvalidRequestError, NotFoundError, RefusedError
from ..store.formats import ck_changing
from ..store.formats.ck_changing import ModuleFolder, Parts
from ..store.formats.ck_entries import check_alias, write_json
from ..store.lookup import Location, locate, locate_one
from ..store.registry import Repository
from ..store.uid import new_uid
from ..store.untrusted import inside, parse_json, safe_line
from .common import as_ck, checked_repositories, load
from .request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["add", "rm", "update"]

_WRITING = {
    *("data_name", "data_uid", "tags", "dict", "desc", "info", "updates", "extra_info", "extra_json_files"),
    *("dict_from_cid", "dict_from_repo_uoa", "dict_from_module_uoa", "dict_from_data_uoa", "substitute", "update"),
    *("ignore_update", "unlock_uid", "sort_keys", "skip_indexing", "ask", "allow_multiple_aliases"),
}


def add(request: Request) -> dict[str, Any]:
    """Add an artifact to your own repository or a named one: `add ck-mlops:dataset:imagenet --tags=2012`.

    Its meta comes as `dict` in `@file.json`, `@file.yaml` or `@@@{"dict": {}}`, or from `--dict_from_cid=`; its UID as
    `--data_uid`, its name as `--data_name`. With `--update` one that is there is changed. `add repo` registers one.
    """
    refuse_unknown_options(request, _WRITING)
    if not request.cid.module or request.cid.is_pattern:
        raise InvalidRequestError("add needs MODULE:ARTIFACT, such as: ckexplore add dataset:imagenet --tags=2012")
    known = checked_repositories(request)
    repository = target_repository(known, request.cid.repository)
    module = writable_module(request, known, repository, request.cid.module)
    if request.flag("update") and request.cid.artifact:
        place = Cid(repository.alias, request.cid.module, request.cid.artifact)
        present = next(iter(locate(request.workspace, [repository], place)), None)
        if present:
            return _updated(request, present)
    return _added(request, repository, module)


def writable_module(request: Request, known: Sequence[Repository], repository: Repository, name: str) -> ModuleFolder:
    """Give the folder of a module in the repository that something is added to. Raises CkexploreError."""
    from .kernel import known_modules  # noqa: PLC0415  (it imports this)

    alias, uid = module_named(request.workspace, known, name, known_modules())
    refuse_unwritable(repository, alias)
    return ck_changing.module_folder(repository.path, alias, uid)


def _added(request: Request, repository: Repository, module: ModuleFolder) -> dict[str, Any]:
    name = request.cid.artifact
    alias, uid = ("", name.lower()) if is_uid(name) else (name, request.text("data_uid").lower() or new_uid())
    if not is_uid(uid):
        raise InvalidRequestError(f"--data_uid={safe_line(uid, 80)} is no UID: 16 hexadecimal digits")
    if alias:
        check_alias(alias)
    parts = _new_parts(request, Parts({}))
    info = {**parts.info, **_backup(module, uid)}
    if data_name := request.text("data_name") or alias:
        info["data_name"] = data_name
    info.setdefault("control", ck_changing.control(_mapping(request, "extra_info")))
    parts = replace(parts, info=info)
    with changing_entries(request.workspace, repository, module):
        entry = ck_changing.add_entry(module, alias, uid, parts, lambda folder: _write_extra(request, folder))
    return written(repository, module, (alias, uid), entry, parts)


def update(request: Request) -> dict[str, Any]:
    """Change the meta of artifacts: `update dataset:imagenet --tags=2012` adds tags, `dict` is merged into the meta.

    With `--substitute` it takes the meta's place. Options are those of `add`; one that isn't there is added.
    """
    refuse_unknown_options(request, _WRITING)
    if not request.cid.module or not request.cid.artifact:
        raise InvalidRequestError(
            "update needs MODULE:ARTIFACT, such as: ckexplore update dataset:imagenet --tags=2012"
        )
    known = checked_repositories(request)
    found = list(chosen(request, known, request.cid))
    if not found and not request.cid.is_pattern:
        return add(request)
    answers = [_updated(request, location) for location in found]
    if not answers:
        raise NotFoundError(f"nothing matches {safe_line(str(request.cid))}; `ckexplore ls` lists what there is")
    return answers[-1] if len(answers) == 1 else {**answers[-1], "updated": [location.cid for location in found]}


def _updated(request: Request, location: Location) -> dict[str, Any]:
    repository, module = location.repository, module_of(location)
    refuse_unwritable(repository, location.module)
    with changing_entries(request.workspace, repository, module):
        ck_changing.refuse_links(module, location.path)
        ck_changing.refuse_locked(location.path, request.text("unlock_uid"))
        before = ck_changing.read_parts(location.path)
        parts = _new_parts(request, before)
        info = {**parts.info, **_backup(module, location.uid)}
        if request.text("data_name"):
            info["data_name"] = request.text("data_name")
        updates = dict(parts.updates)
        now = ck_changing.control(_mapping(request, "extra_info"))
        if not request.flag("ignore_update"):
            if not info.get("control"):
                info["control"] = now
            else:
                earlier = updates.get("control")
                updates["control"] = [*(earlier if isinstance(earlier, list) else []), now]
        parts = replace(parts, info=info, updates=updates)
        ck_changing.write_parts(location.path, parts)
        _write_extra(request, location.path)
    return {
        **written(repository, module, (location.alias, location.uid), location.path, parts),
        "changed": True,
    }


def _new_parts(request: Request, before: Parts) -> Parts:
    """Give what an entry will hold: what it holds, what is taken from another, what the request gives, and tags."""
    given, desc = _mapping(request, "dict"), _mapping(request, "desc")
    if request.flag("substitute"):
        meta, described = dict(given), dict(desc)
    else:
        meta = merged(merged(before.meta, _of_another(request)), given)
        described = merged(before.desc, desc)
    if tags := request.words("tags") if request.text("tags") != "yes" else ():
        present = meta.get("tags", [])
        present = present if isinstance(present, list) else [one for one in str(present).split(",") if one]
        meta["tags"] = [*present, *(one for one in tags if one not in present)]
    info, updates = _mapping(request, "info") or before.info, _mapping(request, "updates") or before.updates
    return Parts(meta, info, updates, described)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as CK does: dicts key by key, lists and values replaced."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = merged(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return result


def _of_another(request: Request) -> Mapping[str, Any]:
    """Load the meta that `dict_from_cid` or `dict_from_data_uoa` names; an empty one without them."""
    if request.text("dict_from_cid"):
        from ..store.cid import parse_cid  # noqa: PLC0415

        other = parse_cid(request.text("dict_from_cid"))
    else:
        module = request.text("dict_from_module_uoa") or request.cid.module
        other = Cid(request.text("dict_from_repo_uoa"), module, request.text("dict_from_data_uoa"))
    return load(request.about(other))["dict"] if other.artifact else {}


def _mapping(request: Request, name: str) -> Mapping[str, Any]:
    """Give an option that is a dict, perhaps as JSON in a text. Raises InvalidRequestError."""
    value = request.options.get(name) or {}
    if isinstance(value, str):
        value = parse_json(value, f"--{name}")
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f'{name} must be an object, such as @@@{{"{name}": {{"key": "value"}}}}')
    return value


def _backup(module: ModuleFolder, uid: str) -> dict[str, str]:
    return {"backup_module_uoa": module.alias or module.uid, "backup_module_uid": module.uid, "backup_data_uid": uid}


def _write_extra(request: Request, entry: Path) -> None:
    for name, value in _mapping(request, "extra_json_files").items():
        write_json(inside(entry, name), value)


def written(
    repository: Repository, module: ModuleFolder, names: tuple[str, str], entry: Path, parts: Parts
) -> dict[str, Any]:
    """Give what CK answers about an entry that was written."""
    alias, uid = names
    return {
        "dict": dict(parts.meta),
        "info": dict(parts.info),
        "updates": dict(parts.updates),
        "path": str(entry),
        "path_module": str(module.folder),
        "path_repo": repository.root,
        **{"repo_uoa": repository.alias, "repo_uid": repository.uid, "repo_alias": repository.alias},
        **{"module_uoa": module.alias or module.uid, "module_uid": module.uid, "module_alias": module.alias},
        **{"data_uoa": alias or uid, "data_uid": uid, "data_alias": alias},
        "data_name": str(parts.info.get("data_name", "")),
    }


def chosen(request: Request, known: Sequence[Repository], cid: Cid) -> Iterator[Location]:
    """Give what a CID names for a change: the one that CK would find, or with wildcards all that match."""
    if cid.is_pattern:
        yield from locate(request.workspace, known, cid)
        return
    try:
        yield locate_one(request.workspace, known, cid)
    except NotFoundError:
        return


def rm(request: Request) -> dict[str, Any]:
    """Delete artifacts, after a question or with `--force`; `rm repo:NAME` only forgets a repository, its files stay.

    `--tags=` or `--search_string=` take of what wildcards match those that have them; `--dry-run` only lists them.
    """
    from ..store import repos  # noqa: PLC0415

    refuse_unknown_options(request, {"force", "f", "tags", "search_string", "dry-run", "dry_run"})
    if not request.cid.module or not request.cid.artifact:
        raise InvalidRequestError("rm needs MODULE:ARTIFACT, such as: ckexplore rm experiment:matmul.naive --force")
    if request.cid.module == "repo":
        repository = repos.unregister(request.workspace, request.cid.artifact)
        return {"removed": [repository.alias], "path": repository.root}
    found = _to_remove(request)
    cids = [location.cid for location in found]
    if request.flag("dry-run") or request.flag("dry_run"):
        return {"removed": [], "would_remove": [as_ck(location) for location in found]}
    told = [f"{location.cid}  {safe_line(location.folder)}" for location in found]
    if not (request.flag("force") or request.flag("f") or request.console.confirm_removal(told)):
        names = ", ".join(cids[:3]) + (" …" if len(cids) > 3 else "")
        raise RefusedError(
            f"nothing is deleted; {len(cids)} would be ({names}): say --force to do it without a question"
        )
    for location in found:
        _remove(request, location)
    return {"removed": cids}


def _to_remove(request: Request) -> list[Location]:
    """Find what would be deleted. Raises CkexploreError where something of it may not be."""
    known = checked_repositories(request)
    found: dict[str, Location] = {}
    for cid in request.cids:
        here = list(chosen(request, known, cid))
        if not here and not has_wildcard(str(cid)):
            locate_one(request.workspace, known, cid)  # raises, with the closest names
        found |= {location.folder: location for location in here}
    if request.text("tags") or request.text("search_string"):
        from .searching import search  # noqa: PLC0415

        options = {name: request.options[name] for name in ("tags", "search_string") if name in request.options}
        searched = search(Request(request.workspace, "search", request.cids, options))["lst"]
        having = {one["path"] for one in searched}
        found = {folder: location for folder, location in found.items() if folder in having}
    if not found:
        raise NotFoundError(f"nothing matches {safe_line(str(request.cid))}; `ckexplore ls` lists what there is")
    for location in found.values():
        if not _is_record(location):
            refuse_unwritable(location.repository, location.module)
    _refuse_running([location for location in found.values() if location.repository.alias == "jobs"])
    return list(found.values())


def _is_record(location: Location) -> bool:
    """Tell whether this is a job or an approval: those are deleted, if never changed, by their names."""
    return location.repository.origin == "own" and location.repository.alias in ("jobs", "trust")


def _refuse_running(jobs: list[Location]) -> None:
    """Raise RefusedError when one of the jobs goes on."""
    from .jobs.record import read_state  # noqa: PLC0415

    for location in jobs:
        state = read_state(location.path)
        if not state.over:
            raise RefusedError(
                f"job:{location.uid} is {state.state}, so it isn't deleted; end it first: "
                f"ckexplore cancel job:{location.uid}"
            )


def _remove(request: Request, location: Location) -> None:
    if _is_record(location):
        from ..store.formats import ck_entries  # noqa: PLC0415

        ck_entries.remove_entry(location.path)
    else:
        remove(request, location)


def remove(request: Request, location: Location) -> None:
    """Delete an entry with its alias files. Raises CkexploreError."""
    module = module_of(location)
    with changing_entries(request.workspace, location.repository, module):
        ck_changing.remove_entry(module, location.path, location.alias, location.uid)
