"""Looking at how fit this machine is for measuring: a test of a second, between two readings of its counters."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from .measure.busy_processes import busiest, process_ticks
from .measure.fitness import checks, summary
from .measure.jitter import SECONDS, measure_jitter
from .measure.noise import between, sense

ROOT = Path("/")


def fitness(root: Path = ROOT, seconds: float = SECONDS) -> dict[str, Any]:
    """Give `checks`, the `jitter` and the `noise` that they are judged by, and the whole as `judgement` and `summary`.

    What is unknown is None, or "unknown" where it is a text. Raises FailedError when the test can't be made.
    """
    looked_at, before = process_ticks(root), sense(root)
    jitter = measure_jitter(seconds)
    after, then = sense(root), process_ticks(root)
    noise = between(before, after)
    busy = busiest(looked_at, then, max(noise.seconds, seconds), root)
    found = checks(noise, jitter, busy, root)
    judgement, sentence = summary(found)
    return {
        "judgement": judgement,
        "summary": sentence,
        "checks": [asdict(one) for one in found],
        "jitter": asdict(jitter),
        "noise": asdict(noise),
        "busy": [asdict(one) for one in busy],
    }
