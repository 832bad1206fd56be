"""The browser: tree, table, details and job pane over one workspace. It asks the kernel and draws the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input

from ...store import collector
from ...store.artifact import Artifact
from ...store.cid import parse_cid
from ...store.search import ORDERS
from ...store.workspace import Workspace
from .. import messages
from ..commands import CommandSuggester
from ..keys import BROWSER, bindings
from ..listing import ALL, Listing, toggled_tag
from ..pace import Pace
from ..widgets.detail_pane import DetailPane
from ..widgets.job_pane import JobPane
from ..widgets.segments import one_line
from ..widgets.tab_line import TabLine
from ..widgets.table import Cell, Column, Piece, VirtualTable
from ..widgets.title_line import READING, TitleLine
from ..widgets.tree import VirtualTree
from .annotating import AnnotatingScreen
from .pager import PagerScreen, help_page

if TYPE_CHECKING:
    from ...store.live_catalog import LiveCatalog

COLUMNS = (
    Column("artifact", "artifact", minimum=22, weight=3, priority=9),
    Column("module", "module", width=11, priority=8),
    Column("repository", "repository", minimum=11, weight=1, priority=5),
    Column("tags", "tags", minimum=12, weight=3, priority=6),
)
_WIDGETS = (
    "chart_view",
    "detail_pane",
    "document",
    "fields",
    "job_pane",
    "lines",
    "log_pane",
    "tab_line",
    "table",
    "tree",
)
_FEW_REPOSITORIES = 4  # these open by themselves in the tree
POINTS_SCREEN = "experiment-points"
PANES = ("tree", "table", "details", "job")

_NOTHING_YET = """No repositories yet.

Press : and type   add repo --path=FOLDER
to register one that is on this machine, or
   add repo --url=https://…   to clone one.

