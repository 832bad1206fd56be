"""Ending a job with all its processes, whether it waits, runs or has lost its supervisor."""

import contextlib
import os
import signal
import time
from pathlib import Path

from ...store.errors import CkexploreError
from ...store.workspace import Workspace
from . import process_tree, queue
from .record import JobState, read_state


def cancel(workspace: Workspace, folder: Path, patience: float = 15.0) -> JobState:
    """Ask the supervisor to end the job with all its processes, wait for it, and give the state; `patience` in seconds.

    A job that waits in the queue is taken out of it; of a lost job, whatever is left of it is killed.

    Raises CkexploreError when it doesn't end.
    """
    asked = 0
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        state = read_state(folder)
        if state.state == "lost":
            process_tree.end_left_over(folder)
        if state.over:
            return state
        if state.state == "queued" and queue.withdraw(workspace, folder):
            return read_state(folder)
        if state.pid and state.pid != asked:  # the lock is held, so the number is the supervisor's
            asked = state.pid
            with contextlib.suppress(ProcessLookupError):
                os.kill(state.pid, signal.SIGTERM)
        time.sleep(0.05)
    raise CkexploreError(f"job:{folder.name} doesn't end; its supervisor is process {read_state(folder).pid}")
