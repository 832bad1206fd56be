"""Real programs: gcc compiles, onnxruntime classifies, jobs record."""

import json
import sys
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.actions.environments import environments
from ckexplore.actions.jobs import record
from ckexplore.store.formats import ck
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.formats.ck_points import points
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .conftest import Ask
from .hostile import Stranger


def run_of(answer: dict) -> dict:
    assert answer["return"] == 0, answer
    return answer["characteristics"]["run"]


def test_matmul_is_compiled_by_a_detected_gcc_and_both_variants_agree(ask: Ask, workspace: Workspace) -> None:
    require("gcc")
    naive = run_of(ask(action="run", cid="program:matmul", cmd_key="naive"))
    blocked = run_of(ask(action="run", cid="program:matmul", cmd_key="blocked"))
    assert naive["run_time_state"]["checksum"] == blocked["run_time_state"]["checksum"]
    assert 0 < naive["execution_time"] < 10
    assert next(one.version for one in environments(workspace) if "gcc" in one.tags)[0].isdigit()


def test_corners_are_found_in_a_real_photograph(ask: Ask) -> None:
    require("gcc")
    run = run_of(ask(action="run", cid="program:corner-detection"))
    assert run["run_time_state"]["width"] == 640
    assert 100 < run["run_time_state"]["corners"] < 20_000


def accuracy(ask: Ask, variations: str) -> float:
    values = {"dep_add_tags": {"weights": variations}}
    return run_of(ask(action="run", cid="program:image-classification-onnx", cmd_key="accuracy", **values))[
        "accuracy_top1"
    ]


def test_the_accuracy_is_what_onnxruntime_computes(ask: Ask, samples: Path) -> None:
    import numpy
    import onnxruntime

    told = accuracy(ask, "multiplier-0.25,resolution-16")
    sys.path.insert(0, str(samples / "program/image-classification-onnx"))
    try:
        import preprocess  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    images = numpy.load(samples / "dataset/digits-8x8/heldout-images.npy")
    labels = numpy.load(samples / "dataset/digits-8x8/heldout-labels.npy")
    model = samples / "package/model-minimobilenet/models/minimobilenet-0.25-16.onnx"
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    inputs = preprocess.to_network_input(images, 16)
    guesses = numpy.asarray(session.run(None, {session.get_inputs()[0].name: inputs})[0]).argmax(axis=1)
    assert len(labels) == 899
    assert told == pytest.approx(100 * (guesses == labels).mean())
    assert told >= 98


def test_a_larger_model_is_slower_and_both_are_measured(ask: Ask) -> None:
    median = {}
    for variations in ("multiplier-0.125,resolution-8", "multiplier-1.0,resolution-16"):
        values = {
            "dep_add_tags": {"weights": variations},
            "env": {"CK_MINIMUM_SECONDS": "0.5", "CK_REPETITIONS": "500"},
        }
        run = run_of(ask(action="run", cid="program:image-classification-onnx", cmd_key="latency", **values))
        assert run["latency_min_s"] <= run["latency_median_s"] <= run["latency_p90_s"] <= run["latency_p99_s"]
        median[variations] = run["latency_median_s"]
    assert median["multiplier-0.125,resolution-8"] < median["multiplier-1.0,resolution-16"]


def test_a_run_becomes_a_point_with_choices_features_and_every_latency(ask: Ask, workspace: Workspace) -> None:
    env = {"CK_MINIMUM_SECONDS": "0.2", "CK_REPETITIONS": "300"}
    answer = ask(action="run", cid="program:image-classification-onnx", cmd_key="latency", env=env)
    entry = workspace.local / "experiment" / "image-classification-onnx.latency"
    (point,) = points(entry)
    assert point.uid == answer["point"]
    assert point.choices["cmd_key"] == "latency"
    assert point.choices["ML_MODEL_RESOLUTION"] == "16"
    assert point.features["platform"]["cpu"]["name"]
    assert point.features["dependencies"]["onnxruntime"]["version"]
    latencies = point.characteristics["run"]["latencies_s"]
    assert len(latencies) >= 300
    assert min(latencies) > 0
    assert len(set(latencies)) > 10
    assert ck.entry_meta(entry)["points"] == "1"


