"""Telling a plan to the person who has to approve it: every command, folder, variable, file and marked passage."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...store.errors import CkexploreError
from ...store.untrusted import safe_text
from ..explore.axis import VALUE
from ..trust.executable_files import is_executable
from ..trust.passage_kinds import KINDS
from ..trust.question import read_approved
from ..trust.visible import visible
from .needs_telling import tell_needs

if TYPE_CHECKING:
    from ..plan import ExecutedFile, Plan, Stage, Sweep
    from ..trust.passages import Passage
    from ..trust.question import Change, MarkedFile, Question

_PASSAGES_SHOWN = 20  # of one file; the pager shows all
_FILES_SHOWN = 500
_PATHS_SHOWN = 12
_VARIANTS_SHOWN = 12
_DIFFERENCE_SHOWN = 200
_NETWORK = {
    "offline": "none",
    "gpu": "none",
    "net": "yes, it may reach any host",
    "none": "whatever it wants, nothing keeps it from it",
}
_UNSANDBOXED = "NO SANDBOX: this runs with all your rights, and can read and change all that you can."
_ROOT = "You are root: what goes wrong goes wrong for the whole machine. Be an ordinary user where you can."
_MARKS = "Marked passages help the eye; what is hidden in a file on purpose isn't marked. Read it if in doubt."


def tell_plan(plan: "Plan", question: "Question | None" = None, *, short: bool = False) -> list[str]:
    """Give the lines that tell a plan, each safe for a terminal; `question` adds what was found out about it.

    At the top stands the dependency tree, `short` with a line for each dependency.
    """
    needs = tell_needs(plan.needs, short=short)
    lines = [*needs, ""] if needs else []
    lines += [f"{visible(plan.request)} would execute, in this order (JOB is the new folder of the job):", ""]
    shown = plan.stages if plan.sweep is None else plan.stages[: plan.sweep.first]
    for number, stage in enumerate(shown, 1):
        lines += _stage(number, stage)
    if plan.sweep is not None:
        lines += _sweep(plan, plan.sweep)
    lines += ["", *_files(plan, question)]
    if question is not None:
        lines += _found_out(question)
    return [*lines, "", f"approval: {plan.approval}"]


def _placed(text: str) -> str:
    return visible(text.replace("$#job_path#$", "JOB"))


def _stage(number: int | str, stage: "Stage") -> Iterator[str]:
    yield f"{number}. {visible(stage.title)}"
    for command in stage.commands:
        yield f"     {_placed(command)}"
    if stage.argv != ("bash", "-c", " && ".join(stage.commands)):
        yield f"     started as {_placed(' '.join(map(_word, stage.argv)))}"
    yield f"     in {_placed(stage.cwd)}"
    for source, target in stage.copies:
        yield f"     a copy of {_placed(source)}"
        yield f"          as {_placed(target)}"
    yield from (f"     with {_placed(f'{key}={value}')}" for key, value in sorted(stage.environment.items()))
    yield f"     sandbox: {stage.sandbox.profile}; network: {_NETWORK.get(stage.sandbox.profile, _NETWORK['none'])}"
    if stage.sandbox.profile != "none":
        yield from _shown(stage.sandbox.writes, "may change")
        yield from _shown(stage.sandbox.reads, "sees")


def _sweep(plan: "Plan", sweep: "Sweep") -> "Iterator[str]":
    """Tell what is measured for which configurations: the stages of the first in full, of the others what differs."""
    step = sweep.first + 1
    blocks = (
        f"{sweep.fewest_blocks}"
        if sweep.fewest_blocks == sweep.most_blocks
        else f"{sweep.fewest_blocks} to {sweep.most_blocks}"
    )
    yield f"{step}. measure, {blocks} blocks each in fresh processes and a folder of its own (JOB is that):"
    for axis in sweep.space.axes:
        target = {"env": f"variable {axis.target}", "flags": "compiler flags", "option": f"option {axis.target}"}[
            axis.kind
        ]
        told = "" if axis.template == VALUE else f" as {axis.template}"
        yield f"     {visible(axis.name)}: {visible(', '.join(axis.values), 200)} ({visible(target)}{visible(told)})"
    yield from (f"     only where {visible(one)}" for one in sweep.space.constraints)
    yield f"     {_how_many(sweep)}"
    first = next((one for one in sweep.variants if one.run >= 0), None)
    for letter, number in (("a", first.compile), ("b", first.run)) if first else ():
        if number >= 0:
            yield from _stage(f"{step}{letter}", plan.stages[number])
    rest = [one for one in sweep.variants if one is not first]
    for one in rest[:_VARIANTS_SHOWN]:
        what = visible(", ".join(f"{name} {value}" for name, value in one.values.items()))
        yield f"     {what}: {visible(one.problem) or 'the same with what that needs'}"
    if len(rest) > _VARIANTS_SHOWN:
        yield f"     … and {len(rest) - _VARIANTS_SHOWN} more; --dry-run --out=json has them all"


def _how_many(sweep: "Sweep") -> str:
    size = sweep.space.size
    limits = [
        f"at most {sweep.points:,} of them" if sweep.points else "",
        f"in {sweep.budget:g} s" if sweep.budget else "",
    ]
    told = ", ".join(filter(None, (f"{sweep.sampler}", *limits)))
    return f"{size:,} {'configuration' if size == 1 else 'configurations'}: {told}"


def _shown(paths: "Sequence[str]", verb: str) -> Iterator[str]:
    """Tell what a sandbox lets through, a path a line."""
    yield from (f"          {verb} {_placed(path)}" for path in paths[:_PATHS_SHOWN])
    if len(paths) > _PATHS_SHOWN:
        yield f"          {verb} {len(paths) - _PATHS_SHOWN} more places; --dry-run --out=json has them all"


def _word(word: str) -> str:
    import shlex  # noqa: PLC0415

    return shlex.quote(word)


def _files(plan: "Plan", question: "Question | None") -> Iterator[str]:
    """Tell every file that can be executed, and below it its marked passages."""
    yield f"Files of repositories that can be executed ({len(plan.files)}):"
    marked = _marked(question)
    for file in in_reading_order(plan, question)[:_FILES_SHOWN]:
        yield f"     {file.sha256[:12]}  {visible(file.path)}"
        if file.path in marked:
            yield from tell_passages(marked[file.path])
    if len(plan.files) > _FILES_SHOWN:
        yield f"     … and {len(plan.files) - _FILES_SHOWN} more; --dry-run --out=json has them all"


def in_reading_order(plan: "Plan", question: "Question | None") -> "list[ExecutedFile]":
    """Give a plan's files: those with passages first, so that none is lost below many without; data after scripts."""
    marked = _marked(question)

    def place(file: "ExecutedFile") -> tuple[bool, bool]:
        known = marked.get(file.path)
        is_data = not is_executable(file.path, 0, b"")
        return known is None or not (known.passages or known.problem), is_data

    return sorted(plan.files, key=place)


