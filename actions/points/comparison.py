"""Points side by side: in what they differ, and what each of them does to what was measured, in words.

A ratio of two points is a claim only where both were measured several times: the repetitions are taken for blocks.
"""

from collections.abc import Sequence
from math import isfinite

from msgspec import Struct

from ...store.errors import InvalidRequestError
from ..explore.objective import Better, usual_direction
from ..measure.statistics import Comparison, compare, fewest_blocks, in_words
from .meaning import MEANT
from .table import Column, PointTable, Value, is_number

_SELF_EXPLAINED = ("return_code", "repeat")


class Difference(Struct, frozen=True):
    """A choice, a feature or a part of the provenance in which the points aren't all the same: a value each."""

    name: str
    kind: str
    values: tuple[Value, ...]


class Effect(Struct, frozen=True):
    """What a point does against the first in one characteristic.

    `ratio` is how many times as much it has, None where that has no meaning; `low` and `high` are its interval, where
    there is one. `verdict` is in words, and `reason` says why nothing can be told.
    """

    ratio: float | None
    low: float | None
    high: float | None
    verdict: str
    reason: str = ""


class Measured(Struct, frozen=True):
    """A characteristic: its value in each point, how often it was measured, and the effects of all but the first."""

    name: str
    better: Better
    values: tuple[float | None, ...]
    times: tuple[int, ...]
    effects: tuple[Effect, ...]


class PointsCompared(Struct, frozen=True):
    """Points side by side; the first is what the others are compared with. `same` counts the choices that are equal."""

    uids: tuple[str, ...]
    differences: tuple[Difference, ...]
    measured: tuple[Measured, ...]
    same: int


def compare_points(table: PointTable, rows: Sequence[int]) -> PointsCompared:
    """Compare the points of some rows with the first of them. Raises InvalidRequestError for fewer than two."""
    if len(set(rows)) < 2:
        raise InvalidRequestError("a comparison takes two points or more; give their UIDs, separated by commas")
    given = [column for column in table.columns.values() if column.kind in ("choice", "feature")]
    differing = [column for column in given if _differs(column, rows)]
    known = [column for column in given if any(column.values[row] is not None for row in rows)]
    return PointsCompared(
        tuple(table.uids[row] for row in rows),
        tuple(Difference(one.label, one.kind, tuple(one.values[row] for row in rows)) for one in differing),
        tuple(_measured(column, rows) for column in table.columns.values() if _can_compare(column, rows)),
        len(known) - len(differing),
    )


def _differs(column: Column, rows: Sequence[int]) -> bool:
    return any(column.values[row] != column.values[rows[0]] for row in rows)


def _can_compare(column: Column, rows: Sequence[int]) -> bool:
    return (
        column.kind == "characteristic"
        and column.label.rpartition(".")[2] not in _SELF_EXPLAINED
        and any(is_number(column.values[row]) for row in rows)
    )


def _measured(column: Column, rows: Sequence[int]) -> Measured:
    better = usual_direction(column.name)
    values = [value if is_number(value := column.values[row]) else None for row in rows]
    blocks = [
        column.repeated.get(row, () if value is None else (value,)) for row, value in zip(rows, values, strict=True)
    ]
    return Measured(
        column.label,
        better,
        tuple(values),
        tuple(map(len, blocks)),
        tuple(_effect(column.name, better, blocks[0], one) for one in blocks[1:]),
    )


def _effect(name: str, better: Better, first: Sequence[float], other: Sequence[float]) -> Effect:
    if not first or not other:
        return Effect(None, None, None, "can't tell", "not measured in both")
    if not all(map(isfinite, (*first, *other))):
        return Effect(None, None, None, "can't tell", "not finite")
    told = compare(first, other, paired=False, better="high" if better == "max" else "low")
    interval = told.interval
    return Effect(
        told.ratio,
        interval.low if interval else None,
        interval.high if interval else None,
        in_words(told.verdict, _quantity(name)),
        _reason(told, first, other),
    )


def _reason(told: Comparison, first: Sequence[float], other: Sequence[float]) -> str:
    """Say why nothing can be told, where that is so."""
    if told.verdict != "can't tell":
        return ""
    if told.ratio is None:
        return "ratios need values above 0"
    fewest, needed = min(len(first), len(other)), fewest_blocks()
    if fewest == 1:
        return "one measurement each" if len(first) == len(other) else "one of them was measured once"
    if fewest < needed:
        return f"{fewest} measurements; it takes {needed} of each"
    return f"less than {told.threshold:.0%} apart, or the interval holds 1"


def _quantity(name: str) -> str:
    """Say what a characteristic is, for the words of its verdict."""
    last = name.rpartition(".")[2]
    for meant, names in MEANT.items():
        if last in names or meant in last:
            return meant
    return "time" if "time" in last or last.endswith(("_s", "_ms")) else ""
