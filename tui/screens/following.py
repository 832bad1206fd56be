"""What the browser's keys do with jobs: show, choose, type into, attach, search, cancel; and what comes of them."""

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from textual import on
from textual.screen import Screen

from ...store.workspace import Workspace
from .. import messages
from ..pace import Pace
from ..widgets.job_pane import JobPane
from ..widgets.job_view import JobView
from ..widgets.log_pane import LogPane
from ..widgets.title_line import TitleLine


class FollowingScreen(Screen[None]):
    """The jobs' part of the browser."""

    workspace: Workspace
    pace: Pace
    in_thread: Callable[..., None]
    show_artifact: Callable[[str], None]
    action_show_table: Callable[[], None]
    type_line: Callable[..., None]
    _show_pane: Callable[[str], None]
    _last_experiment = ""

    @property
    def work(self):
        """What is done in threads: a module that is imported when something is, since it brings all else along."""
        from .. import work  # noqa: PLC0415

        return work

    def follow_jobs(self) -> None:
        """Begin to follow jobs: those that are put into `to_follow`, and those that go on already."""
        self.to_follow: SimpleQueue[Path] = SimpleQueue()
        self.run_worker(self._follow_jobs, thread=True, group="jobs", exit_on_error=False)

    def _follow_jobs(self) -> None:
        from ..job_feed import follow_jobs  # noqa: PLC0415  (in the thread, with all that jobs bring along)

        follow_jobs(self, self.workspace, self.to_follow, self.pace)

    @property
    def job_pane(self) -> JobPane:
        """The pane of the jobs."""
        return self.query_one(JobPane)

    # What comes of jobs

    def on_job_started(self, message: messages.JobStarted) -> None:
        """Take a job into the pane, and show it when it was asked for here."""
        self.job_pane.begin(message.folder, message.title, show=message.show)
        self.add_class("-with-job")
        self._count_jobs()

    def on_job_output(self, message: messages.JobOutput) -> None:
        """Show what a job wrote."""
        self.job_pane.write(message.folder, message.data)

    def on_job_told(self, message: messages.JobTold) -> None:
        """Show how far a job is and what it measures."""
        self.job_pane.take_events(message.folder, message.events)

    def on_job_moved(self, message: messages.JobMoved) -> None:
        """Follow the state; at the end look what was recorded."""
        view = self.job_pane.view_of(message.folder)
        if view is None:
            return
        before = view.job_state
        self.job_pane.move(message.folder, message.state, message.reason, message.summary)
        self._count_jobs()
        if message.state.waits and not before.waits:
            self.app.bell()
            there = "" if self.job_pane.has_focus_within else "4 goes there, "
            self.notify(f"{view.title} waits for input: {there}i types it, a attaches to it", markup=False)
        if message.state.over and not before.over and before.started:
            self._ended(view, message)

    def _ended(self, view: JobView, message: messages.JobMoved) -> None:
        """Tell that a job has ended; the terminal's bell reaches whoever looks elsewhere."""
        self.app.bell()
        state = message.state
        if state.state == "done":
            self.post_message(messages.Changed(f"{view.title}: {self._told(state.results)}"))
        else:
            severity = "warning" if state.state == "cancelled" else "error"
            told = message.reason or f"{view.title}: {state.state}"
            self.notify(told, severity=severity, timeout=12, markup=False)
            self.post_message(messages.Changed())

    def _told(self, results: dict[str, Any]) -> str:
        """Say what came of a job, and keep in mind where its point is."""
        if results.get("experiment"):
            self._last_experiment = str(results["experiment"])
            return f"point recorded in {self._last_experiment}; e shows it"
        if results.get("environments") or results.get("not_met"):
            from ...actions.report.detection_telling import is_several, outcome_of  # noqa: PLC0415

            if is_several(results):
                return str(outcome_of(results))
        if results.get("full_path"):
            return f"registered {results['full_path']} {results.get('version', '')}".rstrip()
        return "done"

    def _count_jobs(self) -> None:
        going_on = self.job_pane.going_on
        waiting = sum(view.job_state.state == "queued" for view in going_on)
        running = len(going_on) - waiting
        parts = [f"▶ {running} running"] * bool(running) + [f"{waiting} waiting"] * bool(waiting)
        self.query_one(TitleLine).jobs = " · ".join(parts)

    @on(JobPane.SizeChanged)
    def _job_resized(self, message: JobPane.SizeChanged) -> None:
        arguments = (message.folder, message.rows, message.columns)
        self.in_thread(self.work.resize_job, *arguments, group="resize")

    # What keys do with them

    def action_show_job(self) -> None:
        """Go to the job pane, or hide it when it is in use."""
        pane = self.job_pane
        if pane.view is None:
            self.notify("no job yet; r runs the program under the cursor", markup=False)
            return
        if self.has_class("-with-job") and pane.has_focus_within:
            self.remove_class("-with-job")
            self.action_show_table()
            return
        self._go_to_job()

    def _go_to_job(self) -> None:
        self.add_class("-with-job")
        self._show_pane("job")
        self.job_pane.focus_log()

    def action_cancel_job(self) -> None:
        """End the job that is shown, or take it out of the queue."""
        view = self.job_pane.view
        if view is not None and view.running:
            self.in_thread(self.work.cancel_job, self.workspace, view.folder, group="cancel")
        elif not self.workers.cancel_group(self, "command"):  # such as a clone that takes too long
            self.notify("the job that is shown has ended" if view else "no job is running", markup=False)

    def action_result(self) -> None:
        """Go to the experiment that the last run was recorded in."""
        if self._last_experiment:
            self.show_artifact(self._last_experiment)
            return
        self.notify("no run has been recorded in this session", markup=False)

    def action_type_into_job(self) -> None:
        """Type a line into the job that is shown."""
        view = self._running_view()
        if view is not None:
            folder, hidden = view.folder, view.job_state.hides
            told = f"a{' hidden' * hidden} line for {view.title}; Enter sends it"
            self.type_line(lambda line: self._type(folder, line), "", told, hidden=hidden)

    def _type(self, folder: Path, line: str) -> None:
        self.in_thread(self.work.type_into, folder, f"{line}\r", group="typing")
        self._go_to_job()

    def action_attach_job(self) -> None:
        """Give the whole terminal to the job that is shown, until Ctrl-\\ is typed or it is over."""
        view = self._running_view()
        if view is None:
            return
        from ...actions.jobs.attaching import attach  # noqa: PLC0415

        with self.app.suspend():
            over = attach(view.folder)
        self.pace.touch()
        self.refresh()
        if not over:
            self.notify(f"{view.title} goes on", markup=False)

    def _running_view(self) -> JobView | None:
        view = self.job_pane.view
        if view is not None and view.job_state.state == "running":
            return view
        self.notify("no job that runs is shown", markup=False)
        return None

    def action_next_job(self) -> None:
        """Show the next job."""
        self.job_pane.step(1)

    def action_previous_job(self) -> None:
        """Show the job before."""
        self.job_pane.step(-1)

    def action_search_job(self) -> None:
        """Type what to look for in the log that is shown."""
        view = self.job_pane.view
        if view is not None:
            self.type_line(self._find_in_log, "", "search in the log; n and N go on")

    def _find_in_log(self, text: str) -> None:
        self._go_to_job()
        if text and self.job_pane.view is not None:
            self.job_pane.view.log_pane.search(text)

    @on(LogPane.Told)
    def _log_told(self, message: LogPane.Told) -> None:
        self.notify(message.sentence, markup=False)

    @on(LogPane.ScreenTaken)
    def _screen_taken(self, message: LogPane.ScreenTaken) -> None:
        """Attach to a program that takes the whole screen while somebody looks at it."""
        if message.taken and message.pane.has_focus:
            self.call_after_refresh(self.action_attach_job)

    def what_goes_on(self) -> str:
        """Say which jobs go on when the browser is left; empty when none does."""
        lines = [f"  job:{view.folder.name}  {view.job_state.state}  {view.title}" for view in self.job_pane.going_on]
        return "\n".join(["goes on without the browser (ckexplore ls job):", *lines]) if lines else ""
