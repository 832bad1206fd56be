"""Judging points by objectives: who is on the Pareto front, who may be, what the best ones are and what it is worth."""

from collections.abc import Sequence
from functools import lru_cache
from math import inf, isfinite

from msgspec import Struct

from ...store.errors import InvalidRequestError
from ..measure.statistics import FEWEST_BLOCKS, estimate
from ..points.table import Column, PointTable, is_number
from .front import (
    Bounds,
    Standing,
    Vector,
    front,
    front_with_margins,
    hypervolume,
    in_box,
    knee,
    minimised,
    standings,
)
from .objective import Objective

_MOST_WORK = 4_000_000


class Judged(Struct, frozen=True):
    """A point with all its objectives: its row in the table, its values as measured, their intervals, its standing.

    "front" is nobody's inferior by its medians, and `sure` says that it is so wherever in their intervals the values
    are; "possibly" is inferior by its medians, while the intervals allow more; "dominated" is inferior for sure. An
    interval is (low, high), or None where the point wasn't measured often enough to tell.
    """

    row: int
    values: Vector
    intervals: tuple[tuple[float, float] | None, ...]
    standing: Standing
    sure: bool


class Judgement(Struct, frozen=True):
    """Points judged by objectives. `without` counts those that lack one; `knee` is a row, None without one.

    `hypervolume` is a share: of the box between the best and the worst value of every objective, what the front
    dominates; None where it would take too long to reckon.
    """

    objectives: tuple[Objective, ...]
    columns: tuple[Column, ...]
    points: tuple[Judged, ...]
    without: int
    knee: int | None
    hypervolume: float | None

    @property
    def front(self) -> list[Judged]:
        """The points on the front, by the first objective."""
        return self._standing("front")

    @property
    def possibly(self) -> list[Judged]:
        """Those that may be on it, as far as their intervals tell."""
        return self._standing("possibly")

    def _standing(self, wanted: Standing) -> list[Judged]:
        return sorted((one for one in self.points if one.standing == wanted), key=lambda one: one.values)

    def best(self, number: int) -> Judged | None:
        """Give the point that is best in one objective, and of equal ones in the others."""
        ways = [one.better for one in self.objectives]

        def order(one: Judged) -> tuple[float, Vector]:
            vector = minimised(one.values, ways)
            return vector[number], vector

        return min(self.points, key=order, default=None)


def judge(table: PointTable, objectives: Sequence[Objective], margins: Sequence[float] = ()) -> Judgement:
    """Judge the points of a table; with CK's `margins` by the values as measured.

    Raises NotFoundError, InvalidRequestError, for objectives that no point has and for margins that are none.
    """
    if margins and (len(margins) != len(objectives) or any(not 1 <= margin < inf for margin in margins)):
        raise InvalidRequestError(
            f"{len(objectives)} objectives need as many margins, ratios from 1 on: 1.1 takes 10 % worse as good enough"
        )
    columns = tuple(one.column(table) for one in objectives)
    ways = [one.better for one in objectives]
    rows = [row for row in range(len(table)) if all(_is_usable(column.values[row]) for column in columns)]
    values: list[Vector] = [tuple(float(column.values[row] or 0) for column in columns) for row in rows]
    vectors = [minimised(one, ways) for one in values]
    by_median = front(vectors)
    intervals = _intervals(columns, rows)
    on = set(front_with_margins(values, ways, margins) if margins else by_median)
    standing: list[Standing] = ["front" if number in on else "dominated" for number in range(len(rows))]
    sure = [True] * len(rows)
    if not margins and any(map(any, intervals)):
        certain = standings([_bounds(one, known, ways) for one, known in zip(values, intervals, strict=True)])
        standing = [
            "front" if number in on else "dominated" if one == "dominated" else "possibly"
            for number, one in enumerate(certain)
        ]
        sure = [one != "possibly" for one in certain]
    on_front = [number for number, one in enumerate(standing) if one == "front"]
    bend = knee([vectors[number] for number in on_front])
    return Judgement(
        tuple(objectives),
        columns,
        tuple(map(Judged, rows, values, intervals, standing, sure)),
        len(table) - len(rows),
        None if bend is None else rows[on_front[bend]],
        share_of_box([vectors[number] for number in by_median], vectors),
    )


def _intervals(columns: Sequence[Column], rows: Sequence[int]) -> list[tuple[tuple[float, float] | None, ...]]:
    if not any(column.repeated for column in columns):
        return [(None,) * len(columns)] * len(rows)
    return [tuple(_interval(column, row) for column in columns) for row in rows]


def share_of_box(vectors: Sequence[Vector], all_of_them: Sequence[Vector]) -> float | None:
    """Give what some points dominate of the box around all points, as a share of its volume.

    `vectors` are best those of a front; None where it would take too long to reckon, with many objectives.
    """
    if not vectors:
        return 0.0
    if len(vectors) ** (len(vectors[0]) - 2) > _MOST_WORK:
        return None
    return hypervolume(in_box(vectors, all_of_them), (1.0,) * len(vectors[0]))


def _is_usable(value: object) -> bool:
    return is_number(value) and isfinite(value)


def _interval(column: Column, row: int) -> tuple[float, float] | None:
    """Give between what a repeated value lies, from the ranks of its repetitions that the interval reaches to."""
    repeated = column.repeated.get(row, ())
    ranks = _ranks(len(repeated))
    ordered = sorted(repeated)
    return (_at_rank(ordered, ranks[0]), _at_rank(ordered, ranks[1])) if ranks else None


@lru_cache(maxsize=256)
def _ranks(count: int) -> tuple[float, float] | None:
    """Give the interval of the ranks 0, 1, 2…: where it ends depends on how many repetitions there are alone.

    So thousands of points are resampled as often as there are numbers of repetitions. With an odd number this is the
    interval of the values itself, with an even one it goes straight between two of them.
    """
    if count < FEWEST_BLOCKS:
        return None
    interval = estimate([float(rank) for rank in range(count)]).interval
    return (interval.low, interval.high) if interval else None


def _at_rank(ordered: Sequence[float], rank: float) -> float:
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


def _bounds(values: Vector, intervals: Sequence[tuple[float, float] | None], ways: Sequence[str]) -> Bounds:
    """Give the best and the worst that a point may be; without an interval it counts as it was measured."""
    lows = tuple(interval[0] if interval else value for value, interval in zip(values, intervals, strict=True))
    highs = tuple(interval[1] if interval else value for value, interval in zip(values, intervals, strict=True))
    one, other = minimised(lows, ways), minimised(highs, ways)
    return Bounds(tuple(map(min, one, other)), tuple(map(max, one, other)))
