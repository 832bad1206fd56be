"""MLPerf inference results, as MLCommons publishes them and as submitters prepare them, rounds v0.5 to v6.1.

What a submitter measured on one system is one experiment, and each result (a model in a scenario) is a point of it:
a round with thousands of results has some hundred experiments. The description of the system is the experiment's meta.
UIDs come from round, division, submitter and system, so that two checkouts of a round hold the same artifacts.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..artifact import Artifact
from ..errors import UnreadableError
from ..uid import derived_uid, module_uid
from ..untrusted import safe_line, storable
from .drift import Drift
from .folder import NO_SIGNATURE, Folder, Signature
from .mlperf_drift import drift_of
from .mlperf_results import listing, read_result
from .mlperf_system import features_of, framework_of, read_description, tag_of, title_of
from .mlperf_tree import (
    DIVISIONS,
    READMES,
    ResultPlace,
    SystemPlace,
    has_results,
    is_folder_inside,
    results,
    round_of,
    signature_of,
    submitters,
    system_place,
    systems,
)
from .point import Point
from .shape import Shape

_FORMAT = "mlperf"
_MODULE = "experiment"
_TAGS = 200


def recognises(root: Path) -> bool:
    """A tree of results has `<division>/<submitter>/results/<system>/<model>/<scenario>` with the log of a run."""
    return has_results(root)


def identity(root: Path) -> tuple[str, str]:
    """Such a tree has no alias and no UID of its own."""
    return "", ""


def folders(root: Path, known: Mapping[str, str] | None = None) -> Iterator[Folder]:
    """List the systems of each submitter; a folder that can't be listed is an entry itself."""
    del known
    for division in DIVISIONS:
        try:
            found = submitters(root, division)
        except UnreadableError:
            yield Folder("", (division,), (NO_SIGNATURE,))
            continue
        for submitter in found:
            folder = f"{division}/{submitter}/results"
            try:
                yield _folder(root, folder, systems(root, folder))
            except UnreadableError:
                yield Folder(f"{division}/{submitter}", ("results",), (NO_SIGNATURE,))


def _folder(root: Path, path: str, names: Sequence[str]) -> Folder:
    places = [place for name in names if (place := system_place(f"{path}/{name}"))]
    signatures = tuple(signature_of(root, place) for place in places)
    return Folder(path, tuple(place.system for place in places), signatures)


def touched(root: Path, path: str) -> tuple[str, str] | None:
    """Name the submitter's folder and the system that a changed file belongs to."""
    parts = path.split("/")
    if parts[0] not in DIVISIONS:
        return None if path in READMES else ("", "")
    if len(parts) < 3 or (len(parts) == 3 and parts[2] in {"results", "systems"}):
        return None
    folder = f"{parts[0]}/{parts[1]}/results"
    if parts[2] == "results":
        return folder, parts[3]
    if parts[2] == "systems" and len(parts) == 4 and parts[3].endswith(".json"):
        return folder, parts[3].removesuffix(".json")
    return "", ""


def listed(root: Path, folder: str, names: Sequence[str]) -> Folder:
    """List some systems of a submitter again, those that are still there."""
    return _folder(root, folder, [name for name in names if is_folder_inside(root, f"{folder}/{name}")])


def read(root: Path, folder: Folder) -> Iterator[Artifact]:
    """Describe the systems and which results they have; none of these is read."""
    return (_read(root, folder.path, name, signature) for name, signature in folder.entries())


def _read(root: Path, folder: str, name: str, signature: Signature) -> Artifact:
    """Describe a system and which results it has; none of them is read."""
    path = f"{folder}/{name}" if folder else name
    place = system_place(path)
    if place is None:
        return _unlisted(root, path, signature)
    problems: list[str] = []
    found = _known_results(root, place, problems)
    description = _description(root, place, problems)
    features = features_of(description)
    round_ = round_of(root, place.path)
    return Artifact(
        uid=_uid(round_, place),
        alias=safe_line(f"{place.division}.{place.submitter}.{place.system}"),
        module=_MODULE,
        module_uid=module_uid(_MODULE),
        path=storable(path),
        name=safe_line(str(features.get("system_name") or place.system), 200),
        tags=_tags(round_, place, features, found),
        description=_summary(features, framework_of(description), found),
        problem="; ".join(problems),
        format=_FORMAT,
        signature=signature,
    )


