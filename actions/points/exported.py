"""Chosen points as the content of a file, in the format that its ending names."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ...store.errors import CkexploreError, InvalidRequestError, UnavailableError
from ...store.untrusted import safe_line, safe_value
from ...store.workspace import Workspace
from ..common import own_meta
from ..explore.answer import answer, judged
from ..explore.asked import given_objectives
from ..explore.judgement import Judgement
from ..report.experiment_report import markdown_report
from ..report.front_chart import FrontScatter, front_plot, front_scatter
from ..report.svg import svg_text
from .chosen import Chosen, whole_points
from .csv_file import as_csv
from .json_file import as_document, as_lines
from .table import PointTable
from .view import view

ENDINGS = ("csv", "json", "jsonl", "md", "svg", "png")


def exported(
    workspace: Workspace,
    chosen: Chosen,
    ending: str,
    columns: Sequence[str] = (),
    objectives: str = "",
    where: str = "",
) -> str | bytes:
    """Give the content of a file with that ending: text, or bytes of a picture.

    `columns` are those of CSV, else all; `objectives` those of the front in a report and a chart. Raises
    InvalidRequestError, NotFoundError; UnavailableError for a picture that this machine can't make.
    """
    if ending == "csv":
        return _csv(chosen, columns)
    if ending in ("json", "jsonl"):
        points = whole_points(workspace, chosen, chosen.rows)
        return as_lines(points) if ending == "jsonl" else as_document(points)
    if ending == "md":
        return _markdown(workspace, chosen, objectives, where)
    if ending in ("svg", "png"):
        table, judgement = judged(chosen, given_objectives(workspace, chosen.experiments[0]), objectives)
        shown = _scatter(table, judgement)
        if shown is None:
            raise InvalidRequestError("a chart of a front needs at least two objectives and a point that has both")
        text = svg_text(front_plot(shown, chosen.title))
        return text if ending == "svg" else _png(text)
    raise InvalidRequestError(f"the ending .{safe_line(ending, 20)} isn't known; use .{', .'.join(ENDINGS)}")


def _csv(chosen: Chosen, columns: Sequence[str]) -> str:
    table = chosen.table
    listed = view(table, chosen.rows, columns=columns, every=not columns).columns
    rows = [[table.uids[row], *(one.values[row] for one in listed)] for row in chosen.rows]
    return as_csv(["point", *(one.name for one in listed)], rows)


def _markdown(workspace: Workspace, chosen: Chosen, objectives: str, where: str) -> str:
    table = chosen.table.rows(chosen.rows)
    given = given_objectives(workspace, chosen.experiments[0])
    found, shown = None, None
    try:
        _, judgement = judged(chosen, given, objectives)
    except CkexploreError:
        if objectives:
            raise
    else:  # without objectives that the points have, the report has all points in place of a front
        found, shown = answer(table, judgement), _scatter(table, judgement)
    return markdown_report(chosen, table, where, found, shown, _origin(chosen))


def _scatter(table: PointTable, judgement: Judgement) -> FrontScatter | None:
    if len(judgement.objectives) < 2 or not judgement.points:
        return None
    return front_scatter(judgement, [table.uids[one.row][:8] for one in judgement.points])


def _origin(chosen: Chosen) -> dict[str, Any]:
    """Give what the meta of a single experiment says of where its points come from."""
    if len(chosen.experiments) != 1:
        return {}
    try:
        meta = safe_value(own_meta(chosen.experiments[0]))
    except CkexploreError as error:
        return {"meta": str(error)}
    groups = [described for name in ("meta", "source") if isinstance(described := meta.get(name), dict)]
    told = [(name, value) for described in groups for name, value in described.items()]
    return {name: value for name, value in told if isinstance(value, str | int | float)}


def _png(svg: str) -> bytes:
    try:
        cairosvg = import_module("cairosvg")  # an extra
    except (ImportError, OSError) as error:  # the library in C that it needs isn't there
        raise UnavailableError(
            "a PNG picture needs cairosvg and the library cairo: python3 -m pip install 'ckexplore[png]' "
            "(Debian or Ubuntu: apt-get install libcairo2), or export the chart as .svg"
        ) from error
    return bytes(cairosvg.svg2png(bytestring=svg.encode()) or b"")
