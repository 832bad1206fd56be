"""The table's part of the experiments screen: order, columns, groups, and marked points that are compared."""

from collections.abc import Callable
from functools import partial

from ..points_messages import PointsTold
from ..widgets.point_table import PointTable as PointTableView
from .depicting import DepictingScreen, has_groups, is_number, pickable
from .pager import PagerScreen
from .pick import Pickable, PickScreen


class ArrangingScreen(DepictingScreen):
    """The arranging part of the experiments screen."""

    marked: dict[str, None]
    """The UIDs of the marked points, in the order in which they were marked."""
    count: Callable[[], None]
    tell_point: Callable[[], None]

    @property
    def points(self) -> PointTableView:
        """The table."""
        return self.query_one("#points", PointTableView)

    @property
    def marked_rows(self) -> frozenset[int]:
        """The rows of the marked points."""
        if self.table is None or not self.marked:
            return frozenset()
        return frozenset(number for number, uid in enumerate(self.table.uids) if uid in self.marked)

    def action_order(self) -> None:
        """Choose what the rows are ordered by."""
        self.pick_column("Order by", self.order_by, self.view.order, none="the order in which they were measured")

    def order_by(self, name: str) -> None:
        """Order by a column; by the same again, the other way round."""
        again = bool(name) and name == self.view.order
        self.look_at(order=name, descending=again and not self.view.descending)

    def action_reverse(self) -> None:
        """Turn the order round."""
        if self.view.order:
            self.look_at(descending=not self.view.descending)
        else:
            self.action_order()

    def action_columns(self) -> None:
        """Choose the columns."""
        if self.table is None or self.arranged is None:
            return
        shown = [one.name for one in self.arranged.columns]

        def answered(answer: list[str] | None) -> None:
            if answer is not None:
                kept = [name for name in shown if name in answer]
                names = (*kept, *(name for name in answer if name not in kept))
                self.look_at(columns=names, groups=None)

        choices: list[Pickable] = [*pickable(self.table)]
        self.app.push_screen(
            PickScreen("Columns (none: those that differ)", choices, picked=shown, several=True), answered
        )

    def action_constant(self) -> None:
        """Show or hide the columns that are the same in all points."""
        self.look_at(constant_too=not self.view.constant_too, columns=())

    def action_group(self) -> None:
        """Choose what to group by, then what across, then the value; or go back to the points."""
        if self.view.groups is not None:
            self.look_at(groups=None)
            return

        def by(down: str) -> None:
            self.pick_column("Columns by", partial(across, down), "", none="one column", fits=has_groups)

        def across(down: str, name: str) -> None:
            value = self.view.depiction.y
            self.pick_column("Median of", partial(of, down, name), value, fits=is_number)

        def of(down: str, name: str, value: str) -> None:
            self.look_at(groups=(down, name, value))

        self.pick_column("Rows by", by, self.view.depiction.colour, fits=has_groups)

    # Marks and comparison

    def action_mark(self) -> None:
        """Mark the point under the cursor, or take its mark away; then go on to the next row."""
        if self.table is None or self.row is None or self.points.on_groups:
            return
        uid = self.table.uids[self.row]
        if uid in self.marked:
            del self.marked[uid]
        else:
            self.marked[uid] = None
        self.points.mark(self.marked_rows)
        self.count()
        if self.focused is self.points:
            self.points.step(1)
        self.tell_point()

    def action_compare(self) -> None:
        """Compare the marked points with the first of them."""
        table = self.table
        if table is None or len(self.marked) < 2:
            self.notify("mark two points or more with the space bar, then c compares them", markup=False)
            return
        rows = {uid: number for number, uid in enumerate(table.uids)}
        marked = [rows[uid] for uid in self.marked]
        width = min(int(self.size.width * 0.9), 110) - 6  # of the page over the screen
        self.in_thread(self.points_work.compare_rows, table, marked, width, group="compare")

    def on_points_told(self, message: PointsTold) -> None:
        """Show how points compare."""
        lines = message.lines
        self.app.push_screen(PagerScreen("Compared", lambda page: page.show_text("\n".join(lines))))
