"""What MLPerf's rules make of a run: which of its values is the result of a scenario, under names that say the unit.

A result of Offline or MultiStream may be inferred from a run of another scenario. The names of values and the rules
are those of MLCommons' submission checker.
"""

from collections.abc import Mapping
from typing import Any

from ..untrusted import safe_line
from .values import finite_number

SAMPLES_OF_A_MULTISTREAM_QUERY = 8  # by the rules since v1.1


def measured(logged: Mapping[str, Any], scenario: str) -> dict[str, Any]:
    """Give the values of a run by name; `metric` names the one that is MLPerf's result for the scenario.

    A result that the rules infer from a run of another scenario says so in `inferred_from`.
    """
    ran = str(logged.get("effective_scenario", "")).replace(" ", "")
    values: dict[str, float | None]
    if scenario == "Offline":
        values = _offline(logged, ran)
    elif scenario in {"Server", "Interactive"}:
        values = _server(logged, ran)
    elif scenario == "SingleStream":
        values = _single_stream(logged) if ran == scenario else {}
    else:
        values = _multi_stream(logged, ran)
    run: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if run:
        run["metric"] = next(iter(run))
    if run and scenario not in (ran, "Interactive"):
        run["inferred_from"] = safe_line(ran, 40)
    if "result_validity" in logged:
        run["validity"] = safe_line(str(logged["result_validity"]), 20)
    return run


def _offline(logged: Mapping[str, Any], ran: str) -> dict[str, float | None]:
    if ran == "Offline":
        return {
            "tokens_per_s": _tokens(logged, "tokens_per_second"),
            "throughput_per_s": finite_number(logged.get("result_samples_per_second")),
        }
    mean = _seconds(logged, "result_mean_query_latency_ns") or _seconds(logged, "result_mean_latency_ns")
    if ran == "MultiStream":
        return {"throughput_per_s": (_samples_per_query(logged) / mean) if mean else None}
    if ran == "SingleStream":
        # The summary rounds the rate to two digits; the mean latency, of which it is the inverse, it gives in full.
        rate = finite_number(logged.get("result_qps_without_loadgen_overhead"))
        return {"throughput_per_s": 1 / mean if mean else rate}
    return {}


def _server(logged: Mapping[str, Any], ran: str) -> dict[str, float | None]:
    if ran not in {"Server", "Interactive"}:
        return {}
    which = "scheduled" if logged.get("scheduled_is_result") else "completed"
    return {
        "tokens_per_s": _tokens(logged, "completed_tokens_per_second"),
        "throughput_per_s": finite_number(logged.get(f"result_{which}_samples_per_sec")),
        "latency_p99_s": _seconds(logged, "result_99.00_percentile_latency_ns"),
        "latency_median_s": _seconds(logged, "result_50.00_percentile_latency_ns"),
        "ttft_p99_s": _seconds(logged, "result_first_token_99.00_percentile_latency_ns"),
        "tpot_p99_s": _seconds(logged, "result_time_per_output_token_99.00_percentile_ns"),
    }


def _tokens(logged: Mapping[str, Any], name: str) -> float | None:
    """Give a rate of tokens: counted, or inferred from their mean number in a sample, which counts as well."""
    counted = finite_number(logged.get(f"result_{name}"))
    return counted if counted is not None else finite_number(logged.get(f"result_inferred_{name}"))


def _single_stream(logged: Mapping[str, Any]) -> dict[str, float | None]:
    target = finite_number(logged.get("effective_target_latency_percentile")) or 0.9
    name = f"latency_p{target * 100:g}".replace(".", "")  # p90, p999
    return {
        f"{name}_early_stopping_s": _seconds(logged, "early_stopping_latency_ss"),
        f"{name}_s": _seconds(logged, f"result_{target * 100:.2f}_percentile_latency_ns"),
        "latency_median_s": _seconds(logged, "result_50.00_percentile_latency_ns"),
        "latency_mean_s": _seconds(logged, "result_mean_latency_ns"),
        "ttft_p90_s": _seconds(logged, "result_first_token_90.00_percentile_latency_ns"),
    }


def _multi_stream(logged: Mapping[str, Any], ran: str) -> dict[str, float | None]:
    estimate = _seconds(logged, "early_stopping_latency_ms")
    if ran == "SingleStream":
        one = estimate or _seconds(logged, "result_99.00_percentile_latency_ns")
        name = "latency_p99_early_stopping_s" if estimate else "latency_p99_s"
        return {name: one * SAMPLES_OF_A_MULTISTREAM_QUERY if one else None}
    if ran != "MultiStream":
        return {}
    p99 = _seconds(logged, "result_99.00_percentile_per_query_latency_ns")
    p99 = p99 or _seconds(logged, "result_99.00_percentile_latency_ns")
    median = _seconds(logged, "result_50.00_percentile_per_query_latency_ns")
    latencies = {
        "latency_p99_early_stopping_s": estimate,
        "latency_p99_s": p99,
        "latency_median_s": median or _seconds(logged, "result_50.00_percentile_latency_ns"),
    }
    # Until v1.0 the result was how many samples a query could have within a fixed latency.
    return (
        {"samples_per_query": finite_number(logged.get("effective_samples_per_query")), **latencies}
        if ("effective_samples_per_query" in logged and "effective_target_latency_percentile" not in logged)
        else latencies
    )


def _samples_per_query(logged: Mapping[str, Any]) -> float:
    return finite_number(logged.get("effective_samples_per_query")) or SAMPLES_OF_A_MULTISTREAM_QUERY


def _seconds(logged: Mapping[str, Any], name: str) -> float | None:
    value = finite_number(logged.get(name))
    return value / 1e9 if value else None


def endpoint_values(summary: Mapping[str, Any], scenario: str) -> dict[str, Any]:
    """Give the values of a `result_summary.json`, which has no verdict: a run is complete or not."""
    throughput: dict[str, float | None] = {"throughput_per_s": finite_number(summary.get("qps"))}
    throughput["tokens_per_s"] = finite_number(summary.get("tps"))
    stream = scenario in {"SingleStream", "MultiStream"}
    percent = "99" if scenario == "MultiStream" else "90"
    latency = {
        f"latency_p{percent}_early_stopping_s": _percentile(summary, "latency", "early_stopping_percentiles", percent),
        f"latency_p{percent}_s": _percentile(summary, "latency", "percentiles", percent),
        "latency_median_s": _percentile(summary, "latency", "percentiles", "50"),
        "ttft_p99_s": _percentile(summary, "ttft", "percentiles", "99"),
        "tpot_p99_s": _percentile(summary, "tpot", "percentiles", "99"),
    }
    values = {**latency, **throughput} if stream else {**throughput, **latency}
    run: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if run:
        run["metric"] = next(iter(run))
    if isinstance(summary.get("complete"), bool):
        run["complete"] = summary["complete"]
    failed = finite_number(summary.get("n_samples_failed"))
    return {**run, **({"samples_failed": int(failed)} if failed is not None else {})}


def _percentile(summary: Mapping[str, Any], what: str, table: str, percent: str) -> float | None:
    group = summary.get(what)
    percentiles = group.get(table) if isinstance(group, dict) else None
    return _seconds(percentiles, f"{percent}.0") if isinstance(percentiles, dict) else None
