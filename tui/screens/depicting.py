"""The chart's part of the experiments screen: what is on its axes, its kind, its window, and walking in it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from textual import on
from textual.screen import Screen

from ...actions.points.table import Column, PointTable
from ...actions.report.canvas import Symbols
from ...actions.report.depiction import Kind
from ...actions.report.neighbour import along
from ...actions.report.window import Window, containing, pan, zoom
from ..points_messages import ChartDrawn
from ..points_view import Arranged, PointsView
from ..widgets.point_chart import PointChart
from .pick import Pickable, PickScreen

_CLOSER = 1.6
_STEP = 0.25
_SIGNS: tuple[Symbols, ...] = ("braille", "block", "ascii")
_TITLES = {"choice": "choice", "characteristic": "measured", "feature": "feature", "point": "the point"}
_Way = Literal["left", "right", "up", "down"]
_WAYS: dict[_Way, tuple[float, float]] = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}


class DepictingScreen(Screen[None]):
    """The depicting part of the experiments screen."""

    in_thread: Callable[..., None]
    look_at: Callable[..., None]
    go_to_row: Callable[[int], None]
    label_of: Callable[[int], str]
    view: PointsView
    table: PointTable | None
    arranged: Arranged | None
    row: int | None
    _drawn: ChartDrawn | None = None
    _window: Window | None = None
    _symbols: Symbols = "braille"

    @property
    def chart(self) -> PointChart:
        """The chart."""
        return self.query_one(PointChart)

    @property
    def points_work(self):
        """What is done in threads: a module that is imported when something is."""
        from .. import points_work  # noqa: PLC0415

        return points_work

    def draw(self) -> None:
        """Draw the chart of what is shown, in a thread."""
        size = self.chart.size
        if self.arranged is not None and size.width and size.height:
            arguments = (self.arranged, self._window, (size.width, size.height), self._symbols)
            self.in_thread(self.points_work.draw_points, *arguments, group="chart")

    def on_chart_drawn(self, message: ChartDrawn) -> None:
        """Show the chart, if nothing else is asked for by now."""
        self._drawn = message
        self.chart.show(message, self.label_of)

    @on(PointChart.SizeChanged)
    def _size_changed(self) -> None:
        self.draw()

    @on(PointChart.PointHighlighted)
    def _point_highlighted(self, message: PointChart.PointHighlighted) -> None:
        self.go_to_row(message.row)

    def depict(self, **changes: object) -> None:
        """Show another depiction: all of it, since another axis has other ends."""
        if {"x", "y", "kind", "logarithmic"} & set(changes):
            self._window = None
        self.look_at(depiction=replace(self.view.depiction, **changes))  # type: ignore[arg-type]

    # Kinds and columns

    def _show_kind(self, kind: Kind) -> None:
        self.depict(kind=kind)

    def action_scatter(self) -> None:
        """Show points."""
        self._show_kind("scatter")

    def action_line(self) -> None:
        """Show lines."""
        self._show_kind("line")

    def action_histogram(self) -> None:
        """Show a histogram."""
        self._show_kind("histogram")

    def action_cumulative(self) -> None:
        """Show cumulative curves."""
        self._show_kind("cumulative")

    def action_boxes(self) -> None:
        """Show boxes."""
        self._show_kind("boxes")

    def action_parallel(self) -> None:
        """Show parallel coordinates."""
        self._show_kind("parallel")

    def pick_column(
        self,
        title: str,
        use: Callable[[str], None],
        picked: str,
        *,
        none: str = "",
        fits: Callable[[Column], bool] = lambda _: True,
    ) -> None:
        """Let a column be picked; `none` is what it is called to pick none."""
        if self.table is None:
            return
        choices = [Pickable("", none)] if none else []
        choices += pickable(self.table, fits)

        def answered(answer: list[str] | None) -> None:
            if answer:
                use(answer[0])

        self.app.push_screen(PickScreen(title, choices, picked=[picked], several=False), answered)

    def action_pick_x(self) -> None:
        """Choose what is across."""

        def use(name: str) -> None:
            self.depict(x=name)

        self.pick_column("x axis", use, self.view.depiction.x, none="order of the points", fits=is_number)

    def action_pick_y(self) -> None:
        """Choose what is up."""

        def use(name: str) -> None:
            self.depict(y=name)

        self.pick_column("y axis", use, self.view.depiction.y, fits=is_number)

    def action_pick_colour(self) -> None:
        """Choose what gives the colours."""

        def use(name: str) -> None:
            self.depict(colour=name)

        self.pick_column("Colour by", use, self.view.depiction.colour, none="one colour", fits=has_groups)

    def action_pick_sign(self) -> None:
        """Choose what gives the signs."""

        def use(name: str) -> None:
            self.depict(sign=name)

        self.pick_column("Sign by", use, self.view.depiction.sign, none="one sign", fits=has_groups)

    def action_log_x(self) -> None:
        """Make the x axis logarithmic, or linear."""
        self._toggle_logarithmic(self.view.depiction.x)

    def action_log_y(self) -> None:
        """Make the y axis logarithmic, or linear."""
        self._toggle_logarithmic(self.view.depiction.y)

    def _toggle_logarithmic(self, name: str) -> None:
        if name:
            self.depict(logarithmic=self.view.depiction.logarithmic ^ {name})
        else:
            self.notify("the order of the points has no logarithm", markup=False)

    def action_front(self) -> None:
        """Show the front, or don't."""
        self.depict(with_front=not self.view.depiction.with_front)

    def action_signs(self) -> None:
        """Draw with other signs."""
        self._symbols = _SIGNS[(_SIGNS.index(self._symbols) + 1) % len(_SIGNS)]
        self.draw()

    # The window

    def _look_through(self, change: Callable[[Window], Window]) -> None:
        if self._drawn is None or self._drawn.seen is None or self._drawn.depicted.whole is None:
            self.notify("this chart is always shown as a whole; 1 and 2 show ones to zoom into", markup=False)
            return
        window = change(self._window or self._drawn.seen)
        whole = self._drawn.depicted.whole
        outside = window.x.low <= whole.x.low and window.x.high >= whole.x.high
        outside = outside and window.y.low <= whole.y.low and window.y.high >= whole.y.high
        self._window = None if outside else window
        self.draw()

    def action_zoom_in(self) -> None:
        """Look closer, around the point under the cursor."""
        self._look_through(lambda window: zoom(window, _CLOSER, self._place_in(window)))

    def action_zoom_out(self) -> None:
        """Look from further away."""
        self._look_through(lambda window: zoom(window, 1 / _CLOSER, self._place_in(window)))

    def _place_in(self, window: Window) -> tuple[float, float] | None:
        place = self.chart.place_of(self.row)
        return place if place is not None and window.holds(place) else None

    def action_pan(self, way: _Way) -> None:
        """Move the window."""
        across, up = _WAYS[way]
        self._look_through(lambda window: pan(window, _STEP * across, _STEP * up))

    def action_whole(self) -> None:
        """Show all of the chart again."""
        self._window = None
        self.draw()

    def follow_row(self) -> None:
        """Move the window to the point under the cursor, if that is out of sight."""
        place = self.chart.place_of(self.row)
        if place is None or self._window is None or self._window.holds(place):
            return
        self._window = containing(self._window, place)
        self.draw()

    # Along the front

    def action_next_on_front(self) -> None:
        """Go to the next point of the front."""
        self._step_on_front(1)

    def action_previous_on_front(self) -> None:
        """Go to the point of the front before."""
        self._step_on_front(-1)

    def _step_on_front(self, steps: int) -> None:
        row = along(self.arranged.front if self.arranged is not None else (), self.row, steps)
        if row is None:
            self.notify("there is no front: two measured columns on the axes make one, or m", markup=False)
        else:
            self.go_to_row(row)


def pickable(table: PointTable, fits: Callable[[Column], bool] = lambda _: True) -> Sequence[Pickable]:
    """List the columns that fit, choices first, with what each is."""
    order = {"choice": 0, "characteristic": 1, "feature": 2, "point": 3}
    columns = sorted((one for one in table.columns.values() if fits(one)), key=lambda one: order[one.kind])
    return [Pickable(one.name, one.label, _explained(one)) for one in columns]


def _explained(column: Column) -> str:
    known = [value for value in column.values if value is not None]
    distinct = len(set(known))
    values = f"always {known[0]}" if distinct == 1 else f"{distinct:,} values"
    missing = f", {len(column.values) - len(known):,} without" if len(known) < len(column.values) else ""
    return f"{_TITLES[column.kind]}, {values}{missing}"


def is_number(column: Column) -> bool:
    """Tell whether a column can be an axis."""
    return column.is_number


def has_groups(column: Column) -> bool:
    """Tell whether a column divides the points."""
    return column.kind != "point" and not column.is_constant
