"""What find, ls, load, info, search and list_tags print: what the original CK prints, for the scripts written for it.

Apart from the other tellings and without their tables and units: these are quick answers.
"""

from __future__ import annotations

import json

from ...store.quick import TYPE_CHECKING
from ...store.untrusted import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    Result = Mapping[str, Any]


def tell(action: str, result: Result, brief: bool = False) -> list[str]:
    """Give the lines that tell a result of one of these actions. `brief` is CK's `--min`."""
    if brief and action == "load":
        result = {"desc": result.get("desc", {}), "dict": result["dict"]}
    return safe_lines(TELLERS[action](result))


def safe_lines(texts: Iterable[str]) -> list[str]:
    """Give every line of some texts, safe for a terminal."""
    return [line for text in texts for line in safe_text(text).split("\n")]


def as_json(result: Result) -> list[str]:
    """Tell a result as CK prints a meta."""
    return json.dumps(result, indent=2, sort_keys=True, ensure_ascii=False, default=str).split("\n")


def _names(result: Result) -> list[str]:
    return [f"{one['data_uoa']}  {one['shown']}" if "shown" in one else one["data_uoa"] for one in result["lst"]]


def _cids(result: Result) -> list[str]:
    return [f"{one['repo_uoa']}:{one['module_uoa']}:{one['data_uoa']}" for one in result["lst"]]


def _paths(result: Result) -> list[str]:
    return [one["path"] for one in result.get("lst", [result])]


def _tags(result: Result) -> list[str]:
    return list(result["tags"])


def _info(result: Result) -> list[str]:
    return [
        f"Path  =        {result['path']}",
        "",
        f"Data alias =   {result['data_alias']}",
        f"Data UID   =   {result['data_uid']}",
        "",
        f"Module alias = {result['module_alias']}",
        f"Module UID   = {result['module_uid']}",
    ]


TELLERS: dict[str, Callable[[Result], list[str]]] = {
    "find": _paths,
    "info": _info,
    "list_tags": _tags,
    "load": as_json,
    "ls": _names,
    "search": _cids,
}
"""What tells each of these actions, whatever the module."""
