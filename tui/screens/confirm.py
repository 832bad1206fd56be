"""The question before anything is executed: the exact commands, folders, variables and files, and two answers."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from ...actions.plan import Plan
from ..widgets.document import DocumentView


class ConfirmScreen(ModalScreen[bool]):
    """Answers True only when the person says so; cancel is the default."""

    CSS_PATH = "confirm.tcss"
    BINDINGS = [  # noqa: RUF012  (Textual's own form)
        Binding("y", "answer(True)", "Execute"),
        Binding("n,escape,q", "answer(False)", "Cancel"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, plan: Plan, shipped: bool) -> None:
        super().__init__()
        self._plan = plan
        self._shipped = shipped

    def compose(self) -> ComposeResult:
        """Show the plan; the focus is on Cancel."""
        with Vertical(id="confirm"):
            yield Label("Execute this on your machine?", id="confirm-title", markup=False)
            yield DocumentView(id="confirm-plan")
            yield Label(self._trust_note(), id="confirm-note", markup=False)
            with Horizontal(id="confirm-buttons"):
                yield Button("Cancel (n)", id="confirm-no", compact=True)
                yield Button("Execute (y)", id="confirm-yes", variant="warning", compact=True)

    def _trust_note(self) -> str:
        if self._shipped:
            return "Every file that takes part came with ckexplore, unchanged."
        return "These files are not ours: they run with all your rights. Read them if in doubt."

    def on_mount(self) -> None:
        """Put the plan in its place."""
        from ...actions.report.telling import tell_plan  # noqa: PLC0415

        self.query_one(DocumentView).show_text("\n".join(tell_plan(self._plan)))
        self.query_one("#confirm-no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by the button."""
        self.dismiss(event.button.id == "confirm-yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by a key."""
        self.dismiss(answer)
