"""Waiting for a job, with an end."""

import time
from collections.abc import Callable
from pathlib import Path

from ckexplore.actions.jobs.record import JobState, read_state


def ended(folder: Path, patience: float = 60.0) -> JobState:
    """Give the state of a job when it is over; `patience` in seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        state = read_state(folder)
        if state.over:
            return state
        time.sleep(0.02)
    raise AssertionError(f"{folder.name} is not over after {patience} s: {read_state(folder)}")


def until(condition: Callable[[], object], patience: float = 30.0) -> None:
    """Wait until something is so; `patience` in seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
