"""Actions of the module `module`: modules of users' own, and the actions that they declare."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ...store.cid import MODULE_UIDS, Cid, has_wildcard
from ...store.errors import InvalidRequestError, RefusedError, UnreadableError
from ...store.formats import ck, ck_entries
from ...store.lookup import locate, locate_one
from ...store.registry import Repository, named, repositories
from ...store.repos import prepare_home
from ...store.uid import module_uid
from ...store.untrusted import read_bytes, safe_line
from ..declared_actions import Module
from ..module_text import check_action, function_of, module_text, with_function
from ..request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["add"]

_ABOUT = ("desc", "license", "copyright", "developer", "developer_email", "developer_webpage")
_CODE = "module.py"


def add(request: Request) -> dict[str, Any]:
    """Make a module of your own: `add [REPOSITORY:]module:NAME --func=ACTION[,ACTION] --desc='what it is for'`.

    It writes a small `module.py` with a function for each action; fill it in. `add_action` adds more of them.
    """
    refuse_unknown_options(request, {*_ABOUT, "func", "actions", "actions_redirect", "dict", "data_uid", "data_name"})
    alias = ck_entries.check_alias(request.cid.artifact) if request.cid.artifact else ""
    if not alias:
        raise InvalidRequestError("say the module's name: ckexplore add module:NAME --func=ACTION")
    prepare_home(request.workspace)
    known = repositories(request.workspace)
    _refuse_taken(request, known, alias)
    repository = named(known, request.cid.repository or "local")
    refuse_unwritable(repository)
    actions, redirected = _asked_actions(request)
    functions = {redirected.get(name) or name: str(about.get("desc") or "") for name, about in actions.items()}
    text = module_text(request.text("desc"), functions)
    given = request.options.get("dict")
    meta = {name: request.text(name) for name in _ABOUT if request.text(name)}
    meta |= {"actions": actions, **({"actions_redirect": redirected} if redirected else {})}
    meta = {**(given if isinstance(given, dict) else {}), **meta}
    entry = ck_entries.create_entry(
        repository.path,
        "module",
        meta,
        alias=alias,
        uid=request.text("data_uid") or module_uid(alias),
        name=request.text("data_name"),
    )
    ck_entries.write_text(entry / _CODE, text)
    return _described(request, known, Cid(repository.alias, "module", alias))


def add_action(request: Request) -> dict[str, Any]:
    """Add an action to a module of yours: `add_action module:NAME --func=ACTION --desc='what it does'`.

    It declares the action and writes a function for it at the end of `module.py`, unless there is one of that name.
    """
    refuse_unknown_options(request, {"func", "desc", "for_web", "skip_appending_dummy_code"})
    module, action = _module_to_change(request), check_action(request.text("func"))
    meta = dict(module.meta)
    actions, redirected = dict(module.actions), dict(meta.get("actions_redirect") or {})
    if action in actions:
        raise InvalidRequestError(f"{module.location.cid} declares {action} already; its function is in module.py")
    _refuse_common(action)
    function = function_of(action)
    meta["actions"] = {**actions, action: _about(request)}
    if function != action:
        meta["actions_redirect"] = {**redirected, action: function}
    if not request.flag("skip_appending_dummy_code"):
        path = _code(module)
        before = read_bytes(path).decode("utf-8") if path.exists() else module_text(str(meta.get("desc") or ""), {})
        ck_entries.write_text(path, with_function(before, function, request.text("desc")))
    _write_meta(module, meta)
    return _described(request, repositories(request.workspace), Cid(*_names(module)))


def remove_action(request: Request) -> dict[str, Any]:
    """Take an action out of a module's meta: `remove_action module:NAME --func=ACTION`; its function stays."""
    refuse_unknown_options(request, {"func"})
    module, action = _module_to_change(request), request.text("func")
    meta = dict(module.meta)
    if action not in module.actions:
        declared = ", ".join(module.descriptions()) or "none"
        raise InvalidRequestError(
            f"{module.location.cid} declares no {safe_line(action, 80)!r}; it declares {declared}"
        )
    meta["actions"] = {name: about for name, about in module.actions.items() if name != action}
    redirected = meta.get("actions_redirect")
    if isinstance(redirected, dict) and action in redirected:
        meta["actions_redirect"] = {name: one for name, one in redirected.items() if name != action}
    _write_meta(module, meta)
    return _described(request, repositories(request.workspace), Cid(*_names(module)))


