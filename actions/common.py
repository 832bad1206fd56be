"""The actions that every module has: ls, find, load, search, list_tags, info, tag, rm.

`find`, `ls` and `load` read the repositories' own alias files; `search` and `list_tags` use the catalog.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..store import repos
from ..store.artifact import MODULE_UIDS, Artifact, Cid
from ..store.closest import closest
from ..store.errors import InvalidRequestError, RefusedError
from ..store.formats import ck
from ..store.lookup import Location, has_wildcard, locate, locate_one, matches
from ..store.untrusted import safe_line
from .request import Request

_SEARCHING = {"tags", "search_string", "out", "quiet", "con"}

__all__ = ["find", "info", "list_tags", "load", "ls", "rm", "search", "tag"]


def ls(request: Request) -> dict[str, Any]:
    """List the artifacts of a module; wildcards in every part of the CID."""
    if request.options.get("tags"):
        return search(request)
    cid = request.cid
    found = [] if cid.module == "repo" else list(_everything(request))
    if cid.module == "repo":
        found = list(_repositories(request))
    elif not found and _is_named(cid):
        known = repos.repositories(request.workspace)
        if not any(True for _ in locate(request.workspace, known, Cid(cid.repository, cid.module, "*"))):
            locate_one(request.workspace, known, cid)  # raises, with the closest names
    return {"lst": found}


def _is_named(cid: Cid) -> bool:
    """Tell whether a CID names a module that should be there; a standard module may well be empty, as in CK."""
    return bool(cid.module) and not has_wildcard(cid.module) and cid.module not in {*MODULE_UIDS, *MODULE_UIDS.values()}


def _everything(request: Request) -> Iterator[dict[str, Any]]:
    known = repos.repositories(request.workspace)
    for cid in request.cids or (Cid(),):
        for location in locate(request.workspace, known, cid):
            yield _as_ck(location)


def _repositories(request: Request) -> Iterator[dict[str, Any]]:
    """List repositories as artifacts of the module `repo`: the registry, and folders opened for this session."""
    for repository in repos.repositories(request.workspace):
        if matches(request.cid.artifact, repository.alias, repository.uid):
            location = _repository_as_artifact(repository)
            yield {**_as_ck(location), "format": repository.format, "problem": repository.problem}


def _repository_as_artifact(repository: repos.Repository) -> Location:
    return Location(repository, "repo", MODULE_UIDS["repo"], repository.alias, repository.uid, repository.path)


def _as_ck(location: Location) -> dict[str, Any]:
    """Give a location under CK's names."""
    return {
        "repo_uoa": location.repository.alias,
        "repo_uid": location.repository.uid,
        "module_uoa": location.module,
        "module_uid": location.module_uid,
        "data_uoa": location.title,
        "data_uid": location.uid,
        "path": str(location.path),
    }


def _one(request: Request) -> Location:
    cid = request.cid
    if not cid.module or not cid.artifact or has_wildcard(str(cid)):
        raise InvalidRequestError(
            f"{request.action} needs one artifact, such as: ckexplore {request.action} soft:compiler.gcc"
        )
    if cid.module == "repo":
        return _repository_as_artifact(repos.find(request.workspace, cid.artifact))
    return locate_one(request.workspace, repos.repositories(request.workspace), cid)


def find(request: Request) -> dict[str, Any]:
    """Tell where an artifact is; with wildcards, where all that match are."""
    if has_wildcard(str(request.cid)):
        return ls(request)
    return _found(_one(request))


def _found(location: Location) -> dict[str, Any]:
    return {
        **_as_ck(location),
        "path_repo": str(location.repository.path),
        "path_module": str(location.path.parent),
        "repo_alias": location.repository.alias,
        "module_alias": location.module,
        "data_alias": location.alias,
    }


def load(request: Request) -> dict[str, Any]:
    """Show the meta of an artifact as JSON; `--min` without the names and paths."""
    location = _one(request)
    if location.repository.format != "ck":
        raise InvalidRequestError(f"{location.cid} has no meta: {location.repository.alias} is a plain repository")
    described = ck.load_extra(location.path, "info")
    return {
        **_found(location),
        "dict": ck.load_meta(location.path),
        "desc": ck.load_extra(location.path, "desc"),
        "info": described,
        "data_name": str(described.get("data_name", "")),
        "path_info": str(location.path / ".cm/info.json"),
        "path_desc": str(location.path / ".cm/desc.json"),
    }


def info(request: Request) -> dict[str, Any]:
    """Show the names, UIDs and path of an artifact."""
    return _found(_one(request))