def _unlisted(root: Path, path: str, signature: Signature) -> Artifact:
    """Show a folder that can't be listed, with the reason."""
    problem = ""
    try:
        listing(root, path)
    except UnreadableError as error:
        problem = str(error)
    uid, alias = derived_uid(_FORMAT, path), safe_line(path.replace("/", "."))
    return Artifact(
        uid, alias, _MODULE, module_uid(_MODULE), storable(path), problem=problem, format=_FORMAT, signature=signature
    )


def _known_results(root: Path, place: SystemPlace, problems: list[str]) -> list[ResultPlace]:
    before = len(problems)
    found = list(results(root, place.path, problems))
    if not found and len(problems) == before:
        problems.append(f"{safe_line(place.path)}: no <model>/<scenario> in it")
    return found


def _description(root: Path, place: SystemPlace, problems: list[str]) -> dict[str, Any]:
    try:
        return read_description(root, place.description)
    except UnreadableError as error:
        problems.append(str(error))
        return {}


def _uid(round_: str, place: SystemPlace, *parts: str) -> str:
    return derived_uid(_FORMAT, round_, place.division, place.submitter, place.system, *parts)


def _tags(round_: str, place: SystemPlace, features: dict[str, Any], found: list[ResultPlace]) -> tuple[str, ...]:
    names = [round_, place.division, place.submitter, str(features.get("accelerator", ""))]
    names += str(features.get("system_type", "")).split(",")
    names += sorted({result.scenario for result in found}) + sorted({result.model for result in found})
    tags = dict.fromkeys(tag_of(name) for name in names)
    return tuple(tag for tag in tags if tag)[:_TAGS]


def _summary(features: dict[str, Any], framework: str, found: list[ResultPlace]) -> str:
    models = len({result.model for result in found})
    counted = f"{len(found)} result{'s' * (len(found) != 1)} of {models} model{'s' * (models != 1)}"
    return safe_line("; ".join(part for part in (title_of(features), framework, counted) if part), 300)


def load_meta(root: Path, path: str) -> dict[str, Any]:
    """Read the description of the system, as it was submitted; empty when there is none. Raises UnreadableError."""
    place = system_place(path)
    return read_description(root, place.description) if place else {}


def shape(module: str, meta: dict[str, Any]) -> Shape:
    """Results need nothing and offer no variations."""
    return Shape()


def points(root: Path, path: str) -> Iterator[Point]:
    """Read the results of a system, one at a time; one that can't be read comes with its problem."""
    place = system_place(path)
    if place is None:
        return
    problems: list[str] = []
    description = _description(root, place, problems)
    round_ = round_of(root, place.path)
    features = {**({"round": round_} if round_ else {}), **features_of(description)}
    for result in _known_results(root, place, problems):
        yield _point(root, place, result, framework_of(description), features, _uid(round_, place, result.model))
    for problem in problems:
        yield Point(_uid(round_, place, problem), problem=problem)


def _point(
    root: Path, place: SystemPlace, result: ResultPlace, framework: str, features: dict[str, Any], of_model: str
) -> Point:
    read_now = read_result(root, result.path, result.scenario)
    choices = {
        "division": place.division,
        "submitter": place.submitter,
        "system": place.system,
        "model": result.model,
        "scenario": result.scenario,
        "framework": framework,
    }
    return Point(
        uid=derived_uid(of_model, result.scenario),
        choices={name: safe_line(value) for name, value in choices.items() if value},
        features=features,
        characteristics={"run": read_now.run} if read_now.run else {},
        problem=read_now.problem,
        source=safe_line(result.path.removeprefix(f"{place.path}/")),
    )


def drift(root: Path) -> Iterator[Drift]:
    """Find what looks like results and is none."""
    return drift_of(root)
