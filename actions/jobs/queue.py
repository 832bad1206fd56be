"""The queue: jobs wait for a slot, since benchmarks that run side by side disturb each other.

`queue/queue.json` in the home says how many slots there are, which jobs wait, in their order, and which run; it is
changed only under the lock beside it. Whoever comes by starts what can start: a new job, a job's supervisor at its
end, and, while anything waits, a small dispatcher process, so that no single death holds the queue up.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, replace

from ...store.errors import CkexploreError, InvalidRequestError
from ...store.formats.ck_entries import write_json
from ...store.untrusted import load_json_object
from ...store.workspace import Workspace
from ..plan import Plan
from . import record
from .detached import start_dispatcher, start_supervisor

_MOST_SLOTS = 256


class Queue(Struct, frozen=True):
    """How many jobs may run at once, and the UIDs of those that wait, in their order, and of those that run."""

    slots: int = 1
    waiting: tuple[str, ...] = ()
    running: tuple[str, ...] = ()


def submit(
    workspace: Workspace,
    plan: Plan,
    approved: str = "",
    approval_uid: str = "",
    *,
    after: str = "",
    now: bool = False,
) -> Path:
    """Make a job of an approved plan and start it as soon as a slot is free; return its folder at once.

    `approved` says how it was approved and `approval_uid` by which artifact, for the record. `after` is the UID of a
    job that must have ended well first; with `now` the job waits for nothing.

    Raises NotFoundError (no such job), CkexploreError.
    """
    after = record.find(workspace, after).name if after else ""
    folder = record.create(workspace, plan, approved, approval_uid, after)
    with _locked(workspace) as queue:
        if now and not after:
            _start(workspace, folder)
            _advanced(workspace, replace(queue, running=(*queue.running, folder.name)))
        else:
            _advanced(workspace, replace(queue, waiting=(*queue.waiting, folder.name)))
    return folder


def advance(workspace: Workspace) -> Queue:
    """Start what can start now, and give the queue as it is then."""
    with _locked(workspace) as queue:
        return _advanced(workspace, queue)


def look(workspace: Workspace) -> Queue:
    """Give the queue as it was written last; nothing is started."""
    return _read(workspace)


def is_full(workspace: Workspace) -> bool:
    """Tell, by a look at the locks alone, whether nothing can start now: every slot is taken."""
    queue = _read(workspace)
    alive = sum(record.is_alive(record.folder_of(workspace, uid)) for uid in queue.running)
    return alive >= queue.slots


def dispatch(workspace: Workspace, lock: int) -> bool:
    """Start what can start, and tell whether anything still waits.

    When nothing does, the dispatcher's lock (a descriptor) is given up before anybody can add a job and rely on it.
    """
    with _locked(workspace) as queue:
        waiting = bool(_advanced(workspace, queue).waiting)
        if not waiting:
            os.close(lock)
        return waiting


def set_slots(workspace: Workspace, slots: int) -> Queue:
    """Let so many jobs run at once. Raises InvalidRequestError."""
    if not 1 <= slots <= _MOST_SLOTS:
        raise InvalidRequestError(f"{slots} slots: give a number from 1 to {_MOST_SLOTS}")
    with _locked(workspace) as queue:
        return _advanced(workspace, replace(queue, slots=slots))


def move(workspace: Workspace, uid: str, position: int) -> Queue:
    """Put a waiting job to another place, 1 being the next to start. Raises InvalidRequestError if it doesn't wait."""
    with _locked(workspace) as queue:
        if uid not in queue.waiting:
            raise InvalidRequestError(f"job:{uid} doesn't wait in the queue; `ckexplore queue job` shows it")
        others = [one for one in queue.waiting if one != uid]
        others.insert(max(0, position - 1), uid)
        return _advanced(workspace, replace(queue, waiting=tuple(others)))


def withdraw(workspace: Workspace, folder: Path) -> bool:
    """Cancel a job that still waits, and tell whether it did."""
    with _locked(workspace) as queue:
        if folder.name not in queue.waiting:
            return False
        record.write_ending(folder, replace(record.read_state(folder), state="cancelled", error="cancelled"))
        _advanced(workspace, replace(queue, waiting=tuple(one for one in queue.waiting if one != folder.name)))
        return True


# One step of the queue; the lock is held


def _advanced(workspace: Workspace, queue: Queue) -> Queue:
    running = [uid for uid in queue.running if record.is_alive(record.folder_of(workspace, uid))]
    waiting: list[str] = []
    for uid in queue.waiting:
        folder = record.folder_of(workspace, uid)
        may_start = _may_start(workspace, folder)
        if may_start is None:
            continue
        if may_start and len(running) < queue.slots:
            _start(workspace, folder)
            running.append(uid)
        else:
            waiting.append(uid)
    advanced = Queue(queue.slots, tuple(waiting), tuple(running))
    if advanced != _read(workspace):
        write_json(_folder(workspace) / "queue.json", asdict(advanced))
    if waiting:
        start_dispatcher(workspace)
    return advanced


def _may_start(workspace: Workspace, folder: Path) -> bool | None:
    """Tell whether a job may start as soon as there is a slot; None when it doesn't wait any more.

    One whose predecessor didn't end well is cancelled here.
    """
    try:
        state = record.read_state(folder)
        before = _predecessor(workspace, folder)
    except (CkexploreError, FileNotFoundError):  # removed, or torn by a full disk: nothing that could be started
        return None
    if state.state != "queued" or record.is_alive(folder):
        return None
    if before is None or before.state == "done":
        return True
    if not before.over:
        return False
    told = f"job:{record.read_origin(folder).after}, after which it was to run, ended as {before.state}"
    record.write_ending(folder, replace(state, state="cancelled", error=told))
    return None


def _predecessor(workspace: Workspace, folder: Path) -> record.JobState | None:
    """Give the state of the job that this one waits for; None when there is none (any more)."""
    after = record.read_origin(folder).after
    before = record.folder_of(workspace, after)
    return record.read_state(before) if after and (before / record.STATE).exists() else None


def _start(workspace: Workspace, folder: Path) -> None:
    try:
        start_supervisor(workspace, folder)
    except CkexploreError as error:
        record.write_ending(folder, replace(record.read_state(folder), state="failed", exit_code=1, error=str(error)))


def _folder(workspace: Workspace) -> Path:
    return workspace.home / "queue"


@contextlib.contextmanager
def _locked(workspace: Workspace) -> Iterator[Queue]:
    """Hold the queue's lock, and give the queue."""
    folder = _folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield _read(workspace)


def _read(workspace: Workspace) -> Queue:
    path = _folder(workspace) / "queue.json"
    if not path.exists():
        return Queue()
    try:
        told = load_json_object(path)
        return Queue(int(told["slots"]), tuple(map(str, told["waiting"])), tuple(map(str, told["running"])))
    except (CkexploreError, KeyError, TypeError, ValueError):
        return _rebuilt(workspace)  # written by another hand: the jobs themselves know where they are


def _rebuilt(workspace: Workspace) -> Queue:
    states: list[tuple[str, str]] = []
    for path in reversed(record.all_jobs(workspace)):
        with contextlib.suppress(CkexploreError):  # damaged as well: nothing that could be started
            states.append((path.name, record.read_state(path).state))
    waiting = tuple(uid for uid, state in states if state == "queued")
    return Queue(1, waiting, tuple(uid for uid, state in states if state == "running"))
