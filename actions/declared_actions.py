"""The actions that `module` entries of repositories declare, and the Python files in which their functions are.

Nothing is imported and nothing executed here: an entry's meta says which actions there are (`actions`), which function
is another's (`actions_redirect`), which one answers all the rest (`default_action_name`) and which modules they call
(`module_deps`).
"""

from __future__ import annotations

import keyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..store.cid import MODULE_UIDS, Cid, has_wildcard
from ..store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ..store.formats import ck
from ..store.lookup import Location, locate_one
from ..store.quick import Record
from ..store.untrusted import inside, safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..store.registry import Repository
    from ..store.workspace import Workspace

_MOST_MODULES = 60
_SETTINGS = {"cfg": "b34231a3467566f8", "kernel": "b1e99f6461424276"}  # what the original CK reads when it starts
_DESCRIPTION = 200  # characters


class Module(Record):
    """A `module` entry: where it is, and its meta."""

    __slots__ = ("location", "meta")

    def __init__(self, location: Location, meta: Mapping[str, Any]) -> None:
        self.location = location
        self.meta = meta

    @property
    def actions(self) -> Mapping[str, Any]:
        """The declared actions by name."""
        found = self.meta.get("actions")
        return found if isinstance(found, dict) else {}

    def descriptions(self) -> dict[str, str]:
        """Give what each action is said to do, safe for a terminal."""
        return {
            safe_line(str(name), 80): safe_line(
                str(value.get("desc") or "") if isinstance(value, dict) else "", _DESCRIPTION
            )
            for name, value in self.actions.items()
        }

    def function(self, action: str) -> str:
        """Name the function of an action; empty when the module neither declares it nor has one for all the rest."""
        redirected = self.meta.get("actions_redirect")
        redirected = redirected if isinstance(redirected, dict) else {}
        default = str(self.meta.get("default_action_name") or "")
        name = str(redirected.get(action) or action) if action in self.actions else default
        return name if name.isidentifier() and not name.startswith("__") and not keyword.iskeyword(name) else ""

    def code(self) -> Path:
        """Give the file that holds the functions. Raises NotFoundError, RefusedError for one outside of the entry."""
        name = str(self.meta.get("module_name") or "module")
        version = str(self.meta.get("module_version") or "")
        path = inside(self.location.path, f"{name}.{version}.py" if version not in ("", "0") else f"{name}.py")
        if not path.is_file():
            raise NotFoundError(f"{self.location.cid} declares actions, but its {safe_line(path.name)} isn't there")
        return path

    def as_values(self) -> dict[str, Any]:
        """Give what a process that calls its functions has to know."""
        location = self.location
        return {
            "path": location.folder,
            "code": str(self.code()),
            "cfg": dict(self.meta),
            "work": {
                "self_module_uid": location.uid,
                "self_module_uoa": location.title,
                "self_module_alias": location.alias,
                "path": location.folder,
            },
        }


def module_entry(workspace: Workspace, known: Sequence[Repository], name: str) -> Module | None:
    """Find the entry `module:name`, by alias or UID, in CK's lookup order; None where there is none that can be read.

    Modules of other formats than CK's have no functions of this kind.
    """
    if not name or has_wildcard(name):
        return None
    of_ck = [one for one in known if one.format == "ck"]
    try:
        location = locate_one(workspace, of_ck, Cid(module="module", artifact=name))
        return Module(location, ck.own_meta(location.folder))
    except CkexploreError:
        return None


def needed_modules(workspace: Workspace, known: Sequence[Repository], module: Module) -> list[Module]:
    """List the modules that a module says it calls (`module_deps`), and those that they call, each once, itself first.

    One that isn't there is left out: what calls it is told so. Raises InvalidRequestError when there are too many.
    """
    found: dict[str, Module] = {module.location.uid: module}
    waiting = [module]
    while waiting:
        deps = waiting.pop(0).meta.get("module_deps")
        for alias, uid in deps.items() if isinstance(deps, dict) else ():
            if str(uid) in found:
                continue
            one = module_entry(workspace, known, str(uid)) or module_entry(workspace, known, str(alias))
            if one is None or one.location.uid in found or not one.actions:
                continue
            found[one.location.uid] = one
            waiting.append(one)
            if len(found) > _MOST_MODULES:
                raise InvalidRequestError(f"{module.location.cid} calls more than {_MOST_MODULES} modules")
    return list(found.values())


def is_of_ckexplore(module: Location) -> bool:
    """Tell whether a module entry is about one of the modules that have their place in every home.

    What is in those means something to ckexplore or to the original CK, so their actions write nothing there.
    """
    kept = MODULE_UIDS | _SETTINGS
    return module.alias in kept or module.uid in kept.values()
