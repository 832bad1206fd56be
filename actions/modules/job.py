"""Actions of the module `job`: what a detached run wrote and used, typing into it, the queue, ending it, again."""

import time
from typing import Any

from msgspec.structs import asdict, replace

from ...store.untrusted import load_json_object, safe_text, safe_value
from ..jobs import output, record, stopping
from ..jobs import queue as job_queue
from ..jobs.follow import JobFollower
from ..jobs.listing import described
from ..jobs.passing import words_of
from ..plan import Plan
from ..request import Request, number, refuse_unknown_options

__all__ = ["attach", "cancel", "log", "queue", "replay", "show"]

_LOG_LIMIT = 4 << 20
_PROVENANCE_LIMIT = 16 << 20
_LOOK = 0.05  # seconds


def log(request: Request) -> dict[str, Any]:
    """Show what a job wrote and how it ended: `log job:UID`; with `--follow` go on until it is over."""
    refuse_unknown_options(request, {"follow"})
    folder = record.find(request.workspace, request.cid.artifact)
    if request.flag("follow"):
        _follow(request, JobFollower(folder))
        return {**_ended(record.read_state(folder)), "log": ""}
    data = output.log_tail(folder, _LOG_LIMIT)
    if request.console.shows_output:
        request.console.output(data)
        data = b""
    return {**_ended(record.read_state(folder)), "log": safe_text(words_of(data), _LOG_LIMIT)}


def _follow(request: Request, follower: JobFollower) -> None:
    while True:
        over = follower.state().over  # asked first: what it wrote before it ended is read after that
        data = follower.output()
        if data:
            request.console.output(data)
        elif over:
            return
        else:
            time.sleep(_LOOK)


def _ended(state: record.JobState) -> dict[str, Any]:
    return {"state": state.state, "exit_code": state.exit_code, "error_of_job": state.error}


def show(request: Request) -> dict[str, Any]:
    """Show the record of a job: its state, what it used, what it ran on, how it was approved: `show job:UID`."""
    folder = record.find(request.workspace, request.cid.artifact)
    provenance = folder / record.PROVENANCE
    told = load_json_object(provenance, _PROVENANCE_LIMIT) if provenance.exists() else {}
    origin = asdict(record.read_origin(folder))
    return safe_value({**described(folder), "origin": origin, "provenance": told})


def attach(request: Request) -> dict[str, Any]:
    """Give this terminal to a running job, as it would have it alone; Ctrl-\\ leaves, and the job goes on."""
    folder = record.find(request.workspace, request.cid.artifact)
    if not record.read_state(folder).over:
        request.console.attach(folder)
    return {"job": folder.name, **_ended(record.read_state(folder))}


def cancel(request: Request) -> dict[str, Any]:
    """End a job with all its processes, or take it out of the queue: `cancel job:UID`."""
    cids = request.cids or (request.cid,)
    states = [stopping.cancel(request.workspace, record.find(request.workspace, cid.artifact)) for cid in cids]
    return {"state": states[-1].state, "exit_code": states[-1].exit_code}


def replay(request: Request) -> Plan:
    """Carry out a job's plan again as a new job, and show what differs: `replay job:UID`."""
    folder = record.find(request.workspace, request.cid.artifact)
    return replace(record.read_plan(folder), replays=folder.name)


def queue(request: Request) -> dict[str, Any]:
    """Show what runs and what waits; `--slots=N` lets N run at once, `queue job:UID --position=1` moves one ahead."""
    refuse_unknown_options(request, {"slots", "position"})
    workspace = request.workspace
    if request.text("position"):
        uid = record.find(workspace, request.cid.artifact).name
        job_queue.move(workspace, uid, int(number(request, "position", 1)))
    if request.text("slots"):
        job_queue.set_slots(workspace, int(number(request, "slots", 1)))
    found = job_queue.advance(workspace)
    running, waiting = (
        [described(record.folder_of(workspace, uid)) for uid in uids] for uids in (found.running, found.waiting)
    )
    return {"slots": found.slots, "running": running, "waiting": waiting}
