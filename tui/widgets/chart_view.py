"""A chart that fills its widget: it is drawn anew for every size, and at most twice a second when data come fast."""

import time
from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from ...actions.report.chart import ROLES, Chart

SECONDS_BETWEEN_REDRAWS = 0.5
"""Over a slow line a redrawn chart is the largest thing that is sent."""


class ChartView(Widget):
    """Shows the chart that a function draws for (width, height); the colours are those of its component classes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"chart--{role}" for role in ROLES}

    def __init__(
        self,
        figure: Callable[[int, int], Chart] | None = None,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._figure = figure
        self._drawn: Chart | None = None
        self._strips: list[Strip] = []
        self._base_style = Style.null()
        self._shown_at = 0.0
        self._waiting: Timer | None = None

    def set_figure(self, figure: Callable[[int, int], Chart] | None) -> None:
        """Show another figure, or none: at once, or half a second after the last one if that is later."""
        self._figure = figure
        if self._waiting is not None:
            return
        left = self._shown_at + SECONDS_BETWEEN_REDRAWS - time.monotonic()
        if left <= 0 or not self.is_attached:
            self._show()
        else:
            self._waiting = self.set_timer(left, self._show)

    def _show(self) -> None:
        self._waiting = None
        self._shown_at = time.monotonic()
        self._drawn = None
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours; called by Textual."""
        super().notify_style_update()
        self._strips = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the chart if its size, its data or its background are others; called by Textual for each repaint."""
        width, height = self.size
        if self._drawn is None or (self._drawn.width, self._drawn.height) != (width, height):
            self._drawn = self._figure(width, height) if self._figure is not None else Chart((), width, height)
            self._strips = []
        if self._base_style != self.rich_style or not self._strips:
            # No notice tells that the background around this widget changed.
            self._base_style = self.rich_style
            self._strips = self._styled(self._drawn)
        return super().render_lines(crop)

    def _styled(self, chart: Chart) -> list[Strip]:
        """Give a strip for each row of the chart."""
        base = self._base_style
        styles = {"": base} | {role: self.get_component_rich_style(f"chart--{role}") for role in ROLES}
        return [
            Strip([Segment(span.text, styles[span.role]) for span in row]).adjust_cell_length(chart.width, base)
            for row in chart.rows
        ]

    def render_line(self, y: int) -> Strip:
        """Give row `y`; called by Textual."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self._base_style)
