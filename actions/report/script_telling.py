"""Telling what a script of CM or mlcflow needs and offers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .table import text_table

Result = Mapping[str, Any]
_TOOLS = {"cm": "CM", "mlc": "mlcflow"}


def _script(result: Result, width: int) -> list[str]:
    """Tell the tree first, then what can be chosen and given, then what the script hands on."""
    lines = [f"{result['script']} ({_TOOLS[result['format']]})", f"in {result['path']}"]
    lines += [f"! {result['problem']}"] if result["problem"] else []
    lines += ["", "needs, in this order:", *(f"  {line}" for line in result["needs"])]
    return [*lines, *_variations(result, width), *_versions(result), *_inputs(result, width), *_variables(result)]


def _variations(result: Result, width: int) -> Iterator[str]:
    """Tell variations by group; of a group one is chosen."""
    if not result["variations"]:
        return
    on = set(result["on"])
    listed = sorted(result["variations"], key=lambda one: (one["group"] == "", one["group"]))
    rows = [(one["group"], one["name"], _chosen(one, on), one["sets"]) for one in listed]
    yield from ("", *text_table(("one of", "variation", "", "changes"), rows, width=width))


def _chosen(one: Mapping[str, Any], on: set[str]) -> str:
    is_on = one["name"] in on or (one["name"].endswith(".#") and any(name.startswith(one["name"][:-1]) for name in on))
    return " ".join(word for word, said in (("on", is_on), ("(default)", one["default"])) if said)


def _versions(result: Result) -> Iterator[str]:
    if result["versions"] or result["default_version"]:
        default = f" (default {result['default_version']})" if result["default_version"] else ""
        yield from ("", f"versions: {', '.join(result['versions']) or 'any'}{default}")


def _inputs(result: Result, width: int) -> Iterator[str]:
    if result["inputs"]:
        rows = [
            (
                f"--{one['name']}=",
                one["variable"],
                one["default"],
                "; ".join(filter(None, (one["text"], one["choices"]))),
            )
            for one in result["inputs"]
        ]
        yield from ("", *text_table(("input", "sets", "default", "is"), rows, width=width))


def _variables(result: Result) -> Iterator[str]:
    if result["variables"]:
        yield from ("", "variables unless --env.NAME= says otherwise:")
        yield from (f"  {name}={value}" for name, value in result["variables"].items())
    if result["hands_on"]:
        yield from ("", f"hands on: {', '.join(result['hands_on'])}")


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {"show script": _script}
