"""What comes back from the experiments screen's work in threads: data, never services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from ..actions.points.table import PointTable
    from ..actions.report.depiction import Depicted
    from ..actions.report.drawing import Drawing
    from ..actions.report.neighbour import Spots
    from ..actions.report.window import Window
    from .points_view import Arranged, PointsView


@dataclass
class PointsRead(Message):
    """The points of the experiment as they are now."""

    table: PointTable


@dataclass
class PointsArranged(Message):
    """The answer to a view."""

    arranged: Arranged


@dataclass
class ViewRefused(Message):
    """Why a view can't be answered, in one sentence."""

    view: PointsView
    text: str


@dataclass
class ChartDrawn(Message):
    """The chart, the window that it is seen through, and where in it the rows stand."""

    depicted: Depicted
    drawing: Drawing
    seen: Window | None
    spots: Spots


@dataclass
class ChartWritten(Message):
    """The figure is in a file."""

    file: str


@dataclass
class PointsTold(Message):
    """How points compare, as lines."""

    lines: list[str]
