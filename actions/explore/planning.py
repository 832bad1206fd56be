"""The plan of a sweep: every stage that any configuration of a design space may need, and how they are measured."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from ...store.errors import CkexploreError, InvalidRequestError
from ...store.untrusted import safe_line
from ..deps.dependency import merged
from ..deps.inventory import Inventory
from ..deps.tree import check_needs, tree_of
from ..plan import Plan, Stage, Sweep, Variant
from ..points.expression import parse
from ..program.compile_stage import compile_stage
from ..program.program import Program, program_entry
from ..program.resolving import program_of
from ..program.run_stage import run_stage
from ..request import Request, number
from ..software.stages import as_dict
from . import samplers
from .asked import named_objectives, objectives_of_meta
from .axis import Configuration, Space
from .space import Allowed, holds
from .space_reading import space_of

_MOST_VARIANTS = 1_000
_BLOCK_SECONDS = 300.0
_CALIBRATION = "1"
_TOGETHER = 64
_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "": 1.0}


def plan_exploration(request: Request) -> Plan:
    """Plan the measuring of a design space: `explore program:X --choices.NAME=…`. Raises CkexploreError."""
    meta = _meta(request)
    space = space_of(request, meta)
    if not space.axes:
        raise InvalidRequestError(
            f"program:{request.cid.artifact} has no design space in its meta; say what to vary: "
            "--choices.env.NAME=1,2,4 or --choices.flags=-O2,-O3"
        )
    return _plan(request, meta, space, fewest=3, most=3)


def plan_benchmark(request: Request) -> Plan:
    """Plan the measuring of one configuration, or of the few that `--choices.` names. Raises CkexploreError."""
    chosen = any(key == "choices" or key.startswith("choices.") for key in request.options)
    meta = _meta(request)
    return _plan(request, meta, space_of(request, meta) if chosen else Space(()), fewest=5, most=15)


def _meta(request: Request) -> Mapping[str, Any]:
    return program_entry(Inventory(request))[1]


def _plan(request: Request, meta: Mapping[str, Any], space: Space, *, fewest: int, most: int) -> Plan:
    told = as_dict(meta.get("explore"))
    defaults = {"cmd_key": str(told["cmd_key"])} if told.get("cmd_key") else {}
    request = _with(
        request, {**defaults, "calibration_time": _CALIBRATION, "run_timeout": str(_BLOCK_SECONDS)}, over=False
    )
    wanted = named_objectives(request.text("objectives"), objectives_of_meta(meta), "time:min")
    programs: list[tuple[dict[str, str], Program | CkexploreError]] = [
        (values, _program(_with(request, _settings(space, values)))) for values in _structures(space)
    ]
    working = [(values, one) for values, one in programs if isinstance(one, Program)]
    if not working:
        raise next(one for _, one in programs if isinstance(one, CkexploreError))
    needs = [need for _, one in working for need in one.needs]
    preparing = merged(stage for need in needs for stage in need.stages)
    if len(working) > 1:  # what one of them lacks is no reason not to measure the others
        preparing = tuple(replace(stage, optional=True) for stage in preparing)
    stages: list[Stage] = list(preparing)
    variants = tuple(_variant(values, one, stages) for values, one in programs)
    sweep = Sweep(
        space=space,
        variants=variants,
        first=len(preparing),
        objectives=tuple(f"{one.name}={one.formula or one.name}:{one.better}" for one in wanted),
        **_protocol(request, space, fewest, most),
    )
    program = working[0][1]
    return Plan(
        request=_text(request, program, space),
        cid=program.location.cid,
        uid=program.location.uid,
        tags=(request.action, program.location.title, program.command),
        stages=tuple(stages),
        notes=tuple(_notes(programs)),
        needs=tree_of(program.needs),
        sweep=sweep,
    )


def _text(request: Request, program: Program, space: Space) -> str:
    chosen = "".join(f" --choices.{axis.name}={','.join(axis.values)}" for axis in space.axes)
    return safe_line(f"{request.action} program:{program.location.title} --cmd_key={program.command}{chosen}", 500)


def _notes(programs: list[tuple[dict[str, str], Program | CkexploreError]]) -> Iterator[str]:
    for values, one in programs:
        if isinstance(one, CkexploreError):
            yield f"{in_words(values)} can't be measured: {one}"


def in_words(values: Mapping[str, str]) -> str:
    """Tell a configuration in a line: `multiplier 0.5, threads 2`."""
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _with(request: Request, settings: Mapping[str, str], *, over: bool = True) -> Request:
    """Give a request with more options, over those that it has or below them."""
    options = {**request.options, **settings} if over else {**settings, **request.options}
    return Request(request.workspace, request.action, request.cids, options, request.rest, request.console)


def _program(request: Request) -> Program | CkexploreError:
    """Look into one variant; why it can't be measured is an answer, too."""
    try:
        program = program_of(request, with_run=True)
        check_needs(program.needs)
    except CkexploreError as error:
        return error
    return program


