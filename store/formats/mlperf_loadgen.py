"""What LoadGen logged of a run, under the keys of its detail log, whichever of its two logs it is read from.

    mlperf_log_summary.txt    short, for people: the result and the verdict above `Additional Stats`
    mlperf_log_detail.txt     `:::MLLOG {json}` lines since v1.0, plain text before

The summary is all that most results need, and a hundred times shorter.
"""

import re
from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import UnreadableError
from ..untrusted import parse_json, read_text
from .values import finite_number

SUMMARY, DETAIL = "mlperf_log_summary.txt", "mlperf_log_detail.txt"
LOG_LIMIT = 32 << 20
_SUMMARY_LIMIT = 1 << 20
_LOGGED_LINES = 5_000
_VERSION_WITHIN = 64 << 10

Logged = dict[str, Any]
"""LoadGen's values under the keys of its detail log."""

_IN_SUMMARY = {
    "Samples per second": "result_samples_per_second",
    "Tokens per second": "result_tokens_per_second",
    "Tokens per second (inferred)": "result_inferred_tokens_per_second",
    "Completed samples per second": "result_completed_samples_per_sec",
    "Completed tokens per second": "result_completed_tokens_per_second",
    "Completed tokens per second (inferred)": "result_inferred_completed_tokens_per_second",
    "Scheduled samples per second": "result_scheduled_samples_per_sec",
    "Samples per query": "effective_samples_per_query",
    "QPS w/o loadgen overhead": "result_qps_without_loadgen_overhead",
    "Mean latency (ns)": "result_mean_latency_ns",
}
_ROUNDED_IN_SUMMARY = tuple(key for key in _IN_SUMMARY.values() if key.endswith(("_per_sec", "_per_second")))
_PERCENTILE = re.compile(r"([\d.]{1,6})(?:th)?( first token)? percentile( first token)? latency \(ns\)")
_OUTPUT_TOKEN = re.compile(r"([\d.]{1,6}) percentile time to output token \(ns\)")
_ESTIMATE = re.compile(r"\* Early stopping ([\d.]{1,6})th percentile estimate")
_WANTED = re.compile(
    r'^:::MLLOG[ \t]*(\{[ \t]*"key"[ \t]*:[ \t]*"(?:result_|early_stopping_latency|power_|loadgen_version|'
    r"effective_scenario|effective_samples_per_query|effective_target_latency_percentile)[^\n]*)",
    re.MULTILINE,
)
_VERSION = re.compile(r'"loadgen_version", "value": "(\d{0,2})\.(\d{1,2})|: version : (\d{0,2})\.(\d{1,2})')


def read_logs(folder: Path, files: Collection[str], problems: list[str], *, whole: bool = False) -> Logged:
    """Read the summary, and the detail log where the summary doesn't say all, or if `whole` is asked for.

    Why one of them can't be read is added to `problems`; what the other says is given all the same.
    """
    logged: Logged = {}
    if SUMMARY in files:
        try:
            logged = parse_summary(read_text(folder / SUMMARY, _SUMMARY_LIMIT))
        except UnreadableError as error:
            problems.append(str(error))
    if DETAIL in files and ("result_validity" not in logged or whole):
        try:
            detail = parse_detail(read_text(folder / DETAIL, LOG_LIMIT))
        except UnreadableError as error:
            problems.append(str(error))
            return logged
        exact = {key: detail[key] for key in _ROUNDED_IN_SUMMARY if key in detail}
        return {**detail, **logged, **exact}
    return logged


def parse_summary(text: str) -> Logged:
    """Read LoadGen's summary; the values above `Result is` are the result, of the others the first of a name counts."""
    logged: Logged = {}
    early_stopping = False
    for line in text.split("# ====", 1)[0].splitlines():
        name, colon, value = (part.strip() for part in line.partition(" : " if " : " in line else ":"))
        if not colon or line.startswith("Test Parameters"):
            continue
        if name.endswith("Early Stopping Result"):
            early_stopping = name == "Early Stopping Result"  # the others are of first and output tokens
        elif name == "Result is":
            logged["result_validity"] = "VALID" if value == "VALID" else "INVALID"
        elif name == "Scenario":
            logged["effective_scenario"] = value.replace(" ", "")
        elif (number := finite_number(value)) is not None:
            _add_from_summary(logged, name, number, early_stopping)
    return logged


def _add_from_summary(logged: Logged, name: str, number: float, early_stopping: bool) -> None:
    headline = "result_validity" not in logged
    if name in _IN_SUMMARY:
        logged.setdefault(_IN_SUMMARY[name], number)
        if headline and name.startswith("Scheduled"):
            logged["scheduled_is_result"] = True
    elif found := _ESTIMATE.match(name):
        if early_stopping:
            multi = logged.get("effective_scenario") == "MultiStream" or "early_stopping_latency_ss" in logged
            logged["early_stopping_latency_ms" if multi else "early_stopping_latency_ss"] = number
    elif found := _PERCENTILE.fullmatch(name):
        token = "first_token_" if found[2] or found[3] else ""
        logged.setdefault(f"result_{token}{_percent(found[1])}_percentile_latency_ns", number)
        if headline and not token:
            logged["effective_target_latency_percentile"] = (finite_number(found[1]) or 0) / 100
    elif found := _OUTPUT_TOKEN.fullmatch(name):
        logged.setdefault(f"result_time_per_output_token_{_percent(found[1])}_percentile_ns", number)


def _percent(text: str) -> str:
    return f"{finite_number(text) or 0:.2f}"


def parse_detail(text: str) -> Logged:
    """Read those `:::MLLOG` lines of LoadGen's detail log that results are made of. Raises UnreadableError."""
    logged: Logged = {}
    for line in islice(_WANTED.finditer(text), _LOGGED_LINES):
        entry = parse_json(line[1], DETAIL)
        key, value = entry.get("key"), entry.get("value")
        if isinstance(key, str) and isinstance(value, str | int | float):
            logged[key] = value
    version = re.match(r"(\d{1,2})\.(\d{1,2})", str(logged.get("loadgen_version", "")))
    # The submission checker takes the completed samples of Server since v4.1, the scheduled ones before.
    logged["scheduled_is_result"] = version is not None and (int(version[1]), int(version[2])) < (4, 1)
    return logged


def loadgen_round(text: str) -> str:
    """Give the round that a detail log's LoadGen was made for, such as "v5.1"; empty if it can't be told.

    Rounds v0.7 and v1.0 were still run with a LoadGen that says 0.5.
    """
    found = _VERSION.search(text[:_VERSION_WITHIN])
    return f"v{found[1] or found[3] or 0}.{found[2] or found[4]}" if found else ""
