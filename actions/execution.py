"""From a plan to its results: approval, a detached job, and following it to its end."""

import time
from pathlib import Path
from typing import Any

from ..store.errors import CancelledError, FailedError
from ..store.untrusted import safe_text
from .jobs import output, queue, record, stopping
from .jobs.comparison import differences
from .jobs.follow import JobFollower
from .jobs.passing import words_of
from .plan import Plan
from .request import Request
from .steps import explain
from .trust import approval

_LOOK = 0.05  # seconds between two looks at a running job
_LAST_LINES = 12
_LAST_BYTES = 16_384
_TELLS_NOTHING = "ended with exit code"  # a reason beside which the last lines say more


def execute(request: Request, plan: Plan) -> dict[str, Any]:
    """Execute an approved plan and wait for its end; with `--dry-run` only show it. Raises CkexploreError.

    With `--detach` it isn't waited for. `--after=job:UID` starts it when that job has ended well, `--now` at once
    even when every slot of the queue is taken. Interrupted (Ctrl-C), it ends the job with all its processes.
    """
    if request.only_looks:
        return approval.dry_run(request.workspace, plan)
    approved = approval.check(request, plan)
    after = request.text("after").rpartition(":")[2]
    now = request.flag("now")
    folder = queue.submit(request.workspace, plan, approved.how, approved.uid, after=after, now=now)
    if request.flag("detach"):
        return {"job": folder.name, "state": record.read_state(folder).state}
    try:
        state = _follow(request, JobFollower(folder))
    except KeyboardInterrupt as interrupt:
        stopping.cancel(request.workspace, folder)
        raise CancelledError(
            f"{plan.request}: cancelled, nothing of it is running any more (job:{folder.name})"
        ) from interrupt
    return outcome(folder, state, seen=request.console.shows_output)


def _follow(request: Request, follower: JobFollower) -> record.JobState:
    told, watched = "", False
    while True:
        state = follower.state()
        watched = watched or (state.state == "running" and request.console.watch(follower.folder))
        data, events = follower.output(), follower.events()
        if data:
            request.console.output(data)
        if events:
            request.console.events(events)
        if state.over and not data and not events:
            return state
        told = _tell_where_it_is(request, follower.folder, state, told)
        time.sleep(0 if data else _LOOK)


def _tell_where_it_is(request: Request, folder: Path, state: record.JobState, told: str) -> str:
    """Say what a job waits for, and no more once it doesn't; else of one with several stages at which it is."""
    reason = ""
    if state.waits:
        reason = f"waits for input: `ckexplore attach job:{folder.name}` in another terminal"
    elif state.state == "queued":
        found = queue.look(request.workspace)
        if folder.name in found.waiting and found.running:
            place = found.waiting.index(folder.name) + 1
            reason = f"number {place} in the queue, behind job:{found.running[0]} (--now wouldn't wait)"
    elif state.state == "running" and state.stages > 1 and state.title:
        reason = f"{state.stage + 1} of {state.stages} {state.title}"
    if reason != told:
        request.console.progress(None, reason)
    return reason


def outcome(folder: Path, state: record.JobState, *, seen: bool = False) -> dict[str, Any]:
    """Give a finished job's results. Raises FailedError with the reason, and the last lines unless they were `seen`."""
    if state.state == "done":
        seconds = round(state.ended - state.started, 3)
        return {"job": folder.name, "seconds": seconds, **state.results, **differences(folder)}
    explained = explain(folder, state.stage)
    reason = explained or state.error or state.state
    last = "" if seen or (explained and _TELLS_NOTHING not in explained) else last_lines(folder)
    shown = f"\nits last lines:\n{last}" if last else ""
    what = "" if state.title and reason.startswith(state.title) else f"{state.title or 'the job'}: "
    tried = "".join(f"; before that, {one['title']}: {one['reason']}" for one in state.results.get("not_met", ()))
    failure = FailedError(f"{what}{reason}{tried} (job:{folder.name}){shown}")
    if explained and state.exit_code:  # a stage of ours ends with the code of what it tells
        failure.code = state.exit_code
    raise failure


def last_lines(folder: Path, count: int = _LAST_LINES) -> str:
    """Give the last lines that a job wrote, safe for a terminal."""
    data = output.log_tail(folder, _LAST_BYTES)
    lines = _without_frames(safe_text(words_of(data)).rstrip().splitlines())
    return "\n".join(f"  {line}" for line in lines[-count:])


def _without_frames(lines: list[str]) -> list[str]:
    """Leave out the frames of a program's Python traceback: what it ends with says what happened."""
    kept: list[str] = []
    within = False
    for line in lines:
        begins = line.startswith("Traceback (most recent call last)")
        within = begins or (within and line.startswith((" ", "\t")))
        if not within:
            kept.append(line)
    return kept
