"""What the results say that MLCommons collected: of MLPerf inference, training and tiny, each under its own keys.

A result of any other kind is a point as well: its numbers are taken as what came out, its texts as what was given.
"""

import re
from collections.abc import Mapping
from typing import Any

from ..untrusted import safe_line, safe_value
from .point import Point
from .values import count_or_line, finite_number

Keys = Mapping[str, tuple[str, ...]]
"""Our names, each with the keys that it may have in a result."""

_INFERENCE_CHOICES: Keys = {
    "division": ("Division",),
    "submitter": ("Organization",),
    "system": ("Platform",),
    "model": ("Model",),
    "scenario": ("Scenario",),
    "framework": ("framework",),
}
_INFERENCE_FEATURES: Keys = {
    "round": ("version",),
    "benchmark": ("MlperfModel",),
    "system_name": ("SystemName",),
    "availability": ("Availability",),
    "system_type": ("SystemType",),
    "nodes": ("number_of_nodes",),
    "accelerator": ("accelerator_model_name",),
    "accelerators_per_node": ("accelerators_per_node",),
    "processor": ("host_processor_model_name",),
    "processors_per_node": ("host_processors_per_node",),
    "cores_per_processor": ("host_processor_core_count",),
    "operating_system": ("operating_system",),
    "notes": ("notes",),
    "url": ("url", "git_url"),
}
_TRAINING_CHOICES: Keys = {
    "division": ("division",),
    "submitter": ("submitter", "Organization"),
    "system": ("system",),
    "model": ("Model_ID",),
    "dataset": ("Dataset",),
    "framework": ("framework",),
}
_TRAINING_FEATURES: Keys = {
    "round": ("version",),
    "benchmark": ("Benchmark", "Task"),
    "availability": ("availability",),
    "accelerator": ("accelerator_model_name",),
    "accelerators": ("accelerators_count",),
    "processor": ("host_processor_model_name",),
    "processors": ("host_processors_count",),
    "quality_target": ("Accuracy",),
    "quality_metric": ("Accuracy_Metric",),
    "notes": ("notes",),
    "url": ("details_url", "git_url"),
}
_TINY_CHOICES: Keys = {
    "division": ("Division",),
    "submitter": ("Organization",),
    "system": ("__System",),
    "model": ("__Model", "Benchmark"),
    "framework": ("Inference Framework",),
}
_TINY_FEATURES: Keys = {
    "round": ("version",),
    "benchmark": ("Benchmark",),
    "availability": ("Status",),
    "board": ("Board Name",),
    "chip": ("SoC Name",),
    "processor": ("Processor(s) Name",),
    "processor_frequency": ("Processor(s) Frequencies",),
    "accelerator": ("Accelerator",),
    "operating_system": ("Operating System ", "Operating System"),
    "quantization": ("Quantization Method",),
    "notes": ("Software Notes",),
    "url": ("git_url",),
}
_UNITS = {
    "Samples/s": ("throughput_per_s", 1.0),
    "Queries/s": ("throughput_per_s", 1.0),
    "Tokens/s": ("tokens_per_s", 1.0),
    "Latency (ms)": ("latency", 1e-3),
    "Latency (ns)": ("latency", 1e-9),
    "Watts": ("power_w", 1.0),
    "millijoules": ("energy_per_query_j", 1e-3),
    "min.": ("time_to_train_s", 60.0),
}
# What the one accuracy of a result is, by the start of the benchmark's name.
_SCORES = {
    "resnet": "accuracy_top1",
    "retinanet": "mAP",
    "ssd": "mAP",
    "bert": "f1",
    "dlrm": "AUC",
    "3d-unet": "DICE",
    "gptj": "rouge1",
    "llama2": "rouge1",
    "mixtral": "rouge1",
    "stable-diffusion": "CLIP_SCORE",
}
# Results of these are tokens a second from that round on, though their files still say samples and queries.
_IN_TOKENS = {"llama2": (4, 0), "gptj": (4, 1), "mixtral": (4, 1)}
_EARLY_STOPPING = (1, 1)  # the round since which latencies are estimates by that rule


