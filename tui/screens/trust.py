"""The question whether to trust a whole repository at its present content."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from ..widgets.document import DocumentView

if TYPE_CHECKING:
    from ...actions.trust.repository_trust import Survey


class TrustScreen(ModalScreen[bool]):
    """Answers True only when the person says so; cancel is the default."""

    CSS_PATH = "confirm.tcss"
    BINDINGS = [  # noqa: RUF012  (Textual's own form)
        Binding("T", "answer(True)", "Trust"),
        Binding("n,c,escape,q", "answer(False)", "Cancel"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, survey: "Survey") -> None:
        super().__init__()
        self._survey = survey

    def compose(self) -> ComposeResult:
        """Show what was found; the focus is on Cancel."""
        with Vertical(classes="question"):
            yield Label("Trust this repository at its present content?", classes="question-title", markup=False)
            yield DocumentView(classes="question-text")
            with Horizontal(classes="question-buttons"):
                yield Button("Cancel (n)", id="trust-cancel", compact=True)
                yield Button("Trust (T)", id="trust-yes", variant="warning", compact=True)

    def on_mount(self) -> None:
        """Put what was found in its place."""
        from ...actions.report.trust_telling import tell_survey  # noqa: PLC0415
        from ...actions.trust.repository_trust import as_values  # noqa: PLC0415

        self.query_one(DocumentView).show_text("\n".join(tell_survey(as_values(self._survey))))
        self.query_one("#trust-cancel").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "trust-yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by a key."""
        self.dismiss(answer)
