"""The demo without a terminal, and the package that carries it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from ckexplore.store.workspace import Workspace

from ..conftest import ROOT, SAMPLES

ROOMS = ("cli", "tui", "actions", "store")


def test_the_demo_lists_the_samples_runs_a_benchmark_and_draws_its_chart(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ckexplore.cli.main", "demo"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "CKEXPLORE_HOME": str(workspace.home)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for text in ("model-minimobilenet", "paper-artifact", "latency_median_s", "p99", "local:experiment:"):
        assert text in done.stdout
    assert (workspace.home / "demo/local/experiment/image-classification-onnx.latency").is_dir()
    assert not (workspace.home / "local").exists()


def test_the_wheel_carries_every_module_stylesheet_and_sample(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("ckexplore-*.whl"))) as wheel:
        carried = {name for name in wheel.namelist() if not name.startswith("ckexplore-")}
    assert {name.split("/")[0] for name in carried} == {"ckexplore"}
    files = {path for room in ROOMS for pattern in ("*.py", "*.tcss") for path in (ROOT / room).rglob(pattern)}
    files |= {path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {f"ckexplore/{path.relative_to(ROOT)}" for path in files} - carried == set()
    assert len(files) > 1_000


def test_the_samples_are_small(tmp_path: Path) -> None:
    del tmp_path
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 8_000_000
