"""Points from a file or a folder of others into an experiment of the user's own, as CK's points.

Each tells where it comes from in its features, `imported.file`, `.sha256` and `.time`. What was imported once isn't
again: the experiment's meta lists the hashes, and an import that was cut short is gone on with when it is repeated.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from ...store.errors import CkexploreError, InvalidRequestError, UnreadableError
from ...store.formats import FORMATS, ck, ck_points, cm_results, format_named
from ...store.formats.ck_entries import check_alias, create_entry, write_json
from ...store.formats.point import Point
from ...store.own_entries import changing
from ...store.uid import derived_uid
from ...store.untrusted import decoded, from_storable, load_json_object, parse_json, read_bytes, safe_line
from ...store.workspace import Workspace
from .csv_points import points_of_csv
from .json_file import is_point, points_of_document, points_of_lines
from .table import EXPERIMENT

_LIMIT = 512 << 20
_POINT_LIMIT = 32 << 20
_MARK = "imported"
_TOLD_EVERY = 250  # points

Numbered = tuple[int, Point | str]
"""The number of a row, a line or a result, with its point, or with what is wrong with it."""


class Source(Struct, frozen=True):
    """What was read: its name, the hash of what is in it, its points, what is wrong with some."""

    name: str
    sha256: str
    points: list[tuple[int, Point]]
    broken: list[tuple[int, str]]


class Imported(Struct, frozen=True):
    """What came of an import: the experiment, how many points are new, and whether all were there already."""

    experiment: str
    added: int
    already: bool


# Reading


def read_source(path: Path, choices: Sequence[str] = (), characteristics: Sequence[str] = ()) -> Source:
    """Read the points in a file or folder, by what it holds. Raises UnreadableError, InvalidRequestError."""
    name = safe_line(str(path))
    if path.is_dir():
        listed = list(_of_folder(path))
        return _source(name, _hash_of(one for _, one in listed), listed)
    data = read_bytes(path, _LIMIT)
    digest = hashlib.sha256(data).hexdigest()
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        return _source(name, digest, points_of_csv(decoded(data), name, choices, characteristics))
    if ending in (".jsonl", ".ndjson"):
        return _source(name, digest, points_of_lines(decoded(data), name))
    if ending == ".json":
        return _source(name, digest, _of_json(path, decoded(data), name))
    raise InvalidRequestError(f"{name}: points are read from .csv, .json, .jsonl and folders of results")


def _source(name: str, digest: str, listed: Iterable[Numbered]) -> Source:
    points: list[tuple[int, Point]] = []
    broken: list[tuple[int, str]] = []
    for number, one in listed:
        if isinstance(one, str):
            broken.append((number, safe_line(one, 300)))
            continue
        if one.characteristics:
            points.append((number, one))
        if one.problem or not one.characteristics:
            what = "imported all the same" if one.characteristics else "left out"
            broken.append((number, f"{safe_line(one.problem, 300) or 'nothing was measured'} ({what})"))
    if not points and not broken:
        raise UnreadableError(f"{name}: no points in it")
    return Source(name, digest, points, broken)


def _of_json(path: Path, text: str, name: str) -> Iterator[Numbered]:
    value = parse_json(text, name)
    listed = value.get("points") if isinstance(value, dict) else value
    if isinstance(listed, list) and any(map(is_point, listed)):
        return points_of_document(listed)
    if is_point(value):
        return points_of_document([value])
    return enumerate(cm_results.points_of_file(path), 1)


def _of_folder(folder: Path) -> Iterator[Numbered]:
    """Read an experiment's own folder, or all experiments of a repository of any format."""
    if ck_points.point_count(folder):
        return enumerate(ck_points.points(folder), 1)
    format_ = next(name for name in FORMATS if format_named(name).recognises(folder))
    if format_ == "plain":
        return enumerate(cm_results.points(folder), 1)
    return enumerate(_of_repository(folder, format_), 1)


