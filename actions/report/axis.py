"""Axes: ranges, ticks at round numbers, and labels that never overlap.

Ticks stand at 1, 2 or 5 times a power of ten (P. S. Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990),
on a logarithmic axis at whole decades, with 2 and 5 between them where there is room.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import cell_width, clean

LARGEST = 1e150
"""Larger numbers are drawn at this one, so that no difference or ratio of two numbers on an axis is infinite."""

_SMALLEST_SPAN = 1e-300


@dataclass(frozen=True)
class Axis:
    """What an axis means, as the caller says it."""

    title: str = ""
    unit: str = ""
    """The unit of the data: see `units`. The labels choose a fitting prefix themselves."""
    logarithmic: bool = False
    better: Literal["low", "high", ""] = ""
    """Which end is the better one; the title says it with an arrow."""

    @property
    def cannot_show(self) -> str:
        """What a value that has no place on this axis is."""
        return "not finite or not above 0" if self.logarithmic else "not finite"


@dataclass(frozen=True)
class Scale:
    """The range that an axis shows. `low < high`, and `low > 0` if logarithmic."""

    low: float
    high: float
    logarithmic: bool = False

    def fraction(self, value: float) -> float:
        """Give where a value stands: 0 at the low end, 1 at the high end; values outside stand at the ends."""
        if value <= self.low:
            return 0.0
        if value >= self.high:
            return 1.0
        if self.logarithmic:
            low = math.log10(self.low)
            return (math.log10(value) - low) / (math.log10(self.high) - low)
        return (value - self.low) / (self.high - self.low)

    def value(self, fraction: float) -> float:
        """Give the value that stands at a fraction of the axis."""
        if fraction <= 0:
            return self.low
        if fraction >= 1:
            return self.high
        return self.beyond(fraction)

    def beyond(self, fraction: float) -> float:
        """Give the value that would stand at a fraction of the axis if it went on at both ends."""
        if self.logarithmic:
            low, high = math.log10(self.low), math.log10(self.high)
            return 10.0 ** (low + fraction * (high - low))
        return self.low + fraction * (self.high - self.low)

    def ticks(self, most: int) -> tuple[float, ...]:
        """Give at most `most` round values inside the range, rising."""
        return log_ticks(self.low, self.high, most) if self.logarithmic else linear_ticks(self.low, self.high, most)


def scale_for(low: float, high: float, *, logarithmic: bool = False, margin: float = 0.03) -> Scale:
    """Give a scale that shows `low` to `high` with a margin (a fraction of the range) at both ends.

    A margin never carries an axis of positive numbers below zero. Equal ends get a range around them.
    """
    if logarithmic:
        return _log_scale(low, high, margin)
    low, high = (max(-LARGEST, min(value, LARGEST)) for value in (low, high))
    # What lies closer together than this can't be told apart by numbers of the machine.
    span = high - low
    if span <= max(abs(low), abs(high)) * 1e-12 or span < _SMALLEST_SPAN:
        around = max(abs(low) * 0.1, abs(high) * 0.1) or 1.0
        around = max(around, _SMALLEST_SPAN)
        return Scale(low - around, high + around)
    padded = low - margin * span
    return Scale(max(padded, 0.0) if low >= 0 else padded, high + margin * span)


def _log_scale(low: float, high: float, margin: float) -> Scale:
    low, high = (max(1 / LARGEST, min(value, LARGEST)) for value in (low, high))
    span = math.log10(high) - math.log10(low)
    room = margin * span if span > 1e-9 else 0.3
    return Scale(low / 10**room, high * 10**room, logarithmic=True)


def linear_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Give at most `most` multiples of 1, 2 or 5 times a power of ten that lie in [low, high], rising."""
    span, most = high - low, max(1, most)
    exponent = math.floor(math.log10(span / most)) - 1
    found: tuple[float, ...] = ()
    for power in range(exponent, exponent + 5):
        for digit in (1, 2, 5):
            ticks = _multiples(low, high, digit, power, most)
            if ticks is None:
                continue
            if len(ticks) >= min(2, most):
                return ticks
            found = found or ticks
    return found or linear_ticks(low, high, most + 1)[:most]


def _multiples(low: float, high: float, digit: int, power: int, most: int) -> tuple[float, ...] | None:
    """Give the multiples of digit * 10^power in [low, high], or None if there are more than `most`."""
    step = float(f"{digit}e{power}")
    if step == 0 or (high - low) / step > most + 1:
        return None
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # Read from decimal text, a tick is the very number that its label says: 0.3, never 0.30000000000000004.
    values = [float(f"{number * digit}e{power}") for number in range(first, last + 1)]
    inside = tuple(value for value in values if low <= value <= high)
    return inside if len(inside) <= most and len(set(inside)) == len(inside) else None


def log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Give at most `most` decades, with their 2- and 5-folds if there is room, that lie in [low, high], rising.

    A range with fewer than two of them is ticked as a linear one.
    """
    most = max(1, most)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for digits in ((1, 2, 5), (1, 3), (1,)):
        ticks = _powers(low, high, range(first, last + 1), digits)
        if 2 <= len(ticks) <= most:
            return ticks
    decades = _powers(low, high, range(first, last + 1), (1,))
    if len(decades) < 2:
        return linear_ticks(low, high, most)
    return decades[:: -(-len(decades) // most)]


def _powers(low: float, high: float, powers: range, digits: Sequence[int]) -> tuple[float, ...]:
    values = (float(f"{digit}e{power}") for power in powers for digit in digits)
    return tuple(value for value in values if low <= value <= high)


def axis_title(axis: Axis, unit: str, direction: Literal["across", "up"], room: int | None = None) -> str:
    """Give the title of an axis with its unit, and with an arrow to its better end: "latency (ms)  ← better".

    The arrow is left out if it would not fit in `room` cells.
    """
    title = clean(f"{axis.title} ({unit})" if unit and axis.title else axis.title or unit)
    arrows = {"across": ("←", "→"), "up": ("↓", "↑")}[direction]
    if not axis.better or not title:
        return title
    pointed = f"{title}  {arrows[0] if axis.better == 'low' else arrows[1]} better"
    return pointed if room is None or cell_width(pointed) <= room else title


def place_labels(centres: Sequence[int], labels: Sequence[str], width: int) -> tuple[tuple[int, str], ...]:
    """Give (first cell, label) for labels centred on rising cells in `width` cells, with a blank between any two.

    If not all have room, every second one is left out, or every third one, and so on. Labels are one cell a character.
    """
    for stride in range(1, len(labels) + 1):
        placed = tuple(
            (max(0, min(centre - len(label) // 2, width - len(label))), label)
            for centre, label in zip(centres[::stride], labels[::stride], strict=True)
            if len(label) <= width
        )
        ends = [start + len(label) for start, label in placed]
        if all(end < start for end, (start, _) in zip(ends, placed[1:], strict=False)):
            return placed
    return ()


def push_labels(centres: Sequence[int], labels: Sequence[str], width: int) -> tuple[tuple[int, str], ...] | None:
    """Give (first cell, label) with all labels kept, pushed aside where they would touch; None if they have no room."""
    starts: list[int] = []
    free = 0
    for centre, label in zip(centres, labels, strict=True):
        starts.append(max(free, centre - len(label) // 2))
        free = starts[-1] + len(label) + 1
    limit = width
    for index in range(len(starts) - 1, -1, -1):
        starts[index] = min(starts[index], limit - len(labels[index]))
        limit = starts[index] - 1
    if starts and starts[0] < 0:
        return None
    return tuple(zip(starts, labels, strict=True))
