"""Carrying out a sweep: which configuration is measured next, in how many blocks, and what is recorded of it.

A few configurations at a time are measured together, their blocks interleaved forwards and backwards, so that what
changes on the machine meanwhile meets all of them. A configuration is recorded as a point as soon as it is measured,
so a sweep that was ended goes on where it was.
"""

import json
import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from ...store.errors import CkexploreError, FailedError
from ...store.formats.ck_points import add_point
from ...store.formats.ck_repetitions import middle_of
from ...store.formats.point import Point
from ..jobs.events import EventRecorder
from ..jobs.output import LogWriter
from ..jobs.record import EVENTS
from ..jobs.stage_running import Surroundings
from ..measure.statistics import enough, estimate
from ..plan import Plan, Sweep
from ..points.table import is_number, point_table
from ..report.units import duration
from ..results import experiment_entry, identity
from .axis import Configuration, number_of
from .block import Block, BlockRunner, Configured, configured, identity_of
from .front import Vector, minimised
from .measured_before import failure, measured_before
from .objective import Objective, objectives
from .planning import in_words
from .samplers import sampler
from .space import Allowed
from .sweep_results import results_of, told_in_a_line

_LOG_LIMIT = 64 << 20
_MOST_SPOILED = 2
"""For each block that counts so many may be spoiled, before one counts all the same."""


class Measuring:
    """A configuration that is being measured: its blocks so far, why it failed, why its measuring ended."""

    def __init__(self, number: int, configuration: Configuration, one: Configured | None, reason: str = "") -> None:
        self.number, self.configuration, self.one, self.reason = number, configuration, one, reason
        self.blocks: list[dict[str, Any]] = []
        self.known: Point | None = None
        self.identity = self.ended = self.noise = ""
        self.spoiled = 0

    @property
    def over(self) -> bool:
        """Whether no block more is wanted."""
        return bool(self.known or self.reason or self.ended)