def _of_repository(root: Path, format_: str) -> Iterator[Point]:
    reader = format_named(format_)
    for folder in reader.folders(root):
        for artifact in reader.read(root, folder):
            if artifact.module == "experiment":
                for point in reader.points(root, from_storable(artifact.path)):
                    yield replace(point, features={EXPERIMENT: artifact.title, **point.features})


def _hash_of(points: Iterable[Point | str]) -> str:
    """Give the hash of what points say, wherever their files are."""
    digest = hashlib.sha256()
    for one in points:
        if isinstance(one, Point):
            said = [one.uid, one.choices, one.features, one.characteristics, list(one.repetitions)]
            digest.update(json.dumps(said, sort_keys=True, default=str).encode())
    return digest.hexdigest()


# Writing


def usual_name(path: Path) -> str:
    """Give the name of an experiment for a file's points, which is the file's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem if path.is_file() else path.name).strip(".-") or "points"


def write_points(
    workspace: Workspace, name: str, source: Source, progress: Callable[[float, str], None] = lambda *_: None
) -> Imported:
    """Add points to the user's experiment of that name, which is made when it isn't there.

    `progress` is told the share that is written, and what is going on.

    Raises CkexploreError; InvalidRequestError for a name that none can have, and when there is no point to add.
    """
    check_alias(name)
    if not source.points:
        number, problem = source.broken[0]
        raise InvalidRequestError(f"{source.name}: no point in it can be imported; number {number}: {problem}")
    with changing(workspace, "experiment") as folder:
        entry = folder / name
        if not (entry / ck.META).exists():
            meta = {"tags": ["experiment", _MARK], "points": "0"}
            entry = create_entry(workspace.local, "experiment", meta, alias=name)
        title = f"local:experiment:{name}"
        earlier = _earlier(entry)
        if any(one.get("sha256") == source.sha256 for one in earlier):
            return Imported(title, 0, already=True)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        mark = {"file": source.name, "sha256": source.sha256, "time": now}
        uids = ck_points.add_points(entry, _told(_new(entry, source, mark), len(source.points), progress))
        meta = ck.own_meta(entry)
        tags = meta.get("tags") if isinstance(meta.get("tags"), list) else []
        meta |= {"tags": sorted({*map(str, tags or []), _MARK}), _MARK: [*earlier, {**mark, "points": len(uids)}]}
        write_json(entry / ck.META, meta)
        return Imported(title, len(uids), already=False)


def _told(
    points: Iterable[ck_points.NewPoint], count: int, progress: Callable[[float, str], None]
) -> Iterator[ck_points.NewPoint]:
    for number, point in enumerate(points):
        if number % _TOLD_EVERY == _TOLD_EVERY - 1:
            progress(number / count, f"importing {count:,} points")
        yield point


def _earlier(entry: Path) -> list[dict[str, Any]]:
    found = ck.own_meta(entry).get(_MARK)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _new(entry: Path, source: Source, mark: dict[str, str]) -> Iterator[ck_points.NewPoint]:
    """Yield what is to be written. A UID stays, unless another point of the experiment has it."""
    taken: set[str] = set()
    there = set(ck_points.point_uids(entry))
    for number, point in source.points:
        uid = point.uid
        if not uid or uid in taken or (uid in there and not _is_from(entry, uid, source.sha256)):
            uid = derived_uid(source.sha256, str(number))
        taken.add(uid)
        of_source = {**mark, "source": point.source} if point.source else mark
        features = {**point.features, _MARK: of_source}
        yield ck_points.NewPoint(point.choices, features, point.repetitions or [point.characteristics], uid)


def _is_from(entry: Path, uid: str, sha256: str) -> bool:
    """Tell whether a point is what an import of the same content left that was cut short."""
    try:
        features = load_json_object(entry / f"ckp-{uid}.features.json", _POINT_LIMIT).get("features")
    except CkexploreError:
        return False
    mark = features.get(_MARK) if isinstance(features, dict) else None
    return isinstance(mark, dict) and mark.get("sha256") == sha256
