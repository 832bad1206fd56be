"""Actions of the module `experiment`: the points that were measured, as a table, a front, a file."""

from __future__ import annotations

from ...store.errors import InvalidRequestError, RefusedError
from ...store.quick import TYPE_CHECKING
from ...store.untrusted import safe_line
from ..request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from ...store.formats.point import Point
    from ..plan import Plan

__all__ = ["add", "compare", "export", "front", "replay", "show"]

_CHOOSING = {"where", "sort", "columns", "all_columns", "limit"}


def show(request: Request) -> dict[str, Any]:
    """Show the points of experiments as a table: `show experiment:NAME --where='accuracy > 90 and threads = 1'`.

    `--sort=COLUMN[:max]`, `--limit=N`; what is the same in all points has no column, unless `--columns=a,b` or
    `--all_columns` says so. `--group=COLUMN` gives the points that have the same value there as one row.
    """
    from ..points.chosen import chosen_points, whole_points  # noqa: PLC0415
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
        answer["points"] = [_shown(point) for _, point in whole_points(request.workspace, chosen, shown)]
    return answer


def compare(request: Request) -> dict[str, Any]:
    """Compare points of experiments with the first of them: `--points=UID,UID`; beginnings of UIDs do."""
    import msgspec  # noqa: PLC0415

    from ..points.chosen import chosen_points  # noqa: PLC0415
    from ..points.comparison import compare_points  # noqa: PLC0415

    refuse_unknown_options(request, {"points"})
    wanted = request.words("points")
    if not wanted:
        raise InvalidRequestError("say which points: ckexplore compare experiment:NAME --points=UID,UID")
    chosen = chosen_points(request)
    compared = compare_points(chosen.table, [chosen.table.row_of(word) for word in wanted])
    return {"experiment": chosen.title, "compared": msgspec.to_builtins(compared)}


def front(request: Request) -> dict[str, Any]:
    """Show which points are worth choosing: `front experiment:NAME --objectives=latency:min,accuracy:max`.

    `--where=` filters as in `show`, `--group=COLUMN` judges each group as well, `--margins=1.1,1.0` leaves out what is
    hardly better, `--svg=FILE` writes the chart. Without objectives they are those of the program or the experiment.
    """
    from ..explore.answer import answer, judged  # noqa: PLC0415
    from ..explore.asked import given_objectives  # noqa: PLC0415
    from ..points.chosen import chosen_points  # noqa: PLC0415
    from ..points.meaning import named_column  # noqa: PLC0415
    from ..report.front_chart import front_plot, front_scatter  # noqa: PLC0415

    refuse_unknown_options(request, {"where", "objectives", "group", "margins", "svg", "force"})
    file = new_file(request, "svg") if "svg" in request.options else None
    chosen = chosen_points(request)
    given = given_objectives(request.workspace, chosen.experiments[0])
    table, judgement = judged(chosen, given, request.text("objectives"), _margins(request))
    group = request.text("group")
    found: dict[str, Any] = {
        "experiment": chosen.experiments[0].cid,
        "experiments": [one.cid for one in chosen.experiments],
        "title": chosen.title,
        "number_of_points": len(chosen.table),
        "number_passed": len(chosen.rows),
        "where": request.text("where"),
        "margins": list(_margins(request)),
        **answer(table, judgement, group),
    }
    if len(judgement.objectives) > 1 and judgement.points:
        import msgspec  # noqa: PLC0415

        groups = [named_column(table, group).values[one.row] for one in judgement.points] if group else ()
        shown = front_scatter(judgement, [table.uids[one.row] for one in judgement.points], groups)
        found["scatter"] = msgspec.to_builtins(shown)
        if file is not None:
            from ...store.formats.ck_entries import write_text  # noqa: PLC0415
            from ..report.svg import svg_text  # noqa: PLC0415

            write_text(file, svg_text(front_plot(shown, chosen.title)))
            found["svg"] = safe_line(str(file))
    elif file is not None:
        raise InvalidRequestError("a chart of a front needs at least two objectives and a point that has both")
    return found


def replay(request: Request) -> Plan:
    """Run a stored point again, and say whether it is reproduced: `replay experiment:NAME --point=UID`.

    Its program is measured in blocks with the same choices; `--tolerance=0.05` is the share by which a value may
    differ. `--objectives=` says what is compared, `--blocks=` and `--budget=` how long it takes.
    """
    from ..explore.replaying import plan_replay  # noqa: PLC0415

    return plan_replay(request)


