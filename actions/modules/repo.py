"""Actions of the module `repo`: add, pull and check repositories."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...store import repos
from ...store.cid import Cid
from ...store.errors import InvalidRequestError
from ...store.repos import Repository
from ...store.workspace import Workspace
from ..request import Request

if TYPE_CHECKING:
    from ...store.artifact import Artifact

__all__ = ["add", "check", "pull"]


def add(request: Request) -> dict[str, Any]:
    """Register a folder, `add repo[:NAME] --path=DIR`, or clone an address, `add repo[:NAME] --url=https://…`."""
    alias = _alias(request)
    if request.text("url"):
        return _added(request, repos.clone(request.workspace, request.text("url"), alias, request.console.progress))
    path = request.text("path")
    if not path:
        raise InvalidRequestError("say where the repository is: ckexplore add repo --path=DIR, or --url=https://…")
    return _added(request, repos.register(request.workspace, Path(path), alias))


def _alias(request: Request) -> str:
    cid: Cid = request.cid
    return cid.artifact if cid.artifact not in ("", "*") else ""


def _added(request: Request, repository: Repository) -> dict[str, Any]:
    rows = _indexed(request, repository)
    return {
        "repo_uoa": repository.alias,
        "repo_uid": repository.uid,
        "path": str(repository.path),
        "format": repository.format,
        "artifacts": len(rows),
        "broken": [{"cid": row.cid, "problem": row.problem} for row in rows if row.problem],
        "drift": _drift(repository),
    }


def _drift(repository: Repository) -> list[dict[str, str]]:
    from ...store.formats import format_named  # noqa: PLC0415

    if repository.problem:
        return []
    return [{"path": one.path, "what": one.what} for one in format_named(repository.format).drift(repository.path)]


def _indexed(request: Request, repository: Repository) -> "list[Artifact]":
    from ...store.catalog import Catalog  # noqa: PLC0415  (TinyDB and msgspec, which the help doesn't need)

    catalog = Catalog(request.workspace)
    try:
        return catalog.artifacts(repository)
    finally:
        catalog.close()


def check(request: Request) -> dict[str, Any]:
    """Tell what is in a repository, what of it can't be read, what its own tool passes over: `check repo[:NAME]`."""
    alias = _alias(request)
    registered = [one for one in repos.repositories(request.workspace) if one.origin != "own"]
    chosen = [repos.find(request.workspace, alias)] if alias else registered
    return {"checked": [_checked(request, repository) for repository in chosen]}


def _checked(request: Request, repository: Repository) -> dict[str, Any]:
    rows = [] if repository.problem else _indexed(request, repository)
    return {
        "repo_uoa": repository.alias,
        "path": str(repository.path),
        "format": repository.format,
        "problem": repository.problem,
        "artifacts": dict(sorted(Counter(row.module for row in rows).items())),
        "broken": [{"cid": row.cid, "problem": row.problem} for row in rows if row.problem],
        "drift": _drift(repository),
    }


def pull(request: Request) -> dict[str, Any]:
    """Bring clones up to date: `pull repo:NAME`, or all of them; with `--url=` the repository is cloned first."""
    alias = _alias(request)
    if request.text("url"):
        return add(request)
    names = [alias] if alias else _clones(request.workspace)
    changed = {name: repos.pull(request.workspace, name, request.console.progress) for name in names}
    for name in names:
        _indexed(request, repos.find(request.workspace, name))
    return {"pulled": changed}


def _clones(workspace: Workspace) -> list[str]:
    return [one.alias for one in repos.repositories(workspace) if workspace.clones in one.path.parents]