def refuse_unwritable(repository: Repository) -> None:
    """Raise RefusedError for a repository into which no module is written."""
    if repository.format != "ck" or repository.origin == "folder" or repository.alias in ("jobs", "trust"):
        raise RefusedError(
            f"{repository.alias}: modules are written into your own repository (local) and into registered CK "
            "repositories; register it first: ckexplore add repo --path=DIR"
        )
    if repository.problem:
        raise UnreadableError(repository.problem)


def _refuse_taken(request: Request, known: Sequence[Repository], alias: str) -> None:
    """Raise InvalidRequestError for a name that is a module's already: whichever comes first would hide the other."""
    if alias in {*MODULE_UIDS, "cfg", "kernel"}:
        raise InvalidRequestError(f"{alias} is one of CK's own modules; choose another name")
    for location in locate(request.workspace, known, Cid(module="module", artifact=alias)):
        raise InvalidRequestError(
            f"{location.cid} is there already; add to it with `ckexplore add_action {location.cid} --func=ACTION`, "
            "or choose another name"
        )


def _asked_actions(request: Request) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Give the actions of a new module, and the functions of those that can't be named as the action is."""
    given, redirected = request.options.get("actions"), request.options.get("actions_redirect")
    actions = {str(name): dict(one) if isinstance(one, dict) else {} for name, one in _dict(given).items()}
    for name in request.words("func"):
        actions.setdefault(name, {})
    functions = {str(name): str(one) for name, one in _dict(redirected).items()}
    for name in actions:
        _refuse_common(check_action(name))
        functions.setdefault(name, function_of(name))
    return actions, {name: function for name, function in functions.items() if function != name}


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _refuse_common(action: str) -> None:
    """Raise InvalidRequestError for what every module has: it is answered without asking a module of yours."""
    from ..kernel import ALIASES, actions_of  # noqa: PLC0415  (which imports this)

    if ALIASES.get(action, action) in actions_of(""):
        raise InvalidRequestError(f"{action} is an action of every module; choose another name for yours")


def _about(request: Request) -> dict[str, str]:
    return {name: request.text(name) for name in ("desc", "for_web") if request.text(name)}


def _module_to_change(request: Request) -> Module:
    """Find the module that is to be changed, `module:NAME` or just `NAME`. Raises CkexploreError."""
    cid = request.cid
    name = cid.artifact or cid.module
    if not name or name == "module" or has_wildcard(name):
        raise InvalidRequestError(f"say which module: ckexplore {request.action} module:NAME --func=ACTION")
    if not request.text("func"):
        raise InvalidRequestError(
            f"say which action: ckexplore {request.action} module:{safe_line(name)} --func=ACTION"
        )
    location = locate_one(request.workspace, repositories(request.workspace), Cid(cid.repository, "module", name))
    refuse_unwritable(location.repository)
    if location.repository.origin != "own" and not cid.repository:
        raise RefusedError(
            f"{location.cid} isn't in your own repository; if you mean to change it there, name it in full: "
            f"ckexplore {request.action} {location.cid} --func={safe_line(request.text('func'), 80)}"
        )
    return Module(location, ck.own_meta(location.folder))


def _names(module: Module) -> tuple[str, str, str]:
    return module.location.repository.alias, "module", module.location.title


def _code(module: Module) -> Any:
    path = module.location.path / _CODE
    if path.is_symlink():
        raise RefusedError(f"{safe_line(str(path))}: a symbolic link, through which nothing is written")
    return path


def _write_meta(module: Module, meta: dict[str, Any]) -> None:
    path = module.location.path / ck.META
    if os.path.islink(path) or os.path.islink(path.parent):
        raise RefusedError(f"{safe_line(str(path))}: a symbolic link, through which nothing is written")
    ck_entries.write_json(path, meta)


def _described(request: Request, known: Sequence[Repository], cid: Cid) -> dict[str, Any]:
    location = locate_one(request.workspace, known, cid)
    module = Module(location, ck.own_meta(location.folder))
    return {
        "repo_uoa": location.repository.alias,
        "repo_uid": location.repository.uid,
        "module_uoa": "module",
        "module_uid": location.module_uid,
        "data_uoa": location.title,
        "data_uid": location.uid,
        "path": location.folder,
        "code": f"{location.folder}/{_CODE}",
        "actions": module.descriptions(),
    }
