"""Runs MLPerf's LoadGen on the model: SingleStream, MultiStream, Offline or Server; performance, accuracy or peak.

    CK_LOADGEN_SCENARIO=Server CK_LOADGEN_TARGET_LATENCY_MS=1 python loadgen.py

The README lists the variables. Writes tmp-ck-timer.json into the current folder, and LoadGen's own logs into `loadgen`.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from events import EventStream
from loadgen_peak import Attempt, NoPeakError, find_peak
from loadgen_settings import Trial
from loadgen_trial import Aborted, Display, TrialError, abort_on_signals, judged, run_trial
from settings import needed

TIMER_FILE = Path("tmp-ck-timer.json")


def show_nothing(kind: str, told: Mapping[str, Any]) -> None:
    """Tell nothing of a trial of a search: each one's own progress would make the bar jump."""


class Shown:
    """Shows a run while it goes: events for a watching program, and lines for a person."""

    def __init__(self, trial: Trial, events: EventStream) -> None:
        self._trial = trial
        self._events = events
        self._seconds = trial.duration_s
        self._line_due = 1.0

    def __call__(self, kind: str, told: Mapping[str, Any]) -> None:
        if kind == "calibrated":
            print(f"a query takes about {1e6 * told['query_s']:,.1f} us", flush=True)
        if kind == "starting":
            self._seconds = self._trial.minimum_seconds(1 / told["rate"])
            print(f"LoadGen makes about {told['queries']:,} queries ({told['memory_bytes'] / 1e6:,.1f} MB)", flush=True)
        if kind == "progress":
            self._tell(told)

    def _tell(self, told: Mapping[str, Any]) -> None:
        values = [round(value / 1e9, 9) for value in told["latencies_ns"]]
        if values:
            self._events.samples("latency", "s", values)
        self._events.samples("qps", "samples/s", [round(told["rate"], 3)])
        # The time decides the end, so the total is a forecast.
        forecast = int(told["done"] * max(1.0, self._seconds / told["t"]))
        self._events.progress(told["done"], max(told["done"], forecast))
        if told["t"] < self._line_due:
            return
        self._line_due = int(told["t"]) + 1.0
        median = f"  median {1e6 * float(np.median(values)):9.1f} us" if values else ""
        print(f"{told['t']:6.1f} s  {told['done']:10,} samples  {told['rate']:11,.1f} /s{median}", flush=True)


def labels() -> np.ndarray:
    """The true digits of the samples."""
    return np.load(Path(needed("CK_DATASET_PATH")) / "heldout-labels.npy", allow_pickle=False)


def run_once(trial: Trial, display: Display) -> dict[str, Any]:
    """One run: what it came to."""
    told = run_trial(trial, display)
    found = judged(trial, told, labels)
    state = {**told["state"], **found.pop("state")}
    if trial.mode != "accuracy":
        found |= {name: told["ended"][name] for name in ("inferences_s", "inferences_s_every")}
    return {**found, **told["model"], "run_time_state": state}


def run_search(trial: Trial, events: EventStream) -> dict[str, Any]:
    """The search for the highest rate: the last run at it that was valid, and every trial."""
    results: list[dict[str, Any]] = []

    def attempt(qps: float | None) -> Attempt:
        result = run_once(trial.at(qps, len(results) + 1), show_nothing)
        results.append(result)
        events.progress(len(results), max(len(results) + 1, 12))
        events.samples("latency_p99", "s", [result["latency_p99_s"]])
        made = Attempt(qps or result["target_qps"], result["valid"] == "yes", result.get("invalid_reason", ""))
        line = (
            f"trial {len(results):2}: {made.target_qps:11,.1f} queries/s  p99 {1e3 * result['latency_p99_s']:9.3f} ms"
        )
        print(f"{line}  {'valid' if made.valid else made.reason}", flush=True)
        return made

    peak, trials = find_peak(attempt)
    rows = [
        {**asdict(one), "latency_p99_s": result["latency_p99_s"], "queries": result["queries"]}
        for one, result in zip(trials, results, strict=True)
    ]
    return {**results[-1], "peak_qps": peak, "trials": rows, "trial_count": len(rows)}


def write_result(trial: Trial, result: Mapping[str, Any]) -> None:
    """Write the timer's file."""
    state = {
        **result.get("run_time_state", {}),
        "scenario": trial.scenario,
        "mode": "peak" if trial.searches else trial.mode,
        "official": "yes" if trial.official else "no",
    }
    TIMER_FILE.write_text(json.dumps({**result, "run_time_state": state}) + "\n", encoding="utf-8")


def show(trial: Trial, result: Mapping[str, Any]) -> None:
    """Print what a run came to."""
    kind = "official" if trial.official else "unofficial"
    print(f"{trial.scenario}, {kind}: {'VALID' if result['valid'] == 'yes' else 'INVALID'}")
    if result.get("invalid_reason"):
        print(f"  because: {result['invalid_reason']}")
    for name, value in sorted(result.items()):
        if isinstance(value, int | float):
            print(f"  {name:28} {value:,.9g}")


def main() -> None:
    """Run, and end with a sentence for whatever goes wrong; 143 or 130 for a run that was aborted."""
    trial = Trial.from_environment()
    try:
        events = EventStream.from_environment()
    except ValueError as error:
        raise SystemExit(str(error)) from None
    abort_on_signals()
    try:
        result = run_search(trial, events) if trial.searches else run_once(trial, Shown(trial, events))
    except Aborted as error:
        write_result(trial, {"valid": "no", "invalid_reason": str(error), "aborted": "yes"})
        print(f"the run was {error}; it has no result", file=sys.stderr, flush=True)
        os._exit(128 + error.number)
    except (TrialError, NoPeakError) as error:
        raise SystemExit(f"LoadGen, {trial.scenario}: {error}") from None
    write_result(trial, result)
    show(trial, result)
    numbers = {name: value for name, value in result.items() if isinstance(value, int | float)}
    events.result(numbers)


if __name__ == "__main__":
    main()
