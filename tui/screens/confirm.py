"""The question before anything is executed: exact commands, files with marked passages, sandbox, answers."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from ..widgets.document import DocumentView
from .environments import OtherOptions, environment_choices, environments_screen, other_options
from .pager import PagerScreen

if TYPE_CHECKING:
    from ...actions.console import Answer
    from ...actions.trust.question import Question

_UNSANDBOXED = "Nothing protects this machine from it: no sandbox. Press u to execute it all the same; Esc cancels."


class ConfirmScreen(ModalScreen["Answer | OtherOptions"]):
    """Answers "once" or "always" only when the person says so; "cancel" is the default.

    A plan without a sandbox that isn't ours takes a second, explicit key. Where several environments fit a dependency,
    the answer may be that another one is to be used.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS = [  # noqa: RUF012  (Textual's own form)
        Binding("y,o", "answer('once')", "Execute once"),
        Binding("a", "answer('always')", "Always for exactly this content"),
        Binding("r", "read", "Read the files"),
        Binding("e", "environments", "Other environments"),
        Binding("u", "unsandboxed", "Without a sandbox", show=False),
        Binding("n,c,escape,q", "answer('cancel')", "Cancel"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    class FilesRead(Message):
        """The files that a plan executes, as text; safe to show."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, question: "Question") -> None:
        super().__init__()
        self._question = question
        self._choices = environment_choices(question.plan)
        self._chosen: Answer = "cancel"

    def compose(self) -> ComposeResult:
        """Show the plan; the focus is on Cancel."""
        with Vertical(classes="question"):
            yield Label("Execute this on your machine?", classes="question-title", markup=False)
            yield DocumentView(classes="question-text")
            yield Label(self._trust_note(), classes="question-note", markup=False)
            with Horizontal(classes="question-buttons"):
                yield Button("Cancel (n)", id="confirm-cancel", compact=True)
                if self._choices:
                    yield Button("Environments (e)", id="confirm-environments", compact=True)
                yield Button("Read files (r)", id="confirm-read", compact=True)
                yield Button("Always (a)", id="confirm-always", variant="warning", compact=True)
                yield Button("Once (y)", id="confirm-once", variant="warning", compact=True)

    def _trust_note(self) -> str:
        question = self._question
        if question.shipped:
            return "Every file that takes part came with ckexplore, unchanged."
        marked = sum(len(file.passages) for file in question.files)
        told = [f"{marked} marked passages" if marked != 1 else "1 marked passage"] * bool(marked)
        told += ["changed since it was approved"] * bool(question.changed)
        told += ["NO SANDBOX"] * question.unsandboxed
        root = " You are root." if question.root else ""
        return f"Not ours: {', '.join(told) or 'read the files if in doubt'}.{root}"

    def on_mount(self) -> None:
        """Put the plan in its place."""
        from ...actions.report.plan_telling import tell_plan  # noqa: PLC0415

        self.set_class(self._question.unsandboxed, "-unsandboxed")
        self.query_one(DocumentView).show_text("\n".join(tell_plan(self._question.plan, self._question)))
        self.query_one("#confirm-cancel").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        name = (event.button.id or "").removeprefix("confirm-")
        if name == "read":
            self.action_read()
        elif name == "environments":
            self.action_environments()
        else:
            self.action_answer("once" if name == "once" else "always" if name == "always" else "cancel")

    def action_answer(self, answer: "Answer") -> None:
        """Answer by a key, or ask for the second one that a plan without a sandbox takes."""
        if answer == "cancel" or not self._question.unsandboxed:
            self.dismiss(answer)
            return
        self._chosen = answer
        self.query_one(".question-note", Label).update(_UNSANDBOXED)
        self.query_one("#confirm-cancel").focus()

    def action_unsandboxed(self) -> None:
        """Confirm that a plan is to be executed without a sandbox."""
        if self._chosen != "cancel":
            self.dismiss(self._chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer other environments only where there are some."""
        del parameters
        return action != "environments" or bool(self._choices)

    def action_environments(self) -> None:
        """Choose another of the environments that fit."""

        def chosen(answer: tuple[list[str], str] | None) -> None:
            if answer is not None:
                other: OtherOptions = other_options(answer)
                self.dismiss(other)

        self.app.push_screen(environments_screen(self._question.plan), chosen)

    def action_read(self) -> None:
        """Read the files that can be executed."""
        self.run_worker(self._read, thread=True, exclusive=True)

    def _read(self) -> None:
        from ...actions.report.plan_telling import in_reading_order, tell_plan_file  # noqa: PLC0415

        question = self._question
        files = in_reading_order(question.plan, question)
        texts = ["\n".join(tell_plan_file(question, file)) for file in files]
        self.post_message(self.FilesRead("\n\n".join(texts)))

    def on_confirm_screen_files_read(self, message: FilesRead) -> None:
        """Show the files."""
        count = len(self._question.plan.files)
        title = f"{count} {'file' if count == 1 else 'files'} of repositories that can be executed"
        self.app.push_screen(PagerScreen(title, lambda page: page.show_text(message.text)))
