"""Any answer of a function as values that JSON has: numbers, texts, lists and dictionaries, not too deep."""

from collections.abc import Mapping
from typing import Any

_DEEPEST = 60


def plain(value: Any, depth: int = 0) -> Any:
    """Give a value as JSON has it: sets and tuples as lists, keys as texts, objects as what they print as."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > _DEEPEST:
        return "left out: nested too deep"
    if isinstance(value, Mapping):
        return {_text(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in value]
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")
