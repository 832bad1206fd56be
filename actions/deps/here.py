"""Which soft entries' software is likely to be on this machine, told without executing anything."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from ...store.errors import CkexploreError
from ...store.untrusted import read_text
from ..hooks.candidates import on_path, search
from ..soft_files import depth_of, file_name, is_general, search_folders
from ..software.soft_plan import script_of_soft, searched_folders
from .inventory import Entry, Inventory
from .query import is_for

_SCRIPT_LIMIT = 2 << 20


def likely(inventory: Inventory, softs: Sequence[Entry]) -> list[Entry]:
    """Give those whose file is on the PATH; where none is, those whose file is in the folders where CK looks."""
    fitting = _fitting(inventory, softs)
    found = [one for one in fitting if not is_general(name := _name(inventory, one[1])) and on_path(name)]
    return found or [one for one in fitting if _is_in_folders(inventory, one)]


def possible(inventory: Inventory, softs: Sequence[Entry]) -> list[Entry]:
    """Give those whose own code looks in other folders as well."""
    return [one for one in _fitting(inventory, softs) if _name(inventory, one[1]) and _looks_elsewhere(inventory, one)]


def _fitting(inventory: Inventory, softs: Sequence[Entry]) -> list[Entry]:
    """Leave out those that are for other systems."""
    return [one for one in softs if is_for(_customize(one[1]), inventory.host.meta, inventory.host.alias)]


def _customize(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    found = meta.get("customize")
    return found if isinstance(found, dict) else {}


def _name(inventory: Inventory, meta: Mapping[str, Any]) -> str:
    return file_name(_customize(meta), inventory.host.meta)


def _is_in_folders(inventory: Inventory, soft: Entry) -> bool:
    location, meta = soft
    customize, system = _customize(meta), str(inventory.host.meta.get("ck_name") or "linux")
    name = _name(inventory, meta)
    if not name:
        return False
    pattern = f"{name}*" if customize.get("search_numeric_ext_on_linux") == "yes" else name
    places = {
        "soft_path": location.path,
        "tools": inventory.workspace.tools,
        "search_dirs": searched_folders(inventory),
    }
    folders_too = customize.get("soft_can_be_dir") == "yes"
    found = search(
        search_folders(customize, system, name, places), pattern, depth_of(customize, system), folders_too=folders_too
    )
    return bool(found)


def _looks_elsewhere(inventory: Inventory, soft: Entry) -> bool:
    """Tell whether an entry's `customize.py` has a hook that changes the folders to look in."""
    try:
        script = script_of_soft(inventory, *soft)
        tree = ast.parse(read_text(script, _SCRIPT_LIMIT)) if script else ast.parse("")
    except (CkexploreError, SyntaxError, ValueError, RecursionError):
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == "dirs" for node in tree.body)
