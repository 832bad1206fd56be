"""What part of a plot is looked at: zoom and pan as data, and the plot as it is seen through such a window."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .axis import LARGEST, Scale
from .plot import Columns, Dots, Mark, Path, Place, Plot, Steps

_FINEST = 1e-9
"""The least share of its own values that an axis may span: closer together, numbers of the machine are too coarse."""
_WIDEST_DECADES = 60.0

_Fractions = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """The ranges of both axes that are looked at."""

    x: Scale
    y: Scale

    def holds(self, place: Place) -> bool:
        """Tell whether a place is to be seen."""
        return self.x.low <= place[0] <= self.x.high and self.y.low <= place[1] <= self.y.high


def zoom(window: Window, factor: float, around: Place | None = None) -> Window:
    """Look at a part that is `factor` times as small; the place `around`, else the middle, stays where it is."""
    across = 0.5 if around is None else window.x.fraction(around[0])
    up = 0.5 if around is None else window.y.fraction(around[1])
    return Window(_zoomed(window.x, factor, across), _zoomed(window.y, factor, up))


def _zoomed(scale: Scale, factor: float, fixed: float) -> Scale:
    return _between(scale, fixed - fixed / factor, fixed + (1 - fixed) / factor)


def pan(window: Window, across: float, up: float) -> Window:
    """Look further to the right or up by shares of the window; to the left or down where they are negative."""
    return Window(_between(window.x, across, 1 + across), _between(window.y, up, 1 + up))


def _between(scale: Scale, first: float, last: float) -> Scale:
    """Give the scale between two fractions of another; the other itself where numbers can't tell the ends apart."""
    try:
        low, high = scale.beyond(first), scale.beyond(last)
    except OverflowError:
        return scale
    if scale.logarithmic:
        fine_enough = low > 1 / LARGEST and _FINEST < math.log10(high / low) < _WIDEST_DECADES
    else:
        fine_enough = high - low > _FINEST * max(abs(low), abs(high), 1 / LARGEST)
    return Scale(low, high, scale.logarithmic) if fine_enough and max(abs(low), abs(high)) < LARGEST else scale


def containing(window: Window, place: Place) -> Window:
    """Give the window moved just so far that a place is in it, a tenth from the edge; itself if it is there."""
    if window.holds(place):
        return window
    return Window(_moved(window.x, place[0]), _moved(window.y, place[1]))


def _moved(scale: Scale, value: float) -> Scale:
    if scale.low <= value <= scale.high or (scale.logarithmic and value <= 0):
        return scale
    at = _fraction(scale, value)
    shift = at - 0.9 if at > 1 else at - 0.1
    return _between(scale, shift, 1 + shift)


def seen_through(plot: Plot, window: Window) -> Plot:
    """Give what is to be seen of a plot through a window; the remarks count the points that aren't.

    The bars of a histogram stay as they are: they fill their axis.
    """
    if any(isinstance(mark, Columns) for mark in plot.marks):
        return plot
    marks: list[Mark] = []
    outside = 0
    for mark in plot.marks:
        if isinstance(mark, Dots):
            kept = [number for number, place in enumerate(mark.places) if window.holds(place)]
            outside += len(mark.places) - len(kept)
            names = tuple(mark.names[number] for number in kept) if mark.names else ()
            marks.append(replace(mark, places=tuple(mark.places[number] for number in kept), names=names))
        elif isinstance(mark, Path | Steps):
            marks += _cut_line(mark, window)
    told = (f"{outside:,} outside of the window",) if outside else ()
    return replace(
        plot,
        x=window.x,
        y=window.y,
        marks=tuple(marks),
        guides=tuple(guide for guide in plot.guides if window.x.low <= guide.at <= window.x.high),
        notes=tuple(note for note in plot.notes if window.holds(note.at)),
        tags=tuple(tag for tag in plot.tags if window.holds(tag.at)),
        remarks=(*told, *plot.remarks),
    )


def _cut_line(mark: Path | Steps, window: Window) -> Iterator[Mark]:
    """Give the pieces of a line that are in the window; those of a stair stay across and up."""
    places = stair(mark) if isinstance(mark, Steps) else mark.places
    piece: list[_Fractions] = []
    for start, end in pairwise([(_fraction(window.x, x), _fraction(window.y, y)) for x, y in places]):
        part = _inside(start, end)
        if piece and (part is None or part[0] != piece[-1]):
            yield _placed(mark, piece, window)
            piece = []
        if part is not None:
            piece = [*(piece or [part[0]]), part[1]]
    if piece:
        yield _placed(mark, piece, window)


def _placed(mark: Path | Steps, piece: Sequence[_Fractions], window: Window) -> Mark:
    return replace(mark, places=tuple((window.x.value(x), window.y.value(y)) for x, y in piece))


def _fraction(scale: Scale, value: float) -> float:
    """Give where a value stands, also outside of the axis."""
    if not scale.logarithmic:
        return (value - scale.low) / (scale.high - scale.low)
    low = math.log10(scale.low)
    return (math.log10(max(value, 1 / LARGEST)) - low) / (math.log10(scale.high) - low)


def _inside(start: _Fractions, end: _Fractions) -> tuple[_Fractions, _Fractions] | None:
    """Cut a straight line at the edges of the unit square (Liang and Barsky 1984); None if it doesn't meet it."""
    (x, y), (across, up) = start, (end[0] - start[0], end[1] - start[1])
    first, last = 0.0, 1.0
    for moved, room in ((-across, x), (across, 1 - x), (-up, y), (up, 1 - y)):
        if moved == 0:
            if room < 0:
                return None
            continue
        share = room / moved
        first, last = (max(first, share), last) if moved < 0 else (first, min(last, share))
    if first > last:
        return None
    return (
        start if first == 0 else (x + first * across, y + first * up),
        end if last == 1 else (x + last * across, y + last * up),
    )


def stair(mark: Steps) -> tuple[Place, ...]:
    """Give the corners of a line that goes only across and up or down."""
    corners = list(mark.places[:1])
    for (x, y), (x_next, y_next) in pairwise(mark.places):
        corners += [(x_next, y) if mark.across_first else (x, y_next), (x_next, y_next)]
    return tuple(corners)
