"""Parallel coordinates: an axis a column, a line a point, so that many columns are seen at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from ..points.table import Value, is_number
from .axis import Axis, scale_for
from .canvas import Symbols
from .chart import SERIES_ROLES, Chart
from .drawing import draw
from .plot import Drawable, Key, ParallelPlot, Strand, Upright, extent, nothing
from .quantity import quantity
from .units import is_finite

LEVELS_MOST = 12
"""A column of texts has an axis when it has at most so many different ones."""
STRANDS_MOST = 600
"""More lines than these show nothing more, but take long to draw."""


@dataclass(frozen=True)
class ParallelColumn:
    """What one of the axes shows."""

    name: str
    values: Sequence[Value]
    axis: Axis


def parallel(
    columns: Sequence[ParallelColumn],
    *,
    width: int,
    height: int,
    groups: Sequence[str] = (),
    order: Sequence[str] = (),
    front: Collection[int] = (),
    title: str = "",
    symbols: Symbols = "braille",
) -> Chart:
    """Draw parallel coordinates: see `parallel_plot`."""
    plot = parallel_plot(columns, groups=groups, order=order, front=front, title=title)
    return draw(plot, width, height, symbols)


def parallel_plot(
    columns: Sequence[ParallelColumn],
    *,
    groups: Sequence[str] = (),
    order: Sequence[str] = (),
    front: Collection[int] = (),
    names: Sequence[str] = (),
    title: str = "",
) -> Drawable:
    """Make the plot; the values of all columns are of the same points, and so are `groups` and `names` where given.

    Without groups the lines of the front stand out, and lie above all others.
    """
    count = len(columns[0].values) if columns else 0
    if len(columns) < 2 or not count:
        return nothing("points", 0, title) if len(columns) >= 2 else nothing("columns", 0, title)
    numbers = _drawn(count, front)
    made = [_axis(column, numbers) for column in columns]
    roles = _roles(order)
    strands = []
    for number in sorted(numbers, key=lambda one: one in front):
        role = roles[groups[number]] if groups else "front" if number in front else _behind(front)
        heights = tuple(heights[number] for _, heights in made)
        strands.append(Strand(heights, role, names[number] if names else ""))
    left_out = (f"{len(numbers):,} of {count:,} lines",) if len(numbers) < count else ()
    return ParallelPlot(tuple(axis for axis, _ in made), tuple(strands), _legend(roles, groups, front), left_out, title)


def _behind(front: Collection[int]) -> str:
    return "dominated" if front else "point"


def _roles(order: Sequence[str]) -> dict[str, str]:
    return {label: SERIES_ROLES[min(number, len(SERIES_ROLES) - 1)] for number, label in enumerate(order)}


def _legend(roles: dict[str, str], groups: Sequence[str], front: Collection[int]) -> tuple[Key, ...]:
    if groups:
        return tuple(Key(label, role, "line") for label, role in roles.items()) if len(roles) > 1 else ()
    return (Key("dominated", "dominated", "line"), Key("front", "front", "line")) if front else ()


def _drawn(count: int, front: Collection[int]) -> list[int]:
    """Choose which lines are drawn: all, or an even part of them with the front."""
    step = -(-count // STRANDS_MOST)
    return sorted({*range(0, count, step), *(number for number in front if number < count)})


def _axis(column: ParallelColumn, drawn: Sequence[int]) -> tuple[Upright, dict[int, float | None]]:
    """Make an axis that holds all values, and the height on it of every point that is drawn."""

    def is_on(value: Value) -> TypeGuard[float]:
        return is_number(value) and is_finite(value) and (value > 0 or not column.axis.logarithmic)

    known = [value for value in column.values if is_on(value)]
    pointed = {"low": " ↓", "high": " ↑", "": ""}[column.axis.better]
    if known and all(is_number(value) for value in column.values if value is not None):
        low, high = extent(known)
        scale = scale_for(low, high, logarithmic=column.axis.logarithmic, margin=0.0)
        upright = Upright(column.axis.title + pointed, quantity(column.name, low), quantity(column.name, high))
        chosen = {number: column.values[number] for number in drawn}
        heights = {
            number: (0.5 if low == high else scale.fraction(value)) if is_on(value) else None
            for number, value in chosen.items()
        }
        return upright, heights
    levels = sorted({_text(value) for value in {*column.values} if value is not None})[:LEVELS_MOST]
    place = {level: (number + 0.5) / len(levels) for number, level in enumerate(levels)}
    return (
        Upright(column.axis.title, levels=tuple(levels)),
        {number: None if (value := column.values[number]) is None else place.get(_text(value)) for number in drawn},
    )


def _text(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
