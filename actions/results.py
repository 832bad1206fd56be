"""A finished run becomes a point of an experiment in the user's own repository."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..store.formats.ck_entries import check_alias, create_entry
from ..store.formats.ck_points import add_point
from ..store.untrusted import inside, load_json_object, read_bytes
from ..store.workspace import Workspace
from .environments import environments
from .jobs.follow import JobFollower
from .jobs.record import PROVENANCE
from .measure import host
from .measured import compilation_of, measured
from .plan import JOB_PATH
from .points.table import is_number

_ANSWER_LIMIT = 64 << 20
_OUTPUT_LIMIT = 256 << 20


def record(workspace: Workspace, job: Path, number: int, arguments: dict[str, Any]) -> dict[str, Any]:
    """Append a point from what the program of stage `number` measured, and return it with the experiment's CID.

    It told so with the event `result`, or in its timer's file, which comes first: our child process gives that with
    CK's characteristics of the run. Raises CkexploreError.
    """
    answer = load_json_object(job / "stages" / str(number) / "output.json", _ANSWER_LIMIT)
    run = _told(job, number) | measured(answer.get("characteristics"))
    characteristics: dict[str, Any] = {"run": run}
    compiled = arguments["compiled"] or compilation_of(job)
    if compiled:
        characteristics["compile"] = compiled
    choices, features = identity(workspace, arguments, job.name)
    checked = _keep_output(workspace, job, arguments, answer.get("output"))
    entry = experiment_entry(workspace, arguments)
    uid = add_point(entry, choices, features, [characteristics])
    return {
        "experiment": f"local:experiment:{entry.name}",
        "point": uid,
        "point_file": str(entry / f"ckp-{uid}.0001.json"),
        "choices": choices,
        "characteristics": {key: _without_vectors(value) for key, value in characteristics.items()},
        **({"output": checked} if checked else {}),
    }


def identity(workspace: Workspace, arguments: dict[str, Any], job: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the choices and the features that a point of a run stands for: what was chosen, and on what it ran."""
    features = {"platform": host.describe(), "program": arguments["program"], "dependencies": {}, "job": job}
    if commits := _commits(workspace.jobs / "job" / job):
        features["commits"] = commits
    choices = dict(arguments["choices"])
    for key, uids in arguments["dependencies"].items():
        details, chosen = _dependency(workspace, uids)
        features["dependencies"][key] = details
        choices |= chosen
    return choices, features


def _commits(job: Path) -> dict[str, str]:
    """Give the commit of each repository that takes part in a job, and whether its files are other ones."""
    if not (job / PROVENANCE).is_file():
        return {}
    told = load_json_object(job / PROVENANCE).get("repositories", [])
    found: dict[str, str] = {}
    for one in told if isinstance(told, list) else []:
        commit = one.get("commit") if isinstance(one, dict) else None
        if isinstance(commit, str) and commit != host.UNKNOWN:
            found[str(one.get("repo_uoa"))] = f"{commit[:12]}{' changed' if one.get('changed') is True else ''}"
    return found


def _keep_output(workspace: Workspace, job: Path, arguments: dict[str, Any], output: Any) -> str:
    """Record a program's output where none was recorded to compare it with; say what became of it, "" for nothing.

    Raises RefusedError where a file's name or a link leads out of the private copy.
    """
    if not isinstance(output, dict) or not isinstance(output.get("name"), str):
        return ""
    if output.get("compared"):
        return "as recorded before"
    alias = check_alias(arguments["output"])
    entry = workspace.local / "program.output" / alias
    if not entry.is_dir():
        program = arguments["program"]
        meta = {"tags": sorted({*arguments["tags"], program["data_uoa"]})}
        entry = create_entry(workspace.local, "program.output", meta, alias=alias, name=program["data_uoa"])
    place = entry / check_alias(output["name"])
    for name in map(str, output.get("files", ())):
        target = inside(place, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read_bytes(_left(job, arguments, name), _OUTPUT_LIMIT))
    return "recorded, to compare later runs with it"


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
        found |= told_in(event for event in events if event.get("stage") == number)
    return found


def told_in(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Give the numbers that some events told as results, of each name the last."""
    found: dict[str, float] = {}
    for event in events:
        if event.get("event") == "result":
            several = event.get("characteristics")
            told = several if isinstance(several, dict) else {event.get("name"): event.get("value")}
            found |= {name: value for name, value in told.items() if isinstance(name, str) and is_number(value)}
    return found


def _dependency(workspace: Workspace, uids: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what identifies the first environment that is there, and the choices (package variables) it stands for."""
    known = {one.uid: one for one in environments(workspace)}
    for uid in uids:
        if uid in known:
            environment = known[uid]
            details = {
                "env_uid": uid,
                "version": environment.version,
                "full_path": environment.full_path,
                "tags": [tag for tag in environment.tags if not tag.startswith(("host-os-", "target-os-"))],
            }
            choices = environment.meta.get("choices")
            return details, choices if isinstance(choices, dict) else {}
    return {"env_uid": ""}, {}


def _without_vectors(value: Any) -> Any:
    """Leave out long lists: they are in the point, and too long for a summary."""
    if isinstance(value, dict):
        return {
            key: _without_vectors(item)
            for key, item in value.items()
            if not (isinstance(item, list) and len(item) > 16)
        }
    return value
