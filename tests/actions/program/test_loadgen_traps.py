"""Whatever LoadGen crashes at, hangs at or accepts silently ends with a sentence; real runs of LoadGen."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .loadgen_runs import LATER, PROGRAM, environment, module, require_loadgen, run_program, run_with, timer

SCENARIOS = ("SingleStream", "MultiStream", "Offline", "Server")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_exception_in_a_query_ends_the_run_with_its_text(tmp_path: Path, scenario: str) -> None:
    rate = 500.0 if scenario == "Server" else None
    told = run_with(
        tmp_path, f"{LATER}raise RuntimeError('no such tensor')", scenario=scenario, target_qps=rate, duration_s=3.0
    )
    assert told["error"] == "an inference failed: RuntimeError: no such tensor"


def test_an_exit_in_a_query_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    told = run_with(tmp_path, f"{LATER}sys.exit('enough')", duration_s=3.0)
    assert told["error"] == "an inference failed: SystemExit: enough"


def test_too_few_answers_are_no_answers(tmp_path: Path) -> None:
    told = run_with(tmp_path, f"{LATER}return [0] * (len(indices) - 1)", scenario="MultiStream", duration_s=3.0)
    assert "4 samples got 3 answers" in told["error"]


def test_a_process_that_crashes_is_named_with_its_signal(tmp_path: Path) -> None:
    told = run_with(tmp_path, f"{LATER}os.kill(os.getpid(), signal.SIGSEGV)", duration_s=3.0)
    assert "ended by SIGSEGV" in told["error"]


def test_a_query_that_is_never_completed_ends_the_run(tmp_path: Path) -> None:
    told = run_with(tmp_path, f"{LATER}time.sleep(10_000)", stall_s=1.0, duration_s=3.0)
    assert "no query was completed for" in told["error"]
    assert "CK_LOADGEN_STALL_S" in told["error"]


def test_no_samples_are_refused(tmp_path: Path) -> None:
    assert "there are no samples" in run_with(tmp_path, samples=0)["error"]


def test_more_samples_to_load_than_there_are_are_refused(tmp_path: Path) -> None:
    told = run_with(tmp_path, performance_samples=101)
    assert told["error"] == "CK_LOADGEN_PERFORMANCE_SAMPLES is 101, but there are 100 samples"


def test_more_queries_than_memory_holds_are_refused_before_they_are_made(tmp_path: Path) -> None:
    told = run_with(tmp_path, duration_s=1e8)
    assert "LoadGen would make" in told["error"]
    assert "GB are available" in told["error"]
    assert not (tmp_path / "loadgen/mlperf_log_detail.txt").exists()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_sample_is_completed_once_and_counted_as_loadgen_counts(tmp_path: Path, scenario: str) -> None:
    told = run_with(tmp_path, scenario=scenario, target_qps=500.0 if scenario == "Server" else None)
    assert "error" not in told
    per_query = {"MultiStream": 8, "Offline": told["done"]}.get(scenario, 1)
    assert told["queries"] * per_query == told["done"] > 0


def test_logs_go_into_their_folder_alone_and_there_is_no_trace(tmp_path: Path) -> None:
    run_with(tmp_path, folder="deep/below")
    assert {path.name for path in tmp_path.iterdir()} == {"child.py", "parent.py", "deep"}
    assert (tmp_path / "deep/below/mlperf_log_summary.txt").stat().st_size > 0
    assert (tmp_path / "deep/below/mlperf_log_trace.json").stat().st_size == 0


def test_a_folder_for_the_logs_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    require_loadgen()
    (tmp_path / "loadgen").write_text("a file in the way")
    ended = run_program(tmp_path, "loadgen.py")
    assert ended.returncode == 1
    assert "the folder for LoadGen's logs cannot be made" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_few_queries_of_a_long_run_are_not_prepared_for_the_whole_of_it(tmp_path: Path) -> None:
    told = run_with(tmp_path, duration_s=600.0, max_queries=50)
    assert told["queries"] == 50
    assert told["state"]["minimum_duration_s"] < 1


def test_a_rate_guessed_too_low_makes_the_run_invalid_with_loadgens_reason(tmp_path: Path) -> None:
    told = run_with(tmp_path, scenario="Offline", target_qps=20.0, duration_s=1.0)
    assert told["valid"] == "no"
    assert told["minimum_duration_met"] == "no"
    assert "QPS" in told["invalid_reason"]


def test_errors_in_the_log_make_a_run_invalid_though_loadgen_says_valid(tmp_path: Path) -> None:
    require_loadgen()
    twice = """
import mlperf_loadgen as loadgen
settings = loadgen.TestSettings()
open("user.conf", "w").write("")
for _ in range(2):
    settings.FromConfig("user.conf", "x", "SingleStream")
