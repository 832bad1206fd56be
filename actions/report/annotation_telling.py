"""Telling what the user wrote about artifacts: tags, notes, bookmarks, saved searches, exports."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .table import text_table

Result = Mapping[str, Any]


def _tagged(result: Result, _width: int) -> list[str]:
    own = ", ".join(result["own_tags"]) or "none"
    return [f"{_name(result)}: your tags: {own}"]


def _noted(result: Result, _width: int) -> list[str]:
    """Tell the note itself when it was asked for, so that it can go into a pipe."""
    name = _name(result)
    if not result["note"]:
        return [f"{name}: no note of yours; write one: ckexplore note {name} --text=…"]
    return [f"{name}: your note is in {result['file']}"] if result["changed"] else [str(result["note"])]


def _bookmarked(result: Result, _width: int) -> list[str]:
    return [f"{_name(result)}: {'bookmarked ' + result['bookmarked'] if result['bookmarked'] else 'no bookmark'}"]


def _name(result: Result) -> str:
    return f"{result['module_uoa']}:{result['data_uoa']}"


def _annotations(result: Result, width: int) -> list[str]:
    found = result["annotations"]
    if not found:
        return ["nothing is written yet; try: ckexplore note MODULE:ARTIFACT --text=…"]
    rows = [
        (one["cid"] or one["uid"], one["bookmarked"][:10], ",".join(one["tags"]), one["problem"] or _first_line(one))
        for one in found
    ]
    return text_table(("artifact", "bookmarked", "tags", "note"), rows, width=width)


def _first_line(one: Result) -> str:
    first, _, more = one["note"].partition("\n")
    return f"{first} …" if more else first


def _exported(result: Result, _width: int) -> list[str]:
    if "text" in result:
        return [line.rstrip("\r") for line in result["text"].removesuffix("\n").split("\n")]
    counted = f"{_number(result['annotations'], 'annotation')} and {_number(result['searches'], 'saved search')}"
    return [f"{counted} in {result['file']}", *(f"left out: {problem}" for problem in result["problems"])]


def _imported(result: Result, _width: int) -> list[str]:
    return [
        f"{result['changed']} of {_number(result['annotations'], 'annotation')} "
        f"and {result['added']} of {_number(result['searches'], 'saved search')} were new"
    ]


def _number(number: int, name: str) -> str:
    plural = "es" if name.endswith("ch") else "s"
    return f"{number} {name}{'' if number == 1 else plural}"


def _searches(result: Result, width: int) -> list[str]:
    if not result["searches"]:
        return ["no search is saved yet; try: ckexplore save search:NAME --query='tag:onnx -draft'"]
    header = ("name", "query", "scope", "order")
    return text_table(header, [[one[column] for column in header] for one in result["searches"]], width=width)


def _saved(result: Result, _width: int) -> list[str]:
    return [f"search:{result['name']}: {' '.join(filter(None, (result['query'], result['scope'], result['order'])))}"]


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "tag": _tagged,
    "note": _noted,
    "bookmark": _bookmarked,
    "show annotation": _annotations,
    "export annotation": _exported,
    "add annotation": _imported,
    "show search": _searches,
    "save search": _saved,
    "rename search": _saved,
}
