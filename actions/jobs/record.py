"""What is known of a job: the files of its folder, its state, and whether its supervisor still lives."""

import contextlib
import fcntl
import json
import os
from pathlib import Path
from typing import Any

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import asdict, replace

from ...store.cid import has_wildcard
from ...store.errors import CkexploreError, InvalidRequestError, NotFoundError, UnreadableError
from ...store.formats.ck import META, own_meta
from ...store.formats.ck_entries import create_entry, write_json
from ...store.repos import prepare_home
from ...store.uid import new_uid
from ...store.untrusted import load_json_object, parse_json, read_bytes, read_bytes_if_there, safe_line, safe_value
from ...store.workspace import Workspace
from ..plan import Plan, decode, encode

PLAN, EVENTS, STATE, LOCK = "plan.json", "events.jsonl", "state.json", "lock"
ORIGIN, PROVENANCE = "origin.json", "provenance.json"
ENDED = ("done", "failed", "cancelled", "lost")

_ENDING = "ending.json"
_ENDING_ROOM = 4096
_PLAN_LIMIT = 64 << 20
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "USER", "LOGNAME", "TZ")


class JobState(Struct, frozen=True):
    """Where a job is: queued, running, done, failed, cancelled or lost. Times in seconds since the epoch.

    `waits` says that it waits for something to be typed, `hides` that this isn't to be shown, such as a password.
    `resources` is what it used: `wall_s`, `user_s`, `system_s`, `peak_memory_bytes` of its whole process tree, and the
    same of each stage.
    """

    state: str
    pid: int = 0
    stage: int = 0
    stages: int = 0
    title: str = ""
    started: float = 0.0
    ended: float = 0.0
    exit_code: int | None = None
    error: str = ""
    waits: bool = False
    hides: bool = False
    results: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


class Origin(Struct, frozen=True):
    """What a job was started with: how its plan was approved, the variables kept for it, which job it waits for.

    `approval` is the plan's hash, `approval_uid` the artifact that covers it, if it was approved for good.
    """

    approval: str
    approved: str = ""
    approval_uid: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    after: str = ""


def create(workspace: Workspace, plan: Plan, approved: str = "", approval_uid: str = "", after: str = "") -> Path:
    """Make the folder of a new job and return it. Raises CkexploreError when the disk refuses."""
    prepare_home(workspace)
    meta = {"tags": ["job", *plan.tags, "queued"], "request": plan.request, "cid": plan.cid, "state": "queued"}
    if plan.replays:
        meta["replays"] = plan.replays
    folder = create_entry(workspace.jobs, "job", meta, uid=new_uid(), name=plan.request)
    folder.chmod(0o700)  # logs hold what programs print, and nobody asked the others of this machine to read it
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        (folder / PLAN).write_bytes(encode(plan))
        (folder / _ENDING).write_bytes(b" " * _ENDING_ROOM)
    except OSError as error:
        raise CkexploreError(f"{folder}: no job can be made there ({error.strerror})") from error
    write_json(folder / ORIGIN, asdict(Origin(plan.approval, approved, approval_uid, kept, after)))
    write_state(folder, JobState("queued", stages=plan.steps))
    return folder


def write_state(folder: Path, state: JobState) -> None:
    """Record a transition, whole or not at all, and show it in the tags of the artifact.

    The tags come first: who waits for a job's end finds them as they should be.
    """
    meta = own_meta(folder)
    if meta.get("state") != state.state:
        meta["tags"] = [tag for tag in meta.get("tags", ()) if tag != meta.get("state")] + [state.state]
        meta["state"] = state.state
        write_json(folder / META, meta)
    write_json(folder / STATE, asdict(state))


def write_ending(folder: Path, state: JobState) -> None:
    """Record how a job ended, first into the room that was reserved for it: a full disk doesn't lose it.

    Raises CkexploreError when only that room was left.
    """
    short = asdict(replace(state, title=state.title[:200], error=state.error[:1000], results={}, resources={}))
    data = json.dumps(short).encode().ljust(_ENDING_ROOM)
    descriptor = os.open(folder / _ENDING, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, data, 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    write_state(folder, state)


def read_state(folder: Path) -> JobState:
    """Tell where a job is; one that says it runs while nobody holds its lock is lost. Raises UnreadableError."""
    state = _stored_state(folder)
    if state.state != "running" or is_alive(folder):
        return state
    state = _stored_state(folder)  # it may have ended between the two looks
    if state.state != "running":
        return state
    ending = _stored_ending(folder)
    if ending is not None:
        return ending
    told = f"its supervisor was killed; `ckexplore cancel job:{folder.name}` ends what may be left of it"
    return JobState(
        "lost", stage=state.stage, stages=state.stages, title=state.title, started=state.started, error=told
    )


def _stored_state(folder: Path) -> JobState:
    """Read the last transition; its texts quote programs and repositories, so they are made safe here."""
    return _state_from(load_json_object(folder / STATE))


def _stored_ending(folder: Path) -> JobState | None:
    data = read_bytes_if_there(folder / _ENDING, _ENDING_ROOM * 2)
    return _state_from(parse_json(data.decode(), f"{folder}/{_ENDING}")) if data and data.strip() else None


def _state_from(values: dict[str, Any]) -> JobState:
    known = JobState.__struct_fields__
    if not isinstance(values.get("state"), str):
        raise UnreadableError("the state of a job can't be read: its file doesn't name one")
    given = {name: value for name, value in safe_value(values).items() if name in known}
    try:
        return convert(given, JobState)
    except ValidationError as error:
        raise UnreadableError(f"the state of a job can't be read: {error}") from error


def read_plan(folder: Path) -> Plan:
    """Read the plan of a job. Raises UnreadableError."""
    return decode(read_bytes(folder / PLAN, _PLAN_LIMIT))


def read_origin(folder: Path) -> Origin:
    """Read what a job was started with. Raises UnreadableError."""
    try:
        return Origin(**load_json_object(folder / ORIGIN))
    except TypeError as error:
        raise UnreadableError(f"{folder / ORIGIN}: not what a job was started with ({error})") from error


def is_alive(folder: Path) -> bool:
    """Tell whether the supervisor lives: it holds the lock for life, so the lock can't be had."""
    try:
        with (folder / LOCK).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def find(workspace: Workspace, name: str) -> Path:
    """Give the folder of a job by its UID, its beginning, or "last". Raises NotFoundError, InvalidRequestError."""
    if not name or has_wildcard(name):
        raise InvalidRequestError("say which job: job:UID, or job:last; `ckexplore ls job` lists them")
    jobs = all_jobs(workspace)
    found = jobs[:1] if name == "last" else [path for path in jobs if path.name.startswith(name.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidRequestError(f"{len(found)} jobs begin with {safe_line(name)}; type more of the UID")
    raise NotFoundError(f"no job {safe_line(name)!r}; `ckexplore ls job` lists them")


def folder_of(workspace: Workspace, uid: str) -> Path:
    """Name the folder of a job by its UID, whether it is there or not."""
    return workspace.jobs / "job" / uid


def all_jobs(workspace: Workspace) -> list[Path]:
    """List the folders of every job, the newest first."""
    found: list[tuple[float, Path]] = []
    with contextlib.suppress(FileNotFoundError), os.scandir(workspace.jobs / "job") as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                found.append((os.stat(f"{entry.path}/{PLAN}").st_mtime, Path(entry.path)))
    return [path for _, path in sorted(found, key=lambda pair: (-pair[0], pair[1]))]
