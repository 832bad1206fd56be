"""What came of a sweep, as a job's results: every point by its objectives, with intervals and its standing."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...store.formats.point import Point
from ..measure.statistics import attainable_level
from ..plan import Sweep
from ..points.table import point_table
from ..report.quantity import quantity
from .judgement import Judged, Judgement, judge
from .measured_before import failure
from .objective import Objective
from .replayed import replayed, verdict_of

_SHOWN = 500
"""Points in a job's results; the experiment has all of them."""


def results_of(
    sweep: Sweep,
    wanted: Sequence[Objective],
    found: Sequence[Point],
    experiment: str,
    counts: Mapping[str, int],
    stopped: str,
) -> dict[str, Any]:
    """Judge the points of a sweep, those of configurations that were known before among them."""
    table = point_table(found)
    judgement = judge(table, wanted)
    measured = [point for point in found if not failure(point)]
    standing = {one.row: one for one in judgement.points}
    on_front = [one.row for one in (*judgement.front, *judgement.possibly)]
    others = [row for row in range(len(found)) if row not in set(on_front)]
    return {
        "experiment": f"local:experiment:{experiment}",
        "objectives": [
            {"name": one.name, "better": one.better, "column": column.name}
            for one, column in zip(wanted, judgement.columns, strict=True)
        ],
        "axes": [axis.name for axis in sweep.space.axes],
        "swept": [_shown(found[row], standing.get(row), sweep) for row in (*on_front, *others)[:_SHOWN]],
        "front": len(judgement.front),
        "sure": sum(one.sure for one in judgement.front),
        "possibly": len(judgement.possibly),
        "knee": table.uids[judgement.knee] if judgement.knee is not None else "",
        "hypervolume": None if judgement.hypervolume is None else round(judgement.hypervolume, 4),
        "level": attainable_level(min((int(point.features.get("blocks", 1)) for point in measured), default=1), 0.99),
        **counts,
        "stopped": stopped,
        **(
            {"replayed": told, "reproduced": verdict_of(told), "tolerance": sweep.tolerance}
            if (told := replayed(sweep, measured))
            else {}
        ),
    }


def _shown(point: Point, judged: Judged | None, sweep: Sweep) -> dict[str, Any]:
    return {
        "point": point.uid,
        "choices": {axis.name: point.choices[axis.name] for axis in sweep.space.axes if axis.name in point.choices},
        **(
            {
                "values": list(judged.values),
                "intervals": list(judged.intervals),
                "standing": judged.standing,
                "sure": judged.sure,
            }
            if judged is not None
            else {"reason": failure(point) or "it lacks an objective"}
        ),
        "blocks": point.features.get("blocks", 1),
        "noise": point.features.get("noise", ""),
        "ended": point.features.get("stopped", ""),
    }


def told_in_a_line(wanted: Sequence[Objective], point: Point) -> str:
    """Tell a point's objectives with their intervals, or why it failed."""
    if reason := failure(point):
        return f"failed: {reason}"
    table = point_table([point])
    judgement = judge(table, wanted)
    if not judgement.points:
        return "it lacks an objective"
    return ", ".join(_told(judgement, number) for number in range(len(wanted)))


def _told(judgement: Judgement, number: int) -> str:
    (judged,), column = judgement.points[:1], judgement.columns[number]
    name = column.name
    interval = judged.intervals[number]
    text = f"{judgement.objectives[number].name} {quantity(name, judged.values[number])}"
    return f"{text} ({quantity(name, interval[0])} to {quantity(name, interval[1])})" if interval else text
