"""Which repositories are known: registered in CK's own way, cloned by us, or opened for this session only.

The registry is CK's: an entry `repo:<alias>` in the user's local repository and the two cache files beside it, so
that the original CK, with CK_REPOS set to our home, sees the same repositories.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import git_transport
from .artifact import derived_uid, is_uid
from .errors import CkexploreError, InvalidRequestError, NotFoundError
from .formats import ck, ck_entries, recognise
from .untrusted import load_json_object, safe_line
from .workspace import Workspace

LOCAL_UID = "9a3280b14a4285c9"  # CK's own for every local repository
JOBS_UID = "d2c8f10e63ab9475"
_INFO_CACHE = ".ck.cache_repo_info.json"
_UID_CACHE = ".ck.cache_repo_uoa.json"


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository: `origin` is "own" (local, jobs), "registered" or "folder" (this session only)."""

    alias: str
    uid: str
    path: Path
    format: str = "ck"
    origin: str = "registered"
    url: str = ""

    @property
    def problem(self) -> str:
        """Why it can't be read now; empty when it can."""
        return "" if self.path.is_dir() else f"{safe_line(str(self.path))}: the folder is gone"


def repositories(workspace: Workspace) -> list[Repository]:
    """List every repository in CK's lookup order: local, the registered ones, then the folders and our jobs."""
    own = Repository("local", LOCAL_UID, workspace.local, origin="own")
    jobs = Repository("jobs", JOBS_UID, workspace.jobs, origin="own")
    listed = [own, *_registered(workspace)]
    for folder in workspace.folders:
        listed += [found for found in open_folder(folder) if all(found.path != other.path for other in listed)]
    return [*listed, jobs]


def _registered(workspace: Workspace) -> Iterator[Repository]:
    for uid, entry in _read_cache(workspace).items():
        details = entry.get("dict") if isinstance(entry, dict) else None
        path = details.get("path") if isinstance(details, dict) else None
        if isinstance(path, str) and path and isinstance(details, dict):
            yield Repository(
                alias=safe_line(str(entry.get("data_alias") or entry.get("data_uoa") or uid), 120),
                uid=uid,
                path=Path(path),
                format=str(details.get("ckexplore_format", "ck")),
                url=str(details.get("url", "")),
            )


def _read_cache(workspace: Workspace) -> dict[str, Any]:
    path = workspace.local / _INFO_CACHE
    return load_json_object(path) if path.exists() else {}


def open_folder(folder: Path) -> list[Repository]:
    """Read a folder as one repository, or as the repositories that stand directly in it.

    Raises NotFoundError or InvalidRequestError.
    """
    root = Path(os.path.abspath(folder))
    if not root.exists():
        raise NotFoundError(f"{safe_line(str(folder))}: no such folder")
    if not root.is_dir():
        raise InvalidRequestError(f"{safe_line(str(folder))}: a file, not the folder of a repository")
    kind = recognise(root)
    if kind == "plain":
        inner = [child for child in sorted(root.iterdir()) if child.is_dir() and not child.is_symlink()]
        found = [child for child in inner if recognise(child) != "plain"]
        if found:
            chosen = [child for child in inner if child in found or (child / "README.md").exists()]
            return [_described(child, recognise(child), "folder") for child in chosen]
    return [_described(root, kind, "folder")]


def _described(root: Path, kind: str, origin: str) -> Repository:
    """Name a repository by its own description where it has one, else by its folder."""
    alias, uid = root.name or "root", ""
    if kind == "ck" and (root / ck.DESCRIPTION_FILE).exists():
        try:
            value = ck.description(root)
        except CkexploreError:  # the scan shows what is wrong with it
            value = {}
        alias, uid = str(value.get("data_alias") or alias), str(value.get("data_uid", "")).lower()
    uid = uid if is_uid(uid) else derived_uid("repository", str(root))
    return Repository(safe_line(alias, 120), uid, root, kind, origin)


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
    found = _described(root, kind, "registered")
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
    details = {"path": str(repository.path), "ckexplore_format": repository.format}
    if repository.url:
        details |= {"url": repository.url, "shared": "git"}
    alias, uid = repository.alias, repository.uid
    ck_entries.create_entry(workspace.local, "repo", details, alias=alias, uid=uid, name=alias)
    cache = _read_cache(workspace)
    cache = {key: value for key, value in cache.items() if value.get("data_alias") != alias}
    cache[uid] = {"data_uid": uid, "data_uoa": alias, "data_alias": alias, "data_name": alias, "dict": details}
    _write_caches(workspace, cache)


def _write_caches(workspace: Workspace, cache: dict[str, Any]) -> None:
    # Written in the registry's order (not sorted): CK looks repositories up in this order.
    import json  # noqa: PLC0415

    ck_entries.write_text(workspace.local / _INFO_CACHE, json.dumps(cache, indent=2) + "\n")
    aliases = {value["data_alias"]: uid for uid, value in cache.items()}
    ck_entries.write_text(workspace.local / _UID_CACHE, json.dumps(aliases, indent=2) + "\n")


def unregister(workspace: Workspace, alias: str) -> Repository:
    """Take a repository out of the registry; its files stay where they are. Raises NotFoundError."""
    repository = find(workspace, alias)
    cache = _read_cache(workspace)
    if repository.uid not in cache:
        raise InvalidRequestError(f"{repository.alias} isn't a registered repository, so it can't be removed")
    del cache[repository.uid]
    _write_caches(workspace, cache)
    entry = workspace.local / "repo" / repository.alias
    if entry.exists():
        ck_entries.remove_entry(entry)
    return repository


def find(workspace: Workspace, alias_or_uid: str) -> Repository:
    """Give one repository by alias or UID. Raises NotFoundError with the closest names."""
    listed = repositories(workspace)
    for repository in listed:
        if alias_or_uid in (repository.alias, repository.uid):
            return repository
    from .closest import closest  # noqa: PLC0415

    raise NotFoundError(
        f"no repository named {safe_line(alias_or_uid)!r}"
        + closest(alias_or_uid, [repository.alias for repository in listed])
    )


def clone(workspace: Workspace, url: str, alias: str, progress: git_transport.Progress) -> Repository:
    """Clone a repository into our home and register it. Raises CkexploreError."""
    git_transport.check_url(url)
    alias = alias or url.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git")
    target = workspace.clones / ck_entries.check_alias(alias)
    git_transport.clone(url, target, progress)
    return register(workspace, target, alias, url)


def pull(workspace: Workspace, alias: str, progress: git_transport.Progress) -> bool:
    """Bring a clone of ours up to date, and tell whether anything changed. Raises CkexploreError."""
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
    if not (workspace.local / _INFO_CACHE).exists():
        _write_caches(workspace, {})
