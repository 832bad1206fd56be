"""A finished run becomes a point of an experiment in the user's own repository."""

from pathlib import Path
from typing import Any

from ..store.errors import CkexploreError, FailedError
from ..store.formats.ck_entries import check_alias, create_entry
from ..store.formats.ck_points import add_point
from ..store.formats.ck_repetitions import readable
from ..store.untrusted import inside, load_json_object, safe_value
from ..store.workspace import Workspace
from .environments import environments
from .jobs.follow import JobFollower
from .measure import host
from .plan import JOB_PATH

TIMER_LIMIT = 32 << 20


def record(workspace: Workspace, job: Path, number: int, arguments: dict[str, Any]) -> dict[str, Any]:
    """Append a point from what the program of stage `number` measured, and return it with the experiment's CID.

    It told so with the event `result`, or left it in its timer's file, which comes first. Raises CkexploreError.
    """
    left = _measured(_left(job, arguments, arguments["timer"])) if arguments["timer"] else {}
    run = _told(job, number) | left
    _divide_by_repeats(run)
    run = {**run, "return_code": 0, "run_success": "yes", "run_success_bool": True}
    characteristics: dict[str, Any] = {"run": run}
    compiled = _compiled(job, arguments)
    if compiled:
        characteristics["compile"] = compiled
    features = {"platform": host.describe(), "program": arguments["program"], "dependencies": {}, "job": job.name}
    choices = dict(arguments["choices"])
    for key, uid in arguments["dependencies"].items():
        details, chosen = _dependency(workspace, uid)
        features["dependencies"][key] = details
        choices |= chosen
    entry = experiment_entry(workspace, arguments)
    uid = add_point(entry, choices, features, [characteristics])
    return {
        "experiment": f"local:experiment:{entry.name}",
        "point": uid,
        "point_file": str(entry / f"ckp-{uid}.0001.json"),
        "choices": choices,
        "characteristics": {key: _without_vectors(value) for key, value in characteristics.items()},
    }


def experiment_entry(workspace: Workspace, arguments: dict[str, Any]) -> Path:
    """Give the entry that collects the points of one command of a program, made when it isn't there."""
    alias = check_alias(arguments["experiment"])
    entry = workspace.local / "experiment" / alias
    if entry.is_dir():
        return entry
    program = arguments["program"]
    meta = {
        "tags": sorted({"experiment", program["data_uoa"], arguments["choices"]["cmd_key"], *arguments["tags"]}),
        "meta": {"program_uoa": program["data_uoa"], "program_uid": program["data_uid"]},
        "points": "0",
    }
    return create_entry(workspace.local, "experiment", meta, alias=alias)


def _left(job: Path, arguments: dict[str, Any], name: str) -> Path:
    """Give a file that the program left; raises RefusedError where its name or a link leads out of the private copy."""
    run_folder = str(arguments["folder"]).removeprefix(f"{JOB_PATH}/copy/")
    return inside(job / "copy", f"{run_folder}/{name}")


def _told(job: Path, number: int) -> dict[str, float]:
    """Give the numbers that the program of a stage told as results, of each name the last."""
    follower, found = JobFollower(job), {}
    while events := follower.events():
        for event in events:
            if event.get("event") == "result" and event.get("stage") == number:
                several = event.get("characteristics")
                told = several if isinstance(several, dict) else {event.get("name"): event.get("value")}
                found |= {name: value for name, value in told.items() if isinstance(name, str) and _is_number(value)}
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _measured(timer: Path) -> dict[str, Any]:
    """Read what the program measured, without the numbers that nobody can reckon with."""
    try:
        found = readable(safe_value(load_json_object(timer, TIMER_LIMIT)))
        return {name: value for name, value in found.items() if value is not None}
    except CkexploreError as error:
        raise FailedError(f"the program ended well but left no measurements: {error}") from error


def _divide_by_repeats(run: dict[str, Any]) -> None:
    """Make `execution_time` the time of one repetition, as CK does; the total is kept beside it."""
    time, repeat = run.get("execution_time"), run.get("repeat")
    if isinstance(time, int | float) and isinstance(repeat, int) and repeat > 1:
        run["total_execution_time"] = time
        run["execution_time"] = time / repeat


def _compiled(job: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    name = arguments.get("binary", "")
    if not name or not (binary := _left(job, arguments, name)).is_file():
        return {}
    return {"binary_size": binary.stat().st_size, "compilation_success": "yes"}


def _dependency(workspace: Workspace, uid: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what identifies an environment, and the choices (package variables) that it stands for."""
    for environment in environments(workspace):
        if environment.uid == uid:
            details = {
                "env_uid": uid,
                "version": environment.version,
                "full_path": environment.full_path,
                "tags": [tag for tag in environment.tags if not tag.startswith(("host-os-", "target-os-"))],
            }
            choices = environment.meta.get("choices")
            return details, choices if isinstance(choices, dict) else {}
    return {"env_uid": uid}, {}


def _without_vectors(value: Any) -> Any:
    """Leave out long lists: they are in the point, and too long for a summary."""
    if isinstance(value, dict):
        return {
            key: _without_vectors(item)
            for key, item in value.items()
            if not (isinstance(item, list) and len(item) > 16)
        }
    return value