def shaped(value: Mapping[str, Any]) -> Point:
    """Make a point, still without UID, of one result."""
    if "Scenario" in value and "MlperfModel" in value:
        return _point(_INFERENCE_CHOICES, _INFERENCE_FEATURES, value, _inference(value))
    if "Task" in value and str(value.get("Result_Units")) in _UNITS:
        return _point(_TRAINING_CHOICES, _TRAINING_FEATURES, value, _result(value))
    if "median_throughput" in value:
        return _point(_TINY_CHOICES, _TINY_FEATURES, value, _tiny(value))
    return _unknown(value)


def _point(choices: Keys, features: Keys, value: Mapping[str, Any], run: dict[str, Any]) -> Point:
    problem = "" if "metric" in run else "no result in it: its Result is empty"
    return Point("", _picked(choices, value), _picked(features, value), {"run": run}, problem)


def _picked(keys: Keys, value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, candidates in keys.items():
        for key in candidates:
            given = value.get(key)
            if given is None or given == "":
                continue
            short = safe_value(given) if isinstance(given, dict) else count_or_line(given)
            if short is not None:
                found[name] = short
            break
    return found


def _inference(value: Mapping[str, Any]) -> dict[str, Any]:
    run = _result(value)
    benchmark = str(value.get("MlperfModel"))
    power = finite_number(value.get("Result_Power"))
    if power is not None and (unit := _UNITS.get(str(value.get("Result_Power_Units")))):
        run[unit[0]] = power * unit[1]
    accuracy = finite_number(value.get("Accuracy"))
    if accuracy is not None:
        run[_started(benchmark, _SCORES) or "accuracy"] = accuracy
    if value.get("inferred") == 1:
        run["inferred"] = True
    return run


def _result(value: Mapping[str, Any]) -> dict[str, Any]:
    """Give the value that is the result under a name that says its unit, and `metric`, which is that name."""
    number = finite_number(value.get("Result"))
    unit = value.get("Result_Units") or value.get("Units")
    if number is None or not isinstance(unit, str):
        return {}
    name, factor = _UNITS.get(unit, (f"result in {safe_line(unit, 40)}", 1.0))
    if name == "latency":
        name = _latency_name(value)
    elif name == "throughput_per_s" and _counts_tokens(value):
        name = "tokens_per_s"
    return {name: number * factor, "metric": name}


def _latency_name(value: Mapping[str, Any]) -> str:
    percentile = "p99" if value.get("Scenario") == "MultiStream" else "p90"
    return f"latency_{percentile}_early_stopping_s" if _round(value) >= _EARLY_STOPPING else f"latency_{percentile}_s"


def _counts_tokens(value: Mapping[str, Any]) -> bool:
    since = _started(str(value.get("MlperfModel")), _IN_TOKENS)
    return since is not None and _round(value) >= since


def _round(value: Mapping[str, Any]) -> tuple[int, int]:
    version = re.fullmatch(r"v?(\d{1,2})\.(\d{1,2})", str(value.get("version")))
    return (int(version[1]), int(version[2])) if version else (0, 0)


def _started(text: str, table: Mapping[str, Any]) -> Any:
    return next((table[start] for start in table if text.startswith(start)), None)


def _tiny(value: Mapping[str, Any]) -> dict[str, Any]:
    energy = finite_number(value.get("median_energy_cost"))
    named = {
        "throughput_per_s": finite_number(value.get("median_throughput")),
        "energy_per_query_j": energy * 1e-6 if energy is not None else None,
        "throughput_of_energy_run_per_s": finite_number(value.get("median_energy_median_throughput")),
        "accuracy_top1": finite_number(value.get("accuracy_Top-1")),
        "AUC": finite_number(value.get("accuracy_AUC")),
    }
    run: dict[str, Any] = {name: number for name, number in named.items() if number is not None}
    return {**run, **({"metric": "throughput_per_s"} if "throughput_per_s" in run else {})}


def _unknown(value: Mapping[str, Any]) -> Point:
    features: dict[str, Any] = {}
    run: dict[str, Any] = {}
    for key, one in value.items():
        is_number = not isinstance(one, str) and finite_number(one) is not None
        (run if is_number else features)[safe_line(str(key), 120)] = one if is_number else safe_value(one)
    features.pop("uid", None)
    return Point("", {}, features, {"run": run} if run else {})
