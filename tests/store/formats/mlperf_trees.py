"""Small trees of MLPerf inference results on disk, for tests: logs as LoadGen writes them."""

import json
from pathlib import Path
from typing import Any

OFFLINE = {"Scenario": "Offline", "Samples per second": 120.5}
SERVER = {"Scenario": "Server", "Completed samples per second": 87.97}
SINGLE_STREAM = {"Scenario": "SingleStream", "90.0th percentile latency (ns)": 2_000_000}
MULTI_STREAM = {"Scenario": "MultiStream", "99.0th percentile latency (ns)": 16_000_000}

SYSTEM: dict[str, Any] = {
    "division": "closed",
    "submitter": "Someone",
    "system_name": "A board (4x X100)",
    "status": "available",
    "system_type": "edge,datacenter",
    "number_of_nodes": 1,
    "accelerator_model_name": "Example X100",
    "accelerators_per_node": "4",
    "host_processor_model_name": "Example CPU",
    "host_processors_per_node": 2,
    "host_processor_core_count": 16,
    "framework": "TensorX 1.2",
    "other_software_stack": "N/A",
}


def summary(
    headline: dict[str, Any], *, valid: str = "VALID", estimate: dict[str, float] | None = None, more: Any = None
) -> str:
    """Give LoadGen's summary: headline and verdict, early-stopping estimates, additional statistics."""
    rule = "=" * 48
    lines = [rule, "MLPerf Results Summary", rule, "SUT name : PySUT"]
    lines += [f"{name} : {value}" for name, value in headline.items()]
    lines += [f"Result is : {valid}", "  Min duration satisfied : Yes", "Early Stopping Result:"]
    lines += [f" * Early stopping {name}th percentile estimate: {value}" for name, value in (estimate or {}).items()]
    lines += ["", rule, "Additional Stats", rule]
    lines += [f"{name} : {value}" for name, value in (more or {}).items()]
    return "\n".join([*lines, "", rule, "Test Parameters Used", rule, "samples_per_query : 1", ""])


def detail(values: dict[str, Any]) -> str:
    """Give LoadGen's detail log: one `:::MLLOG` line a value, among others."""
    entries = [{"key": "loadgen_build_date_local", "value": "2024"}]
    entries += [{"key": key, "value": value, "metadata": {"is_error": False}} for key, value in values.items()]
    return "".join(f":::MLLOG {json.dumps(entry)}\n" for entry in entries)


def write_result(
    root: Path,
    place: str,
    text: str = "",
    *,
    run: str = "performance/run_1",
    details: dict[str, Any] | None = None,
    accuracy: str = "",
) -> Path:
    """Write a result at `<division>/<submitter>/results/<system>/<model>/<scenario>`, and return its folder."""
    folder = root / place
    (folder / run).mkdir(parents=True, exist_ok=True)
    if text:
        (folder / run / "mlperf_log_summary.txt").write_text(text)
    if details is not None:
        (folder / run / "mlperf_log_detail.txt").write_text(detail(details))
    if accuracy:
        (folder / "accuracy").mkdir(exist_ok=True)
        (folder / "accuracy/accuracy.txt").write_text(accuracy)
    return folder


def write_system(root: Path, place: str, value: Any = None) -> Path:
    """Write a system's description at `<division>/<submitter>/systems/<system>.json`, and return its path."""
    path = root / f"{place}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value or SYSTEM))
    return path


def write_round(root: Path, name: str = "v3.0") -> Path:
    """Write a round with three results of two models on one system, and return its root."""
    root.mkdir(exist_ok=True)
    (root / "README.md").write_text(f"# MLPerf\u2122 Inference {name} results\nThis repository holds results.\n")
    write_system(root, "closed/Someone/systems/board")
    top1 = "accuracy=76.456%, good=38228, total=50000\n"
    write_result(root, "closed/Someone/results/board/resnet50/Offline", summary(OFFLINE), accuracy=top1)
    write_result(root, "closed/Someone/results/board/resnet50/Server", summary(SERVER), accuracy=top1)
    write_result(root, "closed/Someone/results/board/bert-99/Offline", summary(OFFLINE))
    return root
