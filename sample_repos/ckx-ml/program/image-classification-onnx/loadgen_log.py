"""Reads what LoadGen wrote of a run: mlperf_log_detail.txt and mlperf_log_accuracy.json, in MLPerf's own format.

The exit code of a run says nothing, and its summary is for people, so the detail log is what counts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = ":::MLLOG "
VERSION_OF_SEED = {
    3066443479025735752: "v4.1",
    6023615788873153749: "v5.0",
    1780908523862526354: "v5.1",
    2465351861681999779: "v6.0",
    2085463073848966840: "v6.1",
}
"""The round of MLPerf Inference whose qsl_rng_seed it is, from the mlperf.conf of each."""

SEEDS = ("qsl_rng_seed", "sample_index_rng_seed", "schedule_rng_seed")
PERCENTILES = {"50.00": "p50", "90.00": "p90", "95.00": "p95", "97.00": "p97", "99.00": "p99", "99.90": "p999"}


class LogError(Exception):
    """A log that is not there or does not say what it should; the text is a sentence."""


@dataclass(frozen=True)
class Log:
    """The last value of each key of a detail log, its errors, and why the result is not valid."""

    values: Mapping[str, Any]
    errors: Sequence[str]
    invalid_reasons: Sequence[str]


def read_log(folder: Path) -> Log:
    """Read a detail log; raises LogError. A line that a killed process left half written is passed over."""
    path = folder / "mlperf_log_detail.txt"
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise LogError(f"LoadGen left no {path}: {error.strerror}") from None
    values: dict[str, Any] = {}
    errors: list[str] = []
    reasons: list[str] = []
    for line in lines:
        _, found, text = line.partition(MARK)
        try:
            entry = json.loads(text) if found else None
        except ValueError:
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
            continue
        key, value = entry["key"], entry.get("value")
        values[key] = value
        metadata = entry.get("metadata")
        if isinstance(metadata, dict) and metadata.get("is_error"):
            errors.append(f"{key}: {in_one_line(value)}")
        if key == "result_invalid_reason":
            reasons.append(in_one_line(value))
    return Log(values, errors, reasons)


def in_one_line(value: Any) -> str:
    """A text of LoadGen's, which has line ends and stars, as a sentence."""
    return " ".join(str(value).replace("*", " ").split())


def version_of(values: Mapping[str, Any]) -> str:
    """The round of MLPerf whose seeds the run had; "unknown" for any other."""
    seed = values.get("effective_qsl_rng_seed")
    return VERSION_OF_SEED.get(seed, "unknown") if isinstance(seed, int) else "unknown"


def figure(values: Mapping[str, Any], key: str) -> float | None:
    """A number of the log; None where it has none."""
    value = values.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def seconds(values: Mapping[str, Any], key: str) -> float | None:
    """A time in seconds that the log has in nanoseconds; None where it has none."""
    value = figure(values, key)
    return None if value is None else value / 1e9


def yes_or_no(value: Any) -> str | None:
    """How a truth value is recorded; None where nothing is known."""
    return None if value is None else "yes" if value is True or value == "true" else "no"


def latencies(values: Mapping[str, Any], scenario: str) -> dict[str, float | None]:
    """Percentiles of the latency of a query in seconds. Offline has one query, so it has none."""
    if scenario == "Offline":
        return {}
    query = "query_" if scenario == "MultiStream" else ""
    per_query = "per_query_" if scenario == "MultiStream" else ""
    found = {
        f"latency_{name}_s": seconds(values, f"result_{name}_{query}latency_ns") for name in ("min", "mean", "max")
    }
    for percentile, name in PERCENTILES.items():
        found[f"latency_{name}_s"] = seconds(values, f"result_{percentile}_percentile_{per_query}latency_ns")
    found["latency_median_s"] = found["latency_p50_s"]
    early = {"SingleStream": "early_stopping_latency_ss", "MultiStream": "early_stopping_latency_ms"}.get(scenario, "")
    found["early_stopping_latency_s"] = seconds(values, early)
    return found


