"""What `front` answers: the judgement of points as plain data, with what was chosen in those that are worth it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..points.chosen import Chosen
from ..points.meaning import named_column
from ..points.table import EXPERIMENT, PointTable, Value
from ..points.view import view
from .asked import asked_objectives
from .front import minimised
from .judgement import Judged, Judgement, judge, share_of_box


def judged(
    chosen: Chosen, given: Mapping[str, str], objectives: str = "", margins: Sequence[float] = ()
) -> tuple[PointTable, Judgement]:
    """Judge the points that were chosen; the judgement's rows are those of the table that comes with it."""
    table = chosen.table.rows(chosen.rows)
    return table, judge(table, asked_objectives(objectives, given, table), margins)


def answer(table: PointTable, judgement: Judgement, group: str = "") -> dict[str, Any]:
    """Give a judgement as plain data: counts, the points on the front, the knee, the best ones, the volume's share."""
    worth = [*judgement.front, *judgement.possibly]
    columns = [
        one.name
        for one in view(table, [one.row for one in worth]).columns
        if one.kind == "choice" or one.name == EXPERIMENT
    ]
    best = [judgement.best(number) for number in range(len(judgement.objectives))]
    found: dict[str, Any] = {
        "objectives": [
            {"name": one.name, "better": one.better, "column": column.name}
            for one, column in zip(judgement.objectives, judgement.columns, strict=True)
        ],
        "judged": len(judgement.points),
        "without": judgement.without,
        "front": [table.uids[one.row] for one in judgement.front],
        "possibly": [table.uids[one.row] for one in judgement.possibly],
        "dominated": [table.uids[one.row] for one in judgement.points if one.standing == "dominated"],
        "knee": None if judgement.knee is None else table.uids[judgement.knee],
        "best": {
            objective.name: table.uids[one.row]
            for objective, one in zip(judgement.objectives, best, strict=True)
            if one is not None
        },
        "hypervolume": judgement.hypervolume if judgement.points else None,
        "columns": columns,
        "points": [_point(table, judgement, one, columns) for one in worth],
    }
    if group:
        found |= {"group": group, "groups": _by_group(table, judgement, group)}
    return found


def _point(table: PointTable, judgement: Judgement, one: Judged, columns: Sequence[str]) -> dict[str, Any]:
    names = [objective.name for objective in judgement.objectives]
    intervals = {
        name: list(interval) for name, interval in zip(names, one.intervals, strict=True) if interval is not None
    }
    return {
        "point": table.uids[one.row],
        "standing": one.standing,
        "sure": one.sure,
        "values": dict(zip(names, one.values, strict=True)),
        **({"intervals": intervals} if intervals else {}),
        "choices": {name: table.columns[name].values[one.row] for name in columns},
    }


def _by_group(table: PointTable, judgement: Judgement, group: str) -> list[dict[str, Any]]:
    """Judge each group by itself, its volume in the box of all points so that they compare."""
    values = named_column(table, group).values
    members: dict[Value, list[Judged]] = {}
    for one in judgement.points:
        members.setdefault(values[one.row], []).append(one)
    ways = [one.better for one in judgement.objectives]
    every = [minimised(one.values, ways) for one in judgement.points]
    found: list[dict[str, Any]] = []
    for value, some in sorted(members.items(), key=lambda item: (item[0] is None, str(item[0]))):
        own = judge(table.rows([one.row for one in some]), judgement.objectives)
        vectors = [minimised(one.values, ways) for one in own.points if one.standing != "dominated"]
        found.append(
            {
                "value": value,
                "judged": len(some),
                "front": len(own.front),
                "of_all": sum(one.standing == "front" for one in some),
                "hypervolume": share_of_box(vectors, every),
                "best": {
                    objective.name: best.values[number]
                    for number, objective in enumerate(judgement.objectives)
                    if (best := own.best(number)) is not None
                },
            }
        )
    return found
