"""The experiments screen: the points of an experiment as a table and as a chart, filtered, grouped, compared."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from ...actions.points.table import PointTable
from ...actions.report.depiction import first_depiction, point_label
from ...actions.report.quantity import quantity
from ...store.artifact import Artifact
from ...store.untrusted import from_storable
from ...store.workspace import Workspace
from .. import messages, points_messages
from ..keys import EXPERIMENTS, bindings
from ..points_view import Arranged, PointsView
from ..widgets.point_chart import PointChart
from ..widgets.point_table import PointTable as PointTableView
from ..widgets.point_table import value_text
from ..widgets.segments import one_line
from ..widgets.table import VirtualTable
from ..widgets.title_line import READING, TitleLine
from .arranging import ArrangingScreen
from .following import FollowingScreen
from .pager import PagerScreen, experiments_help_page

_WAIT_FOR_TYPING = 0.15
_TOLD_MOST = 20  # values of a point in one line
_READ_AGAIN_SHARE = 4.0
"""New points are read again after so many times as long as reading took, at least a second."""
_NO_POINTS = """No points yet.

A run records one:  ckexplore run program:NAME
A design space many:  ckexplore explore program:NAME --choices.…

They come here by themselves."""
_NOTHING_PASSES = """No point passes the filter.

Esc clears it."""
_NAMED = {action.name: action for action in EXPERIMENTS}


class ExperimentsScreen(ArrangingScreen):
    """The points of one experiment."""

    NAMED_ACTIONS = EXPERIMENTS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(EXPERIMENTS, screen="experiments"))
    AUTO_FOCUS = "#points"
    CSS_PATH = [  # noqa: RUF012  (Textual's own form)
        "experiments.tcss",
        *(f"../widgets/{name}.tcss" for name in ("lines", "table", "chart_view", "point_chart", "title_line")),
    ]

    def __init__(
        self,
        workspace: Workspace,
        artifact: Artifact,
        root: Path,
        *,
        id: str | None = None,  # noqa: A002 - the name that every Textual screen gives it
    ) -> None:
        """`root` is where the artifact's repository is: files that change below it may be new points."""
        super().__init__(id=id)
        self.workspace, self.artifact, self.root = workspace, artifact, root
        self.view = PointsView()
        self.table: PointTable | None = None
        self.arranged: Arranged | None = None
        self.row: int | None = None
        self.marked: dict[str, None] = {}  # UIDs, in the order in which they were marked
        self._zoomed = False
        self._typing: Timer | None = None
        self._reading_since = 0.0
        self._reading_took = 0.0
        self._waiting_to_read: Timer | None = None
        self._use_line: Callable[[str], None] = lambda _: None

    def compose(self) -> ComposeResult:
        """Lay out the filter, the table, the chart and the line of the point."""
        yield TitleLine(id="title")
        yield Input(placeholder="/ filter: accuracy_top1 >= 70 and resolution in [192, 224]", id="filter", compact=True)
        yield Static("", id="problem", markup=False)
        with Container(id="panes"):
            yield PointTableView(id="points")
            with Vertical(id="right"):
                yield PointChart(id="chart")
        yield Static("", id="point", markup=False)
        yield Input(placeholder="", id="command", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paint first, then read."""
        for name in ("#filter", "#command"):
            self.query_one(name, Input).cursor_blink = False
        self.query_one("#command").display = False
        self.query_one("#problem").display = False
        self.points.empty_message = READING
        self.count()
        self._lay_out("points")
        self.call_after_refresh(self.action_read_again)

    def in_thread(self, function: Callable[..., None], *arguments: object, group: str) -> None:
        """Do something in a thread; a later one of the same group takes the place of an earlier one."""
        from .. import work  # noqa: PLC0415

        def task() -> None:  # no partial: Textual would write out all points to name the worker
            work.guarded(self, lambda: function(self, *arguments))

        self.run_worker(task, thread=True, group=group, exclusive=True, exit_on_error=False)

    def on_failed(self, message: messages.Failed) -> None:
        """Say what didn't work."""
        self.notify(message.text, severity="error", timeout=12, markup=False)
        if self.table is None:
            self.points.empty_message = message.text
        self.count()

    # Reading

    def action_read_again(self) -> None:
        """Read the points."""
        self._waiting_to_read = None
        self._reading_since = time.monotonic()
        self.query_one(TitleLine).state = READING
        self.in_thread(self.points_work.read_points, self.workspace, self.artifact, group="read")

    def on_files_changed(self, message: messages.FilesChanged) -> None:
        """Read again soon when the experiment's files changed, less often the longer that takes."""
        concerned = message.touched.concerns(self.root, from_storable(self.artifact.path))
        if concerned and self._waiting_to_read is None:
            wait = max(1.0, _READ_AGAIN_SHARE * self._reading_took)
            left = max(0.05, self._reading_since + wait - time.monotonic())
            self._waiting_to_read = self.set_timer(left, self.action_read_again)

    def on_points_read(self, message: points_messages.PointsRead) -> None:
        """Show the points as they are now, with the cursor on the same point."""
        self._reading_took = time.monotonic() - self._reading_since
        before, row = self.table, self.row
        uid = before.uids[row] if before is not None and row is not None else None
        had_points = before is not None and len(before) > 0
        self.table = message.table
        rows = {one: number for number, one in enumerate(message.table.uids)}
        self.row = rows.get(uid) if uid is not None else None
        self.marked = {one: None for one in self.marked if one in rows}
        if not had_points and len(message.table):
            self.view = replace(self.view, depiction=first_depiction(message.table))
        self.look_at()

    def look_at(self, **changes: object) -> None:
        """Ask for another view; the rows follow as soon as they are found."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        if self.table is not None:
            self.in_thread(self.points_work.arrange_points, self.table, self.view, group="arrange")

    def on_points_arranged(self, message: points_messages.PointsArranged) -> None:
        """Show the rows of the newest view."""
        arranged = message.arranged
        if arranged.table is not self.table or arranged.view is not self.view:
            return  # the answer to the newest is on its way
        self.arranged = arranged
        self._refuse("")
        if arranged.view.query.strip() and not arranged.rows:
            self._refuse(arranged.why_none)
        self.points.empty_message = _NOTHING_PASSES if arranged.why_none else _NO_POINTS
        self.points.show(arranged, self.marked_rows, self.row)
        if not arranged.view.groups:
            self.row = self.points.cursor_row_id
        self.count()
        self.tell_point()
        self.draw()

    def on_view_refused(self, message: points_messages.ViewRefused) -> None:
        """Say why a view can't be answered; what was shown stays."""
        if message.view is self.view:
            self._refuse(message.text)
            self.count()

    def _refuse(self, text: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.display = bool(text)
        problem.update(Content(one_line(text)))

    # Drawing

    def count(self) -> None:
        """Say in the title how many points there are, and how many of them are on the front."""
        title = self.query_one(TitleLine)
        if self.table is None:
            title.counts = one_line(self.artifact.title)
            return
        title.state = self.view.depiction.kind
        parts = [one_line(self.artifact.title)]
        arranged = self.arranged
        total = len(self.table)
        shown = len(arranged.rows) if arranged is not None else total
        parts.append(f"{shown:,} of {total:,} points" if shown != total else f"{total:,} points")
        if self.marked:
            parts.append(f"{len(self.marked)} marked")
        if arranged is not None and arranged.objectives:
            ways = {"min": "↓", "max": "↑"}
            possibly = f" + {len(arranged.possibly):,} possibly" if arranged.possibly else ""
            objectives = " ".join(f"{_last(one.name)} {ways[one.better]}" for one in arranged.objectives)
            parts.append(f"front {len(arranged.front):,}{possibly} of {objectives}")
        title.counts = " · ".join(parts)

    def label_of(self, row: int) -> str:
        """Give what a point is called."""
        depiction = self.view.depiction
        return "" if self.table is None else point_label(self.table, row, (depiction.x, depiction.y))

    def tell_point(self) -> None:
        """Write the point under the cursor in one line, and show it in the chart."""
        line, arranged, row = self.query_one("#point", Static), self.arranged, self.row
        self.chart.show_row(row, self.marked_rows)
        if arranged is None or row is None:
            line.update("", layout=False)
            return
        standing = "● on the front  " if row in arranged.front else ""
        standing = standing or ("◌ possibly on the front  " if row in arranged.possibly else "")
        shown = dict.fromkeys([*(one.column(arranged.table).name for one in arranged.objectives)])
        names = [*shown, *(one.name for one in arranged.columns if one.name not in shown)][:_TOLD_MOST]
        table = arranged.table
        values = [(name, column.values[row]) for name in names if (column := table.columns.get(name))]
        told = [f"{_last(name)} {value_text(name, value)}" for name, value in values if value is not None]
        line.update(Content(one_line(f" {table.uids[row][:8]}  {standing}{'  '.join(told)}")), layout=False)

    def go_to_row(self, row: int) -> None:
        """Put the cursor on a point, in the table and in the chart."""
        if not self.points.on_groups:
            self.points.go_to_row(row)
        self._at_row(row)

    def _at_row(self, row: int | None) -> None:
        self.row = row
        self.tell_point()
        self.follow_row()

    @on(VirtualTable.RowHighlighted, "#points")
    def _row_highlighted(self, message: VirtualTable.RowHighlighted) -> None:
        if not self.points.on_groups and message.row_id != self.row:
            self._at_row(message.row_id)

    @on(VirtualTable.RowSelected, "#points")
    @on(PointChart.PointSelected)
    def _row_selected(self) -> None:
        """Show all that is known of the point, or the points of a group."""
        table, row = self.table, self.row
        if self.points.on_groups:
            self._open_group()
        elif table is not None and row is not None:
            lines = [f"{name:<44} {value_text(name, value)}" for name, value in table.row(row).items()]
            repeated = {one.name: one.repeated[row] for one in table.columns.values() if row in one.repeated}
            lines += [
                f"{name:<44} {', '.join(quantity(name, value) for value in values[:20])}  (each time)"
                for name, values in repeated.items()
            ]
            title = f"point {table.uids[row]}"
            self.app.push_screen(PagerScreen(title, lambda page: page.show_text("\n".join(map(one_line, lines)))))

    def _open_group(self) -> None:
        """Go from a group to its points, by a filter."""
        pivot = self.arranged.pivot if self.arranged is not None else None
        number = self.points.cursor_row_id
        if pivot is None or number is None:
            return
        value = pivot.rows[number]
        if value is None or (isinstance(value, str) and "'" in value):
            self.notify("no filter can say which points these are", markup=False)
            return
        literal = f"'{value}'" if isinstance(value, str) else str(value)
        condition = f"`{pivot.down}` = {literal}"
        query = f"{self.view.query.strip()} and {condition}" if self.view.query.strip() else condition
        self._set_filter(query)
        self.look_at(query=query, groups=None)

    @on(VirtualTable.SortRequested, "#points")
    def _sort_requested(self, message: VirtualTable.SortRequested) -> None:
        self.order_by(message.column_key)

    # The filter

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys that come before a field's to the field that has the focus."""
        del parameters
        named = _NAMED.get(action)
        return not (named is not None and named.typing and isinstance(self.focused, Input))

    def action_filter(self) -> None:
        """Go to the filter."""
        self.set_focus(self.query_one("#filter"))

    def _set_filter(self, text: str) -> None:
        field = self.query_one("#filter", Input)
        with field.prevent(Input.Changed):
            field.value = text

    @on(Input.Changed, "#filter")
    def _filter_changed(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_WAIT_FOR_TYPING, self._use_filter)

    def _use_filter(self) -> None:
        query = self.query_one("#filter", Input).value
        if query != self.view.query:
            self.look_at(query=query)

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self) -> None:
        self._use_filter()
        self._go_to_pane()

    # Lines that are typed

    def _type_line(self, use: Callable[[str], None], value: str, placeholder: str) -> None:
        line = self.query_one("#command", Input)
        self._use_line = use
        line.placeholder, line.value, line.display = placeholder, value, True
        self.set_focus(line)

    @on(Input.Submitted, "#command")
    def _typed(self, message: Input.Submitted) -> None:
        self._leave_line()
        self._use_line(message.value.strip())

    @on(Input.Blurred, "#command")
    def _leave_line(self) -> None:
        line = self.query_one("#command", Input)
        if line.display:
            line.display = False
            if self.focused in (None, line):
                self._go_to_pane()

    def action_objectives(self) -> None:
        """Type the objectives."""

        def use(text: str) -> None:
            self.look_at(objectives=text)

        self._type_line(use, self.view.objectives, "objectives, such as latency:min,accuracy:max; empty: the axes")

    def action_write(self) -> None:
        """Type the name of a file for the chart."""
        arranged = self.arranged
        if arranged is None:
            return

        def use(text: str) -> None:
            if text:
                arguments = (arranged, self._window, self.artifact.title, Path(text))
                self.in_thread(self.points_work.write_chart, *arguments, group="write")

        self._type_line(use, f"{self.artifact.title}-{self.view.depiction.kind}.svg", "a file for the chart, as SVG")

    def on_chart_written(self, message: points_messages.ChartWritten) -> None:
        """Say where the chart is."""
        self.notify(f"written: {message.file}", markup=False)

    # Panes

    def _lay_out(self, pane: str) -> None:
        self.set_class(pane == "points", "-in-points")
        self.set_class(pane == "chart", "-in-chart")

    def on_descendant_focus(self) -> None:
        """Keep in mind which pane is in use."""
        if self.focused is not None and self.focused.id in ("points", "chart"):
            self._lay_out(self.focused.id)

    def _go_to_pane(self) -> None:
        (self.chart if self.has_class("-in-chart") else self.points).focus()

    def action_other_pane(self) -> None:
        """From the table to the chart, or back."""
        pane = "points" if self.has_class("-in-chart") else "chart"
        self._lay_out(pane)
        self.query_one(f"#{pane}").focus()

    def action_zoom(self) -> None:
        """Give the whole screen to the pane in use, and back."""
        self._zoomed = not self._zoomed
        self.set_class(self._zoomed, "-zoomed")

    def action_back(self) -> None:
        """Back from where the keys are: from a field, from groups, from the filter, then from the screen."""
        if self.query_one("#command", Input).has_focus:
            self._leave_line()
        elif self.query_one("#filter", Input).has_focus and self.view.query:
            self._go_to_pane()
        elif self._zoomed:
            self.action_zoom()
        elif self.view.groups is not None:
            self.look_at(groups=None)
        elif self.query_one("#filter", Input).value:
            self._set_filter("")
            self.look_at(query="")
            self._go_to_pane()
        elif self.query_one("#filter", Input).has_focus:
            self._go_to_pane()
        else:
            self.dismiss()

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(experiments_help_page())

    def action_quit(self) -> None:
        """Leave the program as the browser does: what runs goes on, and is named."""
        browser = next((one for one in self.app.screen_stack if isinstance(one, FollowingScreen)), None)
        self.app.exit(message=(browser.what_goes_on() or None) if browser is not None else None)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
