"""A figure as data, before it is drawn: what stands where in the units of the data, and the role of each part.

The same plot is drawn as terminal cells (`drawing`) and as SVG (`svg`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from .axis import Axis, Scale
from .chart import SERIES_ROLES
from .units import is_finite

Place = tuple[float, float]


@dataclass(frozen=True)
class Dots:
    """Single points. `bold` ones take a whole sign each, others a fine dot."""

    places: tuple[Place, ...]
    role: str
    bold: bool = False
    names: tuple[str, ...] = ()
    """What each point is called, as many as there are places, or none."""
    shape: str = ""
    """The role whose sign they have, if it isn't that of their own."""


@dataclass(frozen=True)
class Path:
    """A line from place to place."""

    places: tuple[Place, ...]
    role: str


@dataclass(frozen=True)
class Steps:
    """A line that goes only across and up or down: across first, or last."""

    places: tuple[Place, ...]
    role: str
    across_first: bool = True


@dataclass(frozen=True)
class Columns:
    """The bars of a histogram, side by side from the low end of the x axis; each spans `share` of the axis."""

    counts: tuple[int, ...]
    share: float
    role: str


@dataclass(frozen=True)
class Guide:
    """A marked value on the x axis, with its name and its value as text."""

    at: float
    name: str
    value: str


@dataclass(frozen=True)
class Note:
    """A text beside a place, with a sign at it."""

    at: Place
    text: str
    role: str


@dataclass(frozen=True)
class Tag:
    """What a place is called; written beside it only where there is room."""

    at: Place
    text: str


@dataclass(frozen=True)
class Key:
    """An entry of the legend; `shape` is the role whose sign it has, if it isn't that of its own."""

    label: str
    role: str
    sign: Literal["dot", "marker", "line"]
    shape: str = ""


Mark = Dots | Path | Steps | Columns


@dataclass(frozen=True)
class Plot:
    """A figure with two axes."""

    x: Scale
    y: Scale
    x_axis: Axis
    y_axis: Axis
    marks: tuple[Mark, ...]
    guides: tuple[Guide, ...] = ()
    notes: tuple[Note, ...] = ()
    tags: tuple[Tag, ...] = ()
    """The most important first: they have the room that there is."""
    legend: tuple[Key, ...] = ()
    remarks: tuple[str, ...] = ()
    """What the reader must know about data that is not to be seen, such as "3 dropped: not finite"."""
    title: str = ""
    gutter: int = 0
    """Cells kept for the labels of the y axis; 0 for as many as they need."""


@dataclass(frozen=True)
class Bar:
    """One bar of a bar plot: its label, its value (not finite if there is none) and the value as text."""

    label: str
    value: float
    text: str
    role: str = "bar"


@dataclass(frozen=True)
class BarPlot:
    """Horizontal bars, one a label, all from zero."""

    bars: tuple[Bar, ...]
    scale: Scale
    axis: Axis
    title: str = ""


@dataclass(frozen=True)
class Box:
    """Quartiles, the values that whiskers reach to, and those beyond (Tukey, "Exploratory Data Analysis", 1977)."""

    label: str
    count: int
    low: float
    quartiles: tuple[float, float, float]
    high: float
    beyond: tuple[float, ...]
    role: str


@dataclass(frozen=True)
class BoxPlot:
    """Boxes on one horizontal axis, one under the other."""

    boxes: tuple[Box, ...]
    scale: Scale
    axis: Axis
    remarks: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Upright:
    """One axis of parallel ones: its ends as text, or the names of its levels, evenly from the bottom up."""

    title: str
    low: str = ""
    high: str = ""
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Strand:
    """One thing's way across parallel axes: where it meets each, 0 being the low end; None where that is unknown."""

    heights: tuple[float | None, ...]
    role: str
    name: str = ""


@dataclass(frozen=True)
class ParallelPlot:
    """Parallel coordinates (Inselberg 1985): what comes later lies above."""

    axes: tuple[Upright, ...]
    strands: tuple[Strand, ...]
    legend: tuple[Key, ...] = ()
    remarks: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Nothing:
    """A figure without data: it says so in a sentence."""

    sentence: str
    title: str = ""


Drawable = Plot | BarPlot | BoxPlot | ParallelPlot | Nothing


def finite(values: Iterable[float]) -> list[float]:
    """Give the values that are numbers a chart can place: no NaN, no infinity, no integer too large for a float."""
    values = list(values)
    try:
        return list(filter(isfinite, values))
    except OverflowError:
        return list(filter(is_finite, values))


def dropped(count: int, why: str) -> tuple[str, ...]:
    """Say how many values are left out, or nothing."""
    return (f"{count:,} dropped: {why}",) if count else ()


def nothing(kind: str, count: int, title: str) -> Nothing:
    """Make the figure for data of which nothing can be shown, `count` of them being dropped."""
    return Nothing(f"none of the {count:,} {kind} can be shown" if count else f"no {kind} yet", title)


def extent(values: Sequence[float]) -> tuple[float, float]:
    """Give the smallest and the largest value."""
    return min(values), max(values)


def series_roles(labels: Sequence[str]) -> dict[str, str]:
    """Give each series its role; from the seventh on they begin again."""
    return {label: SERIES_ROLES[number % len(SERIES_ROLES)] for number, label in enumerate(labels)}


def legend_of_lines(roles: Mapping[str, str]) -> tuple[Key, ...]:
    """Make the legend for lines with the given labels and roles; a single line needs none."""
    return tuple(Key(label, role, "line") for label, role in roles.items()) if len(roles) > 1 else ()
