"""Ending every process that a job started, those that ignore SIGTERM or left its session included.

The supervisor is a child subreaper (Linux): whoever double-forks away becomes its child, and is found here.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

_PATIENCE = 2.0  # seconds between asking and killing


def children() -> list[int]:
    """List the process IDs of our children, adopted ones too (empty where /proc doesn't tell)."""
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to the process group of `pid`; one that is gone is no error."""
    if pid <= 1:
        raise ValueError(f"{pid} is no process group of a job: a signal to it would reach every process")
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def end_group(pid: int) -> None:
    """Ask a session's processes to end, and kill them when they don't."""
    signal_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if has_ended(pid):
            break
        time.sleep(0.02)
    signal_group(pid, signal.SIGKILL)


def end_all_children() -> None:
    """Kill whatever is left of the job, generation after generation, and reap it."""
    for _ in range(50):
        left = children()
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def has_ended(pid: int) -> bool:
    """Tell whether a child has ended, without reaping it: until then its number can't become another process's."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
