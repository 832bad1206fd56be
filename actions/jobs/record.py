"""What is known of a job: the files of its folder, its state, and whether its supervisor still lives."""

import fcntl
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...store.cid import Cid
from ...store.errors import CkexploreError
from ...store.formats.ck import META, own_meta
from ...store.formats.ck_entries import create_entry, write_json
from ...store.lookup import locate_one
from ...store.repos import prepare_home, repositories
from ...store.uid import new_uid
from ...store.untrusted import load_json_object, safe_value
from ...store.workspace import Workspace
from ..plan import Plan, encode
from . import process_tree

PLAN, OUTPUT, EVENTS, STATE, LOCK = "plan.json", "output.log", "events.jsonl", "state.json", "lock"
ENDED = ("done", "failed", "cancelled", "lost")


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job is: queued, running, done, failed, cancelled or lost. Times in seconds since the epoch."""

    state: str
    pid: int = 0
    stage: int = 0
    stages: int = 0
    title: str = ""
    started: float = 0.0
    ended: float = 0.0
    exit_code: int | None = None
    error: str = ""
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


def create(workspace: Workspace, plan: Plan) -> Path:
    """Make the folder of a new job and return it."""
    prepare_home(workspace)
    meta = {"tags": ["job", *plan.tags, "queued"], "request": plan.request, "cid": plan.cid, "state": "queued"}
    folder = create_entry(workspace.jobs, "job", meta, uid=new_uid(), name=plan.request)
    (folder / PLAN).write_bytes(encode(plan))
    write_state(folder, JobState("queued", stages=len(plan.stages)))
    return folder


def write_state(folder: Path, state: JobState) -> None:
    """Record a transition, whole or not at all, and show it in the tags of the artifact."""
    write_json(folder / STATE, {name: getattr(state, name) for name in JobState.__dataclass_fields__})
    meta = own_meta(folder)
    if meta.get("state") != state.state:
        meta["tags"] = [tag for tag in meta.get("tags", ()) if tag != meta.get("state")] + [state.state]
        meta["state"] = state.state
        write_json(folder / META, meta)


def read_state(folder: Path) -> JobState:
    """Tell where a job is; one that says it runs while nobody holds its lock is lost. Raises UnreadableError."""
    state = _stored_state(folder)
    if state.state == "running" and not is_alive(folder):
        state = _stored_state(folder)  # it may have ended between the two looks
        if state.state == "running":
            return JobState(
                "lost",
                stage=state.stage,
                stages=state.stages,
                title=state.title,
                started=state.started,
                error=f"its supervisor was killed; `ckexplore cancel job:{folder.name}` ends what may be left of it",
            )
    return state


def _stored_state(folder: Path) -> JobState:
    """Read the last transition; its texts quote programs and repositories, so they are made safe here."""
    return JobState(**safe_value(load_json_object(folder / STATE)))


def is_alive(folder: Path) -> bool:
    """Tell whether the supervisor lives: it holds the lock for life, so the lock can't be had."""
    try:
        with (folder / LOCK).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def find(workspace: Workspace, uid: str) -> Path:
    """Give the folder of a job. Raises NotFoundError."""
    return locate_one(workspace, repositories(workspace), Cid("jobs", "job", uid)).path


def cancel(folder: Path, patience: float = 10.0) -> JobState:
    """Ask the supervisor to end the job with all its processes, wait for it, and give the state; `patience` in seconds.

    Of a lost job, whatever is left of it is killed.

    Raises CkexploreError when it doesn't end.
    """
    state = read_state(folder)
    if state.state == "lost":
        process_tree.end_left_over(folder)
    if state.over:
        return state
    if state.pid:
        os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        state = read_state(folder)
        if state.over:
            return state
        time.sleep(0.05)
    raise CkexploreError(f"job {folder.name} doesn't end; its supervisor is process {state.pid}")