def rates(values: Mapping[str, Any], scenario: str) -> dict[str, float | None]:
    """Queries and samples a second, and LoadGen's own time between two queries in seconds."""
    found: dict[str, float | None] = {}
    if scenario == "Offline":
        return {"samples_per_s": figure(values, "result_samples_per_second")}
    if scenario == "Server":
        completed = figure(values, "result_completed_samples_per_sec")
        found |= {"qps": completed, "samples_per_s": completed}
        found["scheduled_qps"] = figure(values, "result_scheduled_samples_per_sec")
        found["target_qps"] = values.get("effective_target_qps")
        found["over_latency_queries"] = figure(values, "result_overlatency_query_count")
        found["target_latency_s"] = seconds(values, "effective_target_latency_ns")
        return found
    with_it = figure(values, "result_qps_with_loadgen_overhead")
    without = figure(values, "result_qps_without_loadgen_overhead")
    if with_it and without:
        found |= {"qps": with_it, "samples_per_s": with_it, "overhead_s": 1 / with_it - 1 / without}
    mean = seconds(values, "result_mean_query_latency_ns")
    if scenario == "MultiStream" and mean:
        found |= {"qps": 1 / mean, "samples_per_s": (figure(values, "effective_samples_per_query") or 1) / mean}
    return found


def characteristics(log: Log, scenario: str) -> dict[str, Any]:
    """What a performance run came to; what the log does not say is left out. Raises LogError for a run without end."""
    values = log.values
    validity = values.get("result_validity")
    if validity not in ("VALID", "INVALID"):
        raise LogError(f"LoadGen ended without a result{': ' + log.errors[0] if log.errors else ''}")
    is_valid = validity == "VALID" and not log.errors
    headline = {"SingleStream": "latency_p90_s", "MultiStream": "latency_p99_s", "Server": "latency_p99_s"}
    found: dict[str, Any] = {
        "valid": "yes" if is_valid else "no",
        "invalid_reason": "; ".join([*log.errors, *log.invalid_reasons]) or ("" if is_valid else "LoadGen gives none"),
        **latencies(values, scenario),
        **rates(values, scenario),
        "queries": figure(values, "result_query_count"),
        "minimum_duration_met": yes_or_no(values.get("result_min_duration_met")),
        "minimum_queries_met": yes_or_no(values.get("result_min_queries_met")),
        "latency_constraint_met": yes_or_no(values.get("result_perf_constraints_met")),
        "early_stopping_met": yes_or_no(values.get("early_stopping_met")),
        "early_stopping": in_one_line(values.get("early_stopping_result") or ""),
    }
    rate = found.get("samples_per_s")
    found["execution_time"] = found.get(headline.get(scenario, "")) or (1 / rate if rate else None)
    return {name: value for name, value in found.items() if value is not None and value != ""}


def state(log: Log) -> dict[str, Any]:
    """What a reader must know to compare two runs."""
    values = log.values
    seeds = {name: values.get(f"effective_{name}") for name in SEEDS}
    return {
        "loadgen_version": values.get("loadgen_version"),
        "mlperf_version": version_of(values),
        # Numbers of 64 bits, which not every reader of JSON keeps exactly.
        "seeds": {name: str(value) for name, value in seeds.items() if value is not None},
        "minimum_duration_s": (figure(values, "effective_min_duration_ms") or 0) / 1000,
        "minimum_queries": values.get("effective_min_query_count"),
        "performance_samples": values.get("qsl_reported_performance_count"),
    }


def answers(folder: Path) -> dict[int, int]:
    """The class that each sample got, by its index. Raises LogError.

    MultiStream fills its last query up, so a sample can be there twice; the first answer counts.
    """
    path = folder / "mlperf_log_accuracy.json"
    found: dict[int, int] = {}
    try:
        for one in json.loads(path.read_text(encoding="utf-8")):
            found.setdefault(int(one["qsl_idx"]), int.from_bytes(bytes.fromhex(one["data"]), "little", signed=True))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LogError(f"LoadGen's answers in {path} are not whole: {error}") from None
    return found


def score(found: Mapping[int, int], labels: Sequence[int]) -> dict[str, Any]:
    """How many answers are right, in per cent of all samples. Raises LogError when some have no answer."""
    missing = len(labels) - len(found.keys() & set(range(len(labels))))
    if missing:
        raise LogError(f"{missing} of {len(labels)} samples have no answer in LoadGen's log")
    correct = sum(found[index] == int(label) for index, label in enumerate(labels))
    return {"accuracy_top1": 100 * correct / len(labels), "correct": correct, "total": len(labels)}
