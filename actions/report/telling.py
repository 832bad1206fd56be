"""Telling a result in the terminal: the lines that the command line prints and the TUI's command line shows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import (
    annotation_telling,
    detection_telling,
    env_telling,
    experiment_telling,
    job_telling,
    listing,
    platform_telling,
    run_telling,
    script_telling,
    sweep_telling,
    trust_telling,
)
from .needs_telling import tell_unmet
from .units import duration

Result = Mapping[str, Any]
_SHOWN = 20


def tell(action: str, module: str, result: Result, width: int = 100, brief: bool = False) -> list[str]:
    """Give the lines that tell a result; every line is safe for a terminal. `brief` is CK's `--min`."""
    if action in listing.TELLERS:
        return listing.tell(action, result, brief)
    teller = _TELLERS.get(f"{action} {module}") or _TELLERS.get(action) or _as_json
    if "plan" in result and "approval" in result:
        teller = _planned
    elif "unmet" in result and "needs" in result:
        teller = tell_unmet
    elif "answered" in result:
        teller = _answered
    elif "job" in result and "seconds" not in result and action not in ("attach", "log"):
        return job_telling.started(result)
    lines = [*teller(result, width), *(job_telling.differences(result, width) if "differences" in result else [])]
    return listing.safe_lines(lines)


def _as_json(result: Result, _width: int) -> list[str]:
    return listing.as_json(result)


def _planned(result: Result, _width: int) -> list[str]:
    import msgspec  # noqa: PLC0415

    from ..trust.question import Question  # noqa: PLC0415
    from .plan_telling import tell_plan  # noqa: PLC0415  (with what marks passages, which other answers don't need)

    question = msgspec.convert(dict(result), Question)
    return tell_plan(question.plan, question)


def _added(result: Result, _width: int) -> list[str]:
    broken = result["broken"]
    lines = [f"{result['repo_uoa']}: {result['artifacts']} artifacts in {result['path']} ({result['format']} format)"]
    if broken:
        lines.append(f"{len(broken)} of them can't be read:")
        lines += [f"  {one['problem']}" for one in broken[:_SHOWN]]
    drift = result["drift"]
    if drift:
        told = f"{len(drift)} places where files and meta disagree" if len(drift) > 1 else "files and meta disagree"
        lines.append(f"{told} (`ckexplore check repo:{result['repo_uoa']}` lists them):")
        lines += [f"  {one['path']}: {one['what']}" for one in drift[:_SHOWN]]
    return lines


def _checked(result: Result, _width: int) -> list[str]:
    lines: list[str] = []
    for one in result["checked"]:
        count = sum(one["artifacts"].values())
        held = one["problem"] or f"{count} artifacts ({one['format']} format)"
        lines.append(f"{one['repo_uoa']}: {held}")
        lines += [f"  {number:>7}  {module}" for module, number in one["artifacts"].items()]
        lines += [f"  can't be read: {broken['problem']}" for broken in one["broken"]]
        lines += [f"  drift: {drift['path']}: {drift['what']}" for drift in one["drift"]]
    return lines or ["no repositories yet; add one: ckexplore add repo --path=DIR"]


def _pulled(result: Result, _width: int) -> list[str]:
    pulled = result.get("pulled")
    if pulled is None:
        return _added(result, _width)
    told = [f"{name}: {'updated' if changed else 'up to date'}" for name, changed in pulled.items()]
    return told or ["no clones to pull; clone one: ckexplore add repo --url=https://…"]


def _removed(result: Result, _width: int) -> list[str]:
    told = [f"removed {name}" for name in result["removed"]]
    would = [f"{one['repo_uoa']}:{one['module_uoa']}:{one['data_uoa']}" for one in result.get("would_remove", [])]
    return told + [f"would remove {name}" for name in would]


def _written(result: Result, _width: int) -> list[str]:
    """Tell what was written, as the original CK does."""
    if "updated" in result:
        return [f"Entry {name} updated successfully!" for name in result["updated"]]
    how = "updated" if result.get("changed") else "added"
    return [f"Entry {result['data_alias']} ({result['data_uid']}, {result['path']}) {how} successfully!"]


def _experiment(result: Result, width: int) -> list[str]:
    """Tell of an experiment what was imported into it, or that it was added as any entry."""
    return experiment_telling.imported(result, width) if "sha256" in result else _written(result, width)


def _placed(result: Result, _width: int) -> list[str]:
    """Tell what an entry was renamed, copied or moved to."""
    new = f"{result['repo_uoa']}:{result['module_uoa']}:{result['data_uoa']}"
    for how in ("renamed", "copied"):
        if how in result:
            return [f"Entry {result[how]} was successfully {how}: {new} ({result['data_uid']}, {result['path']})"]
    moved = result["moved"]
    to = new if len(moved) == 1 else f"{result['repo_uoa']}:{result['module_uoa']}"
    return [f"Entry {name} was successfully moved to {to}" for name in moved]


def _answered(result: Result, _width: int) -> list[str]:
    """Tell what a function of a repository's module answered, beside what it printed itself."""
    ours = ("job", "seconds", "answered", "written")
    answer = {name: value for name, value in result.items() if name not in ours}
    written = [f"written: {cid}" for cid in result.get("written", ())]
    told = listing.as_json(answer) if answer else []
    return [*told, *written, f"done in {duration(result['seconds'])} (job:{result['job']})"]


def _module(result: Result, _width: int) -> list[str]:
    """Tell where a module's functions are, and how each of its actions is given."""
    name, actions = result["data_uoa"], result["actions"]
    given = [(f"ckexplore {action} {name}", about) for action, about in actions.items()]
    width = max((len(words) for words, _ in given), default=0) + 2
    return [
        f"{result['repo_uoa']}:module:{name}: {result['code']}",
        *(f"  {words:<{width}}{about}".rstrip() for words, about in given),
    ]


def _compared(result: Result, width: int) -> list[str]:
    import msgspec  # noqa: PLC0415

    from ..points.comparison import PointsCompared  # noqa: PLC0415
    from .comparison_telling import tell_compared  # noqa: PLC0415

    compared = msgspec.convert(dict(result["compared"]), PointsCompared)
    return [f"{result['experiment']}:", "", *tell_compared(compared, width)]


_TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "rm": _removed,
    "add": _written,
    "update": _written,
    **dict.fromkeys(("cp", "mv", "ren"), _placed),
    "add repo": _added,
    "add experiment": _experiment,
    "add module": _module,
    "add_action": _module,
    "remove_action": _module,
    "check repo": _checked,
    "pull repo": _pulled,
    "compare experiment": _compared,
    **job_telling.TELLERS,
    **annotation_telling.TELLERS,
    **detection_telling.TELLERS,
    **env_telling.TELLERS,
    **experiment_telling.TELLERS,
    **platform_telling.TELLERS,
    **run_telling.TELLERS,
    **script_telling.TELLERS,
    **sweep_telling.TELLERS,
    **trust_telling.TELLERS,
}