def _variant(values: dict[str, str], one: Program | CkexploreError, stages: list[Stage]) -> Variant:
    """Add the stages of a variant to those that there are, and say which they are."""
    if isinstance(one, CkexploreError):
        return Variant(values, problem=str(one))
    compiling = _added(compile_stage(one), stages) if one.compiled else -1
    return Variant(values, compiling, _added(run_stage(one, None), stages))


def _added(stage: Stage, stages: list[Stage]) -> int:
    for place, known in enumerate(stages):
        if known == stage:
            return place
    stages.append(stage)
    return len(stages) - 1


# The axes that make other stages


def _structures(space: Space) -> list[dict[str, str]]:
    """List the combinations of the axes that need stages of their own, those that a constraint forbids left out."""
    axes = [axis for axis in space.axes if axis.kind == "option"]
    names = {axis.name for axis in axes}
    constraints = [one for one in map(parse, space.constraints) if set(one.names) <= names]
    found: list[dict[str, str]] = []
    for values in itertools.product(*(axis.values for axis in axes)):
        configuration = dict(zip((axis.name for axis in axes), values, strict=True))
        if all(holds(one, configuration) for one in constraints):
            found.append(configuration)
        if len(found) > _MOST_VARIANTS:
            raise InvalidRequestError(
                f"the axes {', '.join(names)} have more than {_MOST_VARIANTS:,} combinations, each with "
                "stages of its own, more than anybody reads; give fewer values, or a constraint"
            )
    return found


def _settings(space: Space, values: Configuration) -> dict[str, str]:
    """Give the options of the request that some values set; what several axes set is joined."""
    found: dict[str, list[str]] = {}
    for axis in space.axes:
        if axis.kind == "option" and axis.name in values and (setting := axis.setting(values[axis.name])):
            found.setdefault(axis.target, []).append(setting)
    return {target: ",".join(settings) for target, settings in found.items()}


# How it is measured


def _protocol(request: Request, space: Space, fewest: int, most: int) -> dict[str, Any]:
    blocks = request.text("blocks")
    most = max(1, int(number(request, "blocks", most))) if blocks else most
    name = request.text("sampler") or "exhaustive"
    if name not in samplers.NAMES:
        raise InvalidRequestError(f"there is no sampler {safe_line(name, 40)!r}; there are {', '.join(samplers.NAMES)}")
    if name == "exhaustive" and not Allowed(space).is_listed:
        raise InvalidRequestError(
            f"{space.size:,} configurations are too many to measure all; --sampler=lhs or optuna with --points=100"
        )
    points = int(number(request, "points", 1)) if request.text("points") else 0
    if name != "exhaustive" and not points and not request.text("budget"):
        points = min(space.size, 100)
    return {
        "sampler": name,
        "seed": int(request.text("seed") or 0) if (request.text("seed") or "0").isdecimal() else 0,
        "points": points,
        "budget": seconds_of(request.text("budget")),
        "fewest_blocks": min(fewest, most),
        "most_blocks": most,
        "width": number(request, "width", 0.05),
        "together": max(1, int(number(request, "together", _TOGETHER))),
        "retry": request.flag("retry"),
        "again": request.flag("again") or request.action == "benchmark",
    }


def seconds_of(text: str) -> float:
    """Read a time such as 90, 90s, 10min or 2h; 0 for none. Raises InvalidRequestError."""
    digits = text.strip().rstrip("smhin")
    unit = text.strip()[len(digits) :]
    try:
        value = float(digits) * _UNITS[unit] if digits else 0.0
    except (ValueError, KeyError):
        value = -1.0
    if (text and not value) or not 0 <= value < float("inf"):
        raise InvalidRequestError(f"--budget={safe_line(text, 40)} is no time; write 90s, 10min or 2h")
    return value
