"""Actions of the module `repo`: add, pull, check and trust repositories."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...store import repos
from ...store.cid import Cid
from ...store.errors import InvalidRequestError, RefusedError
from ...store.repos import Repository
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from ...store.artifact import Artifact
    from ..trust.repository_trust import Survey

__all__ = ["add", "check", "pull", "trust"]


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


def trust(request: Request) -> dict[str, Any]:
    """Trust a repository at its present content: `trust repo:NAME`. It shows what that is, and asks; nothing is run.

    Every file's content is recorded, and what has changed since isn't covered. Plans without a sandbox are covered only
    with `--sandbox=none`. Unattended: `--yes --expect=HASH`, with the hash of `--dry-run --out=json`.
    """
    from ..trust import repository_trust  # noqa: PLC0415  (reads everything, which the help doesn't need)

    surveyed = survey(request)
    values = repository_trust.as_values(surveyed)
    if request.flag("dry-run") or request.flag("dry_run"):
        return {**values, "trusted": False}
    _confirm_trust(request, surveyed)
    approved = repository_trust.trust(request.workspace, surveyed)
    return {**values, "trusted": True, "approval_uid": approved.uid, "approval_uoa": approved.folder.name}


def survey(request: Request) -> "Survey":
    """Look through the repository that is to be trusted. Raises CkexploreError when it can't be, as one's own."""
    from ..trust import repository_trust  # noqa: PLC0415

    refuse_unknown_options(request, {"dry-run", "dry_run", "expect", "sandbox", "yes"})
    if not _alias(request):
        raise InvalidRequestError("say which repository: ckexplore trust repo:NAME; `ckexplore ls repo` lists them")
    repository = repos.find(request.workspace, _alias(request))
    if repository.origin == "own":
        raise InvalidRequestError(f"{repository.alias} is your own repository; trust those of others")
    return repository_trust.survey(repository, request.text("sandbox", "net"), request.console.progress)


def _confirm_trust(request: Request, surveyed: "Survey") -> None:
    """Ask, unless the hash was named. Raises RefusedError."""
    expected = request.text("expect")
    if expected and expected != surveyed.approval:
        raise RefusedError(
            f"{surveyed.alias} isn't what was looked at: its hash is {surveyed.approval}, not "
            f"{safe_line(expected, 80)}; look at it again with --dry-run"
        )
    if not (request.flag("yes") and expected) and not request.console.confirm_trust(surveyed):
        raise RefusedError(
            f"{surveyed.alias} isn't trusted. Look at it with --dry-run --out=json, "
            f"then say --yes --expect={surveyed.approval}"
        )
