"""Walking from point to point of a figure: the nearest in a direction, the nearest to a place, the next on a front."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Literal

from .plot import Place
from .window import Window

Direction = Literal["left", "right", "up", "down"]
_WAYS: dict[Direction, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}
_ASIDE = 2.5
"""A point aside counts as so many times as far, so that the walk keeps its direction."""

Spots = dict[int, tuple[float, float]]
"""Where each row stands in a window, in shares of its width and height."""


def spots_in(window: Window, places: Mapping[int, Place]) -> Spots:
    """Give where the rows stand that are in a window."""
    x, y = window.x.fraction, window.y.fraction
    return {row: (x(place[0]), y(place[1])) for row, place in places.items() if window.holds(place)}


def neighbour(spots: Spots, row: int | None, direction: Direction) -> int | None:
    """Give the nearest row in a direction, None where there is none; without a row to start from, the first one."""
    start = spots.get(row) if row is not None else None
    if start is None:
        return next(iter(spots), None)
    across, up = _WAYS[direction]
    found, least = None, inf
    for other, (x, y) in spots.items():
        along = (x - start[0]) * across + (y - start[1]) * up
        if along <= 0:
            continue
        aside = abs((x - start[0]) * up) + abs((y - start[1]) * across)
        distance = along + _ASIDE * aside
        if distance < least:
            found, least = other, distance
    return found


def nearest(spots: Spots, at: tuple[float, float]) -> int | None:
    """Give the row that is nearest to a place in the window."""
    return min(spots, key=lambda row: (spots[row][0] - at[0]) ** 2 + (spots[row][1] - at[1]) ** 2, default=None)


def along(front: Sequence[int], row: int | None, steps: int) -> int | None:
    """Give the row some steps further along a front, round its ends; from elsewhere its first or last one."""
    if not front:
        return None
    if row not in front:
        return front[0] if steps > 0 else front[-1]
    return front[(front.index(row) + steps) % len(front)]
