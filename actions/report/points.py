"""Points of an experiment as a table: what was measured, and the choices that differ between them."""

from collections.abc import Mapping, Sequence
from typing import Any

from .quantity import quantity

_MEASURED_SHOWN = 8
_BEFORE_CHOICES = 2  # the two that matter most come first: a narrow table shows no more
_FIRST = ("accuracy_top1", "latency_median_s", "latency_p90_ms", "latency_p90_s", "execution_time", "throughput_per_s")


def points_table(points: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Give the header and the rows; a choice that is the same in all points has no column."""
    choices = [flat_choices(point) for point in points]
    measured = [run_numbers(point) for point in points]
    names = _differing(choices)
    numbers = _ordered(measured)
    last = [name for name in ("source", "problem") if any(point.get(name) for point in points)]
    first, rest = numbers[:_BEFORE_CHOICES], numbers[_BEFORE_CHOICES:]
    chosen_names = [name.rsplit(".", 1)[-1] for name in names]
    header = ("point", *first, *chosen_names, *rest, *last)
    rows = [
        (
            str(point["point"])[:8],
            *_quantities(values, first),
            *(_text(chosen.get(name, "")) for name in names),
            *_quantities(values, rest),
            *(str(point.get(name) or "") for name in last),
        )
        for point, chosen, values in zip(points, choices, measured, strict=True)
    ]
    return header, rows


def _quantities(values: Mapping[str, float], names: Sequence[str]) -> list[str]:
    return [quantity(name, values[name]) if name in values else "" for name in names]


def flat_choices(point: Mapping[str, Any]) -> dict[str, Any]:
    """Give a point's choices with dotted names."""
    flat: dict[str, Any] = {}

    def add(prefix: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, item in value.items():
                add(f"{prefix}.{key}" if prefix else str(key), item)
        else:
            flat[prefix] = value

    add("", point.get("choices", {}))
    return flat


def run_numbers(point: Mapping[str, Any]) -> dict[str, float]:
    """Give the single numbers that a point's run measured, by name."""
    run = point.get("characteristics", {}).get("run")
    values = run.items() if isinstance(run, Mapping) else ()
    return {
        str(name): value
        for name, value in values
        if isinstance(value, int | float) and not isinstance(value, bool) and name not in {"return_code", "repeat"}
    }


def vectors(point: Mapping[str, Any]) -> dict[str, list[float]]:
    """Give the lists of numbers that a point's run measured, such as single latencies."""
    run = point.get("characteristics", {}).get("run")
    values = run.items() if isinstance(run, Mapping) else ()
    return {
        str(name): [float(item) for item in value]
        for name, value in values
        if isinstance(value, list) and len(value) > 1 and all(isinstance(item, int | float) for item in value)
    }


def _differing(choices: Sequence[Mapping[str, Any]]) -> list[str]:
    names = dict.fromkeys(name for chosen in choices for name in chosen)
    return [name for name in names if len({_text(chosen.get(name, "")) for chosen in choices}) > 1]


def _ordered(measured: Sequence[Mapping[str, float]]) -> list[str]:
    names = dict.fromkeys(name for values in measured for name in values)
    first = [name for name in _FIRST if name in names]
    return (first + [name for name in names if name not in first])[:_MEASURED_SHOWN]


def _text(value: Any) -> str:
    return str(value)