def search(request: Request) -> dict[str, Any]:
    """Find artifacts by `--tags=a,b` (all of them, exactly) and, in any field, by words in `--search_string=`."""
    _check_options(request)
    wanted = set(request.words("tags"))
    words = request.text("search_string").lower().split()
    found = [row for row in _rows(request) if wanted <= {*row.tags, *row.own_tags} and _has_words(row, words)]
    roots = {one.uid: one.path for one in repos.repositories(request.workspace)}
    return {"lst": [_row_as_ck(row, roots[row.repository_uid]) for row in found]}


def _check_options(request: Request) -> None:
    """Raise InvalidRequestError for an option that a search doesn't have: a typo there would find everything."""
    unknown = [name for name in request.options if name not in _SEARCHING]
    if unknown:
        hint = closest(unknown[0], _SEARCHING) or f"; it has {', '.join(sorted(_SEARCHING))}"
        raise InvalidRequestError(f"search has no option {safe_line(unknown[0], 80)!r}{hint}")
    if "tags" in request.options and (request.options["tags"] == "yes" or not request.words("tags")):
        raise InvalidRequestError("say which tags: --tags=onnx,vision; `ckexplore list_tags` lists them")


def _rows(request: Request) -> Iterator[Artifact]:
    from .browsing import rows  # noqa: PLC0415  (TinyDB and msgspec: only for searches over everything)

    patterns = request.cids or (Cid(),)
    for row in rows(request.workspace):
        if any(_row_matches(row, cid) for cid in patterns):
            yield row


def _row_matches(row: Artifact, cid: Cid) -> bool:
    pairs = (
        (cid.repository, row.repository, row.repository_uid),
        (cid.module, row.module, row.module_uid),
        (cid.artifact, row.alias, row.uid),
    )
    return all(matches(pattern, alias, uid) for pattern, alias, uid in pairs)


def _has_words(row: Artifact, words: list[str]) -> bool:
    line = " ".join((row.alias, row.name, row.uid, row.description, *row.tags)).lower() if words else ""
    return all(word in line for word in words)


def _row_as_ck(row: Artifact, root: Path) -> dict[str, Any]:
    return {
        "repo_uoa": row.repository,
        "repo_uid": row.repository_uid,
        "module_uoa": row.module,
        "module_uid": row.module_uid,
        "data_uoa": row.title,
        "data_uid": row.uid,
        "path": str(row.location(root)),
        "tags": [*row.tags, *row.own_tags],
    }


def list_tags(request: Request) -> dict[str, Any]:
    """List every tag with the number of artifacts that carry it."""
    counted: dict[str, int] = {}
    for row in _rows(request):
        for name in {*row.tags, *row.own_tags}:
            counted[name] = counted.get(name, 0) + 1
    return {"tags": sorted(counted), "counts": dict(sorted(counted.items()))}


def tag(request: Request) -> dict[str, Any]:
    """Set your own tags of an artifact: `--tags=a,b` replaces them, `--add=c`, `--remove=a`."""
    from ..store import annotations  # noqa: PLC0415

    location = _one(request)
    row = Artifact(
        uid=location.uid,
        alias=safe_line(location.alias),
        module=location.module,
        module_uid=location.module_uid,
        path=str(location.path),
        repository=location.repository.alias,
    )
    if not any(name in request.options for name in ("tags", "add", "remove")):
        raise InvalidRequestError(f"say which tags: ckexplore tag {location.module}:{location.title} --add=mine")
    present = annotations.own_tags(request.workspace).get(location.uid, ())
    wanted = request.words("tags") if "tags" in request.options else present
    wanted = [*wanted, *request.words("add")]
    stored = annotations.set_own_tags(
        request.workspace, row, [name for name in wanted if name not in request.words("remove")]
    )
    return {**_as_ck(location), "own_tags": list(stored)}


def rm(request: Request) -> dict[str, Any]:
    """Delete artifacts of your own (`--force`), or forget a repository: `rm repo:NAME` leaves its files alone."""
    from ..store.formats import ck_entries  # noqa: PLC0415

    if not request.cid.module or not request.cid.artifact:
        raise InvalidRequestError("rm needs MODULE:ARTIFACT, such as: ckexplore rm experiment:matmul.naive --force")
    if request.cid.module == "repo":
        repository = repos.unregister(request.workspace, request.cid.artifact)
        return {"removed": [repository.alias], "path": str(repository.path)}
    known = repos.repositories(request.workspace)
    found = list(locate(request.workspace, known, request.cid))
    if not found:
        locate_one(request.workspace, known, request.cid)
    foreign = [location for location in found if location.repository.origin != "own"]
    if foreign:
        raise RefusedError(f"{foreign[0].cid} belongs to a repository that you only browse; nothing is deleted there")
    if not request.flag("force"):
        names = ", ".join(location.cid for location in found[:3]) + (" …" if len(found) > 3 else "")
        raise RefusedError(f"this would delete {len(found)} ({names}); say --force to do it")
    for location in found:
        ck_entries.remove_entry(location.path)
    return {"removed": [location.cid for location in found]}
