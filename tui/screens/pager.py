"""A page of text over the browser: the answer to a command, or the help."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from ..keys import EXPERIMENTS, JOBS, MOVING, NamedAction
from ..widgets.document import DocumentView


class PagerScreen(ModalScreen[None]):
    """Shows a document until a key says that it has been read."""

    CSS_PATH = "pager.tcss"
    BINDINGS = [Binding("escape,q,enter", "leave", "Close")]  # noqa: RUF012

    def __init__(self, title: str, show: Callable[[DocumentView], None]) -> None:
        super().__init__()
        self._heading, self._show = title, show

    def compose(self) -> ComposeResult:
        """Show the title, the document and how to leave."""
        with Vertical(id="pager"):
            yield Label(self._heading, id="pager-title", markup=False)
            yield DocumentView(id="pager-document")
            yield Label("Esc closes", id="pager-keys", markup=False)

    def on_mount(self) -> None:
        """Put the document in its place."""
        document = self.query_one(DocumentView)
        self._show(document)
        document.focus()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)


def help_page(actions: tuple[NamedAction, ...]) -> PagerScreen:
    """Make the help of the browser from its named actions."""
    groups = (("act", "Do something"), ("find", "Find"), ("look", "Look"), ("job", "In the job pane"))
    return _help(("# The browser", "", _WHAT), groups, (*actions, *JOBS), MOVING)


def experiments_help_page() -> PagerScreen:
    """Make the help of the experiments screen."""
    groups = (("points", "The table"), ("chart", "The chart"), ("screen", "The screen"))
    return _help(("# The points of an experiment", "", _POINTS), groups, EXPERIMENTS, _MOVING_IN_POINTS)


def _help(
    head: Sequence[str],
    groups: Sequence[tuple[str, str]],
    actions: Sequence[NamedAction],
    moving: Sequence[tuple[str, str]],
) -> PagerScreen:
    lines = [*head, ""]
    for group, title in groups:
        lines += [f"## {title}", ""]
        lines += [
            f"- `{action.shown_keys}` **{action.title}**: {action.explanation}"
            for action in actions
            if action.group == group
        ]
        lines.append("")
    lines += ["## Move", "", *(f"- `{keys}` {text}" for keys, text in moving)]
    return PagerScreen("Help", lambda document: document.show_markdown("\n".join(lines)))


_WHAT = (
    "At the left the repositories with their modules and, below them, the tags; in the middle the artifacts; at the "
    "right what the artifact under the cursor is. Below them the job that runs. On a narrow terminal the details take "
    "the place of the table. Nothing of a repository is executed before you have seen the commands and said yes."
)

_POINTS = (
    "The table has a row for each point, the chart shows the points that pass the filter; the cursor is on the same "
    "point in both. `●` is on the Pareto front of the objectives, `◌` may be on it as far as the intervals of its "
    "repetitions tell, `■` is marked. The objectives are what is on the axes, or what you type with `m`. In a filter, "
    "names may leave out what comes before a dot, texts are in quotes, and `and`, `or`, `not`, `in`, + - * / % ** "
    "can be used. A column that differs in no point is hidden."
)
_MOVING_IN_POINTS = (
    ("↑ ↓  k j", "in the table a row up or down; in the chart to the next point above or below"),
    ("← →  h l", "in the table to more columns; in the chart to the next point at the left or right"),
    ("PgUp PgDn Home End  g G", "pages, first and last row"),
    ("Tab", "from the table to the chart and back"),
    ("Enter", "all that is known of the point"),
    ("ctrl+p", "the palette: every action by its name"),
)
