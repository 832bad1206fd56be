"""From a plan to its results: approval, a detached job, and following it to its end."""

import re
import time
from pathlib import Path
from typing import Any

import msgspec

from ..store.errors import CancelledError, FailedError
from ..store.untrusted import safe_text
from .jobs import record
from .jobs.follow import JobFollower
from .jobs.start import start
from .plan import Plan
from .request import Request
from .steps import explain
from .trust import approval

_LOOK = 0.05  # seconds between two looks at a running job
_LAST_LINES = 12
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")


def execute(request: Request, plan: Plan) -> dict[str, Any]:
    """Execute an approved plan and wait for its end; with `--dry-run` only show it. Raises CkexploreError.

    Interrupted (Ctrl-C), it ends the job with all its processes.
    """
    if request.flag("dry-run") or request.flag("dry_run"):
        return {"plan": msgspec.to_builtins(plan), "approval": plan.approval}
    approval.check(request, plan)
    folder = start(request.workspace, plan)
    follower = JobFollower(folder)
    try:
        state = _follow(request, follower)
    except KeyboardInterrupt as interrupt:
        record.cancel(folder)
        raise CancelledError(
            f"{plan.request}: cancelled, nothing of it is running any more (job:{folder.name})"
        ) from interrupt
    return outcome(folder, state)


def _follow(request: Request, follower: JobFollower) -> record.JobState:
    while True:
        state = follower.state()
        data, events = follower.output(), follower.events()
        if data:
            request.console.output(data)
        if events:
            request.console.events(events)
        if state.over and not data and not events:
            return state
        time.sleep(_LOOK)


def outcome(folder: Path, state: record.JobState) -> dict[str, Any]:
    """Give a finished job's results. Raises FailedError with the reason and the last lines of its output."""
    if state.state == "done":
        seconds = round(state.ended - state.started, 3)
        return {"job": folder.name, "seconds": seconds, **state.results}
    explained = explain(folder, state.stage)
    reason = explained or state.error or state.state
    last = "" if explained else last_lines(folder)
    shown = f"\nits last lines:\n{last}" if last else ""
    raise FailedError(f"{state.title or 'the job'}: {reason} (job:{folder.name}){shown}")


def last_lines(folder: Path, count: int = _LAST_LINES) -> str:
    """Give the last lines that a job wrote, safe for a terminal."""
    try:
        with (folder / record.OUTPUT).open("rb") as stream:
            stream.seek(max(0, (folder / record.OUTPUT).stat().st_size - 16_384))
            data = stream.read()
    except FileNotFoundError:
        return ""
    lines = safe_text(_COLOUR.sub("", data.decode("utf-8", "replace"))).rstrip().splitlines()
    return "\n".join(f"  {line}" for line in lines[-count:])
