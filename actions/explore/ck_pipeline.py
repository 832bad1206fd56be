"""CK's inputs of `autotune pipeline`, read as the request for an exploration that they are.

Source: the modules pipeline, choice and experiment of ck-autotuning (CK 1.x). What is random there is sampled without
measuring anything twice; repetitions are blocks in fresh processes.
"""

from collections.abc import Mapping
from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from ..plan import Plan
from ..request import Request
from ..software.stages import as_dict
from .planning import plan_exploration

_DEFAULT_ITERATIONS = "10"
_PASSED_ON = (
    "cmd_key",
    "dataset_uoa",
    "dataset_file",
    "compiler_tags",
    "flags",
    "speed",
    "record_uoa",
    "compiler_vars",
)
_OF_PIPELINE = ("program_uoa", "data_uoa", "repo_uoa", *_PASSED_ON)


def plan_pipeline(request: Request) -> Plan:
    """Plan what `autotune pipeline:program` asks for. Raises InvalidRequestError, and as an exploration does."""
    options = dict(request.options)
    pipeline = {**as_dict(options.get("pipeline")), **as_dict(options.get("pipeline_update"))}
    given = {**{name: pipeline[name] for name in pipeline if name in _OF_PIPELINE}, **options}
    if request.cid.artifact not in ("", "program"):
        raise InvalidRequestError(f"the only pipeline here is program, not {safe_line(request.cid.artifact, 80)}")
    name = str(given.get("program_uoa") or given.get("data_uoa") or "")
    if not name:
        raise InvalidRequestError(
            "say which program: ckexplore autotune pipeline:program --program_uoa=NAME @input.json"
        )
    asked = {
        key: value
        for key, value in options.items()
        if key in _PASSED_ON or key.partition(".")[0] in ("env", "deps", "yes", "expect", "dry-run", "detach", "budget")
    }
    asked |= {name: given[name] for name in _PASSED_ON if given.get(name)}
    asked |= {f"env.{name}": str(value) for name, value in as_dict(pipeline.get("env")).items()}
    asked |= _choices(options, pipeline)
    asked |= _amount(options)
    keys = options.get("frontier_keys") or []
    if isinstance(keys, list) and keys:
        asked["objectives"] = ",".join(_objective(str(key)) for key in keys)
    cid = Cid(str(given.get("repo_uoa") or ""), "program", name)
    return plan_exploration(Request(request.workspace, "explore", (cid,), asked, request.rest, request.console))


def _choices(options: Mapping[str, Any], pipeline: Mapping[str, Any]) -> dict[str, Any]:
    """Read `choices_order` and `choices_selection`, group by group; what they lack is in `choices_desc`.

    Raises InvalidRequestError for a choice without values.
    """
    described = {**as_dict(pipeline.get("choices_desc")), **as_dict(options.get("choices_desc"))}
    order, selection = options.get("choices_order") or [], options.get("choices_selection") or []
    found: dict[str, Any] = {}
    for number, group in enumerate(order if isinstance(order, list) else []):
        chosen = as_dict(selection[number]) if isinstance(selection, list) and number < len(selection) else {}
        for key in group if isinstance(group, list) else [group]:
            name = str(key).lstrip("#").replace("#", ".").removeprefix("choices.")
            values = _values(chosen) or _values(as_dict(described.get(str(key))))
            found[f"choices.{name}"] = values or "yes"  # then the program's own meta says which
    return found


def _values(told: Mapping[str, Any]) -> Any:
    if isinstance(told.get("choice"), list) and told["choice"]:
        return [str(one) for one in told["choice"]]
    start, stop = told.get("start", told.get("explore_start")), told.get("stop", told.get("explore_stop"))
    if start is None or stop is None:
        return None
    return {"start": start, "stop": stop, "step": told.get("step", told.get("explore_step")) or 1}


def _amount(options: Mapping[str, Any]) -> dict[str, str]:
    """Say how many configurations, in which order, and how many blocks: `iterations` -1 are all of them."""
    selection = options.get("choices_selection")
    kinds = [str(as_dict(one).get("type") or "random") for one in selection] if isinstance(selection, list) else []
    loops = bool(kinds) and all("loop" in kind or kind == "pre-selected" for kind in kinds)
    iterations = str(options.get("iterations") or ("-1" if loops else _DEFAULT_ITERATIONS))
    found = {"sampler": "exhaustive" if loops else "random", "seed": str(options.get("seed") or "0")}
    if iterations.isdecimal():
        found["points"] = iterations
    elif not loops:
        found["points"] = str(10**9)
    if str(options.get("repetitions") or "").isdecimal():
        found["blocks"] = str(options["repetitions"])
    return found


def _objective(key: str) -> str:
    """Read `##characteristics#run#execution_time#min` as `run.execution_time:min`: CK's frontiers are of the least."""
    parts = key.lstrip("#").removeprefix("characteristics#").split("#")
    if parts[-1] in ("min", "max", "mean", "center", "exp"):
        parts = parts[:-1]
    return f"{'.'.join(parts)}:min"
