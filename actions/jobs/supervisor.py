"""The supervisor of one job: a detached process that carries out the stages of a plan, one after the other.

It holds the job's lock for life, ignores hang-ups, adopts every process that the job leaves behind, and ends the whole
tree when it is cancelled or a time limit passes. Started as `python -m ckexplore.actions.jobs.supervisor FOLDER`.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from ...store.errors import CkexploreError, FailedError, RefusedError
from ...store.formats.ck_entries import write_json
from ...store.untrusted import safe_line
from ...store.workspace import Workspace, workspace_from_environment
from ..plan import JOB_PATH, Plan, Stage, changed_files, decode
from ..steps import perform
from . import process_tree
from .record import EVENTS, LOCK, OUTPUT, PLAN, JobState, write_state
from .terminal import StageProcess


class Cancelled(Exception):  # noqa: N818  (no error: what the user asked for)
    """Raised by SIGTERM in the middle of whatever goes on."""


def main() -> None:
    """Detach, then carry out the job in the folder named by the first argument."""
    folder = Path(sys.argv[1])
    stream = (folder / LOCK).open("wb")
    fcntl.flock(stream, fcntl.LOCK_EX)
    if os.fork():
        os._exit(0)  # the lock goes on with the child, so there is no moment without it
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _cancel)
    process_tree.adopt_orphans()
    supervise(workspace_from_environment(), folder)


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Cancelled


def supervise(workspace: Workspace, folder: Path) -> None:
    """Carry out a job's plan and record how it ended; every way out is recorded."""
    plan = decode((folder / PLAN).read_bytes())
    state = JobState("running", pid=os.getpid(), stages=len(plan.stages), started=time.time())
    results: dict[str, Any] = {}
    exit_code: int | None = None
    try:
        for number, stage in enumerate(plan.stages):
            state = replace(state, stage=number, title=stage.title)
            write_state(folder, state)
            exit_code = run_stage(folder, number, _in_job(stage, folder))
            if exit_code:
                raise FailedError(f"{stage.title} ended with exit code {exit_code}")
            if stage.finish is not None:
                results |= perform(workspace, folder, number, plan, stage.finish)
        state = replace(state, state="done", exit_code=0)
    except Cancelled:
        state = replace(state, state="cancelled", exit_code=exit_code, error="cancelled")
    except CkexploreError as error:
        state = replace(state, state="failed", exit_code=exit_code or error.code, error=str(error))
    except Exception as error:  # a defect of ours: recorded, so that the job isn't shown as lost
        traceback.print_exc()
        state = replace(state, state="failed", exit_code=exit_code, error=f"{type(error).__name__}: {error}")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        process_tree.end_all_children()
        write_state(folder, replace(state, pid=0, ended=time.time(), results=results))


def run_stage(folder: Path, number: int, stage: Stage) -> int:
    """Run one stage with a terminal of its own, record its output and events, and return its exit code.

    Raises RefusedError when a file changed since it was approved, FailedError when it can't start or takes too long.
    """
    place = folder / "stages" / str(number)
    place.mkdir(parents=True, exist_ok=True)
    _check_content(stage)
    for source, target in stage.copies:
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns(".cm", "tmp"))
    Path(stage.cwd).mkdir(parents=True, exist_ok=True)
    if stage.input is not None:
        write_json(place / "input.json", stage.input)
    with _append(folder / OUTPUT) as output, _append(folder / EVENTS) as events:
        output.write(f"\x1b[1m▶ {safe_line(stage.title)}\x1b[0m\n".encode())
        try:
            with StageProcess(stage, place) as process:
                return process.follow(output, events, number)
        finally:
            process_tree.end_all_children()


def _check_content(stage: Stage) -> None:
    changed = changed_files(Plan("", "", "", (), (stage,)))
    if changed:
        raise RefusedError(f"changed since it was approved, so it was not run: {safe_line(changed[0])}")


@contextlib.contextmanager
def _append(path: Path) -> Iterator[Any]:
    with path.open("ab", buffering=0) as stream:
        yield stream


def _in_job(stage: Stage, folder: Path) -> Stage:
    """Put the job's own folder where the plan says `$#job_path#$`."""

    def placed(text: str) -> str:
        return text.replace(JOB_PATH, str(folder))

    return replace(
        stage,
        argv=tuple(placed(word) for word in stage.argv),
        cwd=placed(stage.cwd),
        environment={key: placed(value) for key, value in stage.environment.items()},
        copies=tuple((source, placed(target)) for source, target in stage.copies),
    )


if __name__ == "__main__":
    main()
