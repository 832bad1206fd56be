"""Repetitions of one measurement told as one: the middle of the numbers, and of all else what was last."""

from collections.abc import Mapping, Sequence
from sys import float_info
from typing import Any

from .ck_flat_keys import median, unpacked


def middle_of(repetitions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give for each key the median of its numbers; a key counts for the repetitions that have it.

    Compiling, for example, is often told by the first repetition only.
    """
    collected: dict[str, list[Any]] = {}
    for repetition in repetitions:
        for key, value in repetition.items():
            if value is not None:
                collected.setdefault(key, []).append(value)
    return {key: _middle(values) for key, values in collected.items()}


def _middle(values: list[Any]) -> Any:
    if all(isinstance(value, dict) for value in values):
        return middle_of(values)
    if _are_tables(values):
        return [middle_of(rows) for rows in zip(*values, strict=True)]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) != len(values):
        return readable(values[-1])
    known = [number for number in map(readable, numbers) if number is not None]
    return median(known) if known else None


def _are_tables(values: list[Any]) -> bool:
    """Tell whether these are lists of dicts, as many in each: what was measured of every layer, say."""
    if not all(isinstance(value, list) and len(value) == len(values[0]) for value in values):
        return False
    return all(isinstance(row, dict) for value in values for row in value) and bool(values[0])


def readable(value: Any) -> Any:
    """Give a value with its packed vectors as lists, and None for NaN and numbers too large to reckon with."""
    if isinstance(value, int | float):
        return value if abs(value) <= float_info.max else None
    if isinstance(value, str):
        return unpacked(value)
    if isinstance(value, list):
        return [readable(one) for one in value]
    if isinstance(value, dict):
        return {key: readable(one) for key, one in value.items()}
    return value
