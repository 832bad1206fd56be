"""CK experiment points: `ckp-<uid>.<sub-point>.json` with choices, features and characteristics, and flat files.

A point is one measured configuration. `.0001.json` holds its measurements as they came, `.flat.json` every number
under CK's flat key (`##characteristics#run#execution_time#min`) with statistics, `.features.json` what identifies it.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..artifact import new_uid
from ..errors import CkexploreError
from ..untrusted import load_json_object, safe_value
from .ck import META, load_meta
from .ck_entries import write_json

_POINT_LIMIT = 32 << 20
_VECTOR = 64


@dataclass(frozen=True, slots=True)
class Point:
    """One point: `characteristics` maps groups (compile, run) to values of the last repetition."""

    uid: str
    choices: dict[str, Any] = field(default_factory=dict)
    features: dict[str, Any] = field(default_factory=dict)
    characteristics: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def point_uids(entry: Path) -> list[str]:
    """List the UIDs of an experiment's points, the oldest first."""
    files = sorted(entry.glob("ckp-*.0001.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [path.name.removeprefix("ckp-").removesuffix(".0001.json") for path in files]


def load_point(entry: Path, uid: str) -> Point:
    """Read one point; a broken one comes with its problem. All text is safe for a terminal."""
    try:
        value = safe_value(load_json_object(entry / f"ckp-{uid}.0001.json", _POINT_LIMIT))
    except CkexploreError as error:
        return Point(uid, problem=str(error))
    listed = value.get("characteristics_list")
    last = listed[-1] if isinstance(listed, list) and listed and isinstance(listed[-1], dict) else {}
    return Point(uid, _dict(value.get("choices")), _dict(value.get("features")), last)


def points(entry: Path) -> Iterator[Point]:
    """Read every point of an experiment, the oldest first."""
    for uid in point_uids(entry):
        yield load_point(entry, uid)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def add_point(
    entry: Path, choices: Mapping[str, Any], features: Mapping[str, Any], measurements: Sequence[Mapping[str, Any]]
) -> str:
    """Append a point with one dict of characteristics a repetition, update the entry's count, and return its UID."""
    uid = new_uid()
    order = [[f"##choices#{key}" for key in sorted(choices)]]
    identity = {"choices": dict(choices), "features": dict(features), "choices_order": order}
    write_json(entry / f"ckp-{uid}.features.json", {**identity, "permanent": "no", "sub_points": ["0001"]})
    flat = {**flatten(choices, "##choices"), **flatten(features, "##features"), **_statistics(measurements)}
    write_json(entry / f"ckp-{uid}.flat.json", flat)
    # The measurements last: a point without them isn't listed, so a kill in between leaves no half point.
    write_json(
        entry / f"ckp-{uid}.0001.json", {**identity, "characteristics_list": [dict(one) for one in measurements]}
    )
    meta = load_meta(entry)
    meta["points"] = str(len(point_uids(entry)))
    write_json(entry / META, meta)
    return uid


def flatten(value: Any, prefix: str) -> dict[str, Any]:
    """Give a nested value under CK's flat keys: `#` before a dict's key, `@` before a list's index.

    A long list of numbers becomes one text, `@@1.0,2.0`, as CK packs vectors.
    """
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


def _statistics(measurements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
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
            f"{key}#mean": statistics.fmean(numbers),
            f"{key}#center": (low + high) / 2,
            f"{key}#range": high - low,
            f"{key}#halfrange": (high - low) / 2,
            f"{key}#repeats": len(numbers),
            f"{key}#all": numbers,
        }
    return flat