Or leave with q and try the samples:
   ckexplore demo"""


class BrowserScreen(AnnotatingScreen):
    """The main screen."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(BROWSER))
    AUTO_FOCUS = "#table"
    CSS_PATH = [  # noqa: RUF012  (Textual's own form)
        "browser.tcss",
        *(f"../widgets/{name}.tcss" for name in _WIDGETS),
    ]

    def __init__(self, workspace: Workspace, pace: Pace) -> None:
        super().__init__()
        self.workspace, self.pace = workspace, pace
        self.listing = Listing()
        self._catalog: LiveCatalog | None = None
        self._pane = "table"
        self._zoomed = False
        self._looked = False
        self._reading = READING  # what the catalog does
        self._untouched = True  # the cursor, so that it stays at the top while the first rows come in
        self._opened: set[str] = set()  # repositories in the tree that opened by themselves

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        yield TitleLine(id="title")
        with Horizontal(id="panes"):
            yield VirtualTree(id="tree")
            with Vertical(id="middle"):
                yield Input(placeholder="/ filter: words  tag:x  module:x  -tag:x", id="filter", compact=True)
                yield VirtualTable(COLUMNS, id="table", empty_message=READING)
            yield DetailPane(id="details")
        yield JobPane(id="job")
        yield Input(placeholder="", id="command", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paint first, then read."""
        for name in ("#filter", "#command"):
            self.query_one(name, Input).cursor_blink = False
        command = self.query_one("#command", Input)
        command.suggester = CommandSuggester(lambda: self.listing)
        command.display = False
        self.query_one(TitleLine).state = READING
        self._lay_out()
        self.call_after_refresh(self.run_worker, self._open_catalog, thread=True, group="open")

    def _open_catalog(self) -> None:
        from ..catalog_feed import open_catalog  # noqa: PLC0415  (in a thread, after the first paint)

        open_catalog(self, self.workspace)

    def on_catalog_opened(self, message: messages.CatalogOpened) -> None:
        """Ask for what is to be shown by now."""
        self._catalog = message.catalog
        self._ask_catalog()
        self.follow_jobs()
        collector.leave_out_what_is_there()  # all of the browser: 70 ms, again and again

    def on_unmount(self) -> None:
        """Give up the catalog, and let the thread that follows jobs notice."""
        self.pace.touch()
        if self._catalog is not None:
            self._catalog.close()

    def in_thread(self, function: Callable[..., None], *arguments: object, group: str, **options: object) -> None:
        """Do something in a thread; a later one of the same group takes the place of an earlier one.

        Typed commands, the group "command", go on side by side.
        """
        task = partial(function, self, *arguments, **options)
        self.run_worker(
            partial(self.work.guarded, self, task),
            thread=True,
            group=group,
            exclusive=group != "command",
            exit_on_error=False,
        )

    # What comes back

    def on_answered(self, message: messages.Answered) -> None:
        """Show the rows of the newest view, and what is under the cursor."""
        if message.answer.view != self.listing.view:
            return  # the answer to the newest is on its way
        before, artifact = self.listing, self.artifact
        self.listing = replace(before, answer=message.answer)
        self._show_rows(before.number_in(self.listing, self.query_one("#table", VirtualTable).cursor_row_id))
        if self.artifact != artifact or not message.answer.shown:
            self._read_details()

    def on_counted(self, message: messages.Counted) -> None:
        """Show in the tree what the rows have."""
        self.listing = replace(self.listing, counted=message.counted)
        self._show_tree()

    def on_annotations_read(self, message: messages.AnnotationsRead) -> None:
        """Show what the user wrote."""
        self.listing = replace(self.listing, annotations=message.annotations, searches=message.searches)
        self.query_one("#table", VirtualTable).refresh_rows()
        self._show_tree()
        self._read_details()
        if self.listing.scope == "bookmarks":
            self._ask_catalog()

    def on_files_changed(self, message: messages.FilesChanged) -> None:
        """Read the details again when they may say something else now."""
        number = self.query_one("#table", VirtualTable).cursor_row_id
        if number is not None and self.listing.concerned(number, message.touched):
            self._read_details()
        for screen in self.app.screen_stack:
            if screen.id == POINTS_SCREEN:
                screen.post_message(message)

    def on_catalog_moved(self, message: messages.CatalogMoved) -> None:
        """Say how far the reading is, and what isn't as it should be."""
        progress = message.progress
        self._looked = progress.looked
        self._reading = self.query_one(TitleLine).state = progress.doing or progress.shortcoming
        self.query_one("#table", VirtualTable).empty_message = self._why_empty()

    def on_progressed(self, message: messages.Progressed) -> None:
        """Say how far something is that takes a while; at its end, what the catalog does."""
        self.query_one(TitleLine).state = message.text or self._reading

    def on_details_read(self, message: messages.DetailsRead) -> None:
        """Show details, unless the cursor has gone on."""
        shown = self.artifact
        if shown is not None and shown.key == message.details.artifact.key:
            self.query_one(DetailPane).show(message)

    def on_tree_read(self, message: messages.TreeRead) -> None:
        """Show what a script needs, unless the cursor has gone on."""
        if self.artifact is not None and self.artifact.key == message.key:
            self.query_one(DetailPane).show_tree(message.lines)

    def on_detail_pane_file_chosen(self, message: DetailPane.FileChosen) -> None:
        """Read a file that was opened."""
        if self.artifact is not None:
            self.in_thread(self.work.read_file, self.workspace, self.artifact, message.file, group="file")

    def on_file_read(self, message: messages.FileRead) -> None:
        """Show a file."""
        self.app.push_screen(PagerScreen(message.name, lambda page: page.show_source(message.text, message.name)))

    def on_told(self, message: messages.Told) -> None:
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
        if self._catalog is not None:
            self._catalog.look_again(own_only=message.own_only)

    def on_failed(self, message: messages.Failed) -> None:
        """Say what didn't work."""
        self.notify(message.text, severity="error", timeout=12, markup=False)

    # Drawing

    @property
    def artifact(self) -> Artifact | None:
        """The artifact under the cursor."""
        number = self.query_one("#table", VirtualTable).cursor_row_id
        return None if number is None or self.listing.answer is None else self.listing.artifact(number)

    def look_at(self, **changes: object) -> None:
        """Ask for another view; the rows follow as soon as they are found."""
        self.listing = replace(self.listing, **changes)  # type: ignore[arg-type]
        self._ask_catalog()

    def _ask_catalog(self) -> None:
        if self._catalog is not None:
            self._catalog.ask(self.listing.view)

    def _show_rows(self, cursor: int | None) -> None:
        listing = self.listing
        table = self.query_one("#table", VirtualTable)
        table.empty_message = self._why_empty()
        table.set_sort(listing.order or None, listing.descending)
        table.set_highlight(listing.words)
        table.set_rows(listing.shown, self._cells, cursor)
        if self._untouched:
            table.move_cursor(0)
        self._count()

    def _show_tree(self) -> None:
        tree = self.query_one(VirtualTree)
        tree.set_root_nodes(self.listing.nodes())
        repositories = {node.key for node in self.listing.nodes() if node.key.startswith("repository:")}
        if len(repositories) <= _FEW_REPOSITORIES:
            tree.expand_nodes(sorted(repositories - self._opened))
            self._opened |= repositories
        self.query_one("#table", VirtualTable).empty_message = self._why_empty()
        self._count()

    def _why_empty(self) -> str:
        answer = self.listing.answer
        if answer is None or not (len(answer.index) or self._looked):
            return READING
        if not len(answer.index):
            return _NOTHING_YET
        return "Nothing matches the filter.\nEsc clears it." if self.listing.query else "Nothing here."

    def _count(self) -> None:
        answer, counted = self.listing.answer, self.listing.counted
        if answer is None:
            return
        repositories = sum(1 for modules in counted.modules.values() if modules) if counted else 0
        parts = [_counted(repositories, "repository", "repositories")] if repositories else []
        parts += [_counted(answer.index.artifacts, "artifact")]
        scope, shown = self.listing.scope, len(answer.shown)
        within = f" in {one_line(scope.partition(':')[2] or scope)}" if scope != ALL else ""
        parts += [f"{shown:,} shown{within}"] if within or shown != answer.index.artifacts else []
        parts += [f"like {', '.join(answer.similar[:3])}"] if answer.similar else []
        parts += [f"{answer.index.broken:,} broken"] if answer.index.broken else []
        self.query_one(TitleLine).counts = " · ".join(parts)

    def _cells(self, number: int) -> Sequence[Cell]:
        artifact = self.listing.artifact(number)
        annotation = self.listing.annotation(artifact)
        title: list[Piece] = [(f"✘ {artifact.label}", "error") if artifact.problem else (artifact.label, "")]
        if annotation and annotation.note:
            title.insert(0, ("✎ ", "own-tag"))
        if annotation and annotation.bookmarked:
            title.insert(0, ("★ ", "own-tag"))
        repository: list[Piece] = [(artifact.repository, "muted")]
        copies = len(self.listing.copies(number)) - 1
        if copies:
            repository.append((f" +{copies}", "accent"))
        tags: list[Piece] = [(f"{tag} ", "own-tag") for tag in artifact.own_tags]
        return [title, (artifact.module, "accent"), repository, [*tags, (" ".join(artifact.tags), "muted")]]

    def _read_details(self) -> None:
        artifact, number = self.artifact, self.query_one("#table", VirtualTable).cursor_row_id
        if artifact is None or number is None:
            self.query_one(DetailPane).clear()
        else:
            copies = [self.listing.artifact(one) for one in self.listing.copies(number)]
            self.in_thread(self.work.read_details, self.workspace, artifact, copies, group="details")
        self.refresh_bindings()

    # Tree, table, filter

    @on(VirtualTable.RowHighlighted, "#table")
    def _row_highlighted(self) -> None:
        self._untouched = self._untouched and not self.query_one("#table", VirtualTable).cursor_line
        self._read_details()

    @on(VirtualTable.RowSelected, "#table")
    def _row_selected(self) -> None:
        self.action_show_details()

    @on(VirtualTable.SortRequested, "#table")
    def _sort_requested(self, message: VirtualTable.SortRequested) -> None:
        again = message.column_key == self.listing.order
        self.look_at(order=message.column_key, descending=again and not self.listing.descending)

    @on(VirtualTree.NodeHighlighted, "#tree")
    def _node_highlighted(self, message: VirtualTree.NodeHighlighted) -> None:
        kind = message.key.partition(":")[0]
        if kind in {ALL, "bookmarks", "repository", "module"} and message.key != self.listing.scope:
            self.look_at(scope=message.key)

    @on(VirtualTree.NodeSelected, "#tree")
    def _node_selected(self, message: VirtualTree.NodeSelected) -> None:
        kind, _, name = message.key.partition(":")
        if kind == "tag":
            field = self.query_one("#filter", Input)
            field.value = toggled_tag(field.value, name)
        elif kind == "search":
            self.open_search(name)
            self.action_show_table()
        elif kind not in {"tags", "searches"}:
            self.action_show_table()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, message: Input.Changed) -> None:
        self.look_at(query=message.value)

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self) -> None:
        self.action_show_table()

    def action_filter(self) -> None:
        """Go to the filter."""
        self._show_pane("table")
        self.set_focus(self.query_one("#filter"))

    def show_artifact(self, cid: str) -> None:
        """Take back filter and branch, and go to an artifact."""
        wanted = parse_cid(cid)
        field = self.query_one("#filter", Input)
        words = f"module:{wanted.module} repo:{wanted.repository} {wanted.artifact}"
        with field.prevent(Input.Changed):
            field.value = words
        self.query_one(VirtualTree).go_to_node(ALL)
        self.look_at(query=words, scope=ALL)
        self.action_show_table()

    def action_sort(self) -> None:
        """Order by the next column."""
        self.look_at(order=self.listing.order_after, descending=False)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.look_at(order=self.listing.order or next(iter(ORDERS)), descending=not self.listing.descending)

    def action_rescan(self) -> None:
        """Look at every repository's files again."""
        if self._catalog is not None:
            self._catalog.look_again()

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

    @on(VirtualTable.RowSelected, "#points-table")
    def action_points(self) -> None:
        """Look at the points of the experiment under the cursor."""
        from .experiments import ExperimentsScreen  # noqa: PLC0415  (with all its charts)

        artifact, number = self.artifact, self.query_one("#table", VirtualTable).cursor_row_id
        if artifact is not None and number is not None and artifact.module == "experiment":
            root = self.listing.root(number)
            self.app.push_screen(ExperimentsScreen(self.workspace, artifact, root, id=POINTS_SCREEN))

    def action_show_details(self) -> None:
        """Go to the details."""
        self._show_pane("details")
        self.query_one(DetailPane).active_view.focus()

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
        if self.query_one("#command", Input).has_focus:
            self._leave_line()
        elif self._zoomed:
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
        """Leave; what runs goes on, and is named."""
        self.app.exit(message=self.what_goes_on() or None)


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"
