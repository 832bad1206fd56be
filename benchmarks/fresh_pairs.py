"""Two ways to do the same, each block in a fresh process, in turn; and an interval for how they compare.

A session carries an offset of its own, so a block is the unit, and pairs that run one after the other are compared.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ckexplore.actions.measure.statistics import estimate

SAMPLES = Path(__file__).resolve().parent.parent / "sample_repos/ckx-ml"
PROGRAM = SAMPLES / "program/image-classification-onnx"


class Interval(NamedTuple):
    """A median, and the 95 % bootstrap interval around it."""

    median: float
    low: float
    high: float


def block(script: str, kind: str, folder: str, variables: Mapping[str, str]) -> dict[str, float]:
    """Run one block of a benchmark in a process; its last line is JSON."""
    command = [sys.executable, "-B", script, f"--block={kind}"]
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM), **variables}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    return json.loads(ended.stdout.splitlines()[-1])


def pairs(count: int, one: Callable[[str], dict[str, float]]) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Run `ours` and `bare` `count` times each, the first of a pair in turn."""
    found = []
    for number in range(count):
        order = ("ours", "bare") if number % 2 else ("bare", "ours")
        blocks = {kind: one(kind) for kind in order}
        found.append((blocks["ours"], blocks["bare"]))
    return found


def interval(values: Sequence[float]) -> Interval:
    """Give the median of some values, with the interval that measurements get, at 95 %."""
    found = estimate(values, level=0.95)
    if found.interval is None:
        raise SystemExit("an interval takes three pairs at least")
    return Interval(found.value, found.interval.low, found.interval.high)
