"""Single values from outside: numbers that can be reckoned with, and texts of one line."""

from functools import lru_cache
from math import isfinite
from typing import Any

from ..untrusted import safe_line

_LONGEST_NUMBER = 64
_LONGEST_COUNT = 9
_LINE_LIMIT = 300
_NOTHING = {"", "-", "n/a", "na", "none", "null", "0"}


def finite_number(value: Any) -> float | None:
    """Give a finite number, from text too; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def count_or_line(value: Any) -> str | int | float | None:
    """Give a count where one was written, as text too, else one line; None for nothing, zero and "N/A"."""
    if isinstance(value, str):
        return _count_or_line(value) if len(value) <= _LINE_LIMIT else _read(value)
    if isinstance(value, list):
        return _read(", ".join(str(one) for one in value))
    return value if finite_number(value) else None


def _read(text: str) -> str | int | None:
    text = " ".join(text.split())
    if text.isdecimal() and len(text) <= _LONGEST_COUNT:
        return int(text) or None
    return None if text.lower() in _NOTHING else safe_line(text, _LINE_LIMIT)


_count_or_line = lru_cache(maxsize=4096)(_read)
"""Of thousands of results most say the same."""
