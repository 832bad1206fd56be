"""The kernel: finds the module and the action of a request, and answers it, or plans, approves and runs it.

The command line, the TUI and the Python API all come in here, and scripts that know `ck.kernel` find its names. An
action answers with a dictionary, or with a Plan when something has to be executed; nothing is executed without an
approval of exactly that plan.
"""

from __future__ import annotations

import os

from ..store.cid import MODULE_UIDS
from ..store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import safe_line
from ..store.workspace import Workspace, workspace_from_environment
from . import common
from .request import Request, request_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType
    from typing import Any

    from .ck_files import *  # noqa: F403
    from .ck_repositories import *  # noqa: F403
    from .ck_stand_in import *  # noqa: F403
    from .ck_values import *  # noqa: F403
    from .plan import Plan

    Action = Callable[[Request], dict[str, Any] | Plan]

ALIASES = {
    **{"list": "ls", "cat": "load", "import": "add", "delete": "rm", "remove": "rm"},
    **{"rename": "ren", "copy": "cp", "move": "mv"},
}
_MODULE_ALIASES = {uid: alias for alias, uid in MODULE_UIDS.items()}

# The actions of every module that `common` doesn't hold, and where they are: quick ones don't pay for them.
_ELSEWHERE = {
    "search": "searching",
    "list_tags": "searching",
    "add": "changing",
    "update": "changing",
    "rm": "changing",
    "ren": "copying",
    "cp": "copying",
    "mv": "copying",
    "cid": "naming",
    "path": "naming",
    "uid": "naming",
    "help": "explaining",
    "list_actions": "explaining",
    "tag": "annotating",
    "note": "annotating",
    "bookmark": "annotating",
    "add_action": "modules.module",
    "remove_action": "modules.module",
}
_COMMON = {*common.__all__, *_ELSEWHERE}
_QUICK = {*common.__all__, "list", "search", "list_tags", "tag", "note", "bookmark", "uid"}
"""The same on every module, so that the module's own file isn't imported to look."""


def __getattr__(name: str) -> Any:
    """Give what users of `ck.kernel` know under this name: `from ckexplore.actions import kernel as ck`.

    It is imported when it is asked for, since quick answers don't need it. Raises AttributeError.
    """
    for file in () if name.startswith("_") else ("ck_repositories", "ck_stand_in", "ck_values", "ck_files"):
        code = _code(file)
        if name in code.__all__:
            return getattr(code, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def access(i: Mapping[str, Any] | Sequence[str] | str, workspace: Workspace | None = None) -> dict[str, Any]:
    """Answer a request as CK's `access` does: `return` is 0, or greater with an `error` that says what to do next.

    `i` is a dictionary; or a command's words, or its line, and the answer is then printed as well. `out` says how:
    "con", "json", "json_with_sep", or "json_file" with the name `out_file`.
    """
    from .ck_output import asked_output, deliver  # noqa: PLC0415  (the command line prints by itself)

    request = None
    output = asked_output({})
    try:
        values = _request_of(i)
        output = asked_output(values)
        request = request_from(workspace or workspace_from_environment(), values)
        result = {"return": 0, **answer(request)}
    except CkexploreError as error:
        result = {**error.details, "return": error.code, "error": str(error)}
    return deliver(output, request, result)


def _request_of(i: Any) -> Mapping[str, Any]:
    if isinstance(i, str | list | tuple):
        from .grammar import request_of_words, words_of_line  # noqa: PLC0415

        return {"out": "con", **request_of_words(words_of_line(i) if isinstance(i, str) else [str(one) for one in i])}
    if not isinstance(i, dict):
        raise InvalidRequestError("a request is a dictionary with at least an action")
    return i


def answer(request: Request) -> dict[str, Any]:
    """Answer a request, executing an approved plan to its end if there is one. Raises CkexploreError."""
    result = prepare(request)
    if isinstance(result, dict):
        return result
    from .execution import execute  # noqa: PLC0415  (only what runs something pays for jobs)

    return execute(request, result)


def prepare(request: Request) -> dict[str, Any] | Plan:
    """Answer a request, or give the plan of what it would execute. Raises CkexploreError."""
    return find_action(request)(request)


def plan(request: Request) -> Plan:
    """Give the plan of a request that executes something. Raises CkexploreError, InvalidRequestError if it doesn't."""
    result = prepare(request)
    if isinstance(result, dict):
        raise InvalidRequestError(f"{request.action} {request.cid} executes nothing, so it has no plan")
    return result


def module_file(module: str) -> str:
    """Name the file in `modules/` that holds the actions of a module; empty when it has only the common ones."""
    name = _MODULE_ALIASES.get(module, module)
    return name.replace(".", "_") if name in known_modules() else ""


def actions_of(module: str) -> dict[str, Action]:
    """Give every action of a module by name: its own and the common ones."""
    return {name: _common_action(name) for name in _COMMON} | _own(module)


def _own(module: str) -> dict[str, Action]:
    file = module_file(module) if module else ""
    if not file:
        return {}
    code = _code(f"modules.{file}")
    return {name: getattr(code, name) for name in code.__all__}


def _common_action(name: str) -> Action:
    return getattr(_code(_ELSEWHERE[name]) if name in _ELSEWHERE else common, name)


def _code(file: str) -> ModuleType:
    from importlib import import_module  # noqa: PLC0415

    return import_module(f".{file}", __package__)


def find_action(request: Request) -> Action:
    """Find what answers a request: a module's own action before the common one. Raises NotFoundError, closest names."""
    module, name = request.cid.module, request.action
    for one in (name, ALIASES.get(name, name)):
        own = {} if one in _QUICK else _own(module)
        if one in own:
            return own[one]
        if one in _COMMON:
            return _common_action(one)
    from .module_call import calling  # noqa: PLC0415  (an action that isn't ours)

    called = calling(request)
    if called is not None:
        return called
    offering = [known for known in known_modules() if name in _own(known)]
    if offering:
        raise NotFoundError(f"{_unknown(name, module)}; it is for: {', '.join(offering)} (ckexplore help {name})")
    from ..store.closest import closest  # noqa: PLC0415

    raise NotFoundError(_unknown(name, module) + (closest(name, all_actions()) or "; `ckexplore --help` lists them"))


def action_name(request: Request) -> str:
    """Give the name under which an answer is told: an alias is its action, unless a module has an action so named."""
    name = request.action
    return ALIASES.get(name, name) if name in ALIASES and name not in _own(request.cid.module) else name


def _unknown(name: str, module: str) -> str:
    where = f" in module {safe_line(module)!r}" if module else ""
    return f"no action {safe_line(name)!r}{where}"


def known_modules() -> list[str]:
    """List the modules that have actions of their own."""
    folder = f"{os.path.dirname(__file__)}/modules"
    names = (name[:-3] for name in os.listdir(folder) if name.endswith(".py") and not name.startswith("_"))
    return sorted(name.replace("_", ".") for name in names)


def all_actions() -> dict[str, str]:
    """Map every action, common and of modules, to the first line of its description."""
    found = {name: _summary(action) for name, action in actions_of("").items()}
    for module in known_modules():
        for name, action in actions_of(module).items():
            found.setdefault(name, _summary(action))
    return found


def _summary(action: Action) -> str:
    return (action.__doc__ or "").strip().partition("\n")[0]
