"""The supervisor of one job: a detached process that carries out the stages of a plan, one after the other.

It holds the job's lock for life, ignores hang-ups, adopts every process that the job leaves behind, and ends the whole
tree when it is cancelled or a time limit passes. Started as `python -m ckexplore.actions.jobs.supervisor FOLDER`.
"""

import os
import resource
import signal
import sys
import time
import traceback
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from msgspec.structs import replace

from ...store.errors import CkexploreError, FailedError
from ...store.formats.ck_entries import write_json
from ...store.workspace import Workspace, workspace_from_environment
from ..containment import known_availability
from ..plan import Stage, Sweep
from ..steps import explain, perform
from ..trust.sandbox import Availability
from . import process_tree, provenance, queue
from .detached import detach
from .fresh import fresh_folders
from .record import LOCK, PROVENANCE, JobState, read_origin, read_plan, write_ending, write_state
from .stage_running import Surroundings, in_job, run_stage
from .terminal import Ended, Keyboard


class Cancelled(Exception):  # noqa: N818  (no error: what the user asked for)
    """Raised by SIGTERM in the middle of whatever goes on."""


def main() -> None:
    """Detach, then carry out the job in the folder named by the first argument."""
    folder = Path(sys.argv[1])
    lock = detach(folder / LOCK)
    signal.signal(signal.SIGTERM, _cancel)
    process_tree.adopt_orphans()
    workspace = workspace_from_environment()
    try:
        _supervise(workspace, folder)
    finally:
        os.close(lock)
        queue.advance(workspace)  # the next one needn't wait for the dispatcher to look


def _supervise(workspace: Workspace, folder: Path) -> None:
    """Carry out the job; one whose own files can't be read has failed, or it would wait in the queue for ever."""
    try:
        supervisor = Supervisor(workspace, folder)
    except Exception as error:
        traceback.print_exc()
        now = time.time()
        write_ending(folder, JobState("failed", started=now, ended=now, exit_code=1, error=_told(error)))
        return
    supervisor.carry_out()


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, CkexploreError) else f"{type(error).__name__}: {error}"


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Cancelled


