"""One block of a sweep: a configuration's program, built if need be, run once in fresh processes and in its own folder.

Nothing that the program wrote is believed without a look.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...store.errors import CkexploreError, FailedError
from ...store.removal import remove_tree
from ...store.untrusted import load_json_object, safe_line
from ..executed_files import executed_files, files_below
from ..jobs.events import event_of
from ..jobs.record import EVENTS
from ..jobs.stage_running import Surroundings, in_job, run_stage
from ..jobs.terminal import Ended
from ..measure import energy, noise
from ..measured import measured
from ..plan import JOB_PATH, Plan, Stage, Variant
from ..program import builds
from ..results import told_in
from ..steps import explain
from .axis import Configuration, Space, number_of

_ANSWER_LIMIT = 64 << 20
_LONGEST_REASON = 500
_THREADS = ("CK_THREADS", "OMP_NUM_THREADS", "CK_OMP_NUM_THREADS")
_REPEATED = "CT_REPEAT_MAIN"


class Configured(Struct, frozen=True):
    """A configuration as it is executed: the stage that compiles it, if any, and the one that runs it."""

    configuration: Configuration
    compile: Stage | None
    run: Stage

    @property
    def recording(self) -> dict[str, Any]:
        """What is recorded of it beside what it measures."""
        return self.run.finish.arguments if self.run.finish is not None else {}


class Block(Struct, frozen=True):
    """What one block measured; `reason` says why it failed, `spoiled` why it doesn't count.

    What the machine's sensors told meanwhile is in the group `noise` of the characteristics; shares from 0 to 1.
    """

    characteristics: dict[str, Any]
    reason: str = ""
    spoiled: str = ""


def configured(plan: Plan, space: Space, variant: Variant, configuration: Configuration) -> Configured:
    """Put the values of a configuration into the stages of its variant."""
    variables = {axis.target: axis.setting(configuration[axis.name]) for axis in space.axes if axis.kind == "env"}
    flags = " ".join(
        filter(None, (axis.setting(configuration[axis.name]) for axis in space.axes if axis.kind == "flags"))
    )
    chosen = {
        axis.name: value if (value := number_of(configuration[axis.name])) is not None else configuration[axis.name]
        for axis in space.axes
    }
    compiling = plan.stages[variant.compile] if variant.compile >= 0 else None
    if compiling is not None and flags:
        given = compiling.input or {}
        joined = " ".join(filter(None, (given.get("flags"), flags)))
        compiling = replace(compiling, input={**given, "flags": joined})
    return Configured(configuration, compiling, _running(plan.stages[variant.run], variables, flags, chosen))


def _running(stage: Stage, variables: Mapping[str, str], flags: str, chosen: Mapping[str, Any]) -> Stage:
    given, finish = stage.input or {}, stage.finish
    if finish is None:
        raise FailedError(f"{stage.title} records nothing, so it can't be measured")
    before = finish.arguments["choices"]
    choices = {**before, "env": {**before.get("env", {}), **variables}, **chosen}
    if flags:
        choices["compiler_flags"] = " ".join(filter(None, (before.get("compiler_flags"), flags)))
    return replace(
        stage,
        input={**given, "variables": {**given.get("variables", {}), **variables}},
        finish=replace(finish, arguments={**finish.arguments, "choices": choices}),
    )


class BlockRunner:
    """Runs blocks, each in a folder of its own that is removed afterwards."""

    def __init__(self, around: Surroundings, first: int) -> None:
        self._around, self._number = around, first
        self._repeats: dict[str, str] = {}

    def run(self, one: Configured) -> Block:
        """Run one block; one that fails is a block with its reason."""
        self._number += 1
        folder = self._around.job / "blocks" / f"{self._number:06}"
        folder.mkdir(parents=True)
        try:
            return self._run(one, folder)
        except CkexploreError as error:
            reason = explain(self._around.job, self._number) or str(error)
            return Block({}, safe_line(reason, _LONGEST_REASON))
        finally:
            for place in filter(Path.exists, (folder, self._place)):
                remove_tree(place)

    @property
    def _place(self) -> Path:
        """The folder of the stage that runs now."""
        return self._around.job / "stages" / str(self._number)

    def _stage(self, stage: Stage, folder: Path) -> Ended:
        """Run a stage in the block's folder. Raises FailedError when it fails."""
        ended = run_stage(self._around, self._number, in_job(stage, folder))
        if ended.exit_code:
            raise FailedError(f"{stage.title} ended with exit code {ended.exit_code}")
        return ended

    def _run(self, one: Configured, folder: Path) -> Block:
        stage, compiled = self._built(one, folder)
        key = _key(one)
        if key in self._repeats:
            stage = replace(stage, input={**(stage.input or {}), "repeat": self._repeats[key]})
        events = self._around.job / EVENTS
        told_before = events.stat().st_size if events.exists() else 0
        before, counters = noise.sense(), energy.read_counters()
        ended = self._stage(stage, folder)
        spent, after = energy.joules(counters, energy.read_counters()), noise.sense()
        answer = load_json_object(self._place / "output.json", _ANSWER_LIMIT)
        run = told_in(_events_after(events, told_before)) | measured(answer.get("characteristics"))
        limits = noise.limits_for(_threads(stage), len(noise.usable_processors()))
        heard = noise.between(before, after)
        spoiled = noise.spoiled(heard, limits)
        if key not in self._repeats and _is_calibrated(stage):
            self._repeats[key] = str(run.get("repeat", 1))
            spoiled = spoiled or "the number of repetitions was looked for in it"
        if spent is not None:
            run["energy_j"] = spent / max(1, int(run.get("repeat", 1) or 1))
        if ended.peak_memory:
            run.setdefault("peak_memory_bytes", ended.peak_memory)
        groups = {"run": run, "compile": compiled, "noise": _told(heard)}
        return Block({name: values for name, values in groups.items() if values}, spoiled=spoiled)

    def _built(self, one: Configured, folder: Path) -> tuple[Stage, dict[str, Any]]:
        """Give the stage that runs, once what it runs is built, and what the compilation measured.

        It is compiled where it is run, and kept; the next blocks take a copy.
        """
        if one.compile is None:
            return one.run, {}
        workspace = self._around.workspace
        build = builds.find(workspace, one.compile)
        if build is not None:
            return _with_build(one.run, one.compile, build), dict(build.characteristics)
        self._stage(one.compile, folder)
        compiled = measured(load_json_object(self._place / "output.json", _ANSWER_LIMIT).get("characteristics"))
        left = Path(one.compile.cwd.replace(JOB_PATH, str(folder)))
        builds.keep(workspace, one.compile, left, compiled, "")
        remove_tree(self._place)
        return one.run, compiled


