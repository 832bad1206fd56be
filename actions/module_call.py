"""Calling an action that a module of a repository declares: a plan of one stage, in a child process of its own.

The child (`module_host`) imports the module's Python file and calls the function with CK's dictionary. It sees the
registered CK repositories read-only, and of the user's own repository the entries of this module; what it adds or
changes among those is written into it afterwards, by us.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..store.cid import Cid, parse_cid
from ..store.errors import InvalidRequestError, NotFoundError, RefusedError
from ..store.lookup import Location, locate_one
from ..store.registry import Repository, repositories
from ..store.untrusted import safe_line
from .containment import contained
from .declared_actions import Module, is_of_ckexplore, module_entry, needed_modules
from .executed_files import MOST_FILES, executed_files, files_below
from .plan import JOB_PATH, Finish, Plan, Stage
from .request import Request, number
from .shown_repositories import MOST_OWN_ENTRIES, as_registered, names_of_own, own_entries, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HOST = (sys.executable, "-P", "-B", "-m", "ckexplore.actions.module_host")
_TIME = 3600.0
_WORK = f"{JOB_PATH}/work"
_OF_EXECUTION = {"yes", "expect", "dry-run", "dry_run", "sandbox", "detach", "after", "now", "out", "con", "debug"}
"""Options that say how something is executed: they are ours, and the approval's hash must not hang on them."""


def calling(request: Request) -> Callable[[Request], Plan] | None:
    """Give what plans the call of a declared action; None where no module entry has anything to do with the request.

    Raises NotFoundError with what a module declares, when it doesn't declare this.
    """
    known = repositories(request.workspace)
    module = module_entry(request.workspace, known, request.cid.module)
    if module is None:
        return None
    function = module.function(request.action)
    if function:
        return lambda asked: _plan(asked, known, module, function)
    if is_of_ckexplore(module.location):
        return None
    declared = ", ".join(module.descriptions()) or "none"
    raise NotFoundError(
        f"module {module.location.title} declares no action {safe_line(request.action, 80)!r} (it declares: "
        f"{declared}); add one: ckexplore add_action module:{module.location.title} --func=NAME"
    )


def _plan(request: Request, known: Sequence[Repository], module: Module, function: str) -> Plan:
    data = _data_entry(request, known)
    modules = needed_modules(request.workspace, known, module)
    seen = shown(known)
    own = _own_entries(request, known, module)
    kept, own_name = is_of_ckexplore(module.location), module.location.title
    folders = [*(one.location.folder for one in modules), *([data.folder] if data else [])]
    folders = list(dict.fromkeys(folders))
    files = [path for folder in folders for path in files_below(folder)]
    if len(files) > MOST_FILES:
        raise RefusedError(
            f"{module.location.cid} and the modules that it calls have {len(files):,} files that could be executed, "
            f"more than anybody reads; at most {MOST_FILES:,} can be approved"
        )
    sandbox = contained(
        request,
        "run",
        reads=[*(one.root for one in seen), *(one.folder for one in own), *folders],
        writes=[_WORK],
    )
    what = f"{safe_line(request.action, 80)} {safe_line(str(_without_repository(request.cid)), 200)}"
    stage = Stage(
        title=what,
        argv=_HOST,
        commands=_commands(module, function, modules, seen, own),
        cwd=_WORK,
        files=executed_files(files),
        whole_folders=tuple(folders),
        input={
            "function": function,
            "request": _as_ck(request),
            "modules": [one.as_values() for one in modules if one is module or _has_code(one)],
            "repositories": [as_registered(one) for one in seen],
            "local": str(request.workspace.local),
            "own": names_of_own([*own, *([data] if data else []), *(one.location for one in modules)]),
            "laid_out": sandbox.profile != "none",
            "may_write": "" if kept else own_name,
            "inside": f"an action of {own_name}",
        },
        timeout=number(request, "timeout", _TIME),
        finish=Finish("take_answer", {} if kept else {"module": own_name, "module_uid": module.location.uid}),
        sandbox=sandbox,
    )
    about = data or module.location
    tags = (request.action, module.location.title, *([data.title] if data else []))
    return Plan(what, about.cid, about.uid, tuple(safe_line(tag, 120) for tag in tags), (stage,))


def _without_repository(cid: Cid) -> Cid | str:
    return cid if cid.artifact or cid.repository else cid.module


def _has_code(module: Module) -> bool:
    try:
        module.code()
    except (NotFoundError, RefusedError):
        return False
    return True


def _data_entry(request: Request, known: Sequence[Repository]) -> Location | None:
    """Find the entry that the request is about; a function may as well be called for one that isn't there yet."""
    if not request.cid.artifact or request.cid.is_pattern:
        return None
    try:
        return locate_one(request.workspace, known, request.cid)
    except NotFoundError:
        return None


def _own_entries(request: Request, known: Sequence[Repository], module: Module) -> list[Location]:
    """List the user's own entries of this module, but not of those that hold all sorts of things."""
    if is_of_ckexplore(module.location):
        return []
    found = own_entries(request.workspace, known, module.location.title)
    if len(found) > MOST_OWN_ENTRIES:
        raise InvalidRequestError(
            f"your own repository has {len(found):,} entries of {module.location.title}; at most {MOST_OWN_ENTRIES} "
            "can be shown to an action: put them into a repository of their own and register it (ckexplore add repo)"
        )
    return found


def _commands(
    module: Module, function: str, modules: Sequence[Module], seen: Sequence[Repository], own: Sequence[Location]
) -> tuple[str, ...]:
    """Say what will happen, for the person who has to approve it."""
    code = module.code()
    lines = [f"import {safe_line(str(code))} and call its function {function}, in a process of its own"]
    if len(modules) > 1:
        lines.append(f"it may call these modules too: {', '.join(one.location.title for one in modules[1:])}")
    lines.append(f"it sees the registered CK repositories: {', '.join(one.alias for one in seen) or 'none'}")
    if is_of_ckexplore(module.location):
        lines.append("it sees nothing of your own repository, and writes nothing into it")
    else:
        what = module.location.title
        lines.append(f"it sees your own entries local:{what}:* ({len(own)}), and nothing else of your own repository")
        lines.append(f"afterwards ckexplore writes what it added or changed as local:{what}:* (no other module)")
    return tuple(lines)


def _as_ck(request: Request) -> dict[str, Any]:
    """Give the dictionary that CK passes to a function."""
    cid, further = request.cid, [str(one) for one in request.cids[1:]]
    values = {name: value for name, value in request.options.items() if name not in _OF_EXECUTION}
    parts = {"repo_uoa": cid.repository, "module_uoa": cid.module, "data_uoa": cid.artifact}
    values |= {name: part for name, part in parts.items() if part}
    values |= {"action": request.action, "out": "con", "cid": str(cid).rstrip(":"), "cids": further}
    values |= {"xcids": [_parts(one) for one in further]}
    return values | ({"unparsed": list(request.rest)} if request.rest else {})


def _parts(text: str) -> dict[str, str]:
    cid = parse_cid(text)
    return {"repo_uoa": cid.repository, "module_uoa": cid.module, "data_uoa": cid.artifact}
