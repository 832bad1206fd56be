"""The entries that a hook's code names in its calls of CK's kernel, read from the code without running it.

They belong to what is approved: the hook may execute their files.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...store.cid import Cid, is_uid
from ...store.errors import CkexploreError
from ...store.formats import ck
from ...store.lookup import Location, locate_one
from ...store.untrusted import read_text
from ..deps.inventory import Inventory
from ..deps.query import split_tags

_SCRIPT_LIMIT = 2 << 20
_ACTIONS = {"find", "load", "run"}
_SEARCHED = {"dataset", "program", "package", "soft", "script"}
_NAMES_ACTION = re.compile(r"""["'](?:find|load|run|search)["']""")
_MOST = 100


def mentioned(inventory: Inventory, scripts: Iterable[str]) -> list[Location]:
    """Give the entries that these scripts, and the scripts of those entries, ask CK's kernel for by name."""
    found: dict[str, Location] = {}
    waiting = [Path(script) for script in scripts if script]
    seen: set[Path] = set()
    while waiting and len(found) < _MOST:
        script = waiting.pop()
        if script in seen:
            continue
        seen.add(script)
        calls, searches = _calls(script)
        for module, tags in searches:
            for location, meta in inventory.entries(module):
                if tags <= set(ck.tags_of(meta)) and location.repository.origin != "own" and len(found) < _MOST:
                    found.setdefault(location.key, location)
        for cid, code in calls:
            location = _located(inventory, cid)
            if location is not None:
                found.setdefault(location.key, location)
                waiting += [location.path / f"{code}.py"] if code else []
    return list(found.values())


def _located(inventory: Inventory, cid: Cid) -> Location | None:
    """Find an entry; what isn't there is the script's business when it asks for it."""
    try:
        location = locate_one(inventory.workspace, inventory.repositories, cid)
    except CkexploreError:
        return None
    return location if location.repository.format == "ck" and location.repository.origin != "own" else None


def _calls(script: Path) -> tuple[list[tuple[Cid, str]], list[tuple[str, set[str]]]]:
    """Read what `access({...})` is called with: entries, each with the Python file called there; modules and tags.

    Only searches by tags count: all of a module is more than a hook is shown.
    """
    calls: list[tuple[Cid, str]] = []
    searches: list[tuple[str, set[str]]] = []
    try:
        text = read_text(script, _SCRIPT_LIMIT)
        if not _NAMES_ACTION.search(text):  # most don't, and parsing takes a hundred times as long
            return calls, searches
        tree = ast.parse(text)
    except (CkexploreError, SyntaxError, ValueError, RecursionError):
        return calls, searches
    for node in ast.walk(tree):
        if not isinstance(node, ast.Dict):
            continue
        given = {
            key.value: value.value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
        }
        if given.get("action") in _ACTIONS and (cid := _cid_of(given)) is not None:
            calls.append((cid, str(given.get("code") or "")))
        if given.get("action") == "search" and given.get("module_uoa") in _SEARCHED and given.get("tags"):
            searches.append((str(given["module_uoa"]), set(split_tags(str(given["tags"])))))
    return calls, searches


def _cid_of(given: Mapping[Any, Any]) -> Cid | None:
    if isinstance(given.get("cid"), str):
        module, _, name = str(given["cid"]).rpartition(":")
        return Cid(module=module.rpartition(":")[2], artifact=name) if module and name else None
    name = given.get("data_uoa")
    module = given.get("script_module_uoa") or given.get("module_uoa")
    if not isinstance(name, str) or not isinstance(module, str) or not name or not module:
        return None
    return Cid(module=module, artifact=name.lower() if is_uid(name) else name)


def as_entries(locations: Iterable[Location]) -> list[dict[str, str]]:
    """Give entries for a stage's input."""
    return [
        {
            "module": one.module,
            "module_uid": one.module_uid,
            "alias": one.alias,
            "uid": one.uid,
            "path": str(one.path),
        }
        for one in locations
    ]
