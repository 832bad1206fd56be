"""What the browser's keys do to artifacts: detect, install, run, any command; and following the job."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events, on
from textual.screen import Screen
from textual.widgets import Input

from ...actions.plan import Plan
from ...store.artifact import Artifact
from ...store.workspace import Workspace
from .. import messages
from ..keys import BROWSER
from ..widgets.job_pane import JobPane
from .choose import Choice, ChooseScreen
from .confirm import ConfirmScreen

_NAMED = {action.name: action for action in BROWSER}


class ActingScreen(Screen[None]):
    """The acting half of the browser."""

    workspace: Workspace
    artifact: Any
    show_artifact: Callable[[str], None]
    in_thread: Callable[..., None]
    action_show_table: Callable[[], None]
    _use_line: Callable[[str], None]
    _last_experiment = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a key in the footer only where it does something."""
        del parameters
        named = _NAMED.get(action)
        if named is not None and named.typing and isinstance(self.focused, Input):
            return False  # these keys come before the field that has the focus: there they are text
        if named is None or not named.modules:
            return True
        artifact: Artifact | None = self.artifact
        return artifact is not None and artifact.module in named.modules

    def on_key(self, event: events.Key) -> None:
        """Say why a key does nothing for the artifact under the cursor."""
        artifact: Artifact | None = self.artifact
        for named in BROWSER:
            if named.modules and event.key in named.keys.split(",") and artifact is not None:
                if artifact.module not in named.modules:
                    what = f"{named.keys} ({named.title.lower()}) is for {' and '.join(named.modules)} artifacts"
                    self.notify(f"{what}; this one is of the module {artifact.module}", markup=False)
                return

    @property
    def work(self):
        """What is done in threads: a module that is imported when something is, since it brings all else along."""
        from .. import work  # noqa: PLC0415

        return work

    # What is typed in one line at the bottom

    def type_line(self, use: Callable[[str], None], value: str, placeholder: str) -> None:
        """Let a line be typed, and use it when it is entered."""
        line = self.query_one("#command", Input)
        self._use_line = use
        line.placeholder = placeholder
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
            self.in_thread(self.work.ask_line, self.workspace, line, group="request")

    @on(Input.Submitted, "#command")
    def _typed(self, message: Input.Submitted) -> None:
        self._leave_line()
        self._use_line(message.value.strip())

    @on(Input.Blurred, "#command")
    def _leave_line(self) -> None:
        line = self.query_one("#command", Input)
        if line.display:
            line.display = False
            self.action_show_table()

    # Detect, install, run

    def action_detect(self) -> None:
        """Plan the detection of the software under the cursor."""
        self._ask("detect")

    def action_run(self) -> None:
        """Choose a command of the program under the cursor, then plan it."""
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
        """Show the exact commands, and start the job when they are confirmed."""
        plan: Plan = message.plan

        def answered(execute: bool | None) -> None:
            if not execute:
                self.notify("not executed", markup=False)
                return
            pane = self.query_one(JobPane)
            if pane.running:
                self.notify(
                    "a job is running; it goes on, and the pane shows the new one", severity="warning", markup=False
                )
            self.in_thread(self.work.start_job, self.workspace, plan, group="job")

        from ...actions.trust.approval import is_shipped  # noqa: PLC0415

        self.app.clear_notifications()  # nothing may cover what is to be confirmed
        self.app.push_screen(ConfirmScreen(plan, is_shipped(plan)), answered)

    # The job

    def on_job_started(self, message: messages.JobStarted) -> None:
        """Show the job pane."""
        self.query_one(JobPane).begin(message.folder, message.title)
        self.add_class("-with-job")

    def _pane_of(self, folder: Path) -> JobPane | None:
        pane = self.query_one(JobPane)
        return pane if pane.folder == folder else None

    def on_job_output(self, message: messages.JobOutput) -> None:
        """Show what the job wrote."""
        if pane := self._pane_of(message.folder):
            pane.write(message.data)

    def on_job_told(self, message: messages.JobTold) -> None:
        """Show how far the job is and what it measures."""
        if pane := self._pane_of(message.folder):
            pane.take_events(message.events)

    def on_job_moved(self, message: messages.JobMoved) -> None:
        """Follow the state; at the end look what was recorded."""
        pane = self._pane_of(message.folder)
        if pane is None:
            return
        pane.move(message.state, message.reason)
        if not message.state.over:
            return
        if message.state.state == "done":
            self.post_message(messages.Changed(self._told(message.state.results)))
        else:
            self.notify(message.reason or message.state.state, severity="error", timeout=12, markup=False)
            self.post_message(messages.Changed())

    def _told(self, results: dict[str, Any]) -> str:
        """Say what came of a job, and keep in mind where its point is."""
        if results.get("experiment"):
            self._last_experiment = str(results["experiment"])
            return f"point recorded in {self._last_experiment}; e shows it"
        if results.get("full_path"):
            return f"registered {results['full_path']} {results.get('version', '')}".rstrip()
        return "done"

    def action_cancel_job(self) -> None:
        """End the running job."""
        pane = self.query_one(JobPane)
        if pane.running and pane.folder is not None:
            self.in_thread(self.work.cancel_job, pane.folder, group="cancel")
        else:
            self.notify("no job is running", markup=False)

    def action_result(self) -> None:
        """Go to the experiment that the last run was recorded in."""
        if self._last_experiment:
            self.show_artifact(self._last_experiment)
            return
        self.notify("no run has been recorded in this session", markup=False)
