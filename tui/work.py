"""Work in threads: each function does one thing through the kernel and posts what came of it as messages.

The functions get a widget only to post to; they never touch it.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from time import sleep
from typing import TYPE_CHECKING, Any

from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from ..actions import browsing, kernel
from ..actions.deps.tree import UnmetError
from ..actions.grammar import request_of_words, words_of_line
from ..actions.jobs import control, queue, record, stopping
from ..actions.modules import repo
from ..actions.plan import Plan
from ..actions.report.figures import experiment_figure
from ..actions.report.needs_telling import tell_unmet
from ..actions.report.points import points_table
from ..actions.report.telling import tell
from ..actions.request import request_from
from ..actions.scripts.default_tree import default_tree
from ..actions.trust import approval, repository_trust
from ..actions.trust.approval import Approved
from ..actions.trust.repository_trust import Survey
from ..actions.trust.shipped import SHIPPED
from ..store import annotations, saved_searches
from ..store.artifact import Artifact
from ..store.errors import CancelledError, CkexploreError, InvalidRequestError, UnavailableError
from ..store.untrusted import safe_text
from ..store.workspace import Workspace
from . import messages
from .thread_console import ThreadConsole

if TYPE_CHECKING:
    from ..actions.console import Answer

_ONLY_READING = {
    *(
        "cid",
        "compare",
        "export",
        "find",
        "help",
        "info",
        "list_actions",
        "list_tags",
        "load",
        "ls",
        "path",
        "search",
        "uid",
    )
}
_BEFORE_TREE = 0.15  # seconds: a cursor that moves on asks for no tree


def guarded(target: MessagePump, work: Callable[[], None]) -> None:
    """Do some work; what goes wrong comes back as one sentence, and at the end nothing is in progress any more."""
    try:
        work()
    except CancelledError:
        target.post_message(messages.Failed("cancelled"))
    except CkexploreError as error:
        target.post_message(messages.Failed(safe_text(str(error))))
    except Exception as error:
        told = safe_text(f"{type(error).__name__}: {error} (a defect of ckexplore)")
        target.post_message(messages.Failed(told))
    finally:
        target.post_message(messages.Progressed(""))


def read_details(target: MessagePump, workspace: Workspace, artifact: Artifact, copies: list[Artifact]) -> None:
    """Read what the detail view shows of one artifact."""
    details = browsing.details(workspace, artifact, copies)
    points = browsing.experiment_points(workspace, artifact)
    if get_current_worker().is_cancelled:
        return
    table = points_table(points) if points else ((), [])
    target.post_message(messages.DetailsRead(details, experiment_figure(points), table))
    _read_tree(target, workspace, artifact)


def _read_tree(target: MessagePump, workspace: Workspace, artifact: Artifact) -> None:
    """Read what a script needs, however deep: after the details, and only when the cursor stays."""
    if artifact.module != "script":
        return
    worker = get_current_worker()
    sleep(_BEFORE_TREE)
    lines = default_tree(workspace, artifact, lambda: worker.is_cancelled)
    if lines and not worker.is_cancelled:
        target.post_message(messages.TreeRead(artifact.key, lines))


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
    request = request_from(workspace, values, ThreadConsole(target))
    if (request.action, request.cid.module) == ("trust", "repo"):
        target.post_message(messages.Surveyed(repo.survey(request)))
        return
    try:
        result = kernel.prepare(request)
    except UnmetError as error:
        target.post_message(messages.Unmet(f"{request.action} {request.cid}", tell_unmet(error.details, 0)))
        return
    if isinstance(result, Plan):
        _plan(target, workspace, result, values)
        return
    action = kernel.action_name(request)
    target.post_message(messages.Told(request, tell(action, request.cid.module, result, brief=request.flag("min"))))
    if action not in _ONLY_READING:
        target.post_message(messages.Changed())


def ask_again(
    target: MessagePump, workspace: Workspace, values: dict[str, Any], options: dict[str, str], line: str
) -> None:
    """Ask for the same as before, with other options chosen and typed."""
    ask(target, workspace, {**values, **options, **_typed(line)})


def _plan(target: MessagePump, workspace: Workspace, plan: Plan, values: dict[str, Any]) -> None:
    """Tell what would be executed; what is our own is asked about all the same: a key is easily hit."""
    approved = approval.standing(workspace, plan)
    shipped = approved is not None and approved.how == SHIPPED
    asked = approval.question(workspace, plan, shipped=shipped) if approved is None or shipped else None
    target.post_message(messages.Planned(plan, approved, asked, values))


def trust(target: MessagePump, workspace: Workspace, survey: Survey) -> None:
    """Trust a repository at the content that was surveyed."""
    repository_trust.trust(workspace, survey)
    target.post_message(messages.Changed(f"{survey.alias} is trusted at this content", own_only=True))


def start_job(
    target: MessagePump,
    workspace: Workspace,
    to_follow: SimpleQueue[Path],
    plan: Plan,
    approved: Approved | None,
    answer: "Answer" = "once",
) -> None:
    """Start the job of a plan that was confirmed or had been approved, or let it wait, and follow it."""
    approved = approved or approval.accept(workspace, plan, answer)
    to_follow.put(queue.submit(workspace, plan, approved.how, approved.uid))


def open_job(target: MessagePump, workspace: Workspace, to_follow: SimpleQueue[Path], uid: str) -> None:
    """Show a job of before, or one that goes on."""
    to_follow.put(record.find(workspace, uid))


def cancel_job(target: MessagePump, workspace: Workspace, folder: Path) -> None:
    """End a job with all its processes, or take it out of the queue."""
    stopping.cancel(workspace, folder)


def type_into(target: MessagePump, folder: Path, text: str) -> None:
    """Type into a job's terminal."""
    control.send_input(folder, text.encode())


def resize_job(target: MessagePump, folder: Path, rows: int, columns: int) -> None:
    """Give a job's terminal the size of the pane; one that has just ended needs none."""
    with contextlib.suppress(UnavailableError):
        control.send_size(folder, rows, columns)


def read_choices(target: MessagePump, workspace: Workspace, artifact: Artifact, what: str) -> None:
    """Read the commands of a program or the variations of a package."""
    target.post_message(messages.ChoicesRead(artifact, browsing.choices(workspace, artifact, what)))


def ask_for(
    target: MessagePump, workspace: Workspace, artifact: Artifact, action: str, options: dict[str, str], line: str
) -> None:
    """Ask for an action on an artifact, with options chosen and typed."""
    ask(target, workspace, {"action": action, "cid": artifact.cid, **options, **_typed(line)})


def _typed(line: str) -> dict[str, Any]:
    """Read a line of options. Raises InvalidRequestError where it is a command."""
    typed = request_of_words(words_of_line(line)) if line.strip() else {}
    if "action" in typed:
        raise InvalidRequestError(f"{typed['action']!r} is no option; options look like --env.CK_THREADS=2")
    return typed
