"""Which repositories are known, as CK's own registry has them: in the cache file of the user's local repository.

On the way of every quick answer, so it imports nothing that takes time (see `quick`).
"""

from __future__ import annotations

import os

from .errors import NotFoundError
from .quick import TYPE_CHECKING, Record, as_path
from .untrusted import load_json_object, safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from .workspace import Workspace

LOCAL_UID = "9a3280b14a4285c9"  # CK's own for every local repository
JOBS_UID = "d2c8f10e63ab9475"
TRUST_UID = "4950759b4e1ced46"
INFO_CACHE = ".ck.cache_repo_info.json"


class Repository(Record):
    """One repository: `origin` is "own" (local, jobs, trust), "registered" or "folder" (this session only).

    `root` is its folder as text, `path` the same as a path.
    """

    __slots__ = ("alias", "format", "origin", "root", "uid", "url")

    def __init__(
        self,
        alias: str,
        uid: str,
        path: Path | str,
        format: str = "ck",  # noqa: A002  (the registry's word)
        origin: str = "registered",
        url: str = "",
    ) -> None:
        self.alias = alias
        self.uid = uid
        self.root = os.fspath(path)
        self.format = format
        self.origin = origin
        self.url = url

    @property
    def path(self) -> Path:
        """The repository's folder."""
        return as_path(self.root)

    @property
    def problem(self) -> str:
        """Why it can't be read now; empty when it can."""
        return "" if os.path.isdir(self.root) else f"{safe_line(self.root)}: the folder is gone"


def repositories(workspace: Workspace) -> list[Repository]:
    """List every repository in CK's lookup order: local, the registered ones, folders, jobs, trust."""
    own = Repository("local", LOCAL_UID, workspace.place("local"), origin="own")
    jobs = Repository("jobs", JOBS_UID, workspace.place("jobs"), origin="own")
    trust = Repository("trust", TRUST_UID, workspace.place("trust"), origin="own")
    return [own, *_registered(workspace), *_opened(workspace), jobs, trust]


def _registered(workspace: Workspace) -> Iterator[Repository]:
    for uid, entry in read_cache(workspace).items():
        details = entry.get("dict") if isinstance(entry, dict) else None
        path = details.get("path") if isinstance(details, dict) else None
        if isinstance(path, str) and path and isinstance(details, dict):
            yield Repository(
                alias=safe_line(str(entry.get("data_alias") or entry.get("data_uoa") or uid), 120),
                uid=uid,
                path=path,
                format=str(details.get("ckexplore_format", "ck")),
                url=str(details.get("url", "")),
            )


def _opened(workspace: Workspace) -> list[Repository]:
    """Give the repositories in the folders of this session, those that aren't registered."""
    if not workspace.folders:
        return []
    from .recognition import open_folder  # noqa: PLC0415

    known = {workspace.place("local"), *(repository.root for repository in _registered(workspace))}
    opened: dict[str, Repository] = {}
    for folder in workspace.folders:
        opened |= {one.root: one for one in open_folder(folder) if one.root not in known | opened.keys()}
    return list(opened.values())


def read_cache(workspace: Workspace) -> dict[str, Any]:
    """Read CK's cache of repositories: UID to {data_uid, data_uoa, data_alias, data_name, dict}."""
    path = f"{workspace.place('local')}/{INFO_CACHE}"
    return load_json_object(path) if os.path.exists(path) else {}


def find(workspace: Workspace, alias_or_uid: str) -> Repository:
    """Give one repository by alias or UID. Raises NotFoundError with the closest names."""
    return named(repositories(workspace), alias_or_uid)


def named(known: Sequence[Repository], alias_or_uid: str) -> Repository:
    """Give that one of some repositories. Raises NotFoundError with the closest names."""
    for repository in known:
        if alias_or_uid in (repository.alias, repository.uid):
            return repository
    from .closest import closest  # noqa: PLC0415

    raise NotFoundError(
        f"no repository named {safe_line(alias_or_uid)!r}"
        + closest(alias_or_uid, [repository.alias for repository in known])
    )
