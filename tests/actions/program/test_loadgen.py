"""The sample program under MLPerf's LoadGen: what its runs come to, how they are asked for, and its own search."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.how_to_get import how_to_get
from ckexplore.store.formats.ck_points import points
from ckexplore.store.workspace import Workspace

from ..conftest import Ask
from .loadgen_runs import module, require_loadgen, run_program, timer

CID = "program:image-classification-onnx"


def test_accuracy_under_loadgen_is_what_the_accuracy_command_says(tmp_path: Path) -> None:
    require_loadgen()
    assert run_program(tmp_path, "classify.py", "--command=accuracy").returncode == 0
    plain = timer(tmp_path)
    for scenario in ("MultiStream", "Offline"):
        ended = run_program(
            tmp_path, "loadgen.py", CK_LOADGEN_SCENARIO=scenario, CK_LOADGEN_MODE="accuracy", CK_BATCH_SIZE="3"
        )
        assert ended.returncode == 0, ended.stderr
        assert {name: timer(tmp_path)[name] for name in ("correct", "total")} == {
            "correct": plain["correct"],
            "total": 899,
        }


def test_a_single_stream_run_tells_latencies_rates_and_where_they_come_from(tmp_path: Path) -> None:
    require_loadgen()
    ended = run_program(tmp_path, "loadgen.py")
    assert ended.returncode == 0, ended.stderr
    found = timer(tmp_path)
    names = ("min", "p50", "p90", "p95", "p97", "p99", "p999", "max")
    latencies = [found[f"latency_{name}_s"] for name in names]
    assert latencies == sorted(latencies)
    assert 0 < found["overhead_s"] < 0.01
    assert found["execution_time"] == found["latency_p90_s"]
    assert found["queries"] > 64
    state = found["run_time_state"]
    assert (state["scenario"], state["mode"], state["official"]) == ("SingleStream", "performance", "no")
    assert state["mlperf_version"].startswith("v")
    assert min(found["inferences_s"]) > 0


def test_offline_has_a_rate_and_no_latencies(tmp_path: Path) -> None:
    require_loadgen()
    ended = run_program(tmp_path, "loadgen.py", CK_LOADGEN_SCENARIO="Offline", CK_BATCH_SIZE="32")
    assert ended.returncode == 0, ended.stderr
    found = timer(tmp_path)
    assert found["samples_per_s"] > 0
    assert not [name for name in found if name.startswith("latency_") and name.endswith("_s")]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"CK_LOADGEN_SCENARIO": "server"}, "must be one of SingleStream, MultiStream, Offline, Server"),
        ({"CK_LOADGEN_MODE": "fast"}, "must be one of performance, accuracy, peak"),
        ({"CK_LOADGEN_MODE": "peak"}, "in the Server scenario only"),
        ({"CK_LOADGEN_OFFICIAL": "maybe"}, "must be one of yes, no"),
        ({"CK_LOADGEN_OFFICIAL": "yes"}, "leave CK_LOADGEN_DURATION_S"),
        ({"CK_LOADGEN_TARGET_QPS": "many"}, "is not a number"),
        ({"CK_LOADGEN_TARGET_QPS": "5"}, "has no rate to reach"),
        ({"CK_LOADGEN_MAX_QUERIES": "1.5"}, "must be a whole number"),
        ({"CK_PROVIDER": "Abacus"}, "it has "),
        ({"CK_GRAPH_OPTIMIZATION": "most"}, "must be one of disable, basic, extended, all"),
    ],
)
def test_wrong_settings_are_refused_in_a_sentence(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    require_loadgen()
    ended = run_program(tmp_path, "loadgen.py", **variables)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_options_of_the_command_become_variables_that_are_shown_and_recorded(ask: Ask, workspace: Workspace) -> None:
    require_loadgen()
    options = {"scenario": "Offline", "duration_s": "0.3", "env": {"CK_BATCH_SIZE": "32"}}
    shown = ask(action="run", cid=CID, cmd_key="loadgen", dry_run=True, **options)["plan"]["stages"][-1]["commands"]
    assert any(line.startswith("export CK_LOADGEN_SCENARIO=") and "Offline" in line for line in shown)
    answer = ask(action="run", cid=CID, cmd_key="loadgen", **options)
    assert answer["return"] == 0, answer
    (point,) = points(workspace.local / "experiment/image-classification-onnx.loadgen")
    assert point.choices["env"]["CK_LOADGEN_SCENARIO"] == "Offline"
    assert point.choices["env"]["CK_LOADGEN_DURATION_S"] == "0.3"
    assert point.characteristics["run"]["samples_per_s"] > 0
    assert point.features["dependencies"]["loadgen"]["version"]


def test_only_the_command_that_maps_an_option_takes_it(ask: Ask) -> None:
    plan = ask(action="run", cid=CID, cmd_key="latency", dry_run=True, scenario="Offline")["plan"]
    assert not any("LOADGEN" in line for stage in plan["stages"] for line in stage["commands"])
    assert not any("loadgen" in stage["title"] for stage in plan["stages"])


def test_what_to_install_names_the_extra() -> None:
    assert "mlcommons-loadgen, or 'ckexplore[mlperf]'" in how_to_get("mlcommons_loadgen/__init__.py")
    assert "onnx, or 'ckexplore[quantize]'" in how_to_get("onnx/__init__.py")
    assert "ckexplore[" not in how_to_get("numpy/__init__.py")


@given(limit=st.floats(1, 1e6), start=st.floats(0.01, 15))
def test_the_search_ends_within_five_per_cent_of_the_highest_valid_rate(limit: float, start: float) -> None:
    peak = module("loadgen_peak")

    def attempt(qps: float | None) -> object:
        rate = limit * start if qps is None else qps
        return peak.Attempt(rate, rate <= limit, "too slow")

    found, trials = peak.find_peak(attempt)
    assert found <= limit < found * 1.0501
    assert [one.target_qps for one in trials if one.valid][-2:] == [found, found]


@given(st.lists(st.booleans(), max_size=60))
def test_the_search_ends_whatever_the_trials_say(verdicts: list[bool]) -> None:
    peak = module("loadgen_peak")
    waiting = iter(verdicts)
    try:
        found, trials = peak.find_peak(lambda qps: peak.Attempt(qps or 100.0, next(waiting, False), "noise"))
    except peak.NoPeakError as error:
        assert "noise" in str(error)
    else:
        assert trials[-1].valid
        assert trials[-1].target_qps == found
        assert math.isfinite(found)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4)
ENTRIES = st.fixed_dictionaries(
    {"key": st.sampled_from(["result_validity", "result_query_count", "effective_qsl_rng_seed", "x"]) | JSON},
    optional={"value": JSON | st.just("VALID"), "metadata": JSON | st.just({"is_error": True})},
)


@given(st.lists(ENTRIES | JSON, max_size=8), st.integers(0, 40), st.sampled_from(["SingleStream", "Offline", "Server"]))
def test_a_log_of_any_content_is_read_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, lines: list[object], cut: int, scenario: str
) -> None:
    reader = module("loadgen_log")
    folder = tmp_path_factory.mktemp("log")
    text = "\n".join(f":::MLLOG {json.dumps(line)}" for line in lines)
    (folder / "mlperf_log_detail.txt").write_text(text[: max(0, len(text) - cut)])
    try:
        log = reader.read_log(folder)
        found = reader.characteristics(log, scenario)
    except reader.LogError as error:
        assert str(error)
    else:
        assert found["valid"] in ("yes", "no")
        assert reader.state(log)["mlperf_version"]
