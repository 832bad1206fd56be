"""CK's flat keys: `#` before the key of a dict, `@` before the index of a list, and statistics at the end.

`##characteristics#run#execution_time#min` is the least `execution_time` of all repetitions of a point.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .values import finite_number

_VECTOR = 64  # numbers in a list from which on it is packed into one text
_DEEPEST = 64
_PART = re.compile(r"([#@])([^#@]*)")
_STATISTICS = ("all", "mean", "center", "min", "max")
_SUFFIX = re.compile(
    r"(?:all|all_unique|min|max|mean|center|range|halfrange|range_percent|repeats|exp|exp_allx|exp_ally|exp_warning)"
    r"(?:_imp)?"
)


def flatten(value: Any, prefix: str) -> dict[str, Any]:
    """Give a nested value under flat keys; of a long list of numbers CK makes one text, `@@1.0,2.0`."""
    if isinstance(value, Mapping):
        flat: dict[str, Any] = {}
        for key, item in value.items():
            flat |= flatten(item, f"{prefix}#{key}")
        return flat
    if isinstance(value, list):
        if len(value) > _VECTOR and all(isinstance(item, int | float) for item in value):
            return {prefix: "@@" + ",".join(map(str, value))}
        flat = {}
        for index, item in enumerate(value):
            flat |= flatten(item, f"{prefix}@{index}")
        return flat
    return {prefix: value}


def statistics_over(measurements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give each characteristic's value over the repetitions, numbers with CK's suffixes."""
    collected: dict[str, list[Any]] = {}
    for measurement in measurements:
        for key, value in flatten(measurement, "##characteristics").items():
            collected.setdefault(key, []).append(value)
    flat: dict[str, Any] = {}
    for key, values in collected.items():
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) != len(values):
            flat[key] = values[-1]
            continue
        low, high = min(numbers), max(numbers)
        flat |= {
            f"{key}#min": low,
            f"{key}#max": high,
            f"{key}#mean": math.fsum(numbers) / len(numbers),
            f"{key}#center": (low + high) / 2,
            f"{key}#range": high - low,
            f"{key}#halfrange": (high - low) / 2,
            f"{key}#repeats": len(numbers),
            f"{key}#all": numbers,
        }
    return flat


def unflattened(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Give flat keys as the nested value that they stand for, one value in place of all statistics of a key."""
    tree: dict[Any, Any] = {}
    for key, value in _one_each(flat).items():
        parts = [int(name) if sign == "@" and name.isdecimal() else name for sign, name in _PART.findall(key[1:])]
        if key.startswith("##") and 0 < len(parts) <= _DEEPEST:
            _put(tree, parts, value)
    return _with_lists(tree)


def _one_each(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Give one value for each key with statistics: the median where all values are told, else the mean, else any."""
    found: dict[str, Any] = {}
    for key in flat:
        base, _, suffix = key.rpartition("#")
        if _SUFFIX.fullmatch(suffix) and (f"{base}#repeats" in flat or suffix == "min"):
            if base not in found:
                found[base] = _middle([flat.get(f"{base}#{name}") for name in _STATISTICS])
        else:
            found[key] = flat[key]
    return found


def _middle(statistics_of_key: Sequence[Any]) -> Any:
    every = statistics_of_key[0]
    if isinstance(every, list) and every:
        numbers = [one for one in every if not isinstance(one, str) and finite_number(one) is not None]
        return median(numbers) if len(numbers) == len(every) else every[-1]
    return next((one for one in statistics_of_key[1:] if one is not None), None)


def median(numbers: Sequence[float]) -> float:
    """Give the middle of some numbers, which lies between them however large they are."""
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else ordered[half - 1] / 2 + ordered[half] / 2


def unpacked(text: str) -> str | list[float]:
    """Give the numbers of a packed vector, `@@1.0,2.0`; any other text as it is."""
    if not text.startswith("@@"):
        return text
    numbers = [finite_number(one) for one in text[2:].split(",")]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else text


def _put(tree: dict[Any, Any], parts: Sequence[Any], value: Any) -> None:
    for part in parts[:-1]:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):  # a key that is said to hold a value, and more keys as well
            below = tree[part] = {}
        tree = below
    tree[parts[-1]] = value


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree)]
    return {str(key): _with_lists(value) for key, value in tree.items()}
