"""What we do with the result of a stage, in our own code, after its process has ended: register, record.

Nothing that the process wrote is believed without a look: it may be another's code that wrote it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..store.errors import FailedError, UnreadableError
from ..store.untrusted import load_json_object, read_text, safe_text
from ..store.workspace import Workspace
from . import environments, results
from .jobs.record import read_origin
from .plan import Finish, Plan

_OUTPUT_LIMIT = 4 << 20
_REASON_LIMIT = 64 << 10

Step = Callable[[Workspace, Path, int, Plan, dict[str, Any]], dict[str, Any]]


def perform(workspace: Workspace, job: Path, number: int, plan: Plan, finish: Finish) -> dict[str, Any]:
    """Carry out one step after stage `number`, and return what it adds to the job's results. Raises CkexploreError."""
    return STEPS[finish.step](workspace, job, number, plan, finish.arguments)


def _register_environment(
    workspace: Workspace, job: Path, number: int, plan: Plan, arguments: dict[str, Any]
) -> dict[str, Any]:
    spec = plan.stages[number].input or {}  # not from the stage's folder, where it may have been changed
    found = load_json_object(job / "stages" / str(number) / "output.json", _OUTPUT_LIMIT)
    expected = {"full_path": str, "version": str, "tags": list, "env": dict, "bat": str, "customize": dict}
    wrong = [key for key, kind in expected.items() if not isinstance(found.get(key), kind)]
    if wrong:
        raise FailedError(f"the detection of {spec['soft_uoa']} gave no usable {wrong[0]}")
    if not Path(found["full_path"]).exists():
        raise FailedError(f"the detection of {spec['soft_uoa']} named a file that isn't there: {found['full_path']!r}")
    approved = read_origin(job).approved
    environment = environments.register(workspace, arguments["uid"], spec, found, approved)
    label = f"local:env:{environment.uid}"
    return {"environment": label, "full_path": environment.full_path, "version": environment.version}


def _record_point(
    workspace: Workspace, job: Path, number: int, _plan: Plan, arguments: dict[str, Any]
) -> dict[str, Any]:
    return results.record(workspace, job, number, arguments)


STEPS: dict[str, Step] = {"register_environment": _register_environment, "record_point": _record_point}


def explain(job: Path, number: int) -> str:
    """Give the reason that a stage of ours left when it failed; empty when it left none."""
    try:
        return safe_text(read_text(job / "stages" / str(number) / "error.txt", _REASON_LIMIT)).strip()
    except UnreadableError:  # there is none, or the stage made something else of that name
        return ""
