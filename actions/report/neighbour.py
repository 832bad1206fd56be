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

_BESIDE = 2.0
_EACH_REACHED = 3_000

Spots = dict[int, tuple[float, float]]
"""Where each row stands in a window, in shares of its width and height."""


def spots_in(window: Window, places: Mapping[int, Place], front: Sequence[int], cells: tuple[int, int]) -> Spots:
    """Give where the rows stand that are in a window: of very many one a cell, which is all that can be told apart.

    Those of the front are always among them.
    """
    x, y = window.x.fraction, window.y.fraction
    spots = {row: (x(place[0]), y(place[1])) for row, place in places.items() if window.holds(place)}
    if len(spots) <= _EACH_REACHED:
        return spots
    width, height = cells
    seen = {(int(across * width), int(up * height)): row for row, (across, up) in reversed(spots.items())}
    return {row: spots[row] for row in sorted({*seen.values(), *(row for row in front if row in spots)})}


def neighbour(spots: Spots, row: int | None, direction: Direction) -> int | None:
    """Give the nearest row in a direction, None where there is none; without a row to start from, the first one."""
    start = spots.get(row) if row is not None else None
    if start is None:
        return next(iter(spots), None)
    across, up = _WAYS[direction]
    best: tuple[bool, float, int | None] = (True, inf, None)
    for other, (x, y) in spots.items():
        along = (x - start[0]) * across + (y - start[1]) * up
        if along <= 0:
            continue
        aside = abs((x - start[0]) * up) + abs((y - start[1]) * across)
        # What is rather beside than ahead is gone to only where nothing is ahead.
        best = min(best, (aside > _BESIDE * along, along + _ASIDE * aside, other))
    return best[2]


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
