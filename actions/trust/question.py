"""What a person has to know before a plan is executed: its marked passages, what changed, and what protects them."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence

from msgspec import Struct

from ...store.errors import CkexploreError
from ...store.untrusted import decoded, read_bytes, safe_line
from ...store.workspace import Workspace
from ..plan import ExecutedFile, Plan, Stage
from . import approvals
from .approvals import Approval
from .differences import difference
from .executable_files import is_executable
from .passages import Passage, passages
from .profiles import describe
from .shipped import is_shipped

_FILE_LIMIT = 64 << 20  # as a plan reads them
_LOOKED_THROUGH = 8 << 20  # bytes of all files together, so that a question comes at once
_HEAD = 8192  # characters of a file that tell whether it is binary
_DIFFERENCES = 1_000  # lines of all of them together


class Change(Struct, frozen=True):
    """What differs from an earlier approval: a file's path ("" for the plan itself), and "changed", "new" or "gone".

    `lines` is a unified diff, safe for a terminal, and `left_out` says how many lines more it has.
    """

    path: str
    what: str
    lines: tuple[str, ...] = ()
    left_out: int = 0


class MarkedFile(Struct, frozen=True):
    """A file that can be executed and its marked passages; `problem` says why it wasn't looked through."""

    path: str
    sha256: str
    passages: tuple[Passage, ...] = ()
    problem: str = ""


class SandboxNote(Struct, frozen=True):
    """A profile of the sandbox, the stages that it holds for, from 1, and what it protects and what it doesn't."""

    profile: str
    stages: tuple[int, ...]
    sentences: tuple[str, ...]


class Question(Struct, frozen=True):
    """A plan, and all that the person who is asked about it has to know.

    `earlier` says when the same request was approved with other content. `unsandboxed` plans need a second, explicit
    confirmation. `problems` are approvals that don't count since others could have written them.
    """

    plan: Plan
    shipped: bool = False
    unsandboxed: bool = False
    root: bool = False
    files: tuple[MarkedFile, ...] = ()
    earlier: str = ""
    changed: tuple[Change, ...] = ()
    sandboxes: tuple[SandboxNote, ...] = ()
    problems: tuple[str, ...] = ()


def question(workspace: Workspace, plan: Plan, *, shipped: bool | None = None) -> Question:
    """Find out all that is asked with a plan; whether it is our own too, unless that is known already (`shipped`).

    Reads files and executes nothing; may be called in a thread.
    """
    shipped = is_shipped(workspace, plan) if shipped is None else shipped
    known = approvals.known(workspace)
    earlier = _earlier(known.approvals, plan)
    return Question(
        plan=plan,
        shipped=shipped,
        unsandboxed=not shipped and approvals.sandbox_of(plan) == "none",
        root=os.geteuid() == 0,
        files=_marked(plan.files),
        earlier=f"{earlier.when}, {safe_line(earlier.folder.name)}" if earlier else "",
        changed=_changes(earlier, plan) if earlier else (),
        sandboxes=_sandboxes(plan),
        problems=known.problems,
    )


def _marked(files: Sequence[ExecutedFile]) -> tuple[MarkedFile, ...]:
    marked: dict[str, MarkedFile] = {}
    room = _LOOKED_THROUGH
    # What is made to be executed comes first: no data may take up its room.
    for file in sorted(files, key=lambda file: not is_executable(file.path, 0, b"")):
        text, problem = _text(file)
        if "\0" in text[:_HEAD]:
            text = ""  # binary: there are no lines to read
        elif len(text) > room:
            text, problem = "", "not looked through for passages: there is too much to read"
        room -= len(text)
        marked[file.path] = MarkedFile(file.path, file.sha256, passages(text, file.path), problem)
    return tuple(marked[file.path] for file in files)


def _text(file: ExecutedFile) -> tuple[str, str]:
    """Read the content that the plan is about; or say why that can't be."""
    if file.place.is_symlink():
        return "", f"a symbolic link to {safe_line(os.readlink(file.place), 200)}"  # noqa: PTH115
    try:
        data = read_bytes(file.place, _FILE_LIMIT)
    except CkexploreError as error:
        return "", str(error)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        return "", "changed since the plan was made, so it won't be executed"
    return decoded(data), ""


