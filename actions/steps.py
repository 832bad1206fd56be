"""What we do with the result of a stage, in our own code, after its process has ended: register, record.

Nothing that the process wrote is believed without a look: it may be another's code that wrote it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..store.errors import FailedError, UnreadableError
from ..store.formats.ck_entries import write_json
from ..store.untrusted import inside, load_json_object, read_text, safe_text, safe_value
from ..store.workspace import Workspace
from . import environments, taken_entries
from .jobs.record import read_origin
from .measured import COMPILATION, compilation_of
from .plan import JOB_PATH, Finish, Plan
from .program import builds

_OUTPUT_LIMIT = 4 << 20
_REASON_LIMIT = 64 << 10
_ANSWER_LIMIT = 1 << 20
_OF_JOBS = {"return", "job", "seconds", "state", "plan", "approval", "differences", "output_difference", "answered"}
"""Keys of a job's results that mean something to us: a function's answer doesn't say them."""

Step = Callable[[Workspace, Path, int, Plan, dict[str, Any]], dict[str, Any]]


def perform(workspace: Workspace, job: Path, number: int, plan: Plan, finish: Finish) -> dict[str, Any]:
    """Carry out one step after stage `number`, and return what it adds to the job's results. Raises CkexploreError."""
    return STEPS[finish.step](workspace, job, number, plan, finish.arguments)


def _register_environment(
    workspace: Workspace, job: Path, number: int, plan: Plan, arguments: dict[str, Any]
) -> dict[str, Any]:
    given = plan.stages[number].input or {}  # not from the stage's folder, where it may have been changed
    spec = {**given, "deps": environments.met(workspace, given.get("deps", {}))}
    found = load_json_object(job / "stages" / str(number) / "output.json", _OUTPUT_LIMIT)
    expected = {
        **{"full_path": str, "version": str, "tags": list, "env": dict, "bat": str, "customize": dict},
        **{"name": str, "package_uid": str, "installed_to": str},
    }
    wrong = [key for key, kind in expected.items() if not isinstance(found.get(key), kind)]
    if wrong:
        raise FailedError(f"the detection of {spec['soft_uoa']} gave no usable {wrong[0]}")
    skipped = found["customize"].get("skip_file_check") == "yes"
    if found["full_path"] and not skipped and not Path(found["full_path"]).exists():
        raise FailedError(f"the detection of {spec['soft_uoa']} named a file that isn't there: {found['full_path']!r}")
    approved = read_origin(job).approved
    environment = environments.register(workspace, arguments["uid"], spec, found, approved)
    label = f"local:env:{environment.uid}"
    return {"environment": label, "full_path": environment.full_path, "version": environment.version}


def _keep_build(workspace: Workspace, job: Path, number: int, plan: Plan, arguments: dict[str, Any]) -> dict[str, Any]:
    """Keep what a compilation left for those who compile the same again, and what it measured for the run after it."""
    answer = load_json_object(job / "stages" / str(number) / "output.json", _OUTPUT_LIMIT)
    characteristics = safe_value(answer.get("characteristics"))
    if not isinstance(characteristics, dict):
        raise FailedError(f"{plan.stages[number].title}: told nothing of the compilation")
    write_json(job / COMPILATION, characteristics)
    folder = inside(job / "copy", str(arguments["folder"]).removeprefix(f"{JOB_PATH}/copy/"))
    key = builds.keep(workspace, plan.stages[number], folder, characteristics, read_origin(job).approved)
    return {"build": key, "characteristics": {"compile": compilation_of(job)}}


def _record_point(
    workspace: Workspace, job: Path, number: int, _plan: Plan, arguments: dict[str, Any]
) -> dict[str, Any]:
    from . import results  # noqa: PLC0415  (and how points are written, which other stages don't need)

    return results.record(workspace, job, number, arguments)


def _take_answer(workspace: Workspace, job: Path, number: int, plan: Plan, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take a function's answer for the job's results, and write what it added into the user's own repository."""
    place = job / "stages" / str(number)
    answered = safe_value(load_json_object(place / "output.json", _ANSWER_LIMIT))
    kept = {name: value for name, value in answered.items() if name not in _OF_JOBS}
    taken = taken_entries.take(workspace, place / "home", **arguments) if arguments else []
    return {**kept, "answered": plan.request, **({"written": taken} if taken else {})}


def _compare_versions(
    workspace: Workspace, job: Path, _number: int, plan: Plan, arguments: dict[str, Any]
) -> dict[str, Any]:
    from .env_refresh import compare_versions  # noqa: PLC0415  (seldom, and with all that makes its plan)

    return compare_versions(workspace, job, plan, arguments)


STEPS: dict[str, Step] = {
    "compare_versions": _compare_versions,
    "keep_build": _keep_build,
    "record_point": _record_point,
    "register_environment": _register_environment,
    "take_answer": _take_answer,
}


def explain(job: Path, number: int) -> str:
    """Give the reason that a stage of ours left when it failed; empty when it left none."""
    try:
        return safe_text(read_text(job / "stages" / str(number) / "error.txt", _REASON_LIMIT)).strip()
    except UnreadableError:  # there is none, or the stage made something else of that name
        return ""
