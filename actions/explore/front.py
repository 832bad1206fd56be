"""Pareto fronts: strict for any number of objectives, with uncertainty, with margins; knee point and hypervolume.

All functions take vectors of which every component is to be minimised; `minimised` turns those to maximise around.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import inf, isfinite
from typing import Literal

from msgspec import Struct

Vector = tuple[float, ...]
_MANY = 500  # points

Standing = Literal["front", "possibly", "dominated"]


class Bounds(Struct, frozen=True):
    """A point whose values aren't known exactly: the best and the worst that each may be."""

    best: Vector
    worst: Vector


def minimised(values: Sequence[float], better: Sequence[str]) -> Vector:
    """Turn what is to be maximised around."""
    return tuple(-value if way == "max" else value for value, way in zip(values, better, strict=True))


def dominates(one: Vector, other: Vector) -> bool:
    """Tell whether `one` is nowhere worse and somewhere better."""
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def front(vectors: Sequence[Vector]) -> list[int]:
    """List the points that no other dominates, by their first component; equal ones are all on the front.

    O(n log n) for up to three components, O(n f) beyond, for f points on the front.
    """
    components = len(vectors[0]) if vectors else 0
    if components == 2:
        return _front_of_two(vectors)
    order = sorted(_known(vectors), key=vectors.__getitem__)
    return _front_of_three(vectors, order) if components == 3 else _front_of_many(vectors, order)


def _known(vectors: Sequence[Vector]) -> list[int]:
    return [number for number, one in enumerate(vectors) if all(map(isfinite, one))]


def _front_of_two(vectors: Sequence[Vector]) -> list[int]:
    """Go from the least first component up: what is on the front has less of the second than all before it.

    Sorted by the first alone, which takes half as long as by both, so a point can still follow that is better than the
    one before it.
    """
    firsts, seconds = [one[0] for one in vectors], [one[1] for one in vectors]
    all_known = isfinite(sum(firsts)) and isfinite(sum(seconds))
    numbers = _undominated_by_one(firsts, seconds) if all_known else _known(vectors)
    order = sorted(numbers, key=firsts.__getitem__)
    found: list[int] = []
    least = inf
    for number in order:
        second = seconds[number]
        if second > least:
            continue
        if second < least:
            while found and firsts[found[-1]] == firsts[number]:
                found.pop()
            least = second
        elif firsts[found[-1]] != firsts[number]:
            continue
        found.append(number)
    return found


def _undominated_by_one(firsts: Sequence[float], seconds: Sequence[float]) -> list[int]:
    """Leave out what the most balanced point dominates, most of them as a rule: that is quicker than sorting them."""
    wide, high = max(firsts) - min(firsts), max(seconds) - min(seconds)
    if not (wide and high):
        return list(range(len(firsts)))
    steep = wide / high
    sums = [first + steep * second for first, second in zip(firsts, seconds, strict=True)]
    balanced = sums.index(min(sums))
    first, second = firsts[balanced], seconds[balanced]
    return [number for number, one in enumerate(firsts) if one <= first or seconds[number] <= second]


def _front_of_three(vectors: Sequence[Vector], order: Sequence[int]) -> list[int]:
    """Go from the least first component up, with the front of the two others at hand (Kung, Luccio, Preparata 1975)."""
    found: list[int] = []
    last = None
    seconds: list[float] = []  # of those that aren't dominated in the last two, in ascending order
    thirds: list[float] = []  # and so descending
    for number in order:
        vector = vectors[number]
        _, second, third = vector
        if vector == last:
            found.append(number)
            continue
        place = bisect_right(seconds, second)
        if place and thirds[place - 1] <= third:
            continue
        found.append(number)
        last = vector
        end = place
        while end < len(thirds) and thirds[end] >= third:
            end += 1
        if place and seconds[place - 1] == second:
            place -= 1
        seconds[place:end], thirds[place:end] = [second], [third]
    return found


def _front_of_many(vectors: Sequence[Vector], order: Sequence[int]) -> list[int]:
    """Compare each with those found so far: in this order none is dominated by a later one."""
    if len(order) > _MANY:
        return _front_of_arrays(vectors, order)
    found: list[int] = []
    for number in order:
        vector = vectors[number]
        if not any(dominates(vectors[other], vector) for other in found):
            found.append(number)
    return found


def _front_of_arrays(vectors: Sequence[Vector], order: Sequence[int]) -> list[int]:
    """Do the same from the other side: each found drops all that it dominates, in one go over the columns."""
    import numpy as np  # noqa: PLC0415  (only so many points are worth its import)

    numbers = np.asarray(order)
    left = np.asarray([vectors[number] for number in order])
    found: list[int] = []
    while len(left):
        first = left[0]
        equal = (left == first).all(axis=1)
        found.extend(int(number) for number in numbers[equal])
        kept = (left < first).any(axis=1)
        numbers, left = numbers[kept], left[kept]
    return found


# With uncertainty, and with margins


