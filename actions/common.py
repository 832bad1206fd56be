"""The actions that every module has and that need no catalog: find, ls, load, info.

They read the repositories' own alias files. On the way of every quick answer, so this imports nothing that takes time.
"""

from __future__ import annotations

import os

from ..store.cid import MODULE_UIDS, Cid, has_wildcard, matches
from ..store.errors import InvalidRequestError, NotFoundError
from ..store.formats import ck
from ..store.lookup import Location, inherited, locate, locate_one
from ..store.quick import TYPE_CHECKING
from ..store.registry import Repository, named, repositories
from ..store.untrusted import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .request import Request

__all__ = ["find", "info", "load", "ls"]

MODULE_OF_MODULES = ("module", MODULE_UIDS["module"])
_SEARCHED = {
    *("tags", "search_string", "search_by_name", "search_dict", "search_flat_dict", "add_info", "add_meta"),
    *("add_if_date", "add_if_date_before", "add_if_date_after", "print_name", "name"),
}


def ls(request: Request) -> dict[str, Any]:
    """List the artifacts of a module; wildcards in every part of the CID; `--unique` lists one of several copies.

    As in CK `--all` prints whole CIDs, `--print_uid` and `--print_name` more of the names, and `--limit_size=N` ends
    the list; with `--tags` and the other options of `search` it is one.
    """
    if _SEARCHED & request.options.keys():
        return _search(request)
    if request.cid.module == "repo":
        return listed(request, list(_repositories(request)))
    if request.cid.module == "job":
        return _jobs(request)
    known = checked_repositories(request)
    found = [one for cid in request.cids or (Cid(),) for one in locate(request.workspace, known, cid)]
    entries = [as_ck(location) for location in found]
    if request.cid.module in MODULE_OF_MODULES and not request.cid.repository:
        from .own_modules import own_modules  # noqa: PLC0415

        entries += own_modules(request.cid.artifact, {one["data_uoa"] for one in entries})
    return listed(request, entries)


def _jobs(request: Request) -> dict[str, Any]:
    from .jobs.listing import listed_jobs  # noqa: PLC0415  (their states are read, which takes time)

    return {"lst": listed_jobs(request.workspace, request.cids)}


def _search(request: Request) -> dict[str, Any]:
    from .searching import search  # noqa: PLC0415

    return search(request)


def checked_repositories(request: Request) -> list[Repository]:
    """List the repositories. Raises NotFoundError when a CID names one that isn't among them."""
    known = repositories(request.workspace)
    for cid in request.cids:
        if cid.repository and not has_wildcard(cid.repository):
            named(known, cid.repository)
    return known


def _refuse_unknown_module(request: Request) -> None:
    """Raise NotFoundError when a CID names a module that isn't there; a standard module may well be empty, as in CK."""
    cid = request.cid
    is_named = cid.module and not has_wildcard(cid.module)
    if is_named and cid.module not in {*MODULE_UIDS, *MODULE_UIDS.values()}:
        from ..store.ck_modules import CK_MODULES  # noqa: PLC0415  (only where nothing is found)

        if cid.module in {*CK_MODULES, *CK_MODULES.values()}:
            return
        known = repositories(request.workspace)
        if not any(True for _ in locate(request.workspace, known, Cid(cid.repository, cid.module))):
            locate_one(request.workspace, known, cid)  # raises, with the closest names


