"""Points as JSON, both ways: one document, or a line for each point. Nothing that is known of a point gets lost."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...store.cid import is_uid
from ...store.errors import UnreadableError
from ...store.formats.ck_repetitions import middle_of
from ...store.formats.point import Point
from ...store.untrusted import parse_json, safe_value

FORMAT = "ckexplore points"
VERSION = 1


def as_lines(points: Iterable[tuple[str, Point]]) -> str:
    """Write a line for each (experiment, point)."""
    return "".join(f"{json.dumps(_value(title, point))}\n" for title, point in points)


def as_document(points: Iterable[tuple[str, Point]]) -> str:
    """Write one document."""
    listed = [_value(title, point) for title, point in points]
    return json.dumps({"format": FORMAT, "version": VERSION, "points": listed}, indent=1) + "\n"


def _value(title: str, point: Point) -> dict[str, Any]:
    value: dict[str, Any] = {"experiment": title, "point": point.uid}
    value |= {"choices": point.choices, "features": point.features, "characteristics": point.characteristics}
    if point.repetitions:
        value["repetitions"] = list(point.repetitions)
    return {**value, "problem": point.problem} if point.problem else value


def points_of_lines(text: str, source: str) -> Iterator[tuple[int, Point | str]]:
    """Yield the number of each line with its point; a text says why one is broken."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, point_of(parse_json(line, source))
            except UnreadableError as error:
                yield number, str(error)


def points_of_document(listed: Iterable[Any]) -> Iterator[tuple[int, Point | str]]:
    """Yield the same of the points in a document, which are numbered from 1 on."""
    for number, value in enumerate(listed, 1):
        try:
            yield number, point_of(value)
        except UnreadableError as error:
            yield number, str(error)


def is_point(value: Any) -> bool:
    """Tell whether a JSON value looks like one of our points."""
    return isinstance(value, dict) and "characteristics" in value and ("choices" in value or "point" in value)


def point_of(value: Any) -> Point:
    """Read one point. Raises UnreadableError."""
    if not is_point(value):
        raise UnreadableError("is no point: an object with choices and characteristics")
    safe = safe_value(value)
    repetitions = tuple(one for one in _listed(safe, "repetitions") if isinstance(one, dict))
    uid = str(safe.get("point") or "").lower()
    features = _object(safe, "features")
    return Point(
        uid=uid if is_uid(uid) else "",
        choices=_object(safe, "choices"),
        features=features,
        characteristics=middle_of(repetitions) if repetitions else _object(safe, "characteristics"),
        problem=str(safe.get("problem") or ""),
        repetitions=repetitions,
    )


def _object(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name) or {}
    if not isinstance(found, dict):
        raise UnreadableError(f"{name} is no object")
    return found


def _listed(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name) or []
    if not isinstance(found, list):
        raise UnreadableError(f"{name} is no list")
    return found