def export(request: Request) -> dict[str, Any]:
    """Export points: `export experiment:NAME --file=FILE.csv`, or .json, .jsonl, .md (a report), .svg, .png (a chart).

    `--where=` chooses points, `--columns=a,b` the columns of CSV, `--objectives=` the front; a file that is there is
    overwritten only with `--force`. Without `--file` CSV goes to standard output.
    """
    from ..points.chosen import chosen_points  # noqa: PLC0415
    from ..points.exported import exported  # noqa: PLC0415

    refuse_unknown_options(request, {"where", "columns", "objectives", "file", "force"})
    file = new_file(request) if "file" in request.options else None
    ending = file.suffix.lower().removeprefix(".") if file else "csv"
    chosen = chosen_points(request)
    given = {name: request.text(name) for name in ("objectives", "where")}
    content = exported(request.workspace, chosen, ending, request.words("columns"), **given)
    found = {"experiments": [one.cid for one in chosen.experiments], "number_of_points": len(chosen.rows)}
    if file is None:
        return {**found, "text": str(content)}
    from ...store.formats.ck_entries import write_bytes  # noqa: PLC0415

    write_bytes(file, content.encode() if isinstance(content, str) else content)
    return {**found, "file": safe_line(str(file))}


def add(request: Request) -> dict[str, Any]:
    """Import points into an experiment of yours: `import experiment:NAME --file=F`, or add an empty one.

    F is what `export` wrote, a CSV file, a `cm-result.json`, or a folder of MLPerf or CM results; without a name the
    experiment is called as the file. Of a CSV file, `--choices=a,b` and `--characteristics=c,d` say what columns are.
    The same file imported again adds nothing.
    """
    if request.action != "import" and "file" not in request.options:
        from ..changing import add as add_entry  # noqa: PLC0415

        return add_entry(request)
    from ..annotating import given_file  # noqa: PLC0415
    from ..points.imported import read_source, usual_name, write_points  # noqa: PLC0415

    refuse_unknown_options(request, {"file", "choices", "characteristics"})
    if request.cid.repository not in ("", "local"):
        raise RefusedError(
            f"points are imported into your own repository, not into {safe_line(request.cid.repository)}; "
            "leave the repository out"
        )
    file = given_file(request)
    source = read_source(file, request.words("choices"), request.words("characteristics"))
    done = write_points(request.workspace, request.cid.artifact or usual_name(file), source, request.console.progress)
    return {
        "experiment": done.experiment,
        "file": source.name,
        "sha256": source.sha256,
        "number_of_points": done.added,
        "already": done.already,
        "broken": [{"number": number, "problem": problem} for number, problem in source.broken],
    }


def _margins(request: Request) -> list[float]:
    """Give the margins. Raises InvalidRequestError for what is no number."""
    try:
        return [float(one) for one in request.words("margins")]
    except ValueError as error:
        told = safe_line(request.text("margins"), 80)
        raise InvalidRequestError(f"--margins={told}: write a ratio for each objective, such as 1.1,1.0") from error


def new_file(request: Request, option: str = "file") -> Path:
    """Give the file that an option names, where it may be written: over one that is there only with `--force`.

    Raises InvalidRequestError, RefusedError.
    """
    import os  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    name = request.text(option)
    if name in ("", "yes"):
        raise InvalidRequestError(f"say which file: --{option}=FILE")
    try:
        file = Path(name).expanduser().resolve()
    except (RuntimeError, ValueError) as error:  # no such user, a loop of links, a NUL
        raise InvalidRequestError(f"{safe_line(name)}: not the path of a file ({error})") from error
    if not file.parent.is_dir():
        raise InvalidRequestError(f"{safe_line(str(file.parent))}: no such folder")
    if os.path.lexists(file) and not (request.flag("force") and file.is_file()):
        raise RefusedError(f"{safe_line(str(file))} is there already; say --force to overwrite it")
    return file


def _limit(request: Request) -> int | None:
    from ..request import number  # noqa: PLC0415

    return int(number(request, "limit", 1)) if "limit" in request.options else None


def _shown(point: Point) -> dict[str, Any]:
    return {
        "point": point.uid,
        "choices": point.choices,
        "features": point.features,
        "characteristics": point.characteristics,
        "problem": point.problem,
    }
