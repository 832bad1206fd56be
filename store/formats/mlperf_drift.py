"""What in a tree of MLPerf results is no result, though it looks like one: folders and descriptions left behind."""

from collections.abc import Iterator
from pathlib import Path

from ..errors import UnreadableError
from ..untrusted import safe_line
from .drift import Drift
from .mlperf_results import SCENARIOS, listing
from .mlperf_tree import DIVISIONS, submitters, systems

_DESCRIPTION = ".json"


def drift_of(root: Path) -> Iterator[Drift]:
    """Find systems that have results or a description but not both, and folders in a model that are no scenario."""
    for division in DIVISIONS:
        try:
            found = submitters(root, division)
        except UnreadableError:  # an entry of its own, with the reason
            continue
        for submitter in found:
            yield from _of_submitter(root, f"{division}/{submitter}")


def _of_submitter(root: Path, path: str) -> Iterator[Drift]:
    try:
        measured = systems(root, f"{path}/results")
    except UnreadableError:
        return
    described = _descriptions(root, f"{path}/systems")
    for system in sorted(described.difference(measured)):
        yield Drift(safe_line(f"{path}/systems/{system}{_DESCRIPTION}"), "describes a system that has no results here")
    for system in measured:
        if system not in described:
            yield Drift(safe_line(f"{path}/results/{system}"), "results of a system that isn't described")
        yield from _of_system(root, f"{path}/results/{system}")


def _descriptions(root: Path, path: str) -> set[str]:
    try:
        files = listing(root, path)[1]
    except UnreadableError:
        return set()
    return {name.removesuffix(_DESCRIPTION) for name in files if name.endswith(_DESCRIPTION)}


def _of_system(root: Path, path: str) -> Iterator[Drift]:
    try:
        for model in listing(root, path)[0]:
            for folder in listing(root, f"{path}/{model}")[0]:
                yield from _of_scenario(root, f"{path}/{model}/{folder}", folder)
    except UnreadableError:
        return


def _of_scenario(root: Path, path: str, name: str) -> Iterator[Drift]:
    if name.lower() not in SCENARIOS:
        yield Drift(safe_line(path), "no scenario of MLPerf")
        return
    for folder in listing(root, path)[0]:
        if folder.lower() in SCENARIOS:
            yield Drift(safe_line(f"{path}/{folder}"), "a result within a result, which doesn't count")