def read_approved(file: ExecutedFile) -> str:
    """Read a file of a plan, with the content that was hashed; not safe for a terminal. Raises CkexploreError."""
    text, problem = _text(file)
    if problem:
        raise CkexploreError(f"{safe_line(file.path)}: {problem}")
    return text


# What changed


def _earlier(known: Iterable[Approval], plan: Plan) -> Approval | None:
    """Give the newest approval of the same request; else the trust in a repository that some of its files have lost."""
    for one in known:
        if one.kind == approvals.ALWAYS and (one.request, one.artifact_uid) == (plan.request, plan.uid):
            return one if one.approval != plan.approval else None
    for one in known:
        if one.kind == approvals.REPOSITORY and any(one.path_within(file.path) for file in plan.files):
            return one
    return None


def _changes(earlier: Approval, plan: Plan) -> tuple[Change, ...]:
    try:
        before = earlier.files()
    except CkexploreError:
        return ()
    if earlier.kind == approvals.REPOSITORY:
        return tuple(_changes_of_repository(earlier, before, plan))
    changes: list[Change] = []
    room = _DIFFERENCES
    now = {file.path: file for file in plan.files}
    for path in dict.fromkeys([*now, *before]):
        if path not in now:
            changes.append(Change(path, "gone"))
        elif path not in before:
            changes.append(Change(path, "new"))
        elif before[path] != now[path].sha256:
            changes.append(_file_change(earlier, now[path], before[path], room))
            room = max(0, room - len(changes[-1].lines))
    return (*changes, *_plan_change(earlier.plan(), plan))


def _changes_of_repository(earlier: Approval, before: dict[str, str], plan: Plan) -> Iterable[Change]:
    for file in plan.files:
        path = earlier.path_within(file.path)
        if path and before.get(path) != file.sha256:
            yield Change(file.path, "changed" if path in before else "new")


def _file_change(earlier: Approval, file: ExecutedFile, sha256: str, room: int) -> Change:
    before, (after, problem) = earlier.text(sha256), _text(file)
    if before is None or problem or "\0" in before or "\0" in after:
        return Change(file.path, "changed")
    lines, left_out = difference(before, after)
    return Change(file.path, "changed", lines[:room], left_out + len(lines[room:]))


def _plan_change(before: Plan | None, after: Plan) -> tuple[Change, ...]:
    """Tell what changed beside the files: commands, folders, variables, sandbox, what a hook is told."""
    if before is None:
        return ()
    lines, left_out = difference(_outline(before), _outline(after))
    return (Change("", "changed", lines, left_out),) if lines else ()


def _outline(plan: Plan) -> str:
    return "\n".join(line for stage in plan.stages for line in _stage_outline(stage))


def _stage_outline(stage: Stage) -> list[str]:
    """Write all of a stage but its files' hashes as lines that can be compared."""
    lines = [stage.title, *(f"  {command}" for command in stage.commands), f"  in {stage.cwd}"]
    lines += [f"  runs {json.dumps(list(stage.argv))}"]
    lines += [f"  with {key}={value}" for key, value in sorted(stage.environment.items())]
    lines += [f"  all of {folder}" for folder in stage.whole_folders]
    lines += [f"  copies {source} to {target}" for source, target in stage.copies]
    box = stage.sandbox
    lines += [f"  sandbox {box.profile}", *(f"  reads {one}" for one in box.reads)]
    lines += [*(f"  writes {one}" for one in box.writes), *(f"  environment {one}" for one in box.environments)]
    lines += [f"  at most {stage.timeout:g} s"]
    told = {"input": stage.input, "finish": stage.finish and [stage.finish.step, stage.finish.arguments]}
    return lines + [f"  {line}" for line in json.dumps(told, indent=1, sort_keys=True, default=str).split("\n")]


def _sandboxes(plan: Plan) -> tuple[SandboxNote, ...]:
    """Say of each profile in a plan what it protects and what it doesn't."""
    stages: dict[str, list[int]] = {}
    sentences: dict[str, list[str]] = {}
    for number, stage in enumerate(plan.stages, 1):
        stages.setdefault(stage.sandbox.profile, []).append(number)
        sentences.setdefault(stage.sandbox.profile, []).extend(describe(stage.sandbox))
    return tuple(SandboxNote(name, tuple(stages[name]), tuple(dict.fromkeys(sentences[name]))) for name in stages)
