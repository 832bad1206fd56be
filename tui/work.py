"""Work in threads: each function does one thing through the kernel and posts what came of it as messages.

The functions get a widget only to post to; they never touch it.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from ..actions import browsing, kernel
from ..actions.execution import outcome
from ..actions.grammar import request_of_words, words_of_line
from ..actions.jobs import record
from ..actions.jobs.follow import JobFollower
from ..actions.jobs.start import start
from ..actions.plan import Plan
from ..actions.report.figures import experiment_figure
from ..actions.report.points import points_table
from ..actions.report.telling import tell
from ..actions.request import request_from
from ..store import annotations, saved_searches
from ..store.artifact import Artifact
from ..store.errors import CkexploreError, InvalidRequestError
from ..store.untrusted import safe_line, safe_text
from ..store.workspace import Workspace
from . import messages

_LOOK = 0.05  # seconds between two looks at a running job: 20 a second
_STATE_EVERY = 0.5  # seconds
_ONLY_READING = {"export", "find", "info", "list_actions", "list_tags", "load", "ls", "search"}


def guarded(target: MessagePump, work: Callable[[], None]) -> None:
    """Do some work; what goes wrong comes back as one sentence."""
    try:
        work()
    except CkexploreError as error:
        target.post_message(messages.Failed(safe_text(str(error))))
    except Exception as error:
        told = safe_text(f"{type(error).__name__}: {error} (a defect of ckexplore)")
        target.post_message(messages.Failed(told))


def read_details(target: MessagePump, workspace: Workspace, artifact: Artifact, copies: list[Artifact]) -> None:
    """Read what the detail view shows of one artifact."""
    details = browsing.details(workspace, artifact, copies)
    points = browsing.experiment_points(workspace, artifact)
    if get_current_worker().is_cancelled:
        return
    table = points_table(points) if points else ((), [])
    target.post_message(messages.DetailsRead(details, experiment_figure(points), table))


def read_file(target: MessagePump, workspace: Workspace, artifact: Artifact, row: browsing.FileRow) -> None:
    """Read one file of an artifact."""
    target.post_message(messages.FileRead(row.path, browsing.file_text(workspace, artifact, row.place)))


def annotate(
    target: MessagePump,
    workspace: Workspace,
    artifact: Artifact,
    *,
    tags: list[str] | None = None,
    note: str | None = None,
    bookmarked: bool | None = None,
) -> None:
    """Replace what the user wrote about an artifact; what is None stays."""
    stored = annotations.annotate(workspace, artifact, tags=tags, note=note, bookmarked=bookmarked)
    if tags is not None:
        told = ", ".join(stored.tags) or "no tags of yours"
    elif note is not None:
        told = "note kept" if stored.note else "no note"
    else:
        told = "bookmarked" if stored.bookmarked else "no longer bookmarked"
    target.post_message(messages.Changed(f"{artifact.title}: {told}", own_only=True))


def save_search(target: MessagePump, workspace: Workspace, name: str, query: str, scope: str, order: str) -> None:
    """Save a search under a name."""
    saved_searches.save_search(workspace, name, query, scope=scope, order=order)
    target.post_message(messages.Changed(f"saved as {name}; the tree has it", own_only=True))


def ask_line(target: MessagePump, workspace: Workspace, line: str) -> None:
    """Answer a typed CK command, or plan it when it executes something."""
    values = request_of_words(words_of_line(line.removeprefix("ckexplore ")))
    values.pop("out", None)
    ask(target, workspace, values)


def ask(target: MessagePump, workspace: Workspace, values: dict[str, Any]) -> None:
    """Answer a request, or plan it when it executes something."""
    request = request_from(workspace, values)
    result = kernel.prepare(request)
    if isinstance(result, Plan):
        target.post_message(messages.Planned(request, result))
        return
    action = kernel.ALIASES.get(request.action, request.action)
    target.post_message(messages.Told(request, tell(action, request.cid.module, result, brief=request.flag("min"))))
    if action not in _ONLY_READING:
        target.post_message(messages.Changed())


def start_job(target: MessagePump, workspace: Workspace, plan: Plan) -> None:
    """Start the job of a confirmed plan, and follow it."""
    folder = start(workspace, plan)
    target.post_message(messages.JobStarted(folder, safe_line(plan.request)))
    follow_job(target, folder)


def follow_job(target: MessagePump, folder: Path) -> None:
    """Post what a job writes and tells until it is over. The job goes on when nobody follows it."""
    worker = get_current_worker()
    follower = JobFollower(folder)
    told = 0.0
    while not worker.is_cancelled:
        state = follower.state()
        data, events = follower.output(), follower.events()
        if data:
            target.post_message(messages.JobOutput(folder, data))
        if events:
            target.post_message(messages.JobTold(folder, events))
        if state.over and not data and not events:
            target.post_message(messages.JobMoved(folder, state, _reason(folder, state)))
            return
        if time.monotonic() - told > _STATE_EVERY:
            told = time.monotonic()
            target.post_message(messages.JobMoved(folder, state))
        time.sleep(_LOOK)


def _reason(folder: Path, state: record.JobState) -> str:
    """Give the sentence that says why a job didn't do what it should."""
    if state.state == "done":
        return ""
    try:
        outcome(folder, state)
    except CkexploreError as error:
        return str(error).split("\nits last lines", 1)[0]
    return state.error


def cancel_job(target: MessagePump, folder: Path) -> None:
    """End a job with all its processes."""
    record.cancel(folder)


def running_jobs(target: MessagePump, workspace: Workspace) -> None:
    """Follow the newest job that is still running from before."""
    folders = sorted((workspace.jobs / "job").glob("*/state.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in folders[:50]:
        state = record.read_state(path.parent)
        if not state.over:
            target.post_message(messages.JobStarted(path.parent, f"{state.title} (running from before)"))
            follow_job(target, path.parent)
            return


def read_choices(target: MessagePump, workspace: Workspace, artifact: Artifact, what: str) -> None:
    """Read the commands of a program or the variations of a package."""
    target.post_message(messages.ChoicesRead(artifact, browsing.choices(workspace, artifact, what)))


def ask_for(
    target: MessagePump, workspace: Workspace, artifact: Artifact, action: str, options: dict[str, str], line: str
) -> None:
    """Ask for an action on an artifact, with options chosen and typed."""
    typed = request_of_words(words_of_line(line)) if line.strip() else {}
    if "action" in typed:
        raise InvalidRequestError(f"{typed['action']!r} is no option; options look like --env.CK_THREADS=2")
    ask(target, workspace, {"action": action, "cid": artifact.cid, **options, **typed})
