"""The actions that give names: uid draws one, cid and path tell the names of an artifact or of the current folder."""

from __future__ import annotations

from ..store.cid import Cid
from ..store.errors import InvalidRequestError
from ..store.lookup import locate
from ..store.quick import TYPE_CHECKING
from ..store.registry import repositories
from .common import checked_repositories, find

if TYPE_CHECKING:
    from typing import Any

    from .request import Request

__all__ = ["cid", "path", "uid"]

_NAMES = ("repo_uoa", "repo_uid", "module_uoa", "module_uid", "data_uoa", "data_uid")


def uid(request: Request) -> dict[str, Any]:
    """Draw a new UID."""
    del request
    from ..store.uid import new_uid  # noqa: PLC0415

    return {"data_uid": new_uid()}


def cid(request: Request) -> dict[str, Any]:
    """Tell the UIDs of an artifact, MODULE:ARTIFACT, or of what the current folder belongs to."""
    return _named(request)


def path(request: Request) -> dict[str, Any]:
    """Tell all names of an artifact, or of what the current folder belongs to: aliases and UIDs, and the repository."""
    return _named(request)


def _named(request: Request) -> dict[str, Any]:
    if request.cid.module and request.cid.artifact:
        return find(request)
    if not request.cid.repository:
        raise InvalidRequestError(
            f"{request.action} needs an artifact, such as: ckexplore {request.action} soft:compiler.gcc, "
            "or a current folder that is in a registered repository"
        )
    return _of_folder(request)


def _of_folder(request: Request) -> dict[str, Any]:
    """Give the names of a repository, and of one of its modules."""
    named, known = request.cid, checked_repositories(request)
    repository = next(one for one in known if named.repository in (one.alias, one.uid))
    found = {"repo_uoa": repository.alias, "repo_uid": repository.uid, "path": repository.root}
    if named.module:
        entries = locate(request.workspace, repositories(request.workspace), Cid(named.repository, named.module))
        first = next(entries, None)
        found |= {"module_uoa": named.module, "module_uid": first.module_uid if first else ""}
    return {name: found[name] for name in (*_NAMES, "path") if name in found}
