"""What the browser's keys do to artifacts: detect, install, run, open a job, any command."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input

from ...actions.plan import Plan
from ...store.artifact import Artifact
from .. import messages
from ..keys import BROWSER, JOBS
from .choose import Choice, ChooseScreen
from .confirm import ConfirmScreen
from .environments import OtherOptions
from .following import FollowingScreen
from .pager import PagerScreen
from .trust import TrustScreen

if TYPE_CHECKING:
    from ...actions.console import Answer
    from ...actions.trust.approval import Approved

_NAMED = {action.name: action for action in BROWSER}


class ActingScreen(FollowingScreen):
    """The acting part of the browser."""

    artifact: Any
    _use_line: Callable[[str], None]
    _typed_from: Widget | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a key in the footer only where it does something."""
        del parameters
        named = _NAMED.get(action)
        if named is not None and named.typing and isinstance(self.focused, Input):
            return False  # these keys come before the field that has the focus: there they are text
        if named is not None and named.typing and action != "command" and self.job_pane.has_focus_within:
            return False  # and before the log, where some of them search
        if named is None or not named.modules:
            return True
        artifact: Artifact | None = self.artifact
        return artifact is not None and artifact.module in named.modules

    def on_key(self, event: events.Key) -> None:
        """Say why a key does nothing for the artifact under the cursor."""
        artifact: Artifact | None = self.artifact
        if self.job_pane.has_focus_within and any(event.key in named.keys.split(",") for named in JOBS):
            return  # there the key is the job's
        for named in BROWSER:
            if named.modules and event.key in named.keys.split(",") and artifact is not None:
                if artifact.module not in named.modules:
                    what = f"{named.keys} ({named.title.lower()}) is for {' and '.join(named.modules)} artifacts"
                    self.notify(f"{what}; this one is of the module {artifact.module}", markup=False)
                return

    # What is typed in one line at the bottom

    def type_line(self, use: Callable[[str], None], value: str, placeholder: str, *, hidden: bool = False) -> None:
        """Let a line be typed, unseen if `hidden`, and use it when it is entered."""
        line = self.query_one("#command", Input)
        if not line.display:
            self._typed_from = self.focused
        self._use_line = use
        line.placeholder = placeholder
        line.password = hidden
        line.value = value
        line.display = True
        self.set_focus(line)  # at once: the next key may be here already

    def action_command(self) -> None:
        """Type a CK command."""
        self.type_line(self._command, "", ": ACTION MODULE:ARTIFACT --key=value   (→ completes, Esc leaves)")

    def _command(self, line: str) -> None:
        if line in ("q", "quit"):
            self.app.exit()
        elif line:
            self.in_thread(self.work.ask_line, self.workspace, line, group="command")

    @on(Input.Submitted, "#command")
    def _typed(self, message: Input.Submitted) -> None:
        self._leave_line()
        self._use_line(message.value.strip())

    @on(Input.Blurred, "#command")
    def _leave_line(self) -> None:
        line = self.query_one("#command", Input)
        if not line.display:
            return
        line.display = False
        before, self._typed_from = self._typed_from, None
        if self.focused not in (None, line):  # the keys have gone elsewhere
            return
        if before is not None and before.is_attached and before.display:
            before.focus()
        else:
            self.action_show_table()

    # Detect, install, run

    def action_detect(self) -> None:
        """Plan the detection of the software under the cursor."""
        self._ask("detect")

    def action_open_job(self) -> None:
        """Show the job under the cursor in the job pane."""
        artifact: Artifact | None = self.artifact
        if artifact is not None:
            self.in_thread(self.work.open_job, self.workspace, self.to_follow, artifact.uid, group="request")

    def action_run(self) -> None:
        """Choose a command of the program under the cursor, then plan it; of a job, plan it again."""
        if self.artifact is not None and self.artifact.module == "job":
            self._ask("replay")
            return
        self._choose(
            "run", "Run", "commands", several=False, option="cmd_key", hint="more options, such as --env.CK_THREADS=2"
        )

    def action_install(self) -> None:
        """Choose variations of the package under the cursor, then plan it."""
        self._choose("install", "Install", "variations", several=True, option="variations", hint="more options")

    def _choose(self, action: str, verb: str, what: str, *, several: bool, option: str, hint: str) -> None:
        artifact: Artifact | None = self.artifact
        if artifact is None:
            return
        self.in_thread(self.work.read_choices, self.workspace, artifact, what, group="choices")
        self._choosing = (action, verb, several, option, hint)

    def on_choices_read(self, message: messages.ChoicesRead) -> None:
        """Ask which, unless there is nothing to choose."""
        action, verb, several, option, hint = self._choosing
        if not message.choices:
            self._ask(action)
            return
        title = f"{verb} {message.artifact.module}:{message.artifact.title}"
        choices = [Choice(name, text or ("(default)" if default else "")) for name, text, default in message.choices]
        screen = ChooseScreen(title, choices, several=several, hint=hint)

        def chosen(answer: tuple[list[str], str] | None) -> None:
            if answer is not None:
                names, line = answer
                self.in_thread(
                    self.work.ask_for,
                    self.workspace,
                    message.artifact,
                    action,
                    {option: ",".join(names)},
                    line,
                    group="request",
                )

        self.app.push_screen(screen, chosen)

    def _ask(self, action: str) -> None:
        artifact: Artifact | None = self.artifact
        if artifact is not None:
            self.in_thread(self.work.ask_for, self.workspace, artifact, action, {}, "", group="request")

    def on_planned(self, message: messages.Planned) -> None:
        """Show what would be executed, and start the job when that is confirmed or has been for good."""
        plan, approved = message.plan, message.approved
        if message.question is None:
            self.notify(f"approved before ({approved.how if approved else ''}): starting", markup=False)
            self._start(plan, approved)
            return

        def answered(answer: "Answer | OtherOptions | None") -> None:
            if isinstance(answer, OtherOptions):
                arguments = (self.workspace, message.values, answer.chosen, answer.line)
                self.in_thread(self.work.ask_again, *arguments, group="request")
            elif answer is None or answer == "cancel":
                self.notify("not executed", markup=False)
            else:
                self._start(plan, approved, answer)

        self.app.clear_notifications()  # nothing may cover what is to be confirmed
        self.app.push_screen(ConfirmScreen(message.question), answered)

    def on_unmet(self, message: messages.Unmet) -> None:
        """Show why something can't be executed: all that it needs, with the reasons."""
        self.app.clear_notifications()
        self.app.push_screen(PagerScreen(message.title, lambda page: page.show_text("\n".join(message.lines))))

    def _start(self, plan: Plan, approved: "Approved | None", answer: "Answer" = "once") -> None:
        arguments = (self.workspace, self.to_follow, plan, approved, answer)
        self.in_thread(self.work.start_job, *arguments, group="request")

    def action_trust(self) -> None:
        """Look through the repository of the artifact under the cursor, and ask whether to trust it."""
        artifact: Artifact | None = self.artifact
        if artifact is not None:
            values = {"action": "trust", "cid": f"repo:{artifact.repository}"}
            self.in_thread(self.work.ask, self.workspace, values, group="request")

    def on_surveyed(self, message: messages.Surveyed) -> None:
        """Show what trusting a repository means, and do so when that is confirmed."""

        def answered(trusted: bool | None) -> None:
            if trusted:
                self.in_thread(self.work.trust, self.workspace, message.survey, group="request")

        self.app.push_screen(TrustScreen(message.survey), answered)