settings.scenario, settings.mode = loadgen.TestScenario.SingleStream, loadgen.TestMode.PerformanceOnly
settings.min_duration_ms, settings.min_query_count, settings.max_query_count = 1, 1, 100
log = loadgen.LogSettings()
log.enable_trace = False
def issue(queries):
    loadgen.QuerySamplesComplete([loadgen.QuerySampleResponse(one.id, 0, 0) for one in queries])
sut, samples = loadgen.ConstructSUT(issue, lambda: None), loadgen.ConstructQSL(9, 9, lambda _: None, lambda _: None)
loadgen.StartTestWithLogSettings(sut, samples, settings, log)
"""
    ended = subprocess.run([sys.executable, "-c", twice], cwd=tmp_path, capture_output=True, timeout=100, check=False)
    assert ended.returncode == 0
    reader = module("loadgen_log")
    log = reader.read_log(tmp_path)
    found = reader.characteristics(log, "SingleStream")
    assert found["valid"] == "no"
    assert "Multiple conf files" in found["invalid_reason"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_ended_is_marked_as_aborted_and_leaves_no_process(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    require_loadgen()
    command = [sys.executable, "-B", str(PROGRAM / "loadgen.py")]
    variables = environment(CK_LOADGEN_DURATION_S="200")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=variables, start_new_session=True, **pipes) as program:
        assert program.stdout is not None
        while "samples" not in (line := program.stdout.readline()):
            assert line, "it ended before it was to"
        os.killpg(program.pid, number) if number == signal.SIGINT else program.send_signal(number)
        _, errors = program.communicate(timeout=60)
    assert program.returncode == code
    assert f"aborted by {number.name}" in errors
    assert "Traceback" not in errors
    assert timer(tmp_path)["aborted"] == "yes"
    assert timer(tmp_path)["valid"] == "no"
    until = time.monotonic() + 60
    while _is_there(program.pid):
        assert time.monotonic() < until, "LoadGen's process is still there"
        time.sleep(0.05)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_every_trial_of_a_search_has_a_process_and_thereby_the_seeds(tmp_path: Path) -> None:
    require_loadgen()
    ended = run_program(
        tmp_path,
        "loadgen.py",
        CK_LOADGEN_SCENARIO="Server",
        CK_LOADGEN_TARGET_LATENCY_MS="50",
        CK_LOADGEN_DURATION_S="0.2",
    )
    assert ended.returncode == 0, ended.stderr
    result = timer(tmp_path)
    reader = module("loadgen_log")
    logs = [reader.read_log(folder) for folder in sorted((tmp_path / "loadgen").glob("trial-*"))]
    assert len(logs) == result["trial_count"] == len(result["trials"]) >= 3
    assert {reader.version_of(log.values) for log in logs} == {result["run_time_state"]["mlperf_version"]}
    assert result["run_time_state"]["mlperf_version"] != "unknown"
    assert not any(log.errors for log in logs)
    assert result["trials"][-1]["valid"]
    assert result["trials"][-1]["target_qps"] == result["peak_qps"]
    assert min(one["target_qps"] for one in result["trials"] if not one["valid"]) > result["peak_qps"] * 0.99


def test_a_latency_that_no_rate_reaches_ends_the_search_with_a_sentence(tmp_path: Path) -> None:
    require_loadgen()
    ended = run_program(
        tmp_path,
        "loadgen.py",
        CK_LOADGEN_SCENARIO="Server",
        CK_LOADGEN_TARGET_LATENCY_MS="0.0001",
        CK_LOADGEN_DURATION_S="0.1",
    )
    assert ended.returncode == 1
    assert "queries a second are valid" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_answers_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    reader = module("loadgen_log")
    whole = [{"seq_id": 0, "qsl_idx": 0, "data": "03000000"}, {"seq_id": 1, "qsl_idx": 0, "data": "04000000"}]
    log = tmp_path / "mlperf_log_accuracy.json"
    log.write_text(json.dumps(whole))
    assert reader.answers(tmp_path) == {0: 3}
    with pytest.raises(reader.LogError, match="1 of 2 samples have no answer"):
        reader.score({0: 3}, [3, 3])
    log.write_text(json.dumps(whole)[:-9])
    with pytest.raises(reader.LogError, match="not whole"):
        reader.answers(tmp_path)


def test_an_official_run_has_the_durations_and_counts_of_mlperf(tmp_path: Path) -> None:
    slow = "time.sleep(0.02)\n    if calls > 30:\n        os._exit(3)"
    told = run_with(tmp_path, slow, scenario="MultiStream", official=True, duration_s=600.0)
    assert "exit code 3" in told["error"]
    values = module("loadgen_log").read_log(tmp_path / "loadgen").values
    assert values["effective_min_duration_ms"] == 600_000
    assert values["effective_min_query_count"] == 662
