"""A page of text over the browser: the answer to a command, or the help."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from ..keys import JOBS, MOVING, NamedAction
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
    """Make the help of a screen from its named actions."""
    groups = (("act", "Do something"), ("find", "Find"), ("look", "Look"), ("job", "In the job pane"))
    lines = ["# The browser", "", _WHAT, ""]
    for group, title in groups:
        lines += [f"## {title}", ""]
        lines += [
            f"- `{action.shown_keys}` **{action.title}**: {action.explanation}"
            for action in (*actions, *JOBS)
            if action.group == group
        ]
        lines.append("")
    lines += ["## Move", "", *(f"- `{keys}` {text}" for keys, text in MOVING)]
    return PagerScreen("Help", lambda document: document.show_markdown("\n".join(lines)))


_WHAT = (
    "At the left the repositories with their modules and, below them, the tags; in the middle the artifacts; at the "
    "right what the artifact under the cursor is. Below them the job that runs. On a narrow terminal the details take "
    "the place of the table. Nothing of a repository is executed before you have seen the commands and said yes."
)
