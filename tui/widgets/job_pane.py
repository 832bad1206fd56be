"""The job pane: what a job writes, how far it is, and the chart of what it measures while it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ...actions.jobs.record import JobState
from ...actions.report.units import with_unit
from .chart_view import ChartView
from .log_pane import LogPane

if TYPE_CHECKING:
    from pathlib import Path

_SAMPLES_KEPT = 200_000
_BAR = 12
_SIGNS = {"queued": "…", "running": "▶", "done": "✔", "failed": "✘", "cancelled": "■", "lost": "?"}


class JobLine(Widget):
    """One line: state, title, progress with the time left, elapsed time."""

    COMPONENT_CLASSES = {f"job--{state}" for state in _SIGNS} | {"job--muted"}

    text: reactive[str] = reactive("")
    state: reactive[str] = reactive("queued")

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width, background = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, background)
        style = self.get_component_rich_style(f"job--{self.state}")
        sign = Segment(f" {_SIGNS.get(self.state, '?')} {self.state} ", style)
        return Strip([sign, Segment(f" {self.text}", background)]).adjust_cell_length(width, background)


class JobPane(Vertical):
    """Follows one job. It is told what happens; it looks nowhere itself."""

    def compose(self) -> ComposeResult:
        """Make the line, the log and the chart."""
        yield JobLine(id="job-line")
        with Horizontal():
            yield LogPane(id="job-log", empty_message="")
            yield ChartView(id="job-chart")

    def on_mount(self) -> None:
        """Start without a job."""
        self.folder: Path | None = None
        self.job_state = JobState("queued")
        self._title = ""
        self._samples: dict[str, list[float]] = {}
        self._units: dict[str, str] = {}
        self._progress: tuple[float, float] | None = None
        self.query_one(ChartView).display = False

    @property
    def running(self) -> bool:
        """Whether the job shown goes on."""
        return self.folder is not None and not self.job_state.over

    def begin(self, folder: Path, title: str) -> None:
        """Show another job from its beginning."""
        self.folder, self._title = folder, title
        self.job_state = JobState("queued", started=time.time())
        self._samples, self._units, self._progress = {}, {}, None
        self.query_one(LogPane).clear()
        self.query_one(ChartView).display = False
        self._tell()

    def write(self, data: bytes) -> None:
        """Show what the job wrote."""
        self.query_one(LogPane).feed(data)

    def take_events(self, events: list[dict[str, Any]]) -> None:
        """Take in progress and samples."""
        grown = False
        for event in events:
            if event.get("event") == "progress":
                self._take_progress(event)
            elif event.get("event") == "sample":
                grown = self._take_samples(event) or grown
        if grown:
            self._draw()
        self._tell()

    def _take_progress(self, event: dict[str, Any]) -> None:
        done, total = event.get("done"), event.get("total")
        if isinstance(done, int | float) and isinstance(total, int | float) and total > 0:
            self._progress = (min(done, total), total)

    def _take_samples(self, event: dict[str, Any]) -> bool:
        values = event.get("values", [event.get("value")])
        numbers = [float(one) for one in values if isinstance(one, int | float)] if isinstance(values, list) else []
        if not numbers:
            return False
        name = str(event.get("name", "sample"))
        kept = self._samples.setdefault(name, [])
        kept.extend(numbers)
        del kept[: len(kept) - _SAMPLES_KEPT]
        self._units[name] = str(event.get("unit", ""))
        return True

    def _draw(self) -> None:
        from ...actions.report.figures import sample_figure  # noqa: PLC0415  (charts, when one is drawn)

        name = next(iter(self._samples))
        chart = self.query_one(ChartView)
        chart.display = True
        chart.set_figure(sample_figure(list(self._samples[name]), name, self._units[name]))

    def move(self, state: JobState, reason: str) -> None:
        """Show where the job is, and at its end why it failed."""
        self.job_state = state
        if state.over and reason:
            self.write(f"\n\x1b[1;31m{reason}\x1b[0m\n".encode())
        self._tell()

    def _tell(self) -> None:
        line = self.query_one(JobLine)
        state = self.job_state
        until = state.ended or time.time()
        elapsed = with_unit(max(0.0, until - state.started), "s") if state.started else ""
        stage = f"{state.stage + 1} of {state.stages}: {state.title}" if state.title and not state.over else ""
        parts = [self._bar() if not state.over else "", elapsed, stage or self._title]
        line.state = state.state
        line.text = "  ".join(part for part in parts if part)

    def _bar(self) -> str:
        if self._progress is None:
            return ""
        done, total = self._progress
        filled = round(_BAR * done / total)
        return f"{'█' * filled}{'░' * (_BAR - filled)} {done / total:.0%}"