class Sweeper:
    """Carries out the sweep of a plan; `tell` says where it is."""

    def __init__(self, around: Surroundings, plan: Plan, sweep: Sweep, tell: Callable[[str], None]) -> None:
        self._around, self._plan, self._sweep, self._tell = around, plan, sweep, tell
        self._allowed = Allowed(sweep.space)
        self._objectives = objectives(",".join(sweep.objectives))
        self._runner = BlockRunner(around, len(plan.stages))
        self._started = time.monotonic()
        self._variants = {json.dumps(one.values, sort_keys=True): one for one in sweep.variants}
        self._points: list[Point] = []
        self._counts = {"measured": 0, "known": 0, "failed": 0, "blocks": 0, "repeated_blocks": 0}
        self._total = self._forecast()
        self._heard: dict[str, float] = {}

    def carry_out(self) -> dict[str, Any]:
        """Measure until nothing is left, or the budget ends; give what came of it.

        Raises FailedError when every configuration failed.
        """
        first = next(one for one in self._sweep.variants if one.run >= 0)
        arguments = configured(self._plan, self._sweep.space, first, self._sweep.space.configuration(0)).recording
        entry = experiment_entry(self._around.workspace, arguments)
        known = {} if self._sweep.again else measured_before(entry, failed=not self._sweep.retry)
        chosen = sampler(
            self._sweep.sampler,
            self._allowed,
            points=self._total or 1,
            seed=self._sweep.seed,
            objectives=len(self._objectives),
        )
        stopped = ""
        while not stopped:
            left = self._left()
            asked = chosen.ask(min(self._sweep.together, left)) if left > 0 else []
            if not asked:
                stopped = "every configuration was measured" if left > 0 else "as many were measured as were wanted"
                break
            group = [self._begin(number) for number in asked]
            for one in group:
                if one.identity in known:
                    one.known = known[one.identity]
                    self._points.append(one.known)
                    self._counts["known"] += 1
            self._measure([one for one in group if not one.over])
            for one in group:
                if one.known is None and (one.blocks or one.reason):
                    self._record(one, arguments)
                chosen.tell(one.number, self._vector(one))
            stopped = "the time was over" if self._is_late() else ""
        if all(failure(point) for point in self._points):
            raise FailedError(self._why_nothing())
        return results_of(self._sweep, self._objectives, self._points, entry.name, self._counts, stopped)

    def _forecast(self) -> int:
        """Say how many points there will be at most; 0 where that isn't known."""
        listed = sum(1 for _ in self._allowed.numbers()) if self._allowed.is_listed else 0
        return min(filter(None, (self._sweep.points, listed)), default=0)

    def _left(self) -> int:
        return self._sweep.points - len(self._points) if self._sweep.points else self._sweep.together

    def _is_late(self) -> bool:
        return bool(self._sweep.budget) and time.monotonic() - self._started > self._sweep.budget

    def _why_nothing(self) -> str:
        reasons = [failure(point) for point in self._points]
        if not reasons:
            return f"{self._plan.request}: no configuration was measured before the time was over"
        return f"{self._plan.request}: every configuration failed, the first since {reasons[0]}"

    # One group of configurations

    def _begin(self, number: int) -> Measuring:
        configuration = self._sweep.space.configuration(number)
        structure = {axis.name: configuration[axis.name] for axis in self._sweep.space.axes if axis.kind == "option"}
        variant = self._variants.get(json.dumps(structure, sort_keys=True))
        if variant is None or variant.run < 0:
            return Measuring(number, configuration, None, variant.problem if variant else "it has no stages")
        one = Measuring(number, configuration, configured(self._plan, self._sweep.space, variant, configuration))
        try:
            one.identity = identity_of(self._around, one.one) if one.one else ""
        except CkexploreError as error:
            one.reason = str(error)
        return one

    def _measure(self, group: Sequence[Measuring]) -> None:
        """Measure in rounds, each with a block of every configuration, in turn forwards and backwards."""
        forwards = True
        while active := [one for one in group if not one.over]:
            for one in active if forwards else active[::-1]:
                self._tell_progress(one)
                self._add(one, self._runner.run(one.one) if one.one else Block({}, one.reason))
                if self._is_late():
                    break
            forwards = not forwards
            if self._is_late():
                for one in active:
                    one.ended = one.ended or "the time was over"

    def _add(self, one: Measuring, block: Block) -> None:
        self._counts["blocks"] += 1
        self._heard = block.characteristics.get("noise", self._heard)
        if block.reason:
            one.reason = block.reason
            return
        if block.spoiled:
            if one.spoiled < _MOST_SPOILED * self._sweep.most_blocks and not self._is_late():
                one.spoiled += 1
                self._counts["repeated_blocks"] += 1
                self._write("↻", f"once more: {block.spoiled}")
                return
            one.noise = block.spoiled
        one.blocks.append(block.characteristics)
        values = self._values(one.blocks)
        if isinstance(values, str):
            one.reason = values
        elif len(one.blocks) >= self._sweep.most_blocks:
            one.ended = "as many blocks as wanted"
        elif len(one.blocks) >= self._sweep.fewest_blocks and enough(estimate(values), self._sweep.width):
            one.ended = "the interval is narrow enough"

    def _values(self, blocks: Sequence[dict[str, Any]]) -> list[float] | str:
        """Give the first objective of every block, or say which objective a block doesn't have."""
        found: list[float] = []
        table = point_table(Point(str(number), {}, {}, block) for number, block in enumerate(blocks))
        for objective in self._objectives:
            try:
                values = objective.column(table).values
            except CkexploreError as error:
                return f"it didn't measure {objective.name}: {error}"
            if not all(is_number(value) and math.isfinite(value) for value in values):
                return f"its {objective.name} is no number"
            found = found or [float(value) for value in values if is_number(value)]
        return found

    # What is kept and told

    def _record(self, one: Measuring, arguments: dict[str, Any]) -> None:
        """Append the point of a configuration, a failed one with its reason."""
        workspace = self._around.workspace
        arguments = one.one.recording if one.one else {**arguments, "choices": {**arguments["choices"], **_chosen(one)}}
        choices, features = identity(workspace, arguments, self._around.job.name)
        features |= {"configuration": one.identity, "blocks": len(one.blocks), "stopped": one.ended}
        features |= {"repeated_blocks": one.spoiled, "noise": one.noise}
        measured = one.blocks if not one.reason else [_failure(one.reason)]
        entry = experiment_entry(workspace, arguments)
        uid = add_point(entry, choices, features, measured)
        repeated = tuple(measured) if len(measured) > 1 else ()
        point = Point(uid, choices, features, middle_of(measured), repetitions=repeated)
        self._points.append(point)
        self._counts["failed" if one.reason else "measured"] += 1
        name = in_words(one.configuration) or self._plan.request
        self._write("✗" if one.reason else "✔", f"{name}: {told_in_a_line(self._objectives, point)}")
        self._event({"event": "progress", "done": len(self._points), "total": self._total or len(self._points)})

    def _vector(self, one: Measuring) -> Vector | None:
        """Give a configuration's objectives, all to be minimised; None when it has none."""
        blocks = [one.known.characteristics] if one.known else one.blocks
        if one.reason or not blocks:
            return None
        table = point_table([Point("", {}, {}, middle_of(blocks))])
        try:
            values = [objective.column(table).values[0] for objective in self._objectives]
        except CkexploreError:
            return None
        numbers = [float(value) for value in values if is_number(value)]
        return minimised(numbers, _ways(self._objectives)) if len(numbers) == len(values) else None

    def _tell_progress(self, one: Measuring) -> None:
        done, spent = len(self._points), time.monotonic() - self._started
        fresh = done - self._counts["known"]
        left = f", about {duration(spent / fresh * (self._total - done))} left" if fresh and self._total > done else ""
        of = f" of {self._total}" if self._total else ""
        name = in_words(one.configuration)
        block = f"{', ' if name else ''}block {len(one.blocks) + 1}"
        self._tell(f"measures {done + 1}{of}{left}{self._noise_in_words()}: {name}{block}")

    def _noise_in_words(self) -> str:
        """Tell what disturbed the last block, as far as the machine tells."""
        told = [
            f"{word} {self._heard[name]:.0%}".replace("%", " %")
            for name, word in (("others", "others use"), ("stolen", "stolen"), ("pressure", "waiting"))
            if self._heard.get(name)
        ]
        return f" ({', '.join(told)})" if told else ""

    def _write(self, sign: str, line: str) -> None:
        with closing(LogWriter(self._around.job, _LOG_LIMIT)) as output:
            output.write(f"\x1b[1m{sign} {line}\x1b[0m\r\n".encode())

    def _event(self, event: dict[str, Any]) -> None:
        with closing(EventRecorder(self._around.job / EVENTS, self._sweep.first)) as events:
            events.feed(json.dumps(event).encode() + b"\n")


def _ways(wanted: Sequence[Objective]) -> list[str]:
    return [one.better for one in wanted]


def _chosen(one: Measuring) -> dict[str, Any]:
    return {name: text if (value := number_of(text)) is None else value for name, text in one.configuration.items()}


def _failure(reason: str) -> dict[str, Any]:
    return {"run": {"run_success": "no", "run_success_bool": False, "fail_reason": reason}}
