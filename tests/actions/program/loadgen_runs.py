"""Runs of the sample program's LoadGen for tests: with a classifier of the test's own, or with the shipped model."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ...conftest import SAMPLES

PROGRAM = SAMPLES / "ckx-ml/program/image-classification-onnx"
DIGITS = SAMPLES / "ckx-ml/dataset/digits-8x8"
MODEL = SAMPLES / "ckx-ml/package/model-minimobilenet/models/minimobilenet-0.125-4.onnx"

TRIAL = {
    "scenario": "SingleStream",
    "mode": "performance",
    "folder": "loadgen",
    "duration_s": 0.3,
    "official": False,
    "target_qps": None,
    "target_latency_s": 0.1,
    "max_queries": 0,
    "performance_samples": 0,
    "stall_s": 60.0,
    "calibration_s": 0.05,
}

_CHILD = """
import os, signal, sys, time
sys.path.insert(0, {program!r})
from pathlib import Path
import loadgen_child
from loadgen_settings import Trial

calls = 0

def classify(indices):
    global calls
    calls += 1
    {body}
    time.sleep(0.0002)
    return [0] * len(indices)

loadgen_child.run(Trial.read(Path(sys.argv[1])), classify, {samples}, 4)
"""

_PARENT = """
import json, sys
sys.path.insert(0, {program!r})
from loadgen_settings import Trial
from loadgen_trial import TrialError, judged, run_trial

trial = Trial(**json.loads(sys.argv[1]))
try:
    told = run_trial(trial, lambda kind, told: None, [sys.executable, "-B", "child.py"])
    print(json.dumps({{"done": told["ended"]["done"], **judged(trial, told, lambda: [0] * {samples})}}))
except TrialError as error:
    print(json.dumps({{"error": str(error)}}))
"""

LATER = "if calls > 400:\n        "
"""Comes after the calibration, which is shorter: what follows goes wrong while LoadGen runs."""


def require_loadgen() -> None:
    """Skip where a user's machine lacks LoadGen, fail where CI lacks it."""
    if importlib.util.find_spec("mlperf_loadgen") is None:
        message = "mlcommons-loadgen isn't installed on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)


def run_with(place: Path, body: str = "pass", samples: int = 100, **trial: Any) -> dict[str, Any]:
    """Give the result, or the sentence as `error`, of a run whose classifier executes `body` in each call."""
    require_loadgen()
    named = {"program": str(PROGRAM), "body": body, "samples": samples}
    (place / "child.py").write_text(_CHILD.format(**named))
    (place / "parent.py").write_text(_PARENT.format(**named))
    command = [sys.executable, "-B", "parent.py", json.dumps({**TRIAL, **trial})]
    ended = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=200, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def environment(**variables: str) -> dict[str, str]:
    """Give the environment in which the program classifies digits with a small model."""
    return {
        **os.environ,
        "CK_DATASET_PATH": str(DIGITS),
        "CK_ENV_ONNX_MODEL_ONNX_FILEPATH": str(MODEL),
        "CK_LOADGEN_DURATION_S": "0.5",
        **variables,
    }


def run_program(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a file of the program in a folder."""
    return subprocess.run(
        [sys.executable, "-B", str(PROGRAM / words[0]), *words[1:]],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def timer(folder: Path) -> dict[str, Any]:
    """Give what a run measured."""
    return json.loads((folder / "tmp-ck-timer.json").read_text())


def module(name: str) -> ModuleType:
    """Import a file of the program under a name that no other module has."""
    spec = importlib.util.spec_from_file_location(f"sample_{name}", PROGRAM / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found
