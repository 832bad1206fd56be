"""Our own modules as CK shows modules: entries of the module `module`, where no repository has one of that name.

They are under CK's name for what comes with the program itself, the repository `default`.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import Any

from ..store.cid import MODULE_UIDS
from ..store.ck_modules import CK_MODULES
from ..store.uid import module_uid

REPOSITORY = {"repo_uoa": "default", "repo_uid": "604419a9fcc7a081"}


def own_modules(pattern: str, present: set[str]) -> list[dict[str, Any]]:
    """List ours whose name fits a pattern, but those that are `present` anyway."""
    from .kernel import known_modules  # noqa: PLC0415  (it imports this on its way)

    return [_names(one) for one in known_modules() if one not in present and fnmatchcase(one, pattern or "*")]


def own_module(alias_or_uid: str) -> dict[str, Any] | None:
    """Give what CK's `find` and `load` tell of one of ours; None for a name that isn't ours."""
    from .kernel import known_modules  # noqa: PLC0415

    alias = next((one for one in known_modules() if alias_or_uid in (one, _uid(one))), "")
    if not alias:
        return None
    names = _names(alias)
    folder = os.path.dirname(names["path"])
    return {
        **names,
        **{"path_repo": folder, "path_module": folder, "repo_alias": "default"},
        **{"module_alias": "module", "data_alias": alias, "data_name": alias},
        "dict": {"desc": _description(alias), "actions": _actions(alias)},
    }


def _names(alias: str) -> dict[str, Any]:
    module = {"module_uoa": "module", "module_uid": MODULE_UIDS["module"]}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules", f"{alias}.py")
    return {**REPOSITORY, **module, "data_uoa": alias, "data_uid": _uid(alias), "path": path}


def _uid(alias: str) -> str:
    return CK_MODULES.get(alias) or module_uid(alias)


def _description(alias: str) -> str:
    from importlib import import_module  # noqa: PLC0415

    return (import_module(f".modules.{alias}", __package__).__doc__ or "").partition("\n")[0]


def _actions(alias: str) -> dict[str, dict[str, str]]:
    from .explaining import own_actions  # noqa: PLC0415

    return own_actions(alias)