def listed(request: Request, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Give an answer with these entries; with `--unique`, of copies only the first, which wins in CK's lookup order.

    Raises NotFoundError when there are none since the module isn't there.
    """
    if not entries:
        _refuse_unknown_module(request)
    if request.flag("unique"):
        first: dict[tuple[str, str], dict[str, Any]] = {}
        for one in entries:
            first.setdefault((one["module_uid"], one["data_uid"] or one["path"]), one)
        entries = list(first.values())
    if request.options.get("limit_size"):
        most = _count(request, "limit_size")
        if 0 < most <= len(entries):  # as in CK, which calls this so
            return {"lst": entries[:most], "timed_out": "yes"}
    return {"lst": entries}


def _count(request: Request, name: str) -> int:
    try:
        return int(request.text(name))
    except ValueError:
        raise InvalidRequestError(f"--{name}={safe_line(request.text(name), 80)} is no number") from None


def _repositories(request: Request) -> Iterator[dict[str, Any]]:
    """List repositories as artifacts of the module `repo`: the registry, and folders opened for this session."""
    for repository in repositories(request.workspace):
        if matches(request.cid.artifact, repository.alias, repository.uid):
            location = _as_artifact(repository)
            yield {**as_ck(location), "format": repository.format, "problem": repository.problem}


def _as_artifact(repository: Repository) -> Location:
    return Location(repository, "repo", MODULE_UIDS["repo"], repository.alias, repository.uid, repository.root)


def as_ck(location: Location) -> dict[str, Any]:
    """Give a location under CK's names."""
    return {
        "repo_uoa": location.repository.alias,
        "repo_uid": location.repository.uid,
        "module_uoa": location.module,
        "module_uid": location.module_uid,
        "data_uoa": location.title,
        "data_uid": location.uid,
        "path": location.folder,
    }


def one_location(request: Request) -> Location:
    """Find the one artifact that a request names, as CK's lookup order has it. Raises CkexploreError."""
    cid = request.cid
    if not cid.module or not cid.artifact or cid.is_pattern:
        raise InvalidRequestError(
            f"{request.action} needs one artifact, such as: ckexplore {request.action} soft:compiler.gcc"
        )
    if cid.module == "repo":
        return _as_artifact(named(repositories(request.workspace), cid.artifact))
    return locate_one(request.workspace, checked_repositories(request), cid)


def _own_module(request: Request) -> dict[str, Any] | None:
    """Give a module of ours that no repository has, under CK's names; None for all else."""
    cid = request.cid
    if cid.module not in MODULE_OF_MODULES or not cid.artifact or cid.repository or has_wildcard(cid.artifact):
        return None
    if next(iter(locate(request.workspace, repositories(request.workspace), cid)), None):
        return None
    from .own_modules import own_module  # noqa: PLC0415

    return own_module(cid.artifact)


def find(request: Request) -> dict[str, Any]:
    """Tell where an artifact is; with wildcards, or by `--tags`, where all are that match."""
    if own := _own_module(request):
        return {**own, "number_of_entries": 1}
    if not request.cid.is_pattern and not request.options.get("tags"):
        return {**_found(one_location(request)), "number_of_entries": 1}
    found = ls(request)["lst"]
    if not found:
        raise NotFoundError(f"nothing matches {safe_line(str(request.cid))}; `ckexplore ls` lists what there is")
    return {**found[0], "number_of_entries": len(found), "lst": found}


def _found(location: Location) -> dict[str, Any]:
    root, module = location.repository.root, location.module
    in_module = location.folder.startswith(f"{root}/{module}/")
    return {
        **as_ck(location),
        "path_repo": root,
        "path_module": f"{root}/{module}" if in_module else os.path.dirname(location.folder),
        "repo_alias": location.repository.alias,
        "module_alias": module,
        "data_alias": location.alias,
    }


def load(request: Request) -> dict[str, Any]:
    """Show the meta of an artifact as JSON, with all it inherits; `--min` without the names and paths."""
    if module := _own_module(request):
        return module
    location = one_location(request)
    own = own_meta(location)
    if location.repository.format != "ck":
        return {**_found(location), "dict": own}
    beside = _beside_meta(location.folder)
    return {
        **_found(location),
        "dict": inherited(request.workspace, repositories(request.workspace), location, own),
        **({"dict_orig": own} if "_base_entry" in own else {}),
        **beside,
        "data_name": str(beside.get("info", {}).get("data_name", "")),
    }


def own_meta(location: Location) -> dict[str, Any]:
    """Read what an artifact's own meta says; in a CK repository nothing inherited. Raises UnreadableError."""
    repository = location.repository
    if repository.format == "ck":
        return ck.own_meta(location.folder)
    from ..store.formats import format_named  # noqa: PLC0415

    path = location.folder.removeprefix(f"{repository.root}/")
    return format_named(repository.format).load_meta(repository.path, path)


def _beside_meta(folder: str) -> dict[str, Any]:
    """Read what is beside an entry's meta, each with its path, as CK gives it."""
    found: dict[str, Any] = {}
    for name in ("info", "updates", "desc"):
        path = f"{folder}/.cm/{name}.json"
        if os.path.isfile(path):
            found |= {name: ck.load_extra(folder, name), f"path_{name}": path}
    return found


def info(request: Request) -> dict[str, Any]:
    """Show the names, UIDs and path of an artifact, or of a module: `info MODULE`."""
    if request.cid.module and not request.cid.artifact:
        request = request.about(Cid(request.cid.repository, "module", request.cid.module))
    return _own_module(request) or _found(one_location(request))
