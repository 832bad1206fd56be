"""What one result of MLPerf says: read as the submission checker reads it, from the logs of every round."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats.mlperf_accuracy import parse_accuracy
from ckexplore.store.formats.mlperf_loadgen import loadgen_round, parse_detail, parse_summary
from ckexplore.store.formats.mlperf_measured import endpoint_values, measured
from ckexplore.store.formats.mlperf_results import read_result

from ...conftest import EVIL
from .mlperf_trees import MULTI_STREAM, OFFLINE, SERVER, SINGLE_STREAM, detail, summary, write_result

PLACE = "closed/S/results/x/resnet50/Offline"


def run_of(text: str, scenario: str) -> dict[str, Any]:
    return measured(parse_summary(text), scenario)


# What is the result


def test_offline_is_told_by_samples_a_second() -> None:
    expected = {"throughput_per_s": 120.5, "metric": "throughput_per_s", "validity": "VALID"}
    assert run_of(summary(OFFLINE), "Offline") == expected


def test_tokens_come_before_samples_whether_counted_or_inferred() -> None:
    for name in ("Tokens per second", "Tokens per second (inferred)"):
        run = run_of(summary({**OFFLINE, name: 900.0}), "Offline")
        assert (run["metric"], run["tokens_per_s"], run["throughput_per_s"]) == ("tokens_per_s", 900.0, 120.5)
        run = run_of(summary({**SERVER, f"Completed {name.lower()}": 800.0}), "Server")
        assert (run["metric"], run["tokens_per_s"]) == ("tokens_per_s", 800.0)


def test_single_stream_is_told_by_its_90th_percentile_or_the_estimate_of_early_stopping() -> None:
    text = summary(SINGLE_STREAM, more={"50.00 percentile latency (ns)": 1_000_000, "Mean latency (ns)": 1_500_000})
    assert run_of(text, "SingleStream") == {
        "latency_p90_s": 0.002,
        "latency_median_s": 0.001,
        "latency_mean_s": 0.0015,
        "metric": "latency_p90_s",
        "validity": "VALID",
    }
    text = summary(SINGLE_STREAM, estimate={"90": 2_500_000, "99": 9_000_000})
    run = run_of(text, "SingleStream")
    assert (run["metric"], run["latency_p90_early_stopping_s"]) == ("latency_p90_early_stopping_s", 0.0025)


def test_multi_stream_is_told_by_its_99th_percentile_and_until_v1_0_by_samples_a_query() -> None:
    text = summary(MULTI_STREAM, estimate={"99": 17_000_000}, more={"99.00 percentile latency (ns)": 16_000_000})
    run = run_of(text, "MultiStream")
    assert (run["metric"], run["latency_p99_early_stopping_s"], run["latency_p99_s"]) == (
        "latency_p99_early_stopping_s",
        0.017,
        0.016,
    )
    run = run_of(summary({"Scenario": "Multi Stream", "Samples per query": 24}), "MultiStream")
    assert (run["metric"], run["samples_per_query"]) == ("samples_per_query", 24)


def test_server_is_told_by_scheduled_samples_until_v4_0_and_by_completed_ones_since() -> None:
    values = {"result_scheduled_samples_per_sec": 50.0, "result_completed_samples_per_sec": 49.0}
    for version, expected in (("2.0 @ 70184", 50.0), ("4.0 @ 7fc05", 50.0), ("4.1 @ 2ed95", 49.0), ("5.1 @ x", 49.0)):
        log = detail({"loadgen_version": version, "effective_scenario": "Server", **values})
        assert measured(parse_detail(log), "Server")["throughput_per_s"] == expected
    run = run_of(summary({"Scenario": "Server", "Scheduled samples per second": 50.0}), "Server")
    assert run["throughput_per_s"] == 50.0


def test_an_invalid_result_says_so() -> None:
    assert run_of(summary(OFFLINE, valid="INVALID"), "Offline")["validity"] == "INVALID"


def test_what_is_inferred_from_another_scenario_names_it() -> None:
    more = {"QPS w/o loadgen overhead": 0.46, "Mean latency (ns)": 2_170_214_329}
    run = run_of(summary(SINGLE_STREAM, more=more), "Offline")
    # The rate is rounded in the summary; a slow system's would be wrong by a percent.
    assert run["throughput_per_s"] == pytest.approx(0.460784, rel=1e-5)
    assert run["inferred_from"] == "SingleStream"
    run = run_of(summary(SINGLE_STREAM, more={"99.00 percentile latency (ns)": 3_000_000}), "MultiStream")
    assert (run["latency_p99_s"], run["inferred_from"]) == (pytest.approx(0.024), "SingleStream")
    run = run_of(summary(MULTI_STREAM, more={"Mean latency (ns)": 4_000_000}), "Offline")
    assert (run["throughput_per_s"], run["inferred_from"]) == (pytest.approx(2_000), "MultiStream")


def test_a_log_of_another_scenario_gives_no_result() -> None:
    assert "metric" not in run_of(summary(OFFLINE), "SingleStream")
    assert "metric" not in run_of(summary(SINGLE_STREAM), "Server")


def test_results_over_endpoints_have_no_verdict_but_say_whether_they_are_complete() -> None:
    value = {
        "qps": 12.5,
        "tps": 900.0,
        "complete": True,
        "n_samples_failed": 2,
        "latency": {"percentiles": {"90.0": 2e9, "50.0": 1e9}, "early_stopping_percentiles": {"90.0": 3e9}},
        "ttft": {"percentiles": {"99.0": 5e8}},
        "tpot": {"percentiles": "broken"},
    }
    run = endpoint_values(value, "Offline")
    assert (run["metric"], run["throughput_per_s"], run["tokens_per_s"], run["ttft_p99_s"]) == (
        "throughput_per_s",
        12.5,
        900.0,
        0.5,
    )
    assert (run["complete"], run["samples_failed"]) == (True, 2)
    run = endpoint_values(value, "SingleStream")
    assert (run["metric"], run["latency_p90_early_stopping_s"]) == ("latency_p90_early_stopping_s", 3.0)


def test_the_round_is_told_by_loadgens_version() -> None:
    assert loadgen_round(detail({"loadgen_version": "5.1.2 @ abc"})) == "v5.1"
    assert loadgen_round("1,: version : .5a1 @ 123") == "v0.5"
    assert loadgen_round("nothing") == ""


# Accuracy


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("accuracy=76.456%, good=38228, total=50000\n", {"accuracy_top1": 76.456}),
        ("accuracy=91.1%, good=91, total=100\n", {"accuracy": 91.1}),
        ("mAP=37.572%\n", {"mAP": 37.572}),
        ('{"exact_match": 83.67, "f1": 90.874}\n', {"exact_match": 83.67, "f1": 90.874}),
        ("AUC=80.31%\n", {"AUC": 80.31}),
        ("AUC = 79.9138\n", {"AUC": 79.9138}),
        ("Word Error Rate: 0.0745, accuracy=92.55%\n", {"WER": 0.0745, "accuracy": 92.55}),
        ("Accuracy: mean = 0.86173, kidney = 0.9, tumor = 0.8\n", {"DICE": 0.86173}),
        ("{'rouge1': np.float64(43.07), 'gen_len': 4016878}\n", {"rouge1": 43.07, "gen_len": 4016878}),
        ("BLEU: 23.9\n", {"BLEU": 23.9}),
        ("hash=abcdef\n", {}),
    ],
)
def test_scores_have_the_names_that_the_accuracy_script_printed(text: str, scores: dict[str, float]) -> None:
    assert parse_accuracy("some output before\n" + text + "hash=00ff\n") == scores


# On disk


def test_values_and_scores_are_read_together(tmp_path: Path) -> None:
    write_result(tmp_path, PLACE, summary(OFFLINE), accuracy="accuracy=76.456%, good=38228, total=50000\n")
    result = read_result(tmp_path, PLACE, "Offline")
    assert result.problem == ""
    assert result.run["throughput_per_s"] == 120.5
    assert result.run["accuracy_top1"] == 76.456


@pytest.mark.parametrize("run", ["performance/run_1", "performance", "Performance/run_1", "log_performance"])
def test_logs_are_found_wherever_submitters_put_them(tmp_path: Path, run: str) -> None:
    write_result(tmp_path, PLACE, summary(OFFLINE), run=run)
    assert read_result(tmp_path, PLACE, "Offline").run["throughput_per_s"] == 120.5


def test_of_five_server_runs_the_least_counts_and_one_invalid_run_spoils_them(tmp_path: Path) -> None:
    for number, rate in enumerate((30.0, 10.0, 20.0), 1):
        text = summary({"Scenario": "Server", "Scheduled samples per second": rate}, valid="VALID")
        write_result(tmp_path, PLACE, text, run=f"performance/run_{number}")
    run = read_result(tmp_path, PLACE, "Server").run
    assert (run["throughput_per_s"], run["validity"], run["runs"]) == (10.0, "VALID", 3)
    text = summary({"Scenario": "Server", "Scheduled samples per second": 40.0}, valid="INVALID")
    write_result(tmp_path, PLACE, text, run="performance/run_4")
    assert read_result(tmp_path, PLACE, "Server").run["validity"] == "INVALID"


def test_rates_of_server_are_read_in_full_from_the_detail_log(tmp_path: Path) -> None:
    exact = {"result_completed_samples_per_sec": 87.9748, "loadgen_version": "5.1"}
    write_result(tmp_path, PLACE, summary(SERVER), details=exact)
    assert read_result(tmp_path, PLACE, "Server").run["throughput_per_s"] == 87.9748


def test_the_detail_log_alone_is_enough(tmp_path: Path) -> None:
    values = {"effective_scenario": "Offline", "result_samples_per_second": 7.0, "result_validity": "VALID"}
    write_result(tmp_path, PLACE, details=values)
    assert read_result(tmp_path, PLACE, "Offline").run == {
        "throughput_per_s": 7.0,
        "metric": "throughput_per_s",
        "validity": "VALID",
    }


def write_power(folder: Path, hour: int, zones: tuple[int, int]) -> None:
    """Log 10 W before and behind the minute from that hour on, and 20 W and 30 W within."""
    times = (f"{hour - 1:02}:59:59", f"{hour:02}:00:10", f"{hour:02}:00:20", f"{hour:02}:01:01")
    samples = zip(times, (10, 20, 30, 10), strict=True)
    lines = [f"Time,07-12-2025 {time}.000,Watts,{watts}.0,Volts,230.1,Amps,0.1,PF,0.9\n" for time, watts in samples]
    (folder / "performance/run_1/spl.txt").write_text("".join(lines))
    (folder / "performance/power").mkdir()
    for name, zone in zip(("client", "server"), zones, strict=True):
        (folder / f"performance/power/{name}.json").write_text(json.dumps({"timezone": zone}))


POWER = {
    "power_begin": "07-12-2025 10:00:00.000",
    "power_end": "07-12-2025 10:01:00.000",
    "result_query_count": 600,
}


@pytest.mark.parametrize(
    ("hour", "zones"),
    [
        (10, (0, 0)),
        (3, (0, 25_200)),  # the meter's clock is behind
        (10, (0, 25_200)),  # both clocks show the same, whatever zones were written
    ],
)
def test_power_is_the_mean_within_the_run_by_the_meters_clock(
    tmp_path: Path, hour: int, zones: tuple[int, int]
) -> None:
    folder = write_result(tmp_path, PLACE, summary(OFFLINE), details=POWER)
    write_power(folder, hour, zones)
    run = read_result(tmp_path, PLACE, "Offline").run
    assert run["power_w"] == 25.0
    assert "energy_per_query_j" not in run


def test_streams_have_the_energy_of_a_query_and_an_inferred_multi_stream_that_of_eight_samples(tmp_path: Path) -> None:
    more = {"99.00 percentile latency (ns)": 3_000_000}
    folder = write_result(tmp_path, PLACE, summary(SINGLE_STREAM, more=more), details=POWER)
    write_power(folder, 10, (0, 0))
    assert read_result(tmp_path, PLACE, "SingleStream").run["energy_per_query_j"] == pytest.approx(25.0 * 60 / 600)
    inferred = read_result(tmp_path, PLACE, "MultiStream").run
    assert inferred["energy_per_query_j"] == pytest.approx(8 * 25.0 * 60 / 600)


def test_power_without_samples_in_the_run_is_unknown_and_not_zero(tmp_path: Path) -> None:
    folder = write_result(tmp_path, PLACE, summary(OFFLINE), details={**POWER, "power_end": "07-12-2025 10:00:05.000"})
    write_power(folder, 10, (0, 0))
    result = read_result(tmp_path, PLACE, "Offline")
    assert "power_w" not in result.run
    assert result.run["throughput_per_s"] == 120.5


# What can't be read


def test_a_result_without_logs_says_so(tmp_path: Path) -> None:
    (tmp_path / PLACE / "accuracy").mkdir(parents=True)
    assert "no log of a performance run" in read_result(tmp_path, PLACE, "Offline").problem


def test_a_broken_detail_log_leaves_what_the_summary_says(tmp_path: Path) -> None:
    folder = write_result(tmp_path, PLACE, summary(SERVER))
    (folder / "performance/run_1/mlperf_log_detail.txt").write_text(':::MLLOG {"key": "result_validity", "val')
    result = read_result(tmp_path, PLACE, "Server")
    assert result.run["throughput_per_s"] == 87.97
    assert "not valid JSON" in result.problem


def huge(path: Path) -> None:
    path.write_bytes(b"")
    os.truncate(path, 100 << 20)


def outside(path: Path) -> None:
    (path.parent.parent / "secret").write_text(summary(OFFLINE))
    path.symlink_to(path.parent.parent / "secret")


@pytest.mark.parametrize("make", [huge, os.mkfifo, Path.mkdir, outside, lambda path: path.symlink_to(path.name)])
@pytest.mark.parametrize("name", ["performance/run_1/mlperf_log_summary.txt", "accuracy/accuracy.txt"])
def test_what_stands_in_place_of_a_log_is_a_problem(tmp_path: Path, make: Any, name: str) -> None:
    folder = write_result(tmp_path, PLACE, summary(OFFLINE), accuracy="accuracy=1.0%\n")
    (folder / name).unlink()
    make(folder / name)
    result = read_result(tmp_path, PLACE, "Offline")
    assert bool(result.problem) != (make is Path.mkdir and name.startswith("accuracy"))
    assert ("accuracy" in result.run) == name.startswith("performance")
    assert ("throughput_per_s" in result.run) == name.startswith("accuracy")


def test_links_that_lead_out_or_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    root, other = tmp_path / "r", tmp_path / "other"
    write_result(other, "Offline", summary(OFFLINE))
    (root / "x").mkdir(parents=True)
    (root / "x/performance").symlink_to(other / "Offline/performance")
    (root / "x/accuracy").symlink_to("accuracy")
    assert read_result(root, "x", "Offline").run == {}
    (root / "y").mkdir()
    (root / "z").symlink_to("y")
    write_result(root, "y", summary(OFFLINE))
    assert read_result(root, "z", "Offline").run["throughput_per_s"] == 120.5


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_folder_without_permission_is_a_problem(tmp_path: Path) -> None:
    folder = write_result(tmp_path, PLACE, summary(OFFLINE))
    (folder / "performance").chmod(0)
    assert "can't be listed" in read_result(tmp_path, PLACE, "Offline").problem
    (folder / "performance").chmod(0o755)


def test_evil_text_in_logs_is_safe(tmp_path: Path) -> None:
    evil = EVIL.replace("\n", "")
    write_result(tmp_path, PLACE, summary({**OFFLINE, "Scenario": evil}), accuracy=evil)
    result = read_result(tmp_path, PLACE, "Offline")
    assert result.problem.isprintable()
    values = {"effective_scenario": EVIL, "result_validity": EVIL, "result_samples_per_second": 1.0}
    write_result(tmp_path, PLACE, "", details=values, run="performance/run_1")
    (tmp_path / PLACE / "performance/run_1/mlperf_log_summary.txt").unlink()
    result = read_result(tmp_path, PLACE, "Offline")
    assert all(text.isprintable() for text in (result.problem, str(result.run.get("validity", ""))))


TEXT = st.text(alphabet='aZ07.:%=()"\\{}* \t\x1b\x9b\u202eé日', max_size=30)
LINES = st.lists(
    st.one_of(
        TEXT,
        st.sampled_from(
            summary(SINGLE_STREAM, estimate={"90": 1}, more={"50.00 percentile latency (ns)": 1}).split("\n")
        ),
        st.sampled_from(["Scenario : Server", "Samples per second : nan", "99.9th percentile latency (ns) : 1e999"]),
    ),
    max_size=12,
).map("\n".join)
SCENARIO = st.sampled_from(["SingleStream", "MultiStream", "Server", "Offline", "Interactive"])


@settings(deadline=None)
@given(LINES, SCENARIO)
def test_any_summary_gives_numbers_or_nothing(text: str, scenario: str) -> None:
    for name, value in run_of(text, scenario).items():
        assert isinstance(value, float) or name in {"metric", "validity", "inferred_from"}
    parse_accuracy(text)
    loadgen_round(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["key", "value"]), JSON), max_size=4), TEXT, SCENARIO)
def test_any_detail_log_gives_numbers_or_a_reason(pairs: list[tuple[str, Any]], end: str, scenario: str) -> None:
    body = "".join(f', "{name}": {json.dumps(value)}' for name, value in pairs)
    try:
        logged = parse_detail(f':::MLLOG {{"key": "result_x", "value": 1{body}}}{end}')
    except UnreadableError:
        return
    assert measured({**logged, "effective_scenario": scenario}, scenario) is not None


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["qps", "tps", "latency", "ttft", "complete", "n_samples_failed"]), JSON), SCENARIO
)
def test_any_summary_of_endpoints_gives_values_or_nothing(value: dict[str, Any], scenario: str) -> None:
    for name, one in endpoint_values(value, scenario).items():
        assert isinstance(one, int | float) or name == "metric"
