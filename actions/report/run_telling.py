"""Telling what came of a program: its compilation, or what its run measured and recorded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .quantity import quantity
from .table import text_table
from .units import duration, with_unit

Result = Mapping[str, Any]
_NOT_MEASURED = {"return_code", "latencies_s_every"}


def _ran(result: Result, width: int) -> list[str]:
    """Tell a run: what was chosen, what was measured, and the chart of its latencies."""
    from .figures import point_figure  # noqa: PLC0415  (charts, only where one is drawn)

    if "point" not in result:
        return [f"done in {duration(result['seconds'])} (job:{result['job']})"]
    rows = [(name, quantity(name, value)) for name, value in measured(result["characteristics"])]
    lines = [*text_table(("measured", "value"), rows, width=width), ""] if rows else ["nothing was measured"]
    figure = point_figure(result["point_file"])
    if figure is not None:
        lines += [*figure(min(width, 100), 16).lines(), ""]
    return [
        *lines,
        *_circumstances(result),
        f"point {result['point']} of {result['experiment']} (job:{result['job']}, {duration(result['seconds'])})",
    ]


def _circumstances(result: Result) -> Iterator[str]:
    """Tell what a reader of the numbers should know: an earlier build, repetitions, the output's check."""
    yield from map(str, result.get("notes", ()))
    run = result["characteristics"].get("run", {})
    repeat = run.get("repeat", 1)
    if isinstance(repeat, int) and repeat > 1 and "execution_time" in run:
        yield f"it repeated its work {repeat:,} times: execution_time is that of one, total_execution_time of all"
    if result.get("output"):
        yield f"its output: {result['output']}"


def measured(characteristics: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """List the single values among a point's characteristics, `group.name` only where it is not the run's."""
    found: list[tuple[str, Any]] = []
    for group, values in characteristics.items():
        if isinstance(values, Mapping):
            found += [
                (name if group == "run" else f"{group}.{name}", value)
                for name, value in values.items()
                if not isinstance(value, dict | list | str)
                and not isinstance(value, bool)
                and name not in _NOT_MEASURED
            ]
    return found


def _came_of_program(result: Result, width: int) -> list[str]:
    """Tell a run, or a compilation alone: how long it took, how large what it made is, with which flags."""
    if "point" in result or "build" not in result:
        return _ran(result, width)
    compiled = result.get("characteristics", {}).get("compile", {})
    told = [
        f"in {with_unit(compiled['compilation_time'], 's')}" if _is_number(compiled.get("compilation_time")) else "",
        f"{compiled['binary_size']:,} bytes" if _is_number(compiled.get("binary_size")) else "",
        f"flags {compiled['joined_compiler_flags']}" if compiled.get("joined_compiler_flags") else "",
    ]
    return [
        ", ".join(part for part in ("compiled", *told) if part).replace("compiled, in", "compiled in"),
        f"build {str(result['build'])[:8]} is kept for runs of it (job:{result['job']}, {duration(result['seconds'])})",
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    **dict.fromkeys(("compile program", "run program", "run script", "replay job"), _came_of_program),
}
"""What tells each of these actions; a replayed job may be any of them."""
