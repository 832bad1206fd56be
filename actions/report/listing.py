"""What find, ls, load, search and other quick actions print: what the original CK prints, for scripts written for it.

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


def tell(action: str, result: Result, brief: bool = False, options: Result | None = None) -> list[str]:
    """Give the lines that tell a result of one of these actions. `brief` is CK's `--min`, `options` those of `ls`."""
    if brief and action == "load":
        result = {"desc": result.get("desc", {}), "dict": result["dict"]}
    if action in ("ls", "search") and options and _PRINTED & options.keys():
        whole = action == "search" or _is_set(options, "print_full", "all")
        return safe_lines(_with_names(one, whole, options) for one in result["lst"])
    return safe_lines(TELLERS[action](result))


_PRINTED = {"all", "name", "print_full", "print_name", "print_uid"}


def _is_set(options: Result, *names: str) -> bool:
    return any(options.get(name) == "yes" for name in names)


def _with_names(one: Mapping[str, Any], whole: bool, options: Result) -> str:
    """Name an entry as CK does with `--all`, `--print_uid`, `--print_name`."""
    text = f"{one['repo_uoa']}:{one['module_uoa']}:{one['data_uoa']}" if whole else one["data_uoa"]
    text += f" ({one['data_uid']})" if _is_set(options, "print_uid") else ""
    name = one.get("info", {}).get("data_name") if _is_set(options, "print_name", "name") else ""
    return f"{name} ({text})" if name else text


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


def _uid(result: Result) -> list[str]:
    return [result["data_uid"]]


def _cid(result: Result) -> list[str]:
    return [f"{result.get('module_uid') or '?'}:{result.get('data_uid') or '?'}"]


def _all_names(result: Result) -> list[str]:
    alias, uid = (
        [result.get(f"{part}_{kind}") or "?" for part in ("repo", "module", "data")] for kind in ("uoa", "uid")
    )
    return [":".join(alias[1:]), ":".join(uid[1:]), ":".join(alias), ":".join(uid)]


def _actions(result: Result) -> list[str]:
    return [f"{name} - {one['desc']}" if one.get("desc") else name for name, one in result["actions"].items()]


def _help(result: Result) -> list[str]:
    return [result["help"]]


TELLERS: dict[str, Callable[[Result], list[str]]] = {
    "cid": _cid,
    "find": _paths,
    "help": _help,
    "info": _info,
    "list_actions": _actions,
    "list_tags": _tags,
    "load": as_json,
    "ls": _names,
    "path": _all_names,
    "search": _cids,
    "uid": _uid,
}
"""What tells each of these actions, whatever the module."""
