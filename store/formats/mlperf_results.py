"""Read one MLPerf inference result: the logs of `<model>/<scenario>`, with what was reached, how well, at what power.

    <scenario>/performance/run_1/mlperf_log_summary.txt    LoadGen's logs; `run_1` to `run_5` for Server in v0.5
    <scenario>/performance/run_1/mlperf_log_detail.txt
    <scenario>/performance/run_1/spl.txt                   the power meter's samples, where power was measured
    <scenario>/performance/result_summary.json             in place of LoadGen's logs: results of v6.1 over endpoints
    <scenario>/accuracy/accuracy.txt                       what the accuracy script of the benchmark printed
    <scenario>/accuracy/accuracy_results.json              the same for endpoints

The values come out in seconds, per second, watts and joules, as their names say; those called accuracy in percent, any
other score as its script printed it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import CkexploreError, UnreadableError
from ..untrusted import inside, load_json_object, read_text, safe_line
from .mlperf_accuracy import parse_accuracy
from .mlperf_loadgen import DETAIL, SUMMARY, read_logs
from .mlperf_measured import endpoint_values, measured
from .mlperf_power import SAMPLES, read_power
from .values import finite_number

SCENARIOS = {
    "singlestream": "SingleStream",
    "multistream": "MultiStream",
    "server": "Server",
    "offline": "Offline",
    "interactive": "Interactive",
}
ENDPOINTS = "result_summary.json"
ACCURACY, ENDPOINTS_ACCURACY = "accuracy.txt", "accuracy_results.json"
LOG_FILES = (SUMMARY, DETAIL, SAMPLES, ENDPOINTS)
ACCURACY_FILES = (ACCURACY, ENDPOINTS_ACCURACY)
RUN = re.compile(r"run_\d{1,3}")
_ACCURACY_LIMIT = 16 << 20
_LISTED = 100_000


@dataclass(frozen=True, slots=True)
class Result:
    """What one result says: `run` maps names to values; `problem` tells what could not be read, and why."""

    run: dict[str, Any]
    problem: str = ""


def listing(root: Path, path: str) -> tuple[list[str], list[str]]:
    """List the folders and the other files of a folder, each sorted; a link counts only if it stays in the root.

    Raises UnreadableError.
    """
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(root / path) as entries:
            for entry in islice(entries, _LISTED):
                (folders if _is_folder(root, path, entry) else files).append(entry.name)
    except OSError as error:
        raise UnreadableError(f"{safe_line(path)}: can't be listed ({error.strerror})") from error
    return sorted(folders), sorted(files)


def _is_folder(root: Path, path: str, entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_symlink():
            return entry.is_dir(follow_symlinks=False)
        return inside(root, f"{path}/{entry.name}").is_dir()
    except (CkexploreError, OSError, RuntimeError):  # it leads out, or in a circle
        return False


def read_result(root: Path, path: str, scenario: str) -> Result:
    """Read the result in the folder `path` of a scenario; values that can be read are there beside a problem."""
    problems: list[str] = []
    runs: list[dict[str, Any]] = []
    scores: dict[str, Any] = {}
    try:
        runs = [_read_run(root, run, files, scenario, problems) for run, files in runs_of(root, path)]
    except UnreadableError as error:
        problems.append(str(error))
    try:
        scores = _read_accuracy(root, path)
    except UnreadableError as error:
        problems.append(str(error))
    if not runs and not problems:
        problems.append(f"{safe_line(path)}: no log of a performance run")
    return Result({**_that_counts(runs, scenario), **scores}, "; ".join(dict.fromkeys(problems)))


def runs_of(root: Path, path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the folder and the files of each performance run, `run_1` first; a few put the logs beside `run_1`.

    Raises UnreadableError.
    """
    for performance in _folders_of(root, path, "performance"):
        folders, files = listing(root, performance)
        if _logs(files):
            yield performance, files
        for run in sorted(filter(RUN.fullmatch, folders), key=lambda name: int(name[4:])):
            inner = listing(root, f"{performance}/{run}")[1]
            if _logs(inner):
                yield f"{performance}/{run}", inner


def _folders_of(root: Path, path: str, kind: str) -> list[str]:
    return [f"{path}/{folder}" for folder in listing(root, path)[0] if kind_of(folder) == kind]


def kind_of(folder: str) -> str:
    """Give the usual name of a result's folder: a few in v0.5 wrote `Performance`, phones write `log_performance`."""
    return folder.lower().removeprefix("log_")


def _logs(files: list[str]) -> bool:
    return not {SUMMARY, DETAIL, ENDPOINTS}.isdisjoint(files)


def _that_counts(runs: list[dict[str, Any]], scenario: str) -> dict[str, Any]:
    """Choose the run that is the result: of the five that v0.5 asked of Server the least, else the first.

    A result is valid only if every run of it is.
    """
    if not runs:
        return {}
    if scenario != "Server" or len(runs) == 1:
        return runs[0]
    least = min(runs, key=lambda run: float(run.get(str(run.get("metric")), "inf")))
    invalid = any(run.get("validity") != "VALID" for run in runs)
    return {**least, **({"validity": "INVALID"} if invalid else {}), "runs": len(runs)}


def _read_run(root: Path, path: str, files: list[str], scenario: str, problems: list[str]) -> dict[str, Any]:
    """Read one run; what goes wrong is added to `problems`."""
    try:
        if ENDPOINTS in files:
            return endpoint_values(load_json_object(root / path / ENDPOINTS), scenario)
        before = len(problems)
        # The summary rounds the rates of Server to two digits behind the point.
        whole = SAMPLES in files or scenario in {"Server", "Interactive"}
        logged = read_logs(root / path, files, problems, whole=whole)
        run = measured(logged, scenario)
        if "metric" not in run and len(problems) == before:
            ran = safe_line(str(logged.get("effective_scenario", "")), 40) or "no scenario"
            problems.append(f"{safe_line(path)}: no result of {scenario} in LoadGen's logs, which name {ran}")
        if SAMPLES in files:
            run |= read_power(root, path, logged, scenario)
        return run
    except UnreadableError as error:
        problems.append(str(error))
    return {}


def _read_accuracy(root: Path, path: str) -> dict[str, Any]:
    """Read the scores of a result; none if its accuracy was not checked there. Raises UnreadableError."""
    for folder in _folders_of(root, path, "accuracy"):
        files = listing(root, folder)[1]
        if ACCURACY in files:
            return parse_accuracy(read_text(root / folder / ACCURACY, _ACCURACY_LIMIT))
        if ENDPOINTS_ACCURACY in files:
            average = finite_number(load_json_object(root / folder / ENDPOINTS_ACCURACY).get("average_accuracy"))
            return {} if average is None else {"average_accuracy": average * 100}
    return {}