def standings(points: Sequence[Bounds]) -> list[Standing]:
    """Say of each point whether it is on the front whatever the values are, possibly on it, or surely dominated."""
    if all(point.best == point.worst for point in points):  # the same, and quicker
        on = set(front([point.best for point in points]))
        return ["front" if number in on else "dominated" for number in range(len(points))]
    certain = [points[number].worst for number in front([one.worst for one in points])]
    hopeful = set(front([one.best for one in points]))
    found: list[Standing] = []
    for number, point in enumerate(points):
        if any(dominates(worst, point.best) for worst in certain):
            found.append("dominated")
        elif number in hopeful and not _has_rival(points, number):
            found.append("front")
        else:
            found.append("possibly")
    return found


def _has_rival(points: Sequence[Bounds], number: int) -> bool:
    worst = points[number].worst
    return any(other != number and dominates(one.best, worst) for other, one in enumerate(points))


def front_with_margins(values: Sequence[Vector], better: Sequence[str], margins: Sequence[float]) -> list[int]:
    """List the points that CK's `frontier_margins` leave, the values being as measured, in their order.

    A point goes when another that stays is at least as good in every objective by the ratio of its margin: with 1.1 up
    to 10 % worse counts as good enough. Of equal ones the first stays. That is not necessarily a Pareto front.
    """
    order = sorted(range(len(values)), key=lambda number: minimised(values[number], better))
    kept: list[int] = []
    for number in order:
        if not any(_within(values[other], values[number], better, margins) for other in kept):
            kept.append(number)
    return sorted(kept)


def _within(one: Vector, other: Vector, better: Sequence[str], margins: Sequence[float]) -> bool:
    return all(
        mine * margin >= theirs if way == "max" else mine <= theirs * margin
        for mine, theirs, way, margin in zip(one, other, better, margins, strict=True)
    )


# What a front is worth


def knee(vectors: Sequence[Vector]) -> int | None:
    """Give the point of a front that is farthest from the line (or plane) through its ends, towards the ideal.

    Components count by their range on the front (Das 1999, "On characterizing the knee of the Pareto curve"). None for
    fewer than three points.
    """
    if len(vectors) < 3:
        return None
    distances = [sum(one) for one in in_box(vectors, vectors)]
    return min(range(len(vectors)), key=distances.__getitem__)


def in_box(vectors: Sequence[Vector], all_of_them: Sequence[Vector]) -> list[Vector]:
    """Scale vectors to the box around all of them: each component from 0 to 1, and 0 where all have the same."""
    low = [min(column) for column in zip(*all_of_them, strict=True)]
    high = [max(column) for column in zip(*all_of_them, strict=True)]
    return [
        tuple(
            (value - least) / (most - least) if most > least else 0.0
            for value, least, most in zip(one, low, high, strict=True)
        )
        for one in vectors
    ]


def hypervolume(vectors: Sequence[Vector], reference: Vector) -> float:
    """Give the volume that the points dominate up to the reference point, in the product of the components' units.

    By slicing along the last component (Zitzler 1999), O(n log n) for up to three components.
    """
    inside = [one for one in vectors if all(value < limit for value, limit in zip(one, reference, strict=True))]
    return _volume([inside[number] for number in front(inside)], reference)


def _volume(vectors: Sequence[Vector], reference: Vector) -> float:
    if not vectors:
        return 0.0
    if len(reference) == 1:
        return reference[0] - min(one[0] for one in vectors)
    if len(reference) == 2:
        total, least = 0.0, reference[1]
        for first, second in sorted(vectors):  # type: ignore[misc]
            if second < least:
                total += (reference[0] - first) * (least - second)
                least = second
        return total
    ordered = sorted(vectors, key=lambda one: one[-1])
    if len(reference) == 3:
        return _volume_of_three(ordered, reference)
    total = 0.0
    below: list[Vector] = []
    for number, one in enumerate(ordered):
        below.append(one[:-1])
        end = ordered[number + 1][-1] if number + 1 < len(ordered) else reference[-1]
        if end > one[-1]:
            total += (end - one[-1]) * _volume(below, reference[:-1])
    return total


def _volume_of_three(ordered: Sequence[Vector], reference: Vector) -> float:
    """Go up along the third component, with the area at hand that the steps of the two others dominate."""
    firsts: list[float] = []  # of the steps, in ascending order
    seconds: list[float] = []  # and so descending
    area = total = 0.0
    for number, (first, second, third) in enumerate(ordered):  # type: ignore[misc]
        place = bisect_right(firsts, first)
        if not (place and seconds[place - 1] <= second):
            if place and firsts[place - 1] == first:
                place -= 1
            end = place
            height = seconds[place - 1] if place else reference[1]
            left = first
            while end < len(firsts) and seconds[end] >= second:  # steps that the new one takes in
                area += (firsts[end] - left) * (height - second)
                left, height = firsts[end], seconds[end]
                end += 1
            right = firsts[end] if end < len(firsts) else reference[0]
            area += (right - left) * (height - second)
            firsts[place:end], seconds[place:end] = [first], [second]
        above = ordered[number + 1][2] if number + 1 < len(ordered) else reference[2]
        total += (above - third) * area
    return total
