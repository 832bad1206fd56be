"""Repositories come and go: folders are registered and forgotten, clones made and brought up to date.

The registry is CK's: an entry `repo:<alias>` in the user's local repository and the two cache files beside it, so
that the original CK, with CK_REPOS set to our home, sees the same repositories.
"""

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import CkexploreError, InvalidRequestError, NotFoundError
from .formats import ck, ck_entries, recognise
from .recognition import described, open_folder
from .registry import INFO_CACHE, JOBS_UID, LOCAL_UID, TRUST_UID, Repository, find, read_cache, repositories
from .removal import remove_tree
from .untrusted import safe_line
from .workspace import Workspace

if TYPE_CHECKING:
    from .git_transport import Progress

__all__ = [
    "Repository",
    "clone",
    "find",
    "open_folder",
    "prepare_home",
    "pull",
    "register",
    "repositories",
    "unregister",
]

_UID_CACHE = ".ck.cache_repo_uoa.json"


def register(workspace: Workspace, folder: Path, alias: str = "", url: str = "") -> Repository:
    """Add a folder to the registry under its own alias or a given one; adding it again changes nothing.

    Raises NotFoundError, InvalidRequestError (not a repository, alias taken).
    """
    root = Path(os.path.abspath(folder.expanduser()))
    if not root.is_dir():
        raise NotFoundError(f"{safe_line(str(folder))}: no such folder; give the repository's folder with --path")
    kind = recognise(root)
    if kind == "plain" and not any(root.iterdir()):
        raise InvalidRequestError(f"{safe_line(str(root))}: an empty folder, no repository")
    found = described(root, kind, "registered")
    repository = Repository(alias or found.alias, found.uid, root, kind, url=url)
    ck_entries.check_alias(repository.alias)
    _refuse_conflict(workspace, repository, folder)
    _write_registration(workspace, repository)
    return repository


def _refuse_conflict(workspace: Workspace, repository: Repository, folder: Path) -> None:
    """Raise InvalidRequestError when the name or the UID belongs to a repository in another place."""
    for other in repositories(Workspace(workspace.home)):
        where = safe_line(str(other.path))
        if other.alias == repository.alias and other.path != repository.path:
            raise InvalidRequestError(
                f"a repository named {other.alias} is registered already, at {where}; "
                f"choose another name: ckexplore add repo:NAME --path={safe_line(str(folder))}"
            )
        if other.uid == repository.uid and (other.path, other.alias) != (repository.path, repository.alias):
            raise InvalidRequestError(
                f"this repository (UID {other.uid}) is registered already, as {other.alias} at {where}; "
                f"forget that first: ckexplore rm repo:{other.alias}"
            )


def _write_registration(workspace: Workspace, repository: Repository) -> None:
    prepare_home(workspace)
    details: dict[str, Any] = {"path": repository.root, "ckexplore_format": repository.format}
    if repository.format == "ck":
        details |= ck.split_settings(repository.root)  # the original CK reads them here
    if repository.url:
        details |= {"url": repository.url, "shared": "git"}
    alias, uid = repository.alias, repository.uid
    ck_entries.create_entry(workspace.local, "repo", details, alias=alias, uid=uid, name=alias)
    cache = read_cache(workspace)
    cache = {key: value for key, value in cache.items() if value.get("data_alias") != alias}
    cache[uid] = {"data_uid": uid, "data_uoa": alias, "data_alias": alias, "data_name": alias, "dict": details}
    _write_caches(workspace, cache)


def _write_caches(workspace: Workspace, cache: dict[str, Any]) -> None:
    # Written in the registry's order (not sorted): CK looks repositories up in this order.
    import json  # noqa: PLC0415

    ck_entries.write_text(workspace.local / INFO_CACHE, json.dumps(cache, indent=2) + "\n")
    aliases = {value["data_alias"]: uid for uid, value in cache.items()}
    ck_entries.write_text(workspace.local / _UID_CACHE, json.dumps(aliases, indent=2) + "\n")


def unregister(workspace: Workspace, alias: str) -> Repository:
    """Take a repository out of the registry; its files stay where they are. Raises NotFoundError."""
    repository = find(workspace, alias)
    cache = read_cache(workspace)
    if repository.uid not in cache:
        raise InvalidRequestError(f"{repository.alias} isn't a registered repository, so it can't be removed")
    del cache[repository.uid]
    _write_caches(workspace, cache)
    entry = workspace.local / "repo" / repository.alias
    if entry.exists():
        ck_entries.remove_entry(entry)
    return repository


def clone(workspace: Workspace, url: str, alias: str, progress: "Progress") -> Repository:
    """Clone a repository into our home and register it. Raises CkexploreError."""
    from . import git_transport  # noqa: PLC0415  (nothing else here needs git)

    git_transport.check_url(url)
    alias = alias or url.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git")
    target = workspace.clones / ck_entries.check_alias(alias)
    _refuse_conflict(workspace, Repository(alias, "", target), target)  # before anything is fetched
    git_transport.clone(url, target, progress)
    try:
        return register(workspace, target, alias, url)
    except BaseException:  # Ctrl-C too: a clone is there and registered, or neither
        if target in [one.path for one in repositories(Workspace(workspace.home))]:
            unregister(workspace, alias)
        with contextlib.suppress(OSError):
            remove_tree(target)
        raise


def pull(workspace: Workspace, alias: str, progress: "Progress") -> bool:
    """Bring a clone of ours up to date, and tell whether anything changed. Raises CkexploreError."""
    from . import git_transport  # noqa: PLC0415

    repository = find(workspace, alias)
    if workspace.clones not in repository.path.parents:
        raise InvalidRequestError(
            f"{repository.alias} at {safe_line(str(repository.path))} was not cloned by ckexplore, and git isn't run "
            "in folders of others (their .git/config can execute commands): pull it there yourself"
        )
    return git_transport.pull(repository.path, progress)


def prepare_home(workspace: Workspace) -> None:
    """Make the user's own repositories if they aren't there. Raises CkexploreError when the disk refuses."""
    ck_entries.create_repository(workspace.local, "local", LOCAL_UID)
    ck_entries.create_repository(workspace.jobs, "jobs", JOBS_UID)
    _prepare_trust(workspace)
    if not (workspace.local / INFO_CACHE).exists():
        _write_caches(workspace, {})


def _prepare_trust(workspace: Workspace) -> None:
    """Make the repository of approvals, which nobody else may read or write."""
    if not workspace.trust.exists():
        try:
            workspace.trust.mkdir(mode=0o700)
        except OSError as error:
            where = safe_line(str(workspace.trust))
            raise CkexploreError(f"{where}: can't be made ({error.strerror})") from error
    ck_entries.create_repository(workspace.trust, "trust", TRUST_UID)
