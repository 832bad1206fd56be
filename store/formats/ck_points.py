"""The points of CK experiments, one measured configuration each, in a handful of files that share the point's UID.

    ckp-<uid>.0001.json        a sub-point: what was measured, one dict of characteristics a repetition
    ckp-<uid>.0002.json        more repetitions of the same, measured later
    ckp-<uid>.features.json    the choices and features that the point stands for
    ckp-<uid>.flat.json        statistics over all repetitions under flat keys: `##characteristics#run#time#min`

A point is read from its sub-points, and one that has none, or only broken ones, from its statistics.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time_ns
from typing import Any

from ..errors import CkexploreError
from ..uid import new_uid
from ..untrusted import load_json_object, safe_line, safe_value
from .ck import META, own_meta
from .ck_entries import write_json
from .ck_flat_keys import flatten, statistics_over, unflattened
from .ck_repetitions import middle_of, readable
from .point import Point

_POINT_LIMIT = 32 << 20
_SUB_POINTS = 100
_FILE = re.compile(r"ckp-([0-9a-fA-F]{16})\.(\d{4}|flat)\.json")
_FLAT = "flat"


def point_count(entry: Path) -> int:
    """Count an experiment's points without looking at their files."""
    return len(_parts_by_uid(entry))


def point_uids(entry: Path) -> list[str]:
    """List the UIDs of an experiment's points, the oldest first."""
    return list(_in_order(entry, _parts_by_uid(entry)))


def points(entry: Path) -> Iterator[Point]:
    """Read every point of an experiment, the oldest first."""
    parts = _parts_by_uid(entry)
    for uid in _in_order(entry, parts):
        yield _read(entry, uid, parts[uid])


def load_point(entry: Path, uid: str) -> Point:
    """Read one point; a broken one comes with its problem."""
    return _read(entry, uid, _parts_by_uid(entry).get(uid, []))


def _parts_by_uid(entry: Path) -> dict[str, list[str]]:
    """Tell which points there are, each with its sub-points in order ("0001") and "flat"; features alone are none."""
    found: dict[str, list[str]] = {}
    try:
        names = os.listdir(entry)
    except OSError:
        return {}
    for name in names:
        if match := _FILE.fullmatch(name):
            found.setdefault(match[1], []).append(match[2])
    for parts in found.values():
        parts.sort()
    return found


def _in_order(entry: Path, parts: Mapping[str, Sequence[str]]) -> list[str]:
    """Order UIDs by the time of their first files, which costs one stat for each."""
    return sorted(parts, key=lambda uid: (_time(f"{entry}/ckp-{uid}.{parts[uid][0]}.json"), uid))


def _time(path: str) -> int:
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:  # removed in between
        return 0


# Reading one


def _read(entry: Path, uid: str, parts: Sequence[str]) -> Point:
    problems: list[str] = []
    if not parts:
        problems.append(f"{safe_line(str(entry))}: no point {safe_line(uid)} with measurements")
    sub_points = [part for part in parts if part != _FLAT]
    if len(sub_points) > _SUB_POINTS:
        problems.append(f"{len(sub_points)} sub-points, of which the first {_SUB_POINTS} are read")
    read = [_load(entry, uid, part, problems) for part in sub_points[:_SUB_POINTS]]
    repetitions = [one for value in read for one in _repetitions(value)]
    flat = {} if repetitions or _FLAT not in parts else unflattened(_load(entry, uid, _FLAT, problems))
    described = [*read, flat]
    if not any(_dict(value.get("choices")) for value in described):
        described.append(_load(entry, uid, "features", problems))
    return Point(
        uid=uid,
        choices=_first(described, "choices"),
        features=_first(described, "features"),
        characteristics=middle_of(repetitions) if repetitions else _dict(readable(flat.get("characteristics"))),
        problem="; ".join(problems),
        source=f"ckp-{uid}.{parts[0]}.json" if parts else "",
        repetitions=tuple(map(readable, repetitions)) if len(repetitions) > 1 else (),
    )


def _load(entry: Path, uid: str, part: str, problems: list[str]) -> dict[str, Any]:
    path = f"{entry}/ckp-{uid}.{part}.json"
    if part == "features" and not os.path.lexists(path):
        return {}
    try:
        return safe_value(load_json_object(path, _POINT_LIMIT))
    except CkexploreError as error:
        problems.append(str(error))
        return {}


def _repetitions(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = value.get("characteristics_list", value.get("characteristics"))
    if isinstance(listed, dict):
        return [listed]
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _first(values: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    return next((found for value in values if (found := _dict(readable(value.get(name))))), {})


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# Writing one


@dataclass(frozen=True, slots=True)
class NewPoint:
    """A point to write, with one dict of characteristics a repetition; without `uid` it gets one."""

    choices: Mapping[str, Any]
    features: Mapping[str, Any]
    measurements: Sequence[Mapping[str, Any]]
    uid: str = ""


def add_point(
    entry: Path, choices: Mapping[str, Any], features: Mapping[str, Any], measurements: Sequence[Mapping[str, Any]]
) -> str:
    """Append a point with one dict of characteristics a repetition, update the entry's count, and return its UID."""
    return add_points(entry, [NewPoint(choices, features, measurements)])[0]


def add_points(entry: Path, several: Iterable[NewPoint]) -> list[str]:
    """Append points in an order that reading keeps, update the entry's count once, and return their UIDs."""
    found: list[str] = []
    since = time_ns()
    for number, point in enumerate(several):
        uid = point.uid or new_uid()
        found.append(uid)
        _write(entry, uid, point)
        if number:  # files written within one tick of the clock would come in the order of their UIDs
            _set_time(entry / f"ckp-{uid}.0001.json", since + number)
        else:
            since = max(since, _time(f"{entry}/ckp-{uid}.0001.json"))
    meta = own_meta(entry)
    meta["points"] = str(point_count(entry))
    write_json(entry / META, meta)
    return found


def _set_time(path: Path, time: int) -> None:
    try:
        os.utime(path, ns=(time, time))
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(path))}: can't be changed ({error.strerror})") from error


def _write(entry: Path, uid: str, point: NewPoint) -> None:
    choices, features = point.choices, point.features
    order = [[f"##choices#{key}" for key in sorted(choices)]]
    identity = {"choices": dict(choices), "features": dict(features), "choices_order": order}
    write_json(entry / f"ckp-{uid}.features.json", {**identity, "permanent": "no", "sub_points": ["0001"]})
    # What was measured is what makes it a point: a kill before leaves none, a kill behind leaves a whole one.
    measured = {**identity, "characteristics_list": [dict(one) for one in point.measurements]}
    write_json(entry / f"ckp-{uid}.0001.json", measured)
    flat = {**flatten(choices, "##choices"), **flatten(features, "##features"), **statistics_over(point.measurements)}
    write_json(entry / f"ckp-{uid}.flat.json", flat)
