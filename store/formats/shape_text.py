"""Conditions, settings and versions of a meta in a few words, safe for a terminal."""

from collections.abc import Mapping
from typing import Any

from ..untrusted import safe_line

_LIMIT = 200
_LISTED = 3


def line(*parts: str, between: str = "; ") -> str:
    """Put the parts that aren't empty into one short line."""
    return safe_line(between.join(part for part in parts if part), _LIMIT)


def said(value: Any) -> str:
    """Write a value as one word; a list of them as alternatives."""
    if isinstance(value, list | tuple):
        return " or ".join(filter(None, map(said, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or isinstance(value, Mapping) else str(value)


def condition(variables: Any, between: str = " and ") -> str:
    """Write which values variables must have: `{"A": "x", "B": ["y", "z"]}` is "A = x and B = y or z"."""
    if isinstance(variables, list):
        return " or ".join(filter(None, map(condition, variables)))
    if not isinstance(variables, Mapping):
        return ""
    return between.join(f"{name} = {_accepted(value)}".removesuffix(" = ") for name, value in variables.items())


def _accepted(value: Any) -> str:
    """Write which values are accepted; several spellings of yes are one."""
    return "yes" if isinstance(value, list) and len(value) > 1 and all(map(is_yes, value)) else said(value)


def unless(text: str) -> str:
    """Write a condition that must not hold; nothing for none."""
    return f"unless {text}" if text else ""


def settings(variables: Any) -> str:
    """Write the first few of some variables with their values: "A=1, B=2, …"."""
    if not isinstance(variables, Mapping):
        return ""
    shown = [f"{name}={said(value)}" for name, value in list(variables.items())[:_LISTED]]
    return ", ".join(shown + ["…"] * (len(variables) > _LISTED))


def version_range(exactly: Any, at_least: Any, at_most: Any) -> str:
    """Write which versions fit: "1.2", "≥ 1.2", "≤ 2"; parts of a version may come as a list."""
    signs = (("", exactly), ("≥ ", at_least), ("≤ ", at_most))
    return line(*(sign + _version(value) for sign, value in signs if _version(value)), between=", ")


def _version(value: Any) -> str:
    return ".".join(map(said, value)) if isinstance(value, list | tuple) else said(value)


def is_yes(value: Any) -> bool:
    """Tell whether a flag is set, as it is written in metas: true, yes, on."""
    return said(value).strip().lower() in {"yes", "true", "on", "1"}


def mapping(value: Any) -> Mapping[str, Any]:
    """Give a value that should be a mapping; an empty one for any other."""
    return value if isinstance(value, Mapping) else {}


def listing(value: Any) -> list[Any]:
    """Give a value that should be a list; one text as its only item, nothing for any other."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) and value else []
