"""The browser: tree, table, details and job pane over one workspace. It asks the kernel and draws the answer."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input

from ...store.artifact import Artifact
from ...store.workspace import Workspace
from .. import messages, work
from ..commands import CommandSuggester
from ..keys import BROWSER, bindings
from ..listing import ALL, ORDERS, Listing, toggled_tag
from ..widgets.detail_pane import DetailPane
from ..widgets.job_pane import JobPane
from ..widgets.log_pane import LogPane
from ..widgets.tab_line import TabLine
from ..widgets.table import Cell, Column, VirtualTable
from ..widgets.title_line import TitleLine
from ..widgets.tree import VirtualTree
from .acting import ActingScreen
from .pager import PagerScreen, help_page

COLUMNS = (
    Column("artifact", "artifact", minimum=22, weight=3, priority=9),
    Column("module", "module", width=11, priority=8),
    Column("repository", "repository", minimum=11, weight=1, priority=5),
    Column("tags", "tags", minimum=12, weight=3, priority=6),
)
PANES = ("tree", "table", "details", "job")

_NOTHING_YET = """No repositories yet.

Press : and type   add repo --path=FOLDER
to register one that is on this machine, or
   add repo --url=https://…   to clone one.

Or leave with q and try the samples:
   ckexplore demo"""


class BrowserScreen(ActingScreen, Screen[None]):
    """The main screen."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(BROWSER))
    AUTO_FOCUS = "#table"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.listing = Listing()
        self._pane = "table"
        self._zoomed = False
        self._read = False

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        yield TitleLine(id="title")
        with Horizontal(id="panes"):
            yield VirtualTree(id="tree")
            with Vertical(id="middle"):
                yield Input(placeholder="/ filter: words  tag:x  module:x  -tag:x", id="filter", compact=True)
                yield VirtualTable(COLUMNS, id="table", empty_message="reading …")
            yield DetailPane(id="details")
        yield JobPane(id="job")
        yield Input(placeholder="", id="command", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paint first, then read."""
        for name in ("#filter", "#command"):
            self.query_one(name, Input).cursor_blink = False
        command = self.query_one("#command", Input)
        command.suggester = CommandSuggester(lambda: self.listing.artifacts)
        command.display = False
        self.query_one(TitleLine).state = "reading …"
        self._lay_out()
        self.in_thread(work.read_catalog, self.workspace, stored_first=True, group="catalog")
        self.in_thread(work.running_jobs, self.workspace, group="job")

    def in_thread(self, function: Callable[..., None], *arguments: object, group: str, **options: object) -> None:
        """Do something in a thread; a later one of the same group takes the place of an earlier one."""
        task = partial(function, self, *arguments, **options)
        self.run_worker(
            partial(work.guarded, self, task), thread=True, group=group, exclusive=True, exit_on_error=False
        )

    # What comes back

    def on_catalog_read(self, message: messages.CatalogRead) -> None:
        """Show the catalog, and what is under the cursor."""
        self._read = True
        self.listing = self.listing.with_catalog(message.artifacts, message.index)
        self.query_one(TitleLine).state = "" if message.current else "looking for changes …"
        self._show_listing()
        tree = self.query_one(VirtualTree)
        if message.current and len({artifact.repository for artifact in message.artifacts}) <= 4:
            tree.expand_nodes([node.key for node in self.listing.nodes() if node.key.startswith("repository:")])
        self._read_details()

    def on_details_read(self, message: messages.DetailsRead) -> None:
        """Show details, unless the cursor has gone on."""
        shown = self.artifact
        if shown is not None and shown.key == message.details.artifact.key:
            self.query_one(DetailPane).show(message)

    def on_detail_pane_file_chosen(self, message: DetailPane.FileChosen) -> None:
        """Read a file that was opened."""
        if self.artifact is not None:
            self.in_thread(work.read_file, self.workspace, self.artifact, message.file, group="file")

    def on_file_read(self, message: messages.FileRead) -> None:
        """Show a file."""
        self.app.push_screen(PagerScreen(message.name, lambda page: page.show_source(message.text, message.name)))

    def on_answered(self, message: messages.Answered) -> None:
        """Show the answer to a command: a line as a note, more as a page."""
        lines = message.lines
        if len(lines) <= 2:
            self.notify("\n".join(lines) or "done", markup=False)
            return
        title = f"{message.request.action} {message.request.cid}".strip(" :")
        self.app.push_screen(PagerScreen(title, lambda document: document.show_text("\n".join(lines))))

    def on_changed(self, message: messages.Changed) -> None:
        """Look again after something was stored."""
        if message.note:
            self.notify(message.note, markup=False)
        self.in_thread(work.read_catalog, self.workspace, stored_first=False, group="catalog")

    def on_failed(self, message: messages.Failed) -> None:
        """Say what didn't work."""
        self.query_one(TitleLine).state = ""
        self.notify(message.text, severity="error", timeout=12, markup=False)

    # Drawing

    @property
    def artifact(self) -> Artifact | None:
        """The artifact under the cursor."""
        number = self.query_one("#table", VirtualTable).cursor_row_id
        return None if number is None or number >= len(self.listing.artifacts) else self.listing.artifacts[number]

    def _show_listing(self) -> None:
        listing = self.listing
        table = self.query_one("#table", VirtualTable)
        table.empty_message = self._why_empty()
        table.set_sort(listing.order or None, listing.descending)
        table.set_highlight(listing.words)
        table.set_rows(listing.shown, self._cells)
        self.query_one(VirtualTree).set_root_nodes(listing.nodes())
        self._count()

    def _why_empty(self) -> str:
        if not self._read:
            return "reading …"
        if not self.listing.artifacts:
            return _NOTHING_YET
        return "Nothing matches the filter.\nEsc clears it." if self.listing.query else "Nothing here."

    def _count(self) -> None:
        listing = self.listing
        repositories = len({artifact.repository for artifact in listing.artifacts})
        broken = sum(1 for artifact in listing.artifacts if artifact.problem)
        parts = [_counted(repositories, "repository", "repositories"), _counted(len(listing.artifacts), "artifact")]
        parts += [f"{len(listing.shown):,} shown"] if len(listing.shown) != len(listing.artifacts) else []
        parts += [f"{broken} broken"] if broken else []
        self.query_one(TitleLine).counts = " · ".join(parts)

    def _cells(self, number: int) -> Sequence[Cell]:
        artifact = self.listing.artifacts[number]
        own = [(f"{tag} ", "own-tag") for tag in artifact.own_tags]
        tags = " ".join(artifact.tags)
        title: Cell = (f"✘ {artifact.title}", "error") if artifact.problem else artifact.label
        return [title, (artifact.module, "accent"), (artifact.repository, "muted"), [*own, (tags, "muted")]]  # type: ignore[list-item]

    def _read_details(self) -> None:
        artifact = self.artifact
        if artifact is None:
            self.query_one(DetailPane).clear()
        else:
            self.in_thread(work.read_details, self.workspace, artifact, group="details")
        self.refresh_bindings()

    # Tree, table, filter

    @on(VirtualTable.RowHighlighted, "#table")
    def _row_highlighted(self) -> None:
        self._read_details()

    @on(VirtualTable.RowSelected, "#table")
    def _row_selected(self) -> None:
        self.action_show_details()

    @on(VirtualTable.SortRequested, "#table")
    def _sort_requested(self, message: VirtualTable.SortRequested) -> None:
        again = message.column_key == self.listing.order
        self._order(message.column_key, again and not self.listing.descending)

    @on(VirtualTree.NodeHighlighted, "#tree")
    def _node_highlighted(self, message: VirtualTree.NodeHighlighted) -> None:
        if not message.key.startswith("tag") and message.key != self.listing.scope:
            self.listing = self.listing.with_scope(message.key)
            self._show_listing()

    @on(VirtualTree.NodeSelected, "#tree")
    def _node_selected(self, message: VirtualTree.NodeSelected) -> None:
        if message.key.startswith("tag:"):
            field = self.query_one("#filter", Input)
            field.value = toggled_tag(field.value, message.key.removeprefix("tag:"))
        elif message.key != "tags":
            self.action_show_table()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, message: Input.Changed) -> None:
        self.listing = self.listing.with_query(message.value)
        self._show_listing()

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self) -> None:
        self.action_show_table()

    def action_filter(self) -> None:
        """Go to the filter."""
        self._show_pane("table")
        self.set_focus(self.query_one("#filter"))

    def show_everything(self) -> None:
        """Take back filter and scope."""
        field = self.query_one("#filter", Input)
        with field.prevent(Input.Changed):
            field.value = ""
        self.listing = self.listing.with_query("").with_scope(ALL)
        self.query_one(VirtualTree).go_to_node(ALL)
        self._show_listing()

    def _order(self, order: str, descending: bool) -> None:
        self.listing = self.listing.ordered_by(order, descending)
        self._show_listing()

    def action_sort(self) -> None:
        """Order by the next column."""
        orders = ("", *ORDERS)
        self._order(orders[(orders.index(self.listing.order) + 1) % len(orders)], False)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._order(self.listing.order or ORDERS[0], not self.listing.descending)

    def action_rescan(self) -> None:
        """Look at every repository's files again."""
        self.query_one(TitleLine).state = "looking for changes …"
        self.in_thread(work.read_catalog, self.workspace, stored_first=False, group="catalog")

    # Panes

    def _lay_out(self) -> None:
        for pane in PANES:
            self.set_class(self._pane == pane, f"-in-{pane}")
        self.set_class(self._zoomed, "-zoomed")

    def _show_pane(self, pane: str) -> None:
        self._pane = pane
        self._lay_out()

    def on_descendant_focus(self) -> None:
        """Keep in mind which pane is in use."""
        holders = {"tree": "tree", "middle": "table", "details": "details", "job": "job"}
        nodes = self.focused.ancestors_with_self if self.focused is not None else ()
        pane = next((holders[node.id] for node in nodes if node.id in holders), "")
        if pane:
            self._show_pane(pane)

    def action_show_tree(self) -> None:
        """Go to the tree."""
        self._show_pane("tree")
        self.query_one(VirtualTree).focus()

    def action_show_table(self) -> None:
        """Go to the table."""
        self._show_pane("table")
        self.query_one("#table").focus()

    def action_show_details(self) -> None:
        """Go to the details."""
        self._show_pane("details")
        self.query_one(DetailPane).active_view.focus()

    def action_show_job(self) -> None:
        """Go to the job pane, or hide it when it is in use."""
        pane = self.query_one(JobPane)
        if pane.folder is None:
            self.notify("no job yet; r runs the program under the cursor", markup=False)
            return
        if self.has_class("-with-job") and pane.has_focus_within:
            self.remove_class("-with-job")
            self.action_show_table()
            return
        self.add_class("-with-job")
        self._show_pane("job")
        self.query_one("#job-log", LogPane).focus()

    def action_zoom(self) -> None:
        """Give the whole screen to the pane in use, and back."""
        self._zoomed = not self._zoomed
        self._lay_out()

    def action_next_view(self) -> None:
        """Show the next view of the details."""
        self._step_view(1)

    def action_previous_view(self) -> None:
        """Show the previous view of the details."""
        self._step_view(-1)

    def _step_view(self, steps: int) -> None:
        if self.has_class("-narrow"):
            self._show_pane("details")
        self.query_one(DetailPane).step(steps)
        if self._pane == "details":
            self.query_one(DetailPane).active_view.focus()

    @on(TabLine.Chosen)
    def _view_chosen(self) -> None:
        self.action_show_details()

    def action_back(self) -> None:
        """Back from where the keys are: from the filter, from a pane, then clear the filter."""
        field = self.query_one("#filter", Input)
        if self._zoomed:
            self.action_zoom()
        elif self.focused is self.query_one("#table") or field.has_focus:
            field.value = ""
            self.action_show_table()
        else:
            self.action_show_table()

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(help_page(BROWSER))

    def action_quit(self) -> None:
        """Leave; a running job goes on."""
        pane = self.query_one(JobPane)
        note = f"job:{pane.folder.name} goes on running" if pane.running and pane.folder else ""
        self.app.exit(message=note or None)


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"
