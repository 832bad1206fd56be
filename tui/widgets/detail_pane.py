"""The details of one artifact: overview, README, what it needs and offers, meta, files, an experiment's points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from ...actions.report.units import with_unit
from ...store.formats.shape import Shape
from .chart_view import ChartView
from .document import DocumentView
from .fields import FieldsView
from .tab_line import TabLine
from .table import Cell, Column, VirtualTable

if TYPE_CHECKING:  # the first paint needs none of these
    from collections.abc import Sequence

    from ...actions.browsing import Details, FileRow
    from ...actions.scripts.tree_lines import TreeLine
    from .. import messages

_FILE_COLUMNS = (
    Column("path", "file", minimum=10, weight=1, priority=2),
    Column("size", "size", width=10, align="right", priority=1),
)

_NEED_COLUMNS = (
    Column("name", "needs and offers", minimum=14, weight=2, priority=9),
    Column("text", "", minimum=10, weight=3, priority=8),
    Column("when", "when", minimum=8, weight=1, priority=7),
)


class DetailPane(Vertical):
    """Shows `Details`; which views there are depends on the artifact."""

    class FileChosen(Message):
        """A file was opened."""

        def __init__(self, file: FileRow) -> None:
            super().__init__()
            self.file = file

    def compose(self) -> ComposeResult:
        """Make every view once; only one is shown."""
        yield TabLine(id="detail-tabs")
        with ContentSwitcher(initial="view-overview", id="detail-views"):
            yield FieldsView(id="view-overview")
            yield DocumentView(id="view-readme", empty_message="no README")
            yield VirtualTable(_NEED_COLUMNS, id="view-needs", empty_message="needs nothing")
            yield DocumentView(id="view-meta", empty_message="no meta")
            yield VirtualTable(_FILE_COLUMNS, id="view-files", empty_message="no files")
            with Vertical(id="view-points"):
                yield ChartView(id="points-chart")
                yield VirtualTable((), id="points-table", empty_message="no points yet")

    def on_mount(self) -> None:
        """Start with nothing shown."""
        self._files: tuple[FileRow, ...] = ()
        self._shape = Shape()
        self.query_one(TabLine).set_names(("overview",), "overview")

    @property
    def active_view(self) -> Widget:
        """The widget that the keys go to when this pane has the focus."""
        name = self.query_one(TabLine).active
        return self.query_one("#points-table" if name == "points" else f"#view-{name}")

    def show(self, read: messages.DetailsRead) -> None:
        """Show an artifact, in the view that was in use if it has it."""
        details = read.details
        self.query_one("#view-overview", FieldsView).show_fields(details.overview)
        self._show_readme(details)
        meta = self.query_one("#view-meta", DocumentView)
        show = meta.show_json if details.meta_value else meta.show_text  # of why it can't be read
        show(details.meta)
        self._show_files(details.files)
        self._shape = details.shape
        needs = needs_rows(details.shape)
        self._show_needs(needs)
        names = ["overview"]
        names += ["points"] if details.artifact.module == "experiment" else []
        names += ["readme"] if details.readme else []
        names += ["needs"] if needs else []
        names += ["meta"] if details.meta else []
        names.append("files")
        if "points" in names:
            self._show_points(read)
        tabs = self.query_one(TabLine)
        wanted = tabs.active if tabs.active in names else "overview"
        tabs.set_names(names, "points" if "points" in names and wanted == "overview" and read.figure else wanted)
        self._switch()

    def show_tree(self, lines: Sequence[TreeLine]) -> None:
        """Show in the place of the shown script's dependencies all that they need in turn."""
        self._show_needs([*tree_rows(lines), *needs_rows(replace(self._shape, dependencies=()))])

    def _show_needs(self, needs: list[Sequence[Cell]]) -> None:
        self.query_one("#view-needs", VirtualTable).set_rows(range(len(needs)), needs.__getitem__)

    def _show_readme(self, details: Details) -> None:
        view = self.query_one("#view-readme", DocumentView)
        name = details.readme_source.split(" ", 1)[0].lower()
        if name.endswith((".md", "readme")):
            view.show_markdown(details.readme)
        else:
            view.show_text(details.readme)

    def _show_files(self, files: tuple[FileRow, ...]) -> None:
        self._files = files

        def cells(number: int) -> list[Cell]:
            row = files[number]
            path: Cell = (row.path, "muted") if row.path.startswith(".") else row.path
            return [path, (with_unit(row.size, "B") if row.kind != "link" else "link", "muted")]

        self.query_one("#view-files", VirtualTable).set_rows(range(len(files)), cells)

    def _show_points(self, read: messages.DetailsRead) -> None:
        header, rows = read.points
        columns = [
            Column(f"{number}", name, minimum=min(max(len(name), 8), 18), priority=len(header) - number)
            for number, name in enumerate(header)
        ]
        table = self.query_one("#points-table", VirtualTable)
        table.set_rows((), lambda _: ())
        table.set_columns(columns)
        table.set_rows(range(len(rows)), lambda number: list(rows[number]))
        chart = self.query_one("#points-chart", ChartView)
        chart.display = read.figure is not None
        if read.figure is not None:
            chart.set_figure(read.figure)

    def clear(self) -> None:
        """Show nothing."""
        self.query_one("#view-overview", FieldsView).show_fields(())
        self.query_one(TabLine).set_names(("overview",), "overview")
        self._switch()

    def step(self, steps: int) -> None:
        """Go to the next or the previous view."""
        tabs = self.query_one(TabLine)
        self.choose(tabs.after(steps))

    def choose(self, name: str) -> None:
        """Go to a view by its name; one that isn't there is ignored."""
        tabs = self.query_one(TabLine)
        if name in tabs.names:
            had_focus = self.has_focus_within
            tabs.set_names(tabs.names, name)
            self._switch()
            if had_focus:
                self.active_view.focus()

    def _switch(self) -> None:
        self.query_one(ContentSwitcher).current = f"view-{self.query_one(TabLine).active}"

    @on(VirtualTable.RowSelected, "#view-files")
    def _file_selected(self, message: VirtualTable.RowSelected) -> None:
        message.stop()
        self.post_message(self.FileChosen(self._files[message.row_id]))

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        """Follow a click on a name."""
        self.choose(message.name)


def tree_rows(lines: Sequence[TreeLine]) -> list[Sequence[Cell]]:
    """Make the rows of a tree; the first line is the script itself."""
    return [["  " * (one.depth - 1) + one.name, (one.text, "muted"), one.when] for one in lines[1:]]


def needs_rows(shape: Shape) -> list[Sequence[Cell]]:
    """Make the rows of the view `needs`: dependencies, then variations, then versions."""
    found: list[Sequence[Cell]] = []
    for one in shape.dependencies:
        text = " ".join(part for part in (one.tags if one.key else "", one.versions) if part)
        when = " ".join(part for part in (one.phase, one.when) if part)
        found.append([one.key or one.tags, (text, "muted"), when])
    for one in shape.variations:
        group = f"one of {one.group}" if one.group else ""
        name: Cell = [(one.name, "accent"), (" (default)" if one.default else "", "muted")]
        found.append([name, (one.sets, "muted"), group])
    for version in shape.versions:
        default = "default" if version == shape.default_version else ""
        found.append([(f"version {version}", "strong"), "", default])
    return found