class Supervisor:
    """Carries out one job's plan and records how it ended; every way out is recorded."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace, self._folder = workspace, folder
        self._plan = read_plan(folder)
        self._environment = read_origin(folder).environment
        notes = {"notes": list(self._plan.notes)} if self._plan.notes else {}
        stages = self._plan.steps
        self._state = JobState("running", pid=os.getpid(), stages=stages, started=time.time(), results=notes)
        wanted = any(stage.sandbox.profile != "none" for stage in self._plan.stages)
        self._sandbox = known_availability() if wanted else Availability(False)
        self._used: list[dict[str, Any]] = []
        self._provenance: dict[str, Any] = {}
        self._registered: set[str] = set()

    def carry_out(self) -> None:
        """Run every stage, and record the end."""
        try:
            self._run_stages()
            self._state = replace(self._state, state="done", exit_code=0)
        except Cancelled:
            self._state = replace(self._state, state="cancelled", error="cancelled")
        except CkexploreError as error:
            code = self._state.exit_code or error.code
            self._state = replace(self._state, state="failed", exit_code=code, error=str(error))
        except Exception as error:  # a defect of ours: recorded, so that the job isn't shown as lost
            traceback.print_exc()
            self._state = replace(self._state, state="failed", error=_told(error))
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            process_tree.end_all_children()
            self._end()

    def _run_stages(self) -> None:
        self._tell(title=self._plan.stages[0].title if self._plan.stages else "")
        self._provenance = provenance.gather(self._workspace, self._plan)
        write_json(self._folder / PROVENANCE, self._provenance)
        with closing(Keyboard(self._folder)) as keyboard:
            for number, stage in enumerate(self._before_sweep()):
                if self._registered & set(stage.unless):
                    continue
                self._tell(stage=number, title=stage.title)
                try:
                    self._carry_out(number, stage, keyboard)
                except CkexploreError as error:
                    if not stage.optional:
                        raise
                    self._note_failure(number, stage, error)
            if self._plan.sweep is not None:
                self._sweep(self._plan.sweep, keyboard)

    def _before_sweep(self) -> tuple[Stage, ...]:
        return self._plan.stages if self._plan.sweep is None else self._plan.stages[: self._plan.sweep.first]

    def _sweep(self, sweep: Sweep, keyboard: Keyboard) -> None:
        from ..explore.sweeping import Sweeper  # noqa: PLC0415  (few jobs measure a design space)

        self._tell(stage=sweep.first, title="measures", exit_code=None)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        try:
            sweeper = Sweeper(self._surroundings(keyboard), self._plan, sweep, lambda title: self._tell(title=title))
            done = sweeper.carry_out()
        finally:
            self._used.append(_used(before, time.monotonic() - started))
        self._state = replace(self._state, results=self._state.results | done)

    def _carry_out(self, number: int, stage: Stage, keyboard: Keyboard) -> None:
        """Run one stage and take its result; what it was to make anew is as before when that fails."""
        with fresh_folders(stage.fresh):
            self._run_stage(number, in_job(stage, self._folder), keyboard)
            done = {}
            if stage.finish is not None:
                done = perform(self._workspace, self._folder, number, self._plan, stage.finish)
        if "environment" in done:
            self._registered.add(str(done["environment"]).rpartition(":")[2])
            self._add("environments", {"title": stage.title, **done})
        self._state = replace(self._state, results=self._state.results | done)

    def _note_failure(self, number: int, stage: Stage, error: CkexploreError) -> None:
        """Keep why a stage failed without which the job goes on."""
        reason = explain(self._folder, number) or str(error)
        code = self._state.exit_code or error.code
        self._add("not_met", {"title": stage.title, "reason": reason, "exit_code": code})
        self._tell(exit_code=None)

    def _add(self, name: str, one: dict[str, Any]) -> None:
        results = self._state.results
        self._state = replace(self._state, results={**results, name: [*results.get(name, ()), one]})

    def _run_stage(self, number: int, stage: Stage, keyboard: Keyboard) -> None:
        """Run one stage with a terminal of its own. Raises FailedError when it ends with another code than 0."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = Ended(1, 0.0, 0)
        try:
            ended = run_stage(self._surroundings(keyboard), number, stage)
        finally:
            self._used.append(_used(before, ended.seconds, ended.peak_memory))
        self._state = replace(self._state, exit_code=ended.exit_code)
        if ended.exit_code:
            raise FailedError(f"{stage.title} ended with exit code {ended.exit_code}")

    def _surroundings(self, keyboard: Keyboard) -> Surroundings:
        return Surroundings(self._workspace, self._folder, self._environment, self._sandbox, keyboard, self._wait)

    def _wait(self, waits: bool, hides: bool) -> None:
        self._tell(waits=waits, hides=hides)

    def _tell(self, **changes: Any) -> None:
        """Record where the job is; a full disk is no reason to end it."""
        self._state = replace(self._state, **changes)
        with suppress(CkexploreError):
            write_state(self._folder, self._state)

    def _end(self) -> None:
        self._state = replace(
            self._state, pid=0, waits=False, hides=False, ended=time.time(), resources=self._resources()
        )
        if self._provenance:
            used = provenance.resolved(self._workspace, self._plan)
            with suppress(CkexploreError):  # as above: what matters more comes now
                write_json(self._folder / PROVENANCE, {**self._provenance, "environments": used})
        try:
            write_ending(self._folder, self._state)
        except CkexploreError:  # it is in the room that was reserved for it
            traceback.print_exc()

    def _resources(self) -> dict[str, Any]:
        total = {name: round(sum(one[name] for one in self._used), 4) for name in ("wall_s", "user_s", "system_s")}
        peaks = [one["peak_memory_bytes"] for one in self._used if "peak_memory_bytes" in one]
        return {**total, **({"peak_memory_bytes": max(peaks)} if peaks else {}), "stages": self._used}


def _used(before: resource.struct_rusage, seconds: float, peak_memory: int = 0) -> dict[str, Any]:
    """Tell what the job's processes used since `before`, and the peak of their memory in bytes where it is known."""
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "wall_s": round(seconds, 4),
        "user_s": round(after.ru_utime - before.ru_utime, 4),
        "system_s": round(after.ru_stime - before.ru_stime, 4),
        **({"peak_memory_bytes": peak_memory} if peak_memory else {}),
    }


if __name__ == "__main__":
    main()