def _with_build(stage: Stage, compiling: Stage, build: builds.Build) -> Stage:
    """Let a run find the files of a build that is kept, and the program's own below it."""
    own = tuple(pair for pair in compiling.copies if pair not in stage.copies)
    return replace(
        stage,
        copies=(*own, *((str(build.folder), compiling.cwd),), *stage.copies),
        whole_folders=(*stage.whole_folders, *(source for source, _ in own), str(build.folder)),
        files=tuple(dict.fromkeys((*stage.files, *compiling.files, *executed_files(files_below(build.folder))))),
    )


def _is_calibrated(stage: Stage) -> bool:
    given = stage.input or {}
    return _REPEATED in given.get("variables", {}) and not given.get("repeat") and not given.get("skip_calibration")


def _told(heard: noise.Noise) -> dict[str, float]:
    """Give what the sensors told; what the machine doesn't tell isn't there."""
    values = {name: value for name, value in asdict(heard).items() if value is not None and name != "seconds"}
    return {name: round(value, 4) for name, value in values.items()}


def _threads(stage: Stage) -> int:
    """Give how many threads a run is told to use; 1 where it isn't told."""
    variables = (stage.input or {}).get("variables", {})
    told = [str(variables[name]) for name in _THREADS if name in variables]
    return int(told[0]) if told and told[0].isdecimal() and len(told[0]) < 5 else 1


def _key(one: Configured) -> str:
    return json.dumps(one.configuration, sort_keys=True)


def _events_after(path: Path, offset: int) -> Iterator[dict[str, Any]]:
    """Yield the events that were recorded after an offset in bytes."""
    if not path.exists():
        return
    with path.open("rb") as stream:
        stream.seek(offset)
        for line in stream:
            event = event_of(line)
            if event is not None:
                yield event


def identity_of(around: Surroundings, one: Configured) -> str:
    """Hash what a configuration's measurement depends on: files, variables, commands, dependencies as they are here.

    "" while a dependency isn't registered. What was measured under the same hash on the same machine is the same.
    """
    keys = [builds.key_of(around.workspace, stage) for stage in (one.compile, _timeless(one.run)) if stage is not None]
    return "-".join(key[:16] for key in keys) if all(keys) else ""


def _timeless(stage: Stage) -> Stage:
    """Leave out of a run's input what says how long it may take, and where what was recorded before is."""
    given = {name: value for name, value in (stage.input or {}).items() if name not in ("calibration_time", "recorded")}
    return replace(stage, input=given)
