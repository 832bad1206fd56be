"""The sample classifier's quick benchmark, its session's settings, and int8 models made when they are installed."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ckexplore.store.workspace import Workspace

from ..conftest import SAMPLES
from .conftest import Ask
from .program.loadgen_runs import run_program, timer
from .test_running import run_of

CID = "program:image-classification-onnx"
PACKAGE = SAMPLES / "ckx-ml/package/model-minimobilenet"
QUICK = {"CK_MINIMUM_SECONDS": "0.1", "CK_REPETITIONS": "50"}


def test_a_benchmark_measures_every_objective_of_the_design_space(tmp_path: Path) -> None:
    meta = json.loads((SAMPLES / "ckx-ml/program/image-classification-onnx/.cm/meta.json").read_text())
    ended = run_program(tmp_path, "classify.py", "--command=benchmark", **QUICK)
    assert ended.returncode == 0, ended.stderr
    found = timer(tmp_path)
    for objective in meta["explore"]["objectives"].values():
        assert found[objective.rpartition(":")[0]] > 0
    assert found["latency_min_s"] <= found["latency_median_s"] <= found["latency_p99_s"] <= found["latency_max_s"]
    assert found["first_inference_s"] > 0
    assert found["model_load_s"] > 0
    assert 10e6 < found["peak_memory_bytes"] < 1e9
    assert found["accuracy_top1"] == pytest.approx(91.55, abs=1)


def test_the_peak_memory_is_the_programs_own_and_not_that_of_who_started_it(tmp_path: Path) -> None:
    ballast = bytearray(os.urandom(1 << 20)) * 400
    ended = run_program(tmp_path, "classify.py", "--command=benchmark", **QUICK)
    assert ended.returncode == 0, ended.stderr
    assert timer(tmp_path)["peak_memory_bytes"] < len(ballast)


@pytest.mark.parametrize(
    "variables",
    [
        {"CK_IO_BINDING": "yes"},
        {"CK_EXECUTION_MODE": "parallel", "CK_INTER_THREADS": "2"},
        {"CK_GRAPH_OPTIMIZATION": "disable", "CK_THREADS": "2", "CK_BATCH_SIZE": "32"},
        {"CK_PROVIDER": "CPU"},
    ],
)
def test_no_setting_of_the_session_changes_the_accuracy(tmp_path: Path, variables: dict[str, str]) -> None:
    assert run_program(tmp_path, "classify.py", "--command=accuracy").returncode == 0
    plain = timer(tmp_path)["correct"]
    ended = run_program(tmp_path, "classify.py", "--command=benchmark", **QUICK, **variables)
    assert ended.returncode == 0, ended.stderr
    assert abs(timer(tmp_path)["correct"] - plain) <= 1
    state = timer(tmp_path)["run_time_state"]
    assert state["io_binding"] == variables.get("CK_IO_BINDING", "no")
    assert state["execution_mode"] == variables.get("CK_EXECUTION_MODE", "sequential")


def test_an_int8_model_is_made_installed_and_measured_in_one_command(ask: Ask) -> None:
    pytest.importorskip("onnx")
    found = {}
    for precision in ("fp32", "int8", "dynamic"):
        tags = {"weights": f"multiplier-0.5,resolution-8,precision-{precision}"}
        found[precision] = run_of(ask(action="run", cid=CID, cmd_key="benchmark", dep_add_tags=tags, env=QUICK))
        assert found[precision]["run_time_state"]["precision"] == precision
    for precision in ("int8", "dynamic"):
        assert found[precision]["model_size_bytes"] < found["fp32"]["model_size_bytes"] / 2
        assert found[precision]["accuracy_top1"] > found["fp32"]["accuracy_top1"] - 2


def test_a_model_as_it_was_trained_needs_no_onnx(ask: Ask, workspace: Workspace) -> None:
    plan = ask(action="install", cid="package:model-minimobilenet", dry_run=True)["plan"]
    assert [stage["title"] for stage in plan["stages"]] == ["install package:model-minimobilenet"]
    assert ask(action="install", cid="package:model-minimobilenet", variations="multiplier-0.5")["return"] == 0
    (model,) = workspace.tools.glob("*/model.onnx")
    shipped = PACKAGE / "models/minimobilenet-0.5-16.onnx"
    assert model.read_bytes() == shipped.read_bytes()


def quantise(folder: Path, digits: Path, name: str, *flags: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "MINIMOBILENET_DIGITS": str(digits),
        "MINIMOBILENET_PREPROCESS": str(SAMPLES / "ckx-ml/program/image-classification-onnx"),
        "ML_MODEL_RESOLUTION": "4",
    }
    model = PACKAGE / "models/minimobilenet-0.125-4.onnx"
    command = [sys.executable, "-B", *flags, str(PACKAGE / "quantise.py"), "int8", str(model), str(folder / name)]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=200, check=False)


def test_quantisation_gives_the_same_bytes_again_and_sees_no_heldout_image(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    digits = tmp_path / "digits"
    digits.mkdir()
    shipped = SAMPLES / "ckx-ml/dataset/digits-8x8/training-images.npy"
    (digits / shipped.name).write_bytes(shipped.read_bytes())
    sums = set()
    for name in ("first.onnx", "second.onnx"):
        ended = quantise(tmp_path, digits, name)
        assert ended.returncode == 0, ended.stderr
        sums.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(sums) == 1


def test_a_python_that_cannot_quantise_says_in_one_line_what_to_install(tmp_path: Path) -> None:
    ended = quantise(tmp_path, tmp_path, "none.onnx", "-I", "-S")
    assert ended.returncode == 1
    (line,) = ended.stderr.strip().splitlines()
    assert "pip install 'ckexplore[quantize]'" in line


def test_the_design_space_is_the_models_that_are_shipped() -> None:
    meta = json.loads((SAMPLES / "ckx-ml/program/image-classification-onnx/.cm/meta.json").read_text())
    space, package = meta["design_space"], json.loads((PACKAGE / ".cm/meta.json").read_text())
    for axis in ("multiplier", "resolution", "precision"):
        tags = [space[axis]["tag"].replace("$#value#$", value) for value in space[axis]["values"]]
        assert set(tags) <= set(package["variations"])
    assert meta["constraints"] == ["multiplier != 1.0 or resolution >= 8"]
    allowed = {
        f"minimobilenet-{multiplier}-{resolution}.onnx"
        for multiplier in space["multiplier"]["values"]
        for resolution in space["resolution"]["values"]
        if float(multiplier) != 1.0 or int(resolution) >= 8
    }
    assert allowed == {path.name for path in (PACKAGE / "models").glob("*.onnx")}
