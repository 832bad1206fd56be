"""The plan that replays a stored point: the same program and choices, as far as they are here, measured in blocks."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import format_named
from ...store.formats.point import Point
from ...store.lookup import locate_one
from ...store.registry import repositories
from ...store.untrusted import safe_line
from ..deps.inventory import Inventory
from ..environments import environments
from ..plan import Plan
from ..points.table import Column, is_number, point_table
from ..program.program import program_entry
from ..request import Request, number
from ..software.stages import as_dict
from .asked import objectives_of_meta
from .objective import Objective, objectives
from .planning import plan_benchmark

_TOLERANCE = 0.05
_OF_MACHINE = ("host-os-", "target-os-", "64bits", "needs-")
_TAKEN_OVER = ("blocks", "budget", "width", "yes", "expect", "dry-run", "detach", "now", "after", "trust")


def plan_replay(request: Request) -> Plan:
    """Plan the replay of `--point=UID` of an experiment, compared within `--tolerance=`. Raises CkexploreError."""
    point = _point(request)
    program = as_dict(point.features.get("program"))
    name = str(program.get("data_uid") or program.get("data_uoa") or "")
    if not name:
        raise InvalidRequestError(f"point {point.uid} doesn't say which program measured it, so it can't be run again")
    options = {name: value for name, value in request.options.items() if name.partition(".")[0] in _TAKEN_OVER}
    asked = Request(
        request.workspace, "benchmark", (Cid(module="program", artifact=name),), options, (), request.console
    )
    location, meta = program_entry(Inventory(asked))
    columns = _columns(request, point, objectives_of_meta(meta))
    wanted = ",".join(f"{one.name}={column.name}:{one.better}" for one, column in columns)
    chosen = {**dict(_choices(request, point)), "objectives": wanted, **options}
    plan = plan_benchmark(Request(asked.workspace, asked.action, asked.cids, chosen, (), asked.console))
    if plan.sweep is None:
        raise InvalidRequestError(f"{plan.request} measures nothing")
    sweep = replace(
        plan.sweep,
        against={column.name: _values(column) for _, column in columns},
        tolerance=number(request, "tolerance", _TOLERANCE),
    )
    text = f"replay experiment:{safe_line(request.cid.artifact, 80)} --point={point.uid} (program:{location.title})"
    return replace(plan, request=text, tags=("replay", *plan.tags[1:]), sweep=sweep)


def _point(request: Request) -> Point:
    """Find the point. Raises InvalidRequestError, NotFoundError."""
    wanted = request.text("point").lower()
    if not request.cid.artifact or not wanted:
        raise InvalidRequestError("say which point: ckexplore replay experiment:NAME --point=UID; `show` lists them")
    cid = Cid(request.cid.repository, "experiment", request.cid.artifact)
    location = locate_one(request.workspace, repositories(request.workspace), cid)
    root = location.repository.path
    listed = format_named(location.repository.format).points(root, str(location.path.relative_to(root)))
    found = [one for one in listed if one.uid.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidRequestError(f"{len(found)} points begin with {safe_line(wanted, 20)}; type more of the UID")
    raise NotFoundError(f"{location.cid} has no point {safe_line(wanted, 20)!r}; `ckexplore show` lists them")


def _columns(request: Request, point: Point, given: dict[str, str]) -> list[tuple[Objective, Column]]:
    """Give what is compared: the objectives asked for, else those of the program that the point has, else its time."""
    table = point_table([point])
    asked = request.text("objectives")
    found: list[tuple[Objective, Column]] = []
    for one in objectives(asked or ",".join(given) or "time:min", given):
        try:
            column = one.column(table)
        except NotFoundError:
            if asked:
                raise
            continue
        found += [(one, column)] if _values(column) and column.name.startswith(("run.", "compile.")) else []
    if not found:
        raise InvalidRequestError(
            f"point {point.uid} has none of the program's objectives; name what to compare: --objectives=latency"
        )
    return found


def _values(column: Column) -> list[float]:
    return list(column.repeated.get(0, ())) or [float(value) for value in column.values if is_number(value)]


def _choices(request: Request, point: Point) -> Iterator[tuple[str, Any]]:
    """Yield the options that make the point's choices: command, data set, variables, flags, dependencies."""
    choices = point.choices
    for name in ("cmd_key", "dataset_uoa", "dataset_file"):
        if choices.get(name):
            yield name, str(choices[name])
    flags = str(choices.get("compiler_flags") or "")
    for standard, option in (("$CK_OPT_SPEED", "speed"), ("$CK_OPT_SIZE", "size")):
        if standard in flags:
            yield option, "yes"
            flags = flags.replace(standard, "").strip()
    if flags:
        yield "flags", flags
    for name, value in as_dict(choices.get("env")).items():
        yield f"env.{name}", str(value)
    here = {one.uid for one in environments(request.workspace)}
    for key, details in as_dict(point.features.get("dependencies")).items():
        uid = str(as_dict(details).get("env_uid") or "")
        if uid in here:
            yield f"deps.{key}", uid
            continue
        tags = as_dict(details).get("tags")
        wanted = [str(tag) for tag in tags if not _is_of_version(str(tag))] if isinstance(tags, list) else []
        if wanted:
            yield f"dep_add_tags.{key}", ",".join(wanted)


def _is_of_version(tag: str) -> bool:
    """Tell whether a tag is about the version or the machine: another one is as good, and the comparison says so."""
    return tag.startswith(_OF_MACHINE) or (tag.startswith("v") and tag[1:2].isdecimal())
