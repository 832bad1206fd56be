"""Ending every process that a job started, those that ignore SIGTERM or left its session included.

The supervisor is a child subreaper (Linux): whoever double-forks away becomes its child, and is found here.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from .observation import children

_PATIENCE = 2.0  # seconds between asking and killing
_PDEATHSIG, _SUBREAPER = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER, linux/prctl.h
_OWN_MARK = "CKEXPLORE_STAGE"


def adopt_orphans() -> None:
    """Become the parent of whatever the job leaves behind (Linux; elsewhere it isn't known)."""
    if sys.platform == "linux":
        _tell_kernel(_SUBREAPER, 1)


def end_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies (Linux)."""
    if sys.platform == "linux":
        _tell_kernel(_PDEATHSIG, signal.SIGKILL)


def _tell_kernel(what: int, value: int) -> None:
    import ctypes  # noqa: PLC0415  (not where a job is only watched)

    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def end_left_over(folder: Path) -> int:
    """Kill every process that a lost job left running, known by its environment; give their number (Linux)."""
    mark = f"{_OWN_MARK}={folder}/".encode()
    ended = 0
    for _ in range(10):  # they may be starting others
        found = [pid for pid in _all_processes() if mark in _environment(pid)]
        if not found:
            break
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                ended += 1
        time.sleep(0.05)
    return ended


def _all_processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
    except OSError:
        return []


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


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
        left = children(os.getpid())
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
