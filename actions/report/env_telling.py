"""Telling registered environments: the table, their scripts and places, what was removed, what has changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .cells import cell_width, cut, padded
from .table import text_table

Result = Mapping[str, Any]
_HEADER = ("UID", "target OS", "bits", "name", "version", "place")
_LEAST_TAGS = 24  # cells; in less nobody recognizes what it is


def _shown(result: Result, width: int) -> list[str]:
    """Tell them in CK's columns, and where their software is."""
    if not result["env"]:
        return ["nothing is registered that fits; try: ckexplore detect soft:compiler.gcc"]
    cells = [
        (
            one["data_uid"],
            one["target_os_uoa"],
            one["tbits"],
            one["data_name"],
            one["version"],
            one["full_path"] + _remark(one),
        )
        for one in result["env"]
    ]
    lines = text_table(_HEADER, cells)
    tags = [",".join(one["tags"]) for one in result["env"]]
    whole = max(map(cell_width, lines))
    room = width - whole - 2
    if room >= _LEAST_TAGS:  # beside them; else below, since a UID or a path that is cut is of no use
        added = ["tags", "─" * _LEAST_TAGS, *(cut(text, room) for text in tags)]
        return [f"{padded(line, whole)}  {text}" for line, text in zip(lines, added, strict=True)]
    rows = [(line, f"  {cut(text, max(width - 2, _LEAST_TAGS))}") for line, text in zip(lines[2:], tags, strict=True)]
    return [*lines[:2], *(part for row in rows for part in row)]


def _remark(one: Mapping[str, Any]) -> str:
    if one["stale"]:
        return " (changed)"
    return "" if one["usable"] else " (gone)"


def _scripts(result: Result, _width: int) -> list[str]:
    """Tell each script as CK does: what it is comes after its first line."""
    lines: list[str] = []
    for one in result["scripts"]:
        first, *rest = one["text"].rstrip("\n").split("\n")
        dashes = "-" * 20
        title = f"{one['data_name']} ver. {one['version'] or 'unknown'}, {one['path']}"
        lines += [first, "#", f"# {dashes}[ {title} ]{dashes}", f"# Tags: {one['tags']}", "#", *rest, ""]
    return lines


def _places(result: Result, _width: int) -> list[str]:
    places = result["install_locations"]
    return list(places.values()) if len(places) == 1 else [f"env:{uid} -> {place}" for uid, place in places.items()]


def _removed(result: Result, _width: int) -> list[str]:
    lines = [f"removed {name}" for name in (*result["removed"], *result["folders"])]
    return lines + [f"env:{uid} sources what is gone: ckexplore rm env:{uid}" for uid in result["needed_by"]]


def _refreshed(result: Result, width: int) -> list[str]:
    rows = [
        (one["data_uid"], one["data_name"], one["version"], one["state"], one["reason"] or one["full_path"])
        for one in result["env"]
    ]
    if not rows:
        return ["nothing is registered that fits; try: ckexplore detect soft:compiler.gcc"]
    lines = text_table(("UID", "name", "version", "state", ""), rows, width=width)
    stale = [one["data_uid"] for one in result["env"] if one["state"] in ("changed", "gone")]
    return lines + [f"env:{uid} can't be used: detect it again, or ckexplore rm env:{uid} --force" for uid in stale]


def _printed(result: Result, _width: int) -> list[str]:
    """Tell what a command printed, if nobody has seen it."""
    text = result["output"].rstrip("\n")
    return text.split("\n") if text else []


def _set(result: Result, width: int) -> list[str]:
    if "bat" in result:
        return [result["bat"].rstrip("\n")]
    from .telling import tell  # noqa: PLC0415  (it was made: a detection or an installation)

    return tell("detect", "soft", result, width)


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "show env": _shown,
    "cat env": _scripts,
    "locate env": _places,
    "rm env": _removed,
    "clean env": _removed,
    "refresh env": _refreshed,
    "virtual env": _printed,
    "set env": _set,
}
