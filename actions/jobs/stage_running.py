"""Running one stage of a plan: its files are compared and copied, its input is written, its process followed."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...store.formats.ck_entries import write_json
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..environments import met, registered_of
from ..executed_files import changed_since, changes, copy
from ..plan import JOB_PATH, Stage
from ..trust.sandbox import Availability, sandboxed
from . import process_tree
from .events import EventRecorder
from .output import LogWriter
from .record import EVENTS
from .terminal import Ended, Keyboard, StageProcess


class Surroundings(Struct, frozen=True):
    """What all stages of a job share: where its log and events are, its variables, its sandbox, who types."""

    workspace: Workspace
    job: Path
    kept: dict[str, str]
    sandbox: Availability
    keyboard: Keyboard
    on_waiting: Callable[[bool, bool], None]


def run_stage(around: Surroundings, number: int, stage: Stage) -> Ended:
    """Run one stage in its sandbox, keep its output and events, and tell how it ended.

    Raises RefusedError when a file
    changed since it was approved, FailedError when it can't start or takes too long.
    """
    workspace = around.workspace
    place = around.job / "stages" / str(number)
    place.mkdir(parents=True, exist_ok=True)
    if changed := changes(stage):
        raise changed_since(changed)
    copy(stage)
    Path(stage.cwd).mkdir(parents=True, exist_ok=True)
    if stage.input is not None:
        write_json(place / "input.json", {**stage.input, "deps": met(workspace, stage.input.get("deps", {}))})
    stage = _with_registered(workspace, stage)
    environment = {**around.kept, "TERM": "xterm-256color", "CKEXPLORE_STAGE": str(place), **stage.environment}
    command = sandboxed(workspace, stage, environment, around.sandbox)
    with (
        closing(LogWriter(around.job, stage.output_limit)) as output,
        closing(EventRecorder(around.job / EVENTS, number)) as events,
    ):
        output.write(f"\x1b[1m▶ {safe_line(stage.title)}\x1b[0m\r\n".encode())  # as a terminal writes a line
        try:
            with (
                command.filtered() as (argv, held),
                StageProcess(argv, stage.cwd, command.environment, around.keyboard, held) as process,
            ):
                return process.follow(output, events, stage.timeout, around.on_waiting)
        finally:
            process_tree.end_all_children()


def _with_registered(workspace: Workspace, stage: Stage) -> Stage:
    """Leave out of a stage's sandbox the environments that weren't made since another one was."""
    if stage.input is None:
        return stage
    uids = registered_of(workspace, stage.sandbox.environments)
    return replace(stage, sandbox=replace(stage.sandbox, environments=uids))


def in_job(stage: Stage, folder: Path) -> Stage:
    """Put the job's own folder where the plan says `$#job_path#$`."""

    def placed(text: str) -> str:
        return text.replace(JOB_PATH, str(folder))

    def all_placed(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(placed, texts))

    def in_values(value: Any) -> Any:
        if isinstance(value, str):
            return placed(value)
        if isinstance(value, list | tuple):
            return [in_values(one) for one in value]
        return {name: in_values(one) for name, one in value.items()} if isinstance(value, dict) else value

    sandbox = stage.sandbox
    return replace(
        stage,
        argv=all_placed(stage.argv),
        cwd=placed(stage.cwd),
        environment={key: placed(value) for key, value in stage.environment.items()},
        copies=tuple((source, placed(target)) for source, target in stage.copies),
        fresh=all_placed(stage.fresh),
        input=in_values(stage.input),
        sandbox=replace(sandbox, reads=all_placed(sandbox.reads), writes=all_placed(sandbox.writes)),
    )
