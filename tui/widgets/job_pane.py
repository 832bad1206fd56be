"""The job pane: the jobs that run, wait, and have just ended, each with its log and chart; one of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message

from ..keys import JOBS, bindings
from .job_line import JobLine, JobTab, JobTabs
from .job_view import JobView

if TYPE_CHECKING:
    from pathlib import Path

    from ...actions.jobs.record import JobState

_MOST = 12  # jobs that are kept; the oldest that has ended goes first


class JobPane(Vertical):
    """Shows jobs. It is told what happens; it looks nowhere itself."""

    BINDINGS = list(bindings(JOBS, "screen."))  # noqa: RUF012  (Textual's own form)

    class SizeChanged(Message):
        """The log of the job that is shown has another size, in rows and columns."""

        def __init__(self, folder: Path, rows: int, columns: int) -> None:
            super().__init__()
            self.folder, self.rows, self.columns = folder, rows, columns

    def compose(self) -> ComposeResult:
        """Make the lines and the place for the jobs."""
        tabs = JobTabs(id="job-tabs")
        tabs.display = False
        yield tabs
        yield JobLine(id="job-line")
        yield Container(id="job-views")

    def on_mount(self) -> None:
        """Start without a job."""
        self._views: dict[str, JobView] = {}
        self._active = ""
        self._sizes: dict[str, tuple[int, int]] = {}

    @property
    def view(self) -> JobView | None:
        """The job that is shown."""
        return self._views.get(self._active)

    @property
    def going_on(self) -> list[JobView]:
        """The jobs that run or wait."""
        return [view for view in self._views.values() if view.running]

    def view_of(self, folder: Path) -> JobView | None:
        """Give the view of a job, if it has one."""
        return self._views.get(folder.name)

    def begin(self, folder: Path, title: str, *, show: bool) -> None:
        """Take in another job, and show it or leave the one that is shown."""
        if folder.name not in self._views:
            view = JobView(folder, title)
            view.display = False
            self._views[folder.name] = view
            self._forget_oldest()
            self.query_one("#job-views").mount(view)
        if show or not self._active:
            self.show(folder.name)
        self._tell()

    def _forget_oldest(self) -> None:
        ended = [uid for uid, view in self._views.items() if not view.running and uid != self._active]
        for uid in ended[: max(0, len(self._views) - _MOST)]:
            self._views.pop(uid).remove()

    def show(self, uid: str) -> None:
        """Show another job."""
        had_focus = self.has_focus_within
        self._active = uid
        for name, view in self._views.items():
            view.display = name == uid
        self._tell()
        if had_focus:
            self.call_after_refresh(self.focus_log)

    def step(self, steps: int) -> None:
        """Show the job `steps` tabs further on, round and round."""
        uids = list(self._views)
        if uids:
            self.show(uids[(uids.index(self._active) + steps) % len(uids)])

    def focus_log(self) -> None:
        """Put the keys into the log of the job that is shown."""
        if self.view is not None and self.view.is_mounted:
            self.view.log_pane.focus()

    def write(self, folder: Path, data: bytes) -> None:
        """Show what a job wrote."""
        if view := self.view_of(folder):
            view.write(data)

    def take_events(self, folder: Path, events: list[dict[str, Any]]) -> None:
        """Take in what a job told."""
        if view := self.view_of(folder):
            view.take_events(events)
            self._tell()

    def move(self, folder: Path, state: JobState, reason: str, summary: str = "") -> None:
        """Take in where a job is, and at its end why it failed or what came of it."""
        if view := self.view_of(folder):
            view.move(state, reason, summary)
            self._tell()

    @on(JobTabs.Chosen)
    def _tab_chosen(self, message: JobTabs.Chosen) -> None:
        message.stop()
        self.show(message.uid)

    def _tell(self) -> None:
        view = self.view
        if view is None:
            return
        line, tabs = self.query_one(JobLine), self.query_one(JobTabs)
        line.state, line.text = _state(view), view.line
        tabs.display = len(self._views) > 1
        shown = [JobTab(uid, one.title, _state(one), one.elapsed) for uid, one in self._views.items()]
        tabs.set_tabs(shown, self._active)
        self._tell_size()

    def _tell_size(self) -> None:
        """Say how large the log is when that has changed since the job was told."""
        view = self.view
        if view is None or not view.running or not view.is_mounted:
            return
        size = view.log_pane.scrollable_content_region
        told = (size.height, size.width)
        if size.height and size.width and self._sizes.get(view.folder.name) != told:
            self._sizes[view.folder.name] = told
            view.log_pane.resize_terminal(*told)
            self.post_message(self.SizeChanged(view.folder, *told))


def _state(view: JobView) -> str:
    return "waits" if view.job_state.waits else view.job_state.state
