"""Results that CM experiments keep: the `cm-result.json` of each run, a list of results, each of them a point.

    <experiment>/<time of the run>/cm-result.json

A file may hold thousands of results; each is decoded when it is its turn.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from ..cid import is_uid
from ..errors import UnreadableError
from ..uid import derived_uid
from ..untrusted import nests_too_deep, parse_json, read_bytes, safe_line
from .cm_result_kinds import shaped
from .point import Point

RESULT = "cm-result.json"
RESULT_LIMIT = 64 << 20
_RUNS = 100_000
_RAW_RESULTS = msgspec.json.Decoder(list[msgspec.Raw])
_ANY = msgspec.json.Decoder()


def points(entry: Path) -> Iterator[Point]:
    """Read the results of an experiment, the oldest run first; what is broken is a point with its problem."""
    known: set[str] = set()
    for point in _points(entry):
        # Files repeat UIDs: of several results with one, the first keeps it.
        unique = point if point.uid not in known else replace(point, uid=derived_uid(point.uid, str(len(known))))
        known.add(unique.uid)
        yield unique


def points_of_file(path: Path) -> Iterator[Point]:
    """Read the results of one file, wherever it is. Raises UnreadableError for one that holds none."""
    for number, result in enumerate(_results(path)):
        yield _point(result, path.name, number)


def point_count(entry: Path) -> int:
    """Count what `points` yields; the results are told apart, but not decoded."""
    count = 0
    try:
        for file in _files(entry):
            try:
                count += len(_results(entry / file))
            except UnreadableError:
                count += 1
    except UnreadableError:
        return 1
    return count


def _points(entry: Path) -> Iterator[Point]:
    try:
        files = _files(entry)
    except UnreadableError as error:
        yield Point(derived_uid(RESULT), problem=str(error))
        return
    for file in files:
        try:
            results = _results(entry / file)
        except UnreadableError as error:
            yield Point(derived_uid(RESULT, file), problem=str(error), source=safe_line(file))
            continue
        for number, result in enumerate(results):
            yield _point(result, file, number)


def _files(entry: Path) -> list[str]:
    """List the result files by the names of their folders, which are times; raises UnreadableError."""
    try:
        with os.scandir(entry) as listed:
            runs = [one.name for one in islice(listed, _RUNS) if one.is_dir(follow_symlinks=False)]
    except OSError as error:
        raise UnreadableError(f"{safe_line(str(entry))}: can't be listed ({error.strerror})") from error
    return [f"{run}/{RESULT}" for run in sorted(runs) if os.path.lexists(entry / run / RESULT)]


def _results(path: Path) -> Sequence[Any]:
    """Give the results of a file, still encoded where that is possible; a single one needs no list.

    Raises UnreadableError.
    """
    data = read_bytes(path, RESULT_LIMIT)
    try:
        return _RAW_RESULTS.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):  # the slow way knows NaN, odd bytes, and the reason
        found = parse_json(data.decode("utf-8-sig", "surrogateescape"), safe_line(str(path)))
    if not isinstance(found, list | dict):
        raise UnreadableError(f"{safe_line(str(path))}: holds a {type(found).__name__}, not a list of results")
    return found if isinstance(found, list) else [found]


def _point(result: Any, file: str, number: int) -> Point:
    source = safe_line(file)
    place = f"{source}: result {number + 1}"
    try:
        value = _decoded(result, place)
        if not isinstance(value, dict):
            raise UnreadableError(f"{place} is a {type(value).__name__}, not an object")
        own = value.get("uid")
        uid = own.lower() if isinstance(own, str) and is_uid(own) else _derived(file, number)
        found = shaped(value)
        return Point(uid, found.choices, found.features, found.characteristics, found.problem, source)
    except UnreadableError as error:
        return Point(_derived(file, number), problem=str(error), source=source)
    except RecursionError:
        return Point(_derived(file, number), problem=f"{place} is nested too deep", source=source)


def _derived(file: str, number: int) -> str:
    return derived_uid(RESULT, file, str(number))


def _decoded(result: Any, place: str) -> Any:
    if not isinstance(result, msgspec.Raw):
        return result
    data = bytes(result)
    if nests_too_deep(data):
        raise UnreadableError(f"{place} is nested too deep")
    try:
        return _ANY.decode(data)
    except (msgspec.DecodeError, ValueError):
        return parse_json(data.decode("utf-8", "surrogateescape"), place)
