"""The actions that say what can be done: help and list_actions, for one module or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..store.cid import Cid
from ..store.errors import CkexploreError, NotFoundError
from ..store.formats import ck
from ..store.lookup import locate_one
from ..store.untrusted import safe_line
from .common import checked_repositories

if TYPE_CHECKING:
    from .request import Request

__all__ = ["help", "list_actions"]


def list_actions(request: Request) -> dict[str, Any]:
    """List the actions of a module with a line about each, or, without a module, those that every module has."""
    module = _module(request)
    if not module:
        return {"actions": _described("")}
    declared = _declared(request, module)
    own = own_actions(module)
    if declared is None and not own:
        raise NotFoundError(f"no module {safe_line(module)!r}; `ckexplore ls module` lists them")
    return {"actions": dict(sorted({**(declared or {}), **own}.items()))}


def help(request: Request) -> dict[str, Any]:  # noqa: A001  (CK's name)
    """Say what can be done with a module: its own actions, then those that every module has."""
    module = _module(request)
    own = list_actions(request)["actions"] if module else {}
    lines = [f"Usage: ckexplore ACTION {safe_line(module) or 'MODULE'}:ARTIFACT [--key=value]", ""]
    if own:
        lines += [f"Actions of {safe_line(module)}", *_listed(own), ""]
    return {"help": "\n".join([*lines, "Actions of every module", *_listed(_described(""))])}


def _listed(actions: dict[str, dict[str, str]]) -> list[str]:
    width = max(map(len, actions)) + 2
    return [f"  {name:<{width}}{one.get('desc', '')}" for name, one in sorted(actions.items())]


def _module(request: Request) -> str:
    """Give the module that is meant: `list_actions program` and `list_actions module:program` are the same."""
    return request.cid.artifact if request.cid.module == "module" and request.cid.artifact else request.cid.module


def _described(module: str) -> dict[str, dict[str, str]]:
    from .kernel import actions_of  # noqa: PLC0415  (it imports this)

    return {name: {"desc": _first_line(action)} for name, action in sorted(actions_of(module).items())}


def own_actions(module: str) -> dict[str, dict[str, str]]:
    """Give what a module of ours adds to, or has in the place of, what all have."""
    common = _described("")
    return {name: one for name, one in _described(module).items() if common.get(name) != one}


def _first_line(action: object) -> str:
    return (action.__doc__ or "").strip().partition("\n")[0]


def _declared(request: Request, module: str) -> dict[str, dict[str, str]] | None:
    """Give the actions that a module's entry in a repository declares; None where no repository has it."""
    try:
        found = locate_one(request.workspace, checked_repositories(request), Cid("", "module", module))
    except NotFoundError:
        return None
    try:
        actions = ck.own_meta(found.folder).get("actions")
    except CkexploreError:
        return {}
    named = actions.items() if isinstance(actions, dict) else ()
    return {
        safe_line(name, 80): {"desc": safe_line(str(one.get("desc", "")), 200)}
        for name, one in named
        if isinstance(one, dict)
    }
