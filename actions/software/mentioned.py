"""The entries that a hook's code names in its calls of CK's kernel, read from the code without running it.

They belong to what is approved: the hook may execute their files.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...store.cid import Cid, is_uid
from ...store.errors import CkexploreError
from ...store.lookup import Location, locate_one
from ...store.untrusted import read_text
from ..deps.inventory import Inventory

_SCRIPT_LIMIT = 2 << 20
_ACTIONS = {"find", "load", "run"}
_NAMES_ACTION = re.compile(r"""["'](?:find|load|run)["']""")
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
        for cid, code in _calls(script):
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


def _calls(script: Path) -> Iterator[tuple[Cid, str]]:
    """Yield the entries that `access({...})` is called with, and the name of the Python file that is called there."""
    try:
        text = read_text(script, _SCRIPT_LIMIT)
        if not _NAMES_ACTION.search(text):  # most don't, and parsing takes a hundred times as long
            return
        tree = ast.parse(text)
    except (CkexploreError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            given = {
                key.value: value.value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
            }
            if given.get("action") in _ACTIONS and (cid := _cid_of(given)) is not None:
                yield cid, str(given.get("code") or "")


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
