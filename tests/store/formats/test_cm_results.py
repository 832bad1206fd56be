"""The results that CM experiments keep: each a point, whatever is in the file."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.store.formats.cm_result_kinds import shaped
from ckexplore.store.formats.cm_results import point_count, points

from ...conftest import EVIL

INFERENCE: dict[str, Any] = {
    "Accuracy": 76.076,
    "Availability": "available",
    "Division": "closed",
    "MlperfModel": "resnet",
    "Model": "resnet50",
    "Organization": "Someone",
    "Platform": "board",
    "Result": 0.846827,
    "Result_Units": "Latency (ms)",
    "Scenario": "MultiStream",
    "SystemName": "A board",
    "accelerator_model_name": "Example X100",
    "accelerators_per_node": 1,
    "framework": "TensorX 1.2",
    "inferred": 1,
    "notes": "",
    "uid": "e844b9ea278f400a",
    "version": "v3.1",
}
TRAINING: dict[str, Any] = {
    "Accuracy": 75.9,
    "Accuracy_Metric": "% classification",
    "Benchmark": "image-classification",
    "Model_ID": "resnet",
    "Result": 20.5,
    "Result_Units": "min.",
    "Task": "image-classification",
    "accelerators_count": 16,
    "division": "closed",
    "submitter": "Someone",
    "version": "1.0",
}
TINY: dict[str, Any] = {
    "Benchmark": "ic",
    "Board Name": "A kit",
    "Operating System ": {"Zephyr": {"version": "2.7"}},
    "Organization": "Someone",
    "accuracy_AUC": 0.99,
    "accuracy_Top-1": 87.5,
    "median_energy_cost": 18.561,
    "median_throughput": 587.335,
    "version": "v1.1",
}


def write(entry: Path, value: Any, run: str = "2023-04-06.00-36-35") -> Path:
    path = entry / run / "cm-result.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def run_of(value: dict[str, Any]) -> dict[str, Any]:
    return shaped(value).characteristics["run"]


def test_a_result_of_inference_is_a_point_in_our_words_and_units(tmp_path: Path) -> None:
    write(tmp_path, [INFERENCE])
    (point,) = points(tmp_path)
    assert (point.uid, point.problem, point.source) == ("e844b9ea278f400a", "", "2023-04-06.00-36-35/cm-result.json")
    assert point.choices == {
        "division": "closed",
        "submitter": "Someone",
        "system": "board",
        "model": "resnet50",
        "scenario": "MultiStream",
        "framework": "TensorX 1.2",
    }
    assert point.features == {
        "round": "v3.1",
        "benchmark": "resnet",
        "system_name": "A board",
        "availability": "available",
        "accelerator": "Example X100",
        "accelerators_per_node": 1,
    }
    run = point.characteristics["run"]
    assert run.pop("latency_p99_early_stopping_s") == pytest.approx(0.000846827)
    assert run == {"metric": "latency_p99_early_stopping_s", "accuracy_top1": 76.076, "inferred": True}


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        ({"Scenario": "SingleStream"}, "latency_p90_early_stopping_s", 0.000846827),
        ({"Scenario": "SingleStream", "version": "v0.7"}, "latency_p90_s", 0.000846827),
        ({"Scenario": "Offline", "Result_Units": "Samples/s", "Result": 5}, "throughput_per_s", 5),
        ({"Scenario": "Server", "Result_Units": "Queries/s", "Result": 5}, "throughput_per_s", 5),
        ({"Result_Units": "Tokens/s", "Result": 5}, "tokens_per_s", 5),
        (
            {"Result_Units": "Samples/s", "Result": 5, "MlperfModel": "gptj-99", "version": "v4.0"},
            "throughput_per_s",
            5,
        ),
        ({"Result_Units": "Samples/s", "Result": 5, "MlperfModel": "gptj-99", "version": "v4.1"}, "tokens_per_s", 5),
        ({"Result_Units": "Furlongs", "Result": 5}, "result in Furlongs", 5),
    ],
)
def test_the_unit_decides_what_the_result_is(changed: dict[str, Any], name: str, value: float) -> None:
    run = run_of({**INFERENCE, **changed})
    assert run["metric"] == name
    assert run[name] == pytest.approx(value)


def test_power_and_energy_come_in_watts_and_joules() -> None:
    run = run_of({**INFERENCE, "Result_Power": 26.2, "Result_Power_Units": "Watts"})
    assert run["power_w"] == 26.2
    run = run_of({**INFERENCE, "Result_Power": 613.0, "Result_Power_Units": "millijoules"})
    assert run["energy_per_query_j"] == pytest.approx(0.613)


@pytest.mark.parametrize(
    ("benchmark", "score"),
    [("bert-99.9", "f1"), ("retinanet", "mAP"), ("3d-unet-99", "DICE"), ("rnnt", "accuracy"), ("dlrm-v2-99", "AUC")],
)
def test_the_accuracy_has_the_name_of_the_benchmarks_score(benchmark: str, score: str) -> None:
    assert run_of({**INFERENCE, "MlperfModel": benchmark})[score] == 76.076


def test_a_result_of_training_tells_the_time_and_its_target() -> None:
    point = shaped(TRAINING)
    assert point.characteristics["run"] == {"time_to_train_s": 1230.0, "metric": "time_to_train_s"}
    assert point.features["quality_target"] == 75.9
    assert (point.choices["submitter"], point.choices["model"]) == ("Someone", "resnet")


def test_a_result_of_tiny_tells_rate_energy_and_accuracy() -> None:
    point = shaped(TINY)
    run = point.characteristics["run"]
    assert (run["metric"], run["throughput_per_s"], run["accuracy_top1"]) == ("throughput_per_s", 587.335, 87.5)
    assert run["energy_per_query_j"] == pytest.approx(18.561e-6)
    assert point.features["operating_system"] == {"Zephyr": {"version": "2.7"}}


def test_a_result_without_a_value_says_so() -> None:
    point = shaped({**INFERENCE, "Result": None})
    assert "its Result is empty" in point.problem
    assert point.characteristics["run"]["accuracy_top1"] == 76.076


def test_a_result_of_another_kind_keeps_numbers_and_texts_apart() -> None:
    point = shaped({"speed": 12, "name": "x", "ok": True, "parts": {"a": 1}, "uid": "1" * 16})
    assert point.characteristics == {"run": {"speed": 12}}
    assert point.features == {"name": "x", "ok": True, "parts": {"a": 1}}
    assert point.problem == ""


# Files


def test_results_come_run_by_run_the_oldest_first(tmp_path: Path) -> None:
    for run in ("2024-01-01", "2023-01-01", "2025-01-01"):
        write(tmp_path, [{**INFERENCE, "Model": f"{run}-{number}", "uid": ""} for number in range(2)], run)
    (tmp_path / "_cm.json").write_text("{}")
    (tmp_path / "2026-01-01").mkdir()
    expected = [f"{year}-01-01-{number}" for year in (2023, 2024, 2025) for number in range(2)]
    assert [point.choices["model"] for point in points(tmp_path)] == expected
    assert point_count(tmp_path) == 6


def test_uids_that_a_file_repeats_are_told_apart_and_stay_the_same(tmp_path: Path) -> None:
    write(tmp_path, [INFERENCE] * 3)
    write(tmp_path, [INFERENCE], "later")
    uids = [point.uid for point in points(tmp_path)]
    assert uids[0] == INFERENCE["uid"]
    assert len(set(uids)) == 4
    assert [point.uid for point in points(tmp_path)] == uids


def test_a_file_with_a_single_result_needs_no_list(tmp_path: Path) -> None:
    write(tmp_path, INFERENCE)
    assert [point.choices["model"] for point in points(tmp_path)] == ["resnet50"]
    assert point_count(tmp_path) == 1


def test_nan_and_infinity_are_no_results(tmp_path: Path) -> None:
    write(tmp_path, json.dumps([{**INFERENCE, "Result": float("nan")}, INFERENCE, {"a": float("inf"), "b": 1}]))
    first, second, third = points(tmp_path)
    assert (bool(first.problem), bool(second.problem)) == (True, False)
    assert third.characteristics["run"] == {"b": 1}


def test_a_result_that_is_no_object_is_a_point_with_its_problem(tmp_path: Path) -> None:
    write(tmp_path, [INFERENCE, 17, ["x"], INFERENCE])
    problems = [point.problem for point in points(tmp_path)]
    assert [bool(problem) for problem in problems] == [False, True, True, False]
    assert "result 2 is a int" in problems[1]


def huge(path: Path) -> None:
    path.write_text("[")
    os.truncate(path, 100 << 20)


HOSTILE: dict[str, Callable[[Path], Any]] = {
    "broken": lambda path: path.write_text('[{"a": 1}, {"b"'),
    "empty": lambda path: path.write_text(""),
    "a-number": lambda path: path.write_text("17"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "nul": lambda path: path.write_bytes(b"\0" * 100),
    "not-utf-8": lambda path: path.write_bytes(b"[\xff"),
    "huge": huge,
    "fifo": os.mkfifo,
    "loop": lambda path: path.symlink_to(path.name),
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "folder": Path.mkdir,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_cant_be_read_is_one_point_with_its_problem_and_the_others_are_read(
    tmp_path: Path, what: str
) -> None:
    write(tmp_path, [INFERENCE], "a")
    (tmp_path / "b").mkdir()
    HOSTILE[what](tmp_path / "b/cm-result.json")
    write(tmp_path, [INFERENCE], "c")
    found = list(points(tmp_path))
    assert [bool(point.problem) for point in found] == [False, True, False]
    assert found[1].source == "b/cm-result.json"
    assert found[1].problem.isprintable()
    assert len({point.uid for point in found}) == 3 == point_count(tmp_path)


def test_deeply_nested_values_of_one_result_dont_hide_the_others(tmp_path: Path) -> None:
    deep = '{"a": ' * 900 + "1" + "}" * 900
    write(tmp_path, f"[{json.dumps(INFERENCE)}, {deep}, {json.dumps(INFERENCE)}]")
    problems = [bool(point.problem) for point in points(tmp_path)]
    assert problems == [False, True, False]


def test_odd_bytes_in_one_result_stay_visible_and_the_others_are_read(tmp_path: Path) -> None:
    data = json.dumps([INFERENCE, {**INFERENCE, "Model": "odd"}]).encode().replace(b"odd", b"\xff\xfe")
    write(tmp_path, "").write_bytes(data)
    assert [point.choices["model"] for point in points(tmp_path)] == ["resnet50", "\\xff\\xfe"]


def test_folders_behind_links_are_not_entered(tmp_path: Path) -> None:
    write(tmp_path / "other", [INFERENCE])
    (tmp_path / "entry").mkdir()
    (tmp_path / "entry/link").symlink_to(tmp_path / "other/2023-04-06.00-36-35")
    assert list(points(tmp_path / "entry")) == []


def test_an_entry_that_cant_be_listed_is_a_point_with_its_problem(tmp_path: Path) -> None:
    (point,) = points(tmp_path / "nowhere")
    assert "can't be listed" in point.problem
    assert point_count(tmp_path / "nowhere") == 1


TEXT = st.text(alphabet='aZ07.-/ \x00\x1b\x9b\u202e"\\é日', max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.just(EVIL),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted({*INFERENCE, *TRAINING, *TINY}))


@settings(deadline=None)
@given(st.sampled_from([INFERENCE, TRAINING, TINY, {}]), st.dictionaries(KEYS, JSON, max_size=4))
def test_any_result_is_a_point_with_safe_text_and_finite_numbers(
    known: dict[str, Any], changed: dict[str, Any]
) -> None:
    point = shaped({**known, **changed})
    text = json.dumps([point.choices, point.features, point.characteristics, point.problem], ensure_ascii=False)
    assert "\x1b" not in text.replace("\\u001b", "\x1b")
    run = point.characteristics.get("run", {})
    assert all(isinstance(value, int | float | str) for value in run.values())
    assert "NaN" not in json.dumps(run)
