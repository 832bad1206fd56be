"""Telling what came of a sweep or a benchmark: the table by objectives, the chart with its front, how it was done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .quantity import quantity
from .table import text_table
from .units import duration

Result = Mapping[str, Any]
_ROWS = 30
_CHART = (100, 18)
_TOLD_LEVEL = 0.5
_SIGNS = {"front": "●", "possibly": "○", "dominated": ""}


def _explored(result: Result, width: int) -> list[str]:
    """Tell a sweep: the front and what follows it, the chart of the first two objectives."""
    if "swept" not in result:
        return [f"done in {duration(result['seconds'])} (job:{result['job']})"]
    swept, objectives = result["swept"], result["objectives"]
    judged = [one for one in swept if "values" in one]
    failed = [one for one in swept if "values" not in one]
    lines = _alone(judged[0], objectives) if len(swept) == 1 and judged else _table(judged, result, width)
    if len(objectives) > 1 and len(judged) > 1:
        lines += ["", *_chart(judged, objectives, width)]
    if "replayed" in result:
        lines += ["", *_replayed(result["replayed"], result["reproduced"], result["tolerance"])]
    if failed:
        lines += ["", f"{len(failed)} failed:"]
        lines += [f"  {_in_words(one['choices'])}: {one['reason']}" for one in failed[:_ROWS]]
    return [*lines, "", *_circumstances(result)]


def _alone(one: Result, objectives: Sequence[Result]) -> list[str]:
    """Tell a single configuration: what was measured, and how sure that is."""
    rows = [
        (objective["name"], quantity(objective["column"], value), _interval(objective, interval))
        for objective, value, interval in zip(objectives, one["values"], one["intervals"], strict=True)
    ]
    return text_table(("measured", "median", "interval"), rows)


def _interval(objective: Result, interval: Sequence[float] | None) -> str:
    if interval is None:
        return "unknown: too few blocks"
    return f"{quantity(objective['column'], interval[0])} to {quantity(objective['column'], interval[1])}"


def _table(judged: Sequence[Result], result: Result, width: int) -> list[str]:
    axes, objectives = result["axes"], result["objectives"]
    header = ("", *axes, *(one["name"] for one in objectives), "± %", "blocks")
    rows = [
        (
            ("★" if one["point"] == result["knee"] else "") + _SIGNS[one["standing"]],
            *(str(one["choices"].get(axis, "")) for axis in axes),
            *(quantity(objective["column"], value) for objective, value in zip(objectives, one["values"], strict=True)),
            _half_width(one),
            str(one["blocks"]),
        )
        for one in judged[:_ROWS]
    ]
    lines = text_table(header, rows, width=width)
    if len(judged) > _ROWS:
        lines.append(f"… and {len(judged) - _ROWS} more: ckexplore show {result['experiment'].removeprefix('local:')}")
    on_front, maybe = result["front"], result["possibly"]
    told = f"● {on_front} on the front by their medians"
    told += "" if result["sure"] == on_front else f", {result['sure']} of them for sure"
    told += f"; ○ {maybe} more possibly: their intervals don't tell" if maybe else ""
    return [*lines, told + (", ★ the knee" if result["knee"] else "")]


def _half_width(one: Result) -> str:
    """Tell half the interval of the first objective, in per cent of its value."""
    interval, value = one["intervals"][0], one["values"][0]
    return f"{50 * (interval[1] - interval[0]) / abs(value):.1f}" if interval and value else "?"


def _replayed(values: Sequence[Result], verdict: str, tolerance: float) -> Iterator[str]:
    """Tell how the values of a replayed point stand to those of the earlier one, and what that says of it."""
    rows = []
    for one in values:
        ratio = f"{one['ratio']:.3g}" if "ratio" in one else ""
        within = f" ({one['interval'][0]:.3g} to {one['interval'][1]:.3g})" if one.get("interval") else ""
        now = quantity(one["name"], one["now"]) if "now" in one else "unknown"
        told = f"{one['verdict']}: {one['why']}" if one.get("why") else one["verdict"]
        rows.append((one["name"], quantity(one["name"], one["was"]), now, f"{ratio}{within}", told))
    yield from text_table(("replayed", "was", "now", "now / was", "verdict"), rows)
    yield f"{verdict}, with a tolerance of {100 * tolerance:g} %"


def _in_words(choices: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in choices.items()) or "it"


def _chart(judged: Sequence[Result], objectives: Sequence[Result], width: int) -> list[str]:
    from .front_chart import FrontScatter, front_chart  # noqa: PLC0415  (charts, only where one is drawn)

    first, second = objectives[:2]
    shown = FrontScatter(
        (first["column"].rpartition(".")[2], second["column"].rpartition(".")[2]),
        (first["better"], second["better"]),
        [(one["values"][0], one["values"][1]) for one in judged],
        [one["point"][:8] for one in judged],
        [""] * len(judged),
        [number for number, one in enumerate(judged) if one["standing"] == "front"],
    )
    return front_chart(shown, min(width, _CHART[0]), _CHART[1]).lines()


def _circumstances(result: Result) -> Iterator[str]:
    """Tell how it was measured, and where it is recorded."""
    yield from map(str, result.get("notes", ()))
    yield from (f"{one['title']}: {one['reason']}" for one in result.get("not_met", ()))
    known = f", {result['known']} known from before" if result["known"] else ""
    repeated = f", {result['repeated_blocks']} of them spoiled and repeated" if result["repeated_blocks"] else ""
    yield f"{result['measured']} measured{known}, {result['failed']} failed, in {result['blocks']} blocks{repeated}"
    noisy = sum(1 for one in result["swept"] if one.get("noise"))
    if noisy:
        why = next(one["noise"] for one in result["swept"] if one.get("noise"))
        yield f"the machine was never quiet for {noisy} of them: {why}"
    if result["level"] >= _TOLD_LEVEL:
        yield f"intervals hold at {100 * result['level']:.3g} %"
    yield f"ended since {result['stopped']}"
    yield f"points of {result['experiment']} (job:{result['job']}, {duration(result['seconds'])})"


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    **dict.fromkeys(("explore program", "benchmark program", "replay experiment"), _explored),
}
"""What tells each of these actions."""
