"""Whether registered environments are still what they were: the file is there, and tells the version it told then.

That it is there needs no plan. Asking for the version executes the file and the hooks of its soft entry, so that is a
plan with a stage for each. One that has changed is marked, and no longer meets a dependency until it is detected anew.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ..store.cid import Cid
from ..store.errors import CkexploreError, NotFoundError, UnreadableError
from ..store.formats import ck
from ..store.formats.ck_entries import write_json
from ..store.lookup import locate_one
from ..store.own_entries import changing
from ..store.registry import repositories
from ..store.untrusted import load_json_object, safe_line
from ..store.workspace import Workspace
from .deps.dependency import Resolved
from .env_removal import dependencies_of
from .env_selection import name_of
from .environments import Environment, environments, signature
from .plan import Finish, Plan, Stage
from .request import Request
from .versions import split_version

_OUTPUT_LIMIT = 64 << 10
_INSTALLED = ("ck-install.json", "ck-install-saved.json")

Row = dict[str, Any]
"""`data_uid`, `data_name`, `full_path`, `version`, `state` ("unchanged", "changed", "gone", "unknown"), `reason`, …"""


def refresh(request: Request, chosen: Sequence[Environment]) -> Plan | dict[str, Any]:
    """Plan the questions for versions; where nothing has to be executed, answer at once. Raises CkexploreError."""
    known = {one.uid: one for one in environments(request.workspace)}
    rows: list[Row] = []
    stages: list[Stage] = []
    for one in chosen:
        found = _without_asking(one, known)
        if found is None:
            try:
                stages.append(_stage(request, one, known))
                continue
            except CkexploreError as error:
                found = _row(one, "unknown", str(error))
        rows.append(found)
        if found["state"] in ("changed", "unchanged"):
            mark(request.workspace, one, found)
    if not stages:
        return {"env": rows}
    stages[-1] = replace(stages[-1], finish=Finish("compare_versions", {"rows": rows}))
    uids = [stage.input["env_uid"] for stage in stages if stage.input]
    words = " ".join(f"env:{uid}" for uid in uids)
    return Plan(f"refresh {words}", f"local:env:{uids[0]}", uids[0], ("refresh", "env"), tuple(stages))


def _row(one: Environment, state: str, reason: str = "", found: str = "") -> Row:
    return {
        "data_uid": one.uid,
        "data_name": name_of(one),
        "full_path": safe_line(one.full_path),
        "version": safe_line(one.version, 80),
        "found_version": found,
        "state": state,
        "reason": reason,
    }


def _without_asking(one: Environment, known: Mapping[str, Environment]) -> Row | None:
    """Tell what files alone tell; None where the software has to be asked."""
    if not one.script.is_file():
        return _row(one, "gone", "its env.sh is gone")
    if one.full_path and not Path(one.full_path).exists():
        return _row(one, "gone", f"{safe_line(one.full_path)} is gone")
    missing = [uid for uid in dependencies_of(one) if uid not in known]
    if missing:
        return _row(one, "gone", f"env:{safe_line(missing[0], 40)}, which it sources, is gone")
    if one.full_path and one.meta.get("package_uoa"):
        return _compared(one, _installed_version(one))
    if not one.full_path or not one.version:
        return _row(one, "unchanged")
    return None


def _installed_version(one: Environment) -> str:
    """Read what the installation of a package left beside its files, as CK does; empty when it left nothing."""
    for folder in Path(one.full_path).parents:
        for name in _INSTALLED:
            try:
                told = load_json_object(folder / name)
            except UnreadableError:
                continue
            customize = told.get("customize")
            if told.get("data_uoa") == one.meta.get("soft_uoa") and isinstance(customize, dict):
                return safe_line(str(customize.get("version", "")), 80)
    return one.version


def _compared(one: Environment, found: str, problem: str = "") -> Row:
    if problem or not found:
        return _row(one, "unknown", problem or "it tells no version now")
    if split_version(found) == split_version(one.version):
        return _row(one, "unchanged", found=found)
    return _row(one, "changed", f"it was version {safe_line(one.version, 80)} and is {found} now", found)


def _stage(request: Request, one: Environment, known: Mapping[str, Environment]) -> Stage:
    """Plan the question to one environment's software, by the detection of its soft entry. Raises CkexploreError."""
    from .deps.inventory import Inventory  # noqa: PLC0415  (what only looks at files doesn't need these)
    from .software.soft_plan import detection  # noqa: PLC0415
    from .software.stages import child  # noqa: PLC0415

    soft = str(one.meta.get("soft_uoa", ""))
    cid = Cid(module="soft", artifact=soft)
    try:
        location = locate_one(request.workspace, repositories(request.workspace), cid)
    except NotFoundError as error:
        raise NotFoundError(f"its soft entry isn't known: {error}") from error
    asking = Request(request.workspace, "detect", (cid,), _options(request, one), (), request.console)
    inventory = Inventory(asking)
    needs = _dependencies(one, known)
    _, stages = detection(inventory, location, inventory.meta(location), needs, is_asked=True)
    stage = stages[-1]
    return replace(
        stage,
        title=f"version of env:{one.uid} ({location.title})",
        argv=child("version"),
        commands=tuple(line for line in stage.commands if not line.startswith("look for ")) or (one.full_path,),
        input={**(stage.input or {}), "env_uid": one.uid},
        finish=None,
    )


def _options(request: Request, one: Environment) -> dict[str, Any]:
    sandbox = {"sandbox": request.text("sandbox")} if request.text("sandbox") else {}
    return {"full_path": one.full_path, **sandbox}


def _dependencies(one: Environment, known: Mapping[str, Environment]) -> list[Resolved]:
    """Give what an environment was made with, as it is registered now."""
    deps = one.meta.get("deps")
    found: list[Resolved] = []
    for key, value in deps.items() if isinstance(deps, dict) else ():
        other = known.get(str(value.get("uoa", ""))) if isinstance(value, dict) else None
        if other is not None:
            provider = f"local:env:{other.uid}"
            name = safe_line(str(value.get("name") or key))
            found.append(Resolved(str(key), name, value, (other.uid,), provider, other.version, other))
    return found


def compare_versions(workspace: Workspace, job: Path, plan: Plan, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Compare what every stage of a job told with what is registered, and mark what has changed."""
    known = {one.uid: one for one in environments(workspace)}
    rows: list[Row] = list(arguments["rows"])
    for number, stage in enumerate(plan.stages):
        one = known.get((stage.input or {}).get("env_uid", ""))
        if one is None:  # removed while the job ran
            continue
        told = load_json_object(job / "stages" / str(number) / "output.json", _OUTPUT_LIMIT)
        found, problem = (safe_line(str(told.get(name, "")), 300) for name in ("version", "problem"))
        rows.append(_compared(one, found, problem))
        mark(workspace, one, rows[-1])
    return {"env": rows}


def mark(workspace: Workspace, one: Environment, row: Row) -> None:
    """Note in an environment's meta what was found: why it can't be used any more, or that its file counts as it is."""
    reason = row["reason"] if row["state"] == "changed" else ""
    if one.stale == reason and (one.usable or row["state"] != "unchanged"):
        return
    with changing(workspace, "env"):
        meta = ck.own_meta(one.script.parent)
        told = meta.get("ckexplore")
        own = {key: value for key, value in told.items() if key != "stale"} if isinstance(told, dict) else {}
        own |= {"file": signature(one.full_path)} if row["state"] == "unchanged" else {}
        write_json(one.script.parent / ck.META, {**meta, "ckexplore": own | ({"stale": reason} if reason else {})})