def test_results_that_a_program_tells_are_in_its_point(ask: Ask, workspace: Workspace) -> None:
    meta = {
        "no_compile": "yes",
        "run_cmds": {"default": {"run_time": {"run_cmd_main": "bash ../tell.sh >&$CKEXPLORE_EVENTS"}}},
    }
    entry = create_entry(workspace.local, "program", meta, alias="teller")
    (entry / "tell.sh").write_text(
        """echo '{"event": "result", "name": "accuracy", "value": 99.1}'
        echo '{"event": "result", "name": "accuracy", "value": 99.3}'
        echo '{"event": "result", "characteristics": {"energy_j": 12, "name": "no number"}}'
        echo '{"event": "result", "name": 3, "value": true}'
        """
    )
    approval = ask(action="run", cid="program:teller", dry_run=True)["approval"]
    run = run_of(ask(action="run", cid="program:teller", yes=True, expect=approval))
    assert (run["accuracy"], run["energy_j"]) == (99.3, 12)
    assert "name" not in run
    (point,) = points(workspace.local / "experiment" / "teller.default")
    assert point.characteristics["run"]["accuracy"] == 99.3


def test_what_was_detected_once_is_not_detected_again(ask: Ask) -> None:
    require("gcc")
    first = ask(action="run", cid="program:matmul", cmd_key="naive", dry_run=True)["plan"]["stages"]
    run_of(ask(action="run", cid="program:matmul", cmd_key="naive"))
    second = ask(action="run", cid="program:matmul", cmd_key="naive", dry_run=True)["plan"]["stages"]
    assert [stage["title"] for stage in first[:-2]] == ["detect soft:compiler.gcc"]
    assert [stage["title"] for stage in second] == ["run program:matmul naive"]  # nor compiled
    other = ask(action="run", cid="program:matmul", cmd_key="naive", flags="-O1", dry_run=True)["plan"]["stages"]
    assert [stage["title"] for stage in other] == ["compile program:matmul", "run program:matmul naive"]


def test_nothing_is_written_into_the_programs_repository(ask: Ask, samples: Path) -> None:
    require("gcc")
    before = sorted((str(path), path.stat().st_mtime_ns) for path in samples.rglob("*"))
    run_of(ask(action="run", cid="program:matmul", cmd_key="naive"))
    assert sorted((str(path), path.stat().st_mtime_ns) for path in samples.rglob("*")) == before


def test_a_program_that_fails_gives_its_code_and_last_words_and_no_point(ask: Ask, workspace: Workspace) -> None:
    require("gcc")
    answer = ask(action="run", cid="program:matmul", cmd_key="naive", env={"CT_MATRIX_DIMENSION": "-3"})
    assert answer["return"] != 0
    assert "exit code" in answer["error"]
    assert "its last lines" in answer["error"]
    assert not (workspace.local / "experiment").exists()


def test_a_missing_program_is_named_with_the_way_to_get_it(workspace: Workspace, tmp_path: Path) -> None:
    stranger = Stranger(workspace, tmp_path / "stranger")
    tagged = {"tags": ["rare"], "auto_detect": "yes"}
    stranger.entry("soft", "s", {**tagged, "customize": {"soft_file_universal": "nowhere/at/all/nvcc"}})
    needs = {"compiler": {"tags": "rare", "name": "Rare compiler"}}
    run = {"x": {"run_time": {"run_cmd_main": "true"}}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_deps": needs, "run_cmds": run})
    answer = access({"action": "run", "cid": "program:p"}, workspace)
    assert answer["return"] == 1
    assert "needs Rare compiler" in answer["error"]
    assert "apt-get install nvidia-cuda-toolkit" in answer["error"]


def test_a_detection_that_finds_nothing_registers_nothing(ask: Ask, workspace: Workspace, tmp_path: Path) -> None:
    answer = ask(action="detect", cid="soft:compiler.llvm", search_dir=str(tmp_path))
    assert answer["return"] == 16
    assert "clang" in answer["error"]
    assert list(environments(workspace)) == []


def test_a_combination_that_is_not_shipped_is_refused_by_the_package(ask: Ask, workspace: Workspace) -> None:
    answer = ask(action="install", cid="package:model-minimobilenet", variations="multiplier-1.0,resolution-4")
    assert answer["return"] == 1
    assert list(environments(workspace)) == []


def test_contradicting_and_unknown_variations_are_refused(ask: Ask) -> None:
    contradiction = ask(action="install", cid="package:model-minimobilenet", variations="resolution-4,resolution-8")
    assert "contradict" in contradiction["error"]
    unknown = ask(action="install", cid="package:model-minimobilenet", variations="resolution-5")
    assert "no variation" in unknown["error"]


def test_a_job_is_an_artifact_with_its_plan_and_its_end(ask: Ask, workspace: Workspace) -> None:
    require("gcc")
    answer = ask(action="detect", cid="soft:compiler.gcc")
    listed = ask(action="ls", cid="job")["lst"]
    assert [one["data_uid"] for one in listed] == [answer["job"]]
    folder = Path(listed[0]["path"])
    assert record.read_state(folder).state == "done"
    assert json.loads((folder / "plan.json").read_text())["request"] == "detect soft:compiler.gcc"
    assert {"job", "detect", "done"} <= set(json.loads((folder / ".cm/meta.json").read_text())["tags"])
