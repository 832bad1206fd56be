"""The kernel: finds the module and the action of a request, and answers it, or plans, approves and runs it.

The command line, the TUI and the Python API all come in here. An action answers with a dictionary, or with a Plan
when something has to be executed; nothing is executed without an approval of exactly that plan.
"""

from __future__ import annotations

from ..store.cid import MODULE_UIDS
from ..store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import safe_line
from ..store.workspace import Workspace, workspace_from_environment
from . import common
from .request import Request, request_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

    from .plan import Plan

    Action = Callable[[Request], dict[str, Any] | Plan]

ALIASES = {"list": "ls", "delete": "rm", "remove": "rm", "cat": "load", "import": "add"}
_MODULE_ALIASES = {uid: alias for alias, uid in MODULE_UIDS.items()}

# The actions of every module that `common` doesn't hold, and where they are: quick ones don't pay for them.
_ELSEWHERE = {
    "search": "searching",
    "list_tags": "searching",
    "tag": "annotating",
    "note": "annotating",
    "bookmark": "annotating",
}


def access(values: Mapping[str, Any], workspace: Workspace | None = None) -> dict[str, Any]:
    """Answer a request as CK's `access` does: `return` is 0, or greater with an `error` that says what to do next."""
    try:
        return {"return": 0, **answer(request_from(workspace or workspace_from_environment(), values))}
    except CkexploreError as error:
        return {"return": error.code, "error": str(error)}


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
    return name if name in known_modules() else ""


def actions_of(module: str) -> dict[str, Action]:
    """Give every action of a module by name: its own and the common ones."""
    found: dict[str, Action] = {name: _common_action(name) for name in (*common.__all__, *_ELSEWHERE)}
    if module and (file := module_file(module)):
        code = _code(f"modules.{file}")
        found |= {name: getattr(code, name) for name in code.__all__}
    return found


def _common_action(name: str) -> Action:
    return getattr(_code(_ELSEWHERE[name]) if name in _ELSEWHERE else common, name)


def _code(file: str) -> ModuleType:
    from importlib import import_module  # noqa: PLC0415

    return import_module(f".{file}", __package__)


def find_action(request: Request) -> Action:
    """Find what answers a request. Raises NotFoundError with the closest names."""
    module, name = request.cid.module, ALIASES.get(request.action, request.action)
    if name in common.__all__ or name in _ELSEWHERE:  # the same on every module: its file isn't imported to look
        return _common_action(name)
    actions = actions_of(module)
    if name in actions:
        return actions[name]
    offering = [known for known in known_modules() if name in actions_of(known)]
    if offering:
        raise NotFoundError(f"{_unknown(name, module)}; it is for: {', '.join(offering)} (ckexplore help {name})")
    from ..store.closest import closest  # noqa: PLC0415

    raise NotFoundError(_unknown(name, module) + (closest(name, all_actions()) or "; `ckexplore --help` lists them"))


def _unknown(name: str, module: str) -> str:
    where = f" in module {safe_line(module)!r}" if module else ""
    return f"no action {safe_line(name)!r}{where}"


def known_modules() -> list[str]:
    """List the modules that have actions of their own."""
    from pkgutil import iter_modules  # noqa: PLC0415

    return sorted(found.name for found in iter_modules(_code("modules").__path__))


def all_actions() -> dict[str, str]:
    """Map every action, common and of modules, to the first line of its description."""
    found = {name: _summary(action) for name, action in actions_of("").items()}
    for module in known_modules():
        for name, action in actions_of(module).items():
            found.setdefault(name, _summary(action))
    return found


def _summary(action: Action) -> str:
    return (action.__doc__ or "").strip().partition("\n")[0]
