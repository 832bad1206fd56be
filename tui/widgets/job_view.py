"""One job: what it writes, how far it is, and the chart of what it measures while it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal

from ...actions.jobs.record import JobState
from ...actions.report.units import with_unit
from .chart_view import ChartView
from .log_pane import LogPane

if TYPE_CHECKING:
    from pathlib import Path

_SAMPLES_KEPT = 200_000
_BAR = 12
_MANY_STAGES = 5  # of which a bar tells how far they are


class JobView(Horizontal):
    """The log of a job, and its chart beside it. It is told what happens; it looks nowhere itself."""

    def __init__(self, folder: Path, title: str) -> None:
        # Made at once, so that they take what comes before they are mounted.
        self.log_pane = LogPane(classes="job-log", empty_message="nothing written yet")
        self.chart = ChartView(classes="job-chart")
        self.chart.display = False
        super().__init__(self.log_pane, self.chart, classes="job-view")
        self.folder, self.title = folder, title
        self.job_state = JobState("queued")
        self._samples: dict[str, list[float]] = {}
        self._units: dict[str, str] = {}
        self._progress: tuple[float, float, float] | None = None  # done, total, seconds since the stage began
        self._stage = 0

    @property
    def running(self) -> bool:
        """Whether the job goes on, or still waits for its turn."""
        return not self.job_state.over

    def write(self, data: bytes) -> None:
        """Show what the job wrote."""
        self.log_pane.feed(data)

    def take_events(self, events: list[dict[str, Any]]) -> None:
        """Take in progress and samples."""
        grown = False
        for event in events:
            if event.get("stage") != self._stage:
                self._stage, self._progress = int(event.get("stage") or 0), None
            if event.get("event") == "progress":
                self._take_progress(event)
            elif event.get("event") == "sample":
                grown = self._take_samples(event) or grown
        if grown:
            self._draw()

    def _take_progress(self, event: dict[str, Any]) -> None:
        done, total, seconds = event.get("done"), event.get("total"), event.get("t")
        if isinstance(done, int | float) and isinstance(total, int | float) and total > 0:
            self._progress = (min(done, total), total, float(seconds) if isinstance(seconds, int | float) else 0.0)

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
        self.chart.display = True
        self.chart.set_figure(sample_figure(list(self._samples[name]), name, self._units[name]))

    def move(self, state: JobState, reason: str, summary: str = "") -> None:
        """Take in where the job is, and show at its end why it failed or what came of it."""
        ended = state.over and not self.job_state.over
        self.job_state = state
        if ended:
            self.log_pane.leave_whole_screen()  # the program can't do it any more
        if ended and reason:
            self.write(f"\n\x1b[1;31m{reason}\x1b[0m\n".encode())
        if ended and summary:
            self.write(f"{summary}\n".encode())

    @property
    def elapsed(self) -> str:
        """How long the job has run; empty before it begins."""
        state = self.job_state
        if not state.started:
            return ""
        return with_unit(max(0.0, (state.ended or time.time()) - state.started), "s")

    @property
    def line(self) -> str:
        """What is said of the job in one line: its progress with the time left, its time, its stage."""
        state = self.job_state
        if state.over:
            return "  ".join(part for part in (self.elapsed, self.title) if part)
        stage = f"{state.stage + 1} of {state.stages}: {state.title}" if state.title else self.title
        waits = "waits for input (here i types it)" if state.waits else ""
        return "  ".join(part for part in (waits, self._bar(), self.elapsed, stage) if part)

    def _bar(self) -> str:
        """Draw how far the stage is that tells so, else how far a job of many stages is."""
        state = self.job_state
        if self._progress is not None:
            done, total, seconds = self._progress
        elif state.stages >= _MANY_STAGES and state.started:
            done, total, seconds = float(state.stage), float(state.stages), time.time() - state.started
        else:
            return ""
        filled = round(_BAR * done / total)
        left = with_unit(seconds / done * (total - done), "s") if done and seconds and done < total else ""
        return f"{'█' * filled}{'░' * (_BAR - filled)} {done / total:.0%}{f', {left} left' if left else ''}"
