"""Whether a plan may be executed: its approval hash was named, it was approved for good, or a person confirms it now.

An approval binds to content: the hash covers the plan and every file that it executes, and the supervisor compares
the files again just before each stage.
"""

import os
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ...store.errors import RefusedError
from ...store.registry import repositories
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..environments import approval_of_script
from ..plan import JOB_PATH, ExecutedFile, Plan
from ..program.builds import approval_of_build
from ..request import Request
from . import approvals
from .approvals import Approval
from .mounts import below
from .shipped import SHIPPED, is_shipped, is_shipped_file
from .software import of_this_machine

if TYPE_CHECKING:
    from ..console import Answer
    from .question import Change, Question

__all__ = ["Approved", "accept", "check", "dry_run", "is_shipped", "question", "standing"]

_NAMED = 3
_OF_APPROVED_RUNS = ("program.output", "experiment")
"""Modules of the user's own repository that hold what approved runs left, for others to compare with."""


class Approved(Struct, frozen=True):
    """How a plan was approved: "expected", "shipped", "always", "repository" or "once".

    `uid` is the approval's, where it is an artifact.
    """

    how: str
    uid: str = ""


def question(workspace: Workspace, plan: Plan, *, shipped: bool | None = None) -> "Question":
    """Find out all that is asked with a plan; see `question.question`."""
    from .question import question as found_out  # noqa: PLC0415  (many patterns, which what is approved doesn't need)

    return found_out(workspace, plan, shipped=shipped)


def check(request: Request, plan: Plan) -> Approved:
    """Tell how the plan is approved, asking a person if need be. Raises RefusedError saying how to approve it.

    `--yes --expect=HASH` approves exactly one content, so that a script approves what somebody has read and not a name.
    """
    expected = request.text("expect")
    if expected and expected != plan.approval:
        raise RefusedError(
            f"the plan is not the one that was approved: its hash is {plan.approval}, not {safe_line(expected, 80)}; "
            "look at it again with --dry-run"
        )
    if request.flag("yes") and expected:
        return Approved("expected")
    approved = standing(request.workspace, plan)
    if approved is not None:
        return approved
    asked = question(request.workspace, plan, shipped=False)
    answer = request.console.confirm(asked)
    if answer == "cancel":
        raise RefusedError(_refusal(asked))
    return accept(request.workspace, plan, answer)


def standing(workspace: Workspace, plan: Plan) -> Approved | None:
    """Tell how a plan is approved without asking anybody: it is our own, or was approved for good; None if it isn't."""
    if is_shipped(workspace, plan):
        return Approved(SHIPPED)
    known = approvals.known(workspace).approvals
    for one in known:
        if one.kind == approvals.ALWAYS and one.approval == plan.approval:
            return Approved(one.kind, one.uid)
    covering = _covering(workspace, known, plan)
    return Approved(covering.kind, covering.uid) if covering else None


def accept(workspace: Workspace, plan: Plan, answer: "Answer") -> Approved:
    """Act on a person's answer: keep an "always". Raises RefusedError for "cancel", and where it can't be kept."""
    if answer == "cancel":
        raise RefusedError(f"not approved, so nothing was executed: {safe_line(plan.request)}")
    if answer == "always":
        return Approved("always", approvals.remember_plan(workspace, plan).uid)
    return Approved("once")


def dry_run(workspace: Workspace, plan: Plan) -> dict[str, Any]:
    """Give a plan with its approval hash and all that would be asked with it, as plain values."""
    import msgspec  # noqa: PLC0415  (the command line lists actions without it)

    return {**msgspec.to_builtins(question(workspace, plan)), "approval": plan.approval}


def _covering(workspace: Workspace, known: tuple[Approval, ...], plan: Plan) -> Approval | None:
    """Give the trust in repositories that covers every file of a plan with its content, and what its sandbox opens.

    What an approved job registered, an environment's `env.sh`, needs no approval again while it is as that wrote it.
    Of several repositories that it takes, the one whose trust is newest; none for a plan without files.
    """
    weakest = approvals.sandbox_of(plan)
    left = [file for file in plan.files if not _needs_none(workspace, file)]
    taking: list[Approval] = []
    for one in known:
        if one.kind != approvals.REPOSITORY or approvals.weakest((one.sandbox, weakest)) != one.sandbox:
            continue
        inside = {file: path for file in left if (path := one.path_within(file.path))}
        files = one.files() if inside else {}
        covered = {file for file, path in inside.items() if files.get(path) == file.sha256}
        if covered:
            taking.append(one)
        left = [file for file in left if file not in covered]
    if left or not taking or _opens_more(workspace, plan, [one.root for one in taking]):
        return None
    return taking[0]


def _opens_more(workspace: Workspace, plan: Plan, roots: list[str]) -> bool:
    """Tell whether a plan's sandboxes show a place that neither a trusted repository holds nor the user named.

    Whoever registers a repository has named its folder: trusted ones may read it, though nothing of it is executed.
    A detection may say that software is anywhere, in the user's papers: seeing the path is part of approving it.
    """
    reads = {read for stage in plan.stages for read in stage.sandbox.reads if not below(read, JOB_PATH)}
    left = [real for real in map(os.path.realpath, reads) if not any(below(real, root) for root in roots)]
    if not left:
        return False
    own = [f"{workspace.place('local')}/{module}" for module in _OF_APPROVED_RUNS]
    registered = [one.root for one in repositories(workspace) if one.origin != "own"]
    known = (*of_this_machine(workspace), *map(os.path.realpath, (*own, *registered)))
    return not all(any(below(real, one) for one in known) for real in left)


def _needs_none(workspace: Workspace, file: ExecutedFile) -> bool:
    made = approval_of_script(workspace, file.path, file.sha256) or approval_of_build(workspace, file)
    return bool(made) or is_shipped_file(workspace, file)


def _refusal(asked: "Question") -> str:
    """Say in one sentence why nothing was executed, and what to do."""
    plan = asked.plan
    told = f"not approved, so nothing was executed: {safe_line(plan.request)}"
    if asked.changed:
        told += f", which was approved ({asked.earlier}), has changed since: {_named(asked.changed)}"
    elif asked.problems:
        told += f" ({asked.problems[0]})"
    if asked.unsandboxed:
        told += "; it would run without a sandbox"
    return f"{told}. Look at it with --dry-run --out=json, then say --yes --expect={plan.approval}"


def _named(changes: "tuple[Change, ...]") -> str:
    names = [f"{safe_line(one.path)} ({one.what})" if one.path else "its commands" for one in changes[:_NAMED]]
    more = len(changes) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