def _marked(question: "Question | None") -> "dict[str, MarkedFile]":
    return {file.path: file for file in question.files} if question else {}


def tell_passages(file: "MarkedFile", limit: int = _PASSAGES_SHOWN) -> Iterator[str]:
    """Give the lines that tell the marked passages of a file."""
    if file.problem:
        yield f"          ! {visible(file.problem)}"
    for one in file.passages[:limit]:
        yield f"          ! line {one.line} {KINDS[one.kind]}: {visible(one.text, 160)}"
    if len(file.passages) > limit:
        yield f"          ! … and {len(file.passages) - limit} more marked passages"


def _found_out(question: "Question") -> Iterator[str]:
    if question.shipped:
        yield from ("", "Every file that takes part came with ckexplore, unchanged.")
    elif any(file.passages for file in question.files):
        yield from ("", _MARKS)
    if question.changed:
        yield from ("", *tell_changes(question.changed, question.earlier))
    warnings = [*question.problems]
    if question.unsandboxed:
        warnings.append(_UNSANDBOXED)
    if question.root:
        warnings.append(_ROOT)
    for box in question.sandboxes:
        yield from ("", f"Sandbox {visible(box.profile)}, for {_numbers(box.stages)}:")
        yield from (f"     {_placed(sentence)}" for sentence in box.sentences)
    if warnings:
        yield ""
        yield from (f"! {visible(warning)}" for warning in warnings)


def _numbers(stages: "tuple[int, ...]") -> str:
    return ("stage " if len(stages) == 1 else "stages ") + ", ".join(map(str, stages))


def tell_changes(changed: "Iterable[Change]", earlier: str) -> Iterator[str]:
    """Give the lines that tell what changed since an earlier approval, as unified diffs."""
    yield f"Approved before ({visible(earlier)}), and changed since:"
    room = _DIFFERENCE_SHOWN
    for change in changed:
        yield f"     {visible(change.path) if change.path else 'the commands'}: {change.what}"
        yield from (f"       {line}" for line in change.lines[:room])
        more = change.left_out + len(change.lines[room:])
        room = max(0, room - len(change.lines))
        if more:
            yield f"       … {more:,} more lines"


def tell_file(text: str, marked: "Iterable[Passage]") -> list[str]:
    """Give a file's lines with their numbers, safe for a terminal, those with a marked passage flagged before them."""
    kinds: dict[int, list[str]] = {}
    for one in marked:
        kinds.setdefault(one.line, []).append(KINDS[one.kind])
    lines: list[str] = []
    for number, line in enumerate(safe_text(text).split("\n"), 1):
        if number in kinds:
            lines.append(f"     ! {', '.join(kinds[number])}:")
        lines.append(f"{number:5}{' !' if number in kinds else '  '} {line}")
    return lines


def tell_plan_file(question: "Question", file: "ExecutedFile") -> list[str]:
    """Give the lines of one file that a plan executes, its name first; or say why they can't be shown."""
    passages = next((one.passages for one in question.files if one.path == file.path), ())
    try:
        return [visible(file.path), *tell_file(read_approved(file), passages)]
    except CkexploreError as error:
        return [visible(file.path), visible(str(error))]
