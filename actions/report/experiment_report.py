"""A report of an experiment in Markdown: what was measured and where, its front, its chart, where it all comes from."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...store.untrusted import safe_line
from ..points.chosen import Chosen
from ..points.table import PointTable
from ..points.view import view
from .experiment_telling import cell, labels
from .front_chart import FrontScatter, front_chart
from .table import markdown_table

_CHART_WIDTH, _CHART_HEIGHT = 88, 22
_NAMED = 20
_POINTS_SHOWN = 100
_MACHINE = ("platform", "system_name", "processor", "accelerator", "operating_system", "board", "chip", "cpu", "os")
_ORIGIN = ("job", "commit", "source", "url", "imported", "program", "dependencies")


def markdown_report(
    chosen: Chosen,
    table: PointTable,
    where: str,
    judged: Mapping[str, Any] | None,
    scatter: FrontScatter | None,
    origin: Mapping[str, Any],
) -> str:
    """Write the report of the points in `table`; `judged` is what `front` answers, `origin` what the meta says."""
    rows = list(range(len(table)))
    lines = [f"# {_text(chosen.title)}", ""]
    lines += [f"{len(table):,} of {len(chosen.table):,} points, those with {_code(where)}." if where else _all(table)]
    shown = view(table, rows)
    lines += ["", *_named("The same in all", [(name, cell(name, value)) for name, value in shown.same.items()])]
    lines += ["", "## Machine", "", *_features(table, _MACHINE)]
    if judged is not None:
        lines += ["", "## Front", "", *_front(judged)]
    if scatter is not None:
        chart = front_chart(scatter, _CHART_WIDTH, _CHART_HEIGHT).lines()
        lines += ["", "```text", *(line.replace("```", "'''").rstrip() for line in chart), "```"]
    if judged is None:
        names = [one.name for one in shown.columns]
        listed = [
            [table.uids[row], *(cell(name, table.columns[name].values[row]) for name in names)]
            for row in rows[:_POINTS_SHOWN]
        ]
        more = [] if len(rows) <= _POINTS_SHOWN else [f"The first {_POINTS_SHOWN} of {len(rows):,} points.", ""]
        lines += ["", "## Points", "", *more, markdown_table(["point", *labels(names)], listed).rstrip()]
    lines += ["", "## Origin", "", *_origin(chosen, origin), *_features(table, _ORIGIN)]
    return "\n".join(lines).rstrip() + "\n"


def _all(table: PointTable) -> str:
    return f"{len(table):,} point{'' if len(table) == 1 else 's'}."


def _front(judged: Mapping[str, Any]) -> list[str]:
    names = [one["name"] for one in judged["objectives"]]
    columns = {one["name"]: one["column"] for one in judged["objectives"]}
    ways = ", ".join(f"{_code(one['name'])} ({one['better']})" for one in judged["objectives"])
    counted = f"{len(judged['front'])} of {judged['judged']:,} points are on the front of {ways}"
    possibly = f", {len(judged['possibly'])} possibly" if judged["possibly"] else ""
    share = judged["hypervolume"]
    volume = "" if share is None else f"; it dominates {share:.1%} of the box from the best to the worst values"
    header = ["point", *names, *labels(judged["columns"]), "standing"]
    rows = [
        [
            one["point"],
            *(cell(columns[name], one["values"][name]) for name in names),
            *(cell(name, one["choices"].get(name)) for name in judged["columns"]),
            one["standing"],
        ]
        for one in judged["points"]
    ]
    return [f"{counted}{possibly}{volume}.", "", markdown_table(header, rows).rstrip()]


def _named(title: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    if not pairs:
        return []
    told = ", ".join(f"{_code(name)} {_text(value)}" for name, value in pairs[:_NAMED])
    return [f"{title}: {told}."]


def _features(table: PointTable, wanted: Sequence[str]) -> list[str]:
    """List what some features of the points say, each with its values."""
    lines: list[str] = []
    for column in table.columns.values():
        parts = column.name.split(".")
        if parts[0] == "features" and len(parts) > 1 and parts[1] in wanted and column.is_known:
            values = list(dict.fromkeys(str(value) for value in column.values if value is not None))
            more = f", and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
            lines.append(f"- {_code(column.label)}: {', '.join(map(_code, values[:_NAMED]))}{more}")
    return lines or ["Unknown: the points don't say."]


def _origin(chosen: Chosen, origin: Mapping[str, Any]) -> list[str]:
    lines = [f"- experiment {_code(one.cid)}, UID {_code(one.uid)}" for one in chosen.experiments[:_NAMED]]
    if len(chosen.experiments) > _NAMED:
        lines.append(f"- and {len(chosen.experiments) - _NAMED} more experiments")
    return lines + [f"- {_code(str(name))}: {_code(str(value))}" for name, value in origin.items() if value]


def _text(text: str) -> str:
    """Give a text in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", safe_line(text, 500))


def _code(text: str) -> str:
    """Give a text as a code span that nothing in it can end (CommonMark 6.1)."""
    text = safe_line(text, 500)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"
