"""Actions of the module `env`: what has been detected and installed."""

from typing import Any

from ...store.cid import Cid
from ...store.lookup import locate_one
from ...store.registry import repositories
from ...store.untrusted import safe_value
from ..environments import Environment, environments
from ..request import Request

__all__ = ["show"]


def show(request: Request) -> dict[str, Any]:
    """Show the registered environments: version, place and tags; `--tags=` narrows."""
    wanted = set(request.words("tags"))
    if request.cid.artifact:
        cid = Cid(request.cid.repository, "env", request.cid.artifact)
        wanted_uid = locate_one(request.workspace, repositories(request.workspace), cid).uid
        found = [one for one in environments(request.workspace) if one.uid == wanted_uid]
    else:
        found = [one for one in environments(request.workspace) if wanted <= set(one.tags)]
    return {"env": [safe_value(_shown(one)) for one in found]}


def _shown(one: Environment) -> dict[str, Any]:
    return {
        "data_uid": one.uid,
        "version": one.version,
        "full_path": one.full_path,
        "usable": one.usable,
        "tags": list(one.tags),
    }
