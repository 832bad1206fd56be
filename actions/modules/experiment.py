"""Actions of the module `experiment`: the points that were measured, as a table, a front, a file."""

from __future__ import annotations

from ...store.quick import TYPE_CHECKING
from ..request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...store.formats.point import Point
    from ..points.chosen import Chosen

__all__ = ["show"]

_CHOOSING = {"where", "sort", "columns", "all_columns", "limit"}


def show(request: Request) -> dict[str, Any]:
    """Show the points of experiments as a table: `show experiment:NAME --where='accuracy > 90 and threads = 1'`.

    `--sort=COLUMN[:max]`, `--limit=N`; what is the same in all points has no column, unless `--columns=a,b` or
    `--all_columns` says so. `--group=COLUMN` gives the points that have the same value there as one row.
    """
    from ..points.chosen import chosen_points  # noqa: PLC0415
    from ..points.view import groups, view  # noqa: PLC0415

    refuse_unknown_options(request, {*_CHOOSING, "group"})
    chosen = chosen_points(request)
    table = chosen.table
    found = view(
        table,
        chosen.rows,
        sort=request.text("sort"),
        columns=request.words("columns"),
        every=request.flag("all_columns"),
    )
    shown = found.rows[: _limit(request)]
    answer: dict[str, Any] = {
        "experiment": chosen.experiments[0].cid,
        "experiments": [one.cid for one in chosen.experiments],
        "title": chosen.title,
        "number_of_points": len(table),
        "number_passed": len(chosen.rows),
        "same": found.same,
        "columns": [one.name for one in found.columns],
    }
    if name := request.text("group"):
        gathered = groups(table, found.rows, name, found.columns)[: _limit(request)]
        listed = [{"value": one.value, "number_of_points": len(one.rows), "median": one.middle} for one in gathered]
        return {**answer, "group": name, "groups": listed}
    answer["rows"] = [[table.uids[row], *(one.values[row] for one in found.columns)] for row in shown]
    if not request.console.shows_output:  # who reads the answer gets all that is known of the points, lists too
        answer["points"] = [_shown(point) for point in whole_points(request, chosen, shown)]
    return answer


def _limit(request: Request) -> int | None:
    from ..request import number  # noqa: PLC0415

    return int(number(request, "limit", 1)) if "limit" in request.options else None


def whole_points(request: Request, chosen: Chosen, rows: Sequence[int]) -> list[Point]:
    """Read points anew from their files, with all that a table has no place for, in the order of some rows."""
    from ...store.formats import format_named  # noqa: PLC0415
    from ..points.kept_table import place_of  # noqa: PLC0415

    found: dict[int, Point] = {}
    for number, some in chosen.rows_by_experiment(rows).items():
        format_, root, path = place_of(request.workspace, chosen.experiments[number])
        row_of = {chosen.table.uids[row]: row for row in some}
        for point in format_named(format_).points(root, path):
            if point.uid in row_of:
                found[row_of[point.uid]] = point
    return [found[row] for row in rows if row in found]


def _shown(point: Point) -> dict[str, Any]:
    return {
        "point": point.uid,
        "choices": point.choices,
        "features": point.features,
        "characteristics": point.characteristics,
        "problem": point.problem,
    }
