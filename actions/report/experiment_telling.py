"""Telling points of experiments: their table, their front, what was exported and imported."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .quantity import quantity
from .table import text_table

Result = Mapping[str, Any]

_MEASURED_SHOWN = 8
_SAME_SHOWN = 12
_UID_SHOWN = 8
_BROKEN_SHOWN = 20
_NARROW_COLUMN = 9  # cells, with what is between two columns


def _points(result: Result, width: int) -> list[str]:
    """Tell an experiment's points: the choices that differ, and what was measured."""
    lines = [f"{result['title']}: {_counted(result)}", *_same(result, width)]
    if "groups" in result:
        return [*lines, "", *_groups(result, width)]
    names = list(result["columns"])
    kept = _kept(names)[: max(1, (width - _UID_SHOWN) // _NARROW_COLUMN)]
    header = ["point", *labels([names[place] for place in kept])]
    rows = [
        [str(row[0])[:_UID_SHOWN], *(cell(names[place], row[1 + place]) for place in kept)] for row in result["rows"]
    ]
    without = [name for place, name in enumerate(names) if place not in kept]
    more = [f"no room for: {', '.join(labels(without))}; choose with --columns="] if without else []
    return [*lines, *more, "", *text_table(header, rows, width=width)]


def _counted(result: Result) -> str:
    every, passed = result["number_of_points"], result["number_passed"]
    shown = len(result["rows"]) if "rows" in result else passed
    told = number_of(every, "point") if passed == every else f"{passed:,} of {number_of(every, 'point')}"
    return f"{told}, {shown:,} of them shown" if shown < passed else told


def number_of(number: int, what: str) -> str:
    """Give a number with what it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _same(result: Result, width: int) -> list[str]:
    """Name what is the same in all points, in one line as far as it has room."""
    same = [f"{name.rpartition('.')[2]} {cell(name, value)}" for name, value in result["same"].items()]
    if not same:
        return []
    told = same[:_SAME_SHOWN]
    while len(told) > 1 and len(", ".join(told)) > width - 30:
        told.pop()
    more = f", and {len(same) - len(told)} more" if len(same) > len(told) else ""
    return [f"the same in all: {', '.join(told)}{more}"]


def _kept(names: Sequence[str]) -> list[int]:
    """Leave out what was measured beyond the first few: a table has no room for all."""
    measured = [place for place, name in enumerate(names) if "." in name and not name.startswith("choices.")]
    left_out = set(measured[_MEASURED_SHOWN:])
    return [place for place in range(len(names)) if place not in left_out]


def _groups(result: Result, width: int) -> list[str]:
    measured = list(dict.fromkeys(name for one in result["groups"] for name in one["median"]))[:_MEASURED_SHOWN]
    header = [str(result["group"]), "points", *(f"median {label}" for label in labels(measured))]
    rows = [
        [
            cell("", one["value"]),
            f"{one['number_of_points']:,}",
            *(cell(name, one["median"].get(name)) for name in measured),
        ]
        for one in result["groups"]
    ]
    return text_table(header, rows, width=width)


def _front(result: Result, width: int) -> list[str]:
    """Tell a front: counts, its table in the order of the first objective, the best ones, and its chart."""
    names = [one["name"] for one in result["objectives"]]
    ways = ", ".join(f"{one['name']}: {_WAYS[one['better']]}" for one in result["objectives"])
    lines = [f"{result['title']}: {_counted(result)}", f"judged by {ways}", *_standing(result), ""]
    columns = list(result["columns"])
    marked = [_marks(result, one) for one in result["points"]]
    header = ["point", *names, *(["what"] if any(marked) else []), *labels(columns)]
    column_of = {one["name"]: one["column"] for one in result["objectives"]}
    rows = [
        [
            str(one["point"])[:_UID_SHOWN],
            *(_with_interval(column_of[name], one, name) for name in names),
            *([marks] if any(marked) else []),
            *(cell(name, one["choices"].get(name)) for name in columns),
        ]
        for one, marks in zip(result["points"], marked, strict=True)
    ]
    lines += text_table(header, rows, width=width)
    if "groups" in result:
        lines += ["", *_front_groups(result, width)]
    if "scatter" in result:
        lines += ["", *_scatter(result["scatter"], width)]
    if "svg" in result:
        lines += ["", f"the chart is in {result['svg']}"]
    return lines


_WAYS = {"min": "less is better", "max": "more is better"}
_CHART_WIDTH, _CHART_HEIGHT = 100, 22


def _standing(result: Result) -> list[str]:
    sure = sum(one["sure"] for one in result["points"] if one["standing"] == "front")
    told = [f"{len(result['front'])} of {result['judged']:,} are on the front"]
    if sure < len(result["front"]):
        told[0] += f" by their medians, {sure} of them for sure"
    if result["margins"]:
        told[0] = f"{len(result['front'])} of {result['judged']:,} stay with margins (not necessarily a Pareto front)"
    if result["possibly"]:
        told.append(f"{len(result['possibly'])} more possibly: their repetitions don't tell")
    if result["without"]:
        told.append(f"{result['without']:,} lack an objective")
    lines = ["; ".join(told)]
    if result["hypervolume"] is not None:
        lines.append(f"the front dominates {result['hypervolume']:.1%} of the box from the best to the worst values")
    return lines


def _marks(result: Result, one: Mapping[str, Any]) -> str:
    """Say what is special about a point of the front."""
    marks = [f"best {name}" for name, uid in result["best"].items() if uid == one["point"]]
    if one["point"] == result["knee"]:
        marks.append("knee")
    if one["standing"] == "possibly":
        marks.append("possibly")
    return ", ".join(marks)


def _with_interval(column: str, one: Mapping[str, Any], name: str) -> str:
    value = cell(column, one["values"][name])
    interval = one.get("intervals", {}).get(name)
    if not interval or interval[0] == interval[1]:
        return value
    return f"{value} ({cell(column, interval[0])} to {cell(column, interval[1])})"


def _front_groups(result: Result, width: int) -> list[str]:
    columns = {one["name"]: one["column"] for one in result["objectives"]}
    header = [result["group"], "points", "on its front", "of them on that of all", "volume", *map(_best, columns)]
    rows = [
        [
            cell("", one["value"]),
            f"{one['judged']:,}",
            str(one["front"]),
            str(one["of_all"]),
            "" if one["hypervolume"] is None else f"{one['hypervolume']:.1%}",
            *(cell(column, one["best"].get(name)) for name, column in columns.items()),
        ]
        for one in result["groups"]
    ]
    return text_table(header, rows, width=width)


def _best(name: str) -> str:
    return f"best {name}"


def _scatter(scatter: Mapping[str, Any], width: int) -> list[str]:
    import msgspec  # noqa: PLC0415

    from .front_chart import FrontScatter, front_chart  # noqa: PLC0415  (charts, only where one is drawn)

    shown = msgspec.convert(dict(scatter), FrontScatter)
    return front_chart(shown, min(width, _CHART_WIDTH), _CHART_HEIGHT).lines()


def _exported(result: Result, _width: int) -> list[str]:
    if "text" in result:
        return [line.rstrip("\r") for line in result["text"].removesuffix("\n").split("\n")]
    return [f"{number_of(result['number_of_points'], 'point')} in {result['file']}"]


def imported(result: Result, _width: int) -> list[str]:
    """Tell what was imported, and every row that couldn't be."""
    told = f"{result['experiment']}: {number_of(result['number_of_points'], 'point')} imported from {result['file']}"
    if result["already"]:
        told = f"{result['experiment']}: {result['file']} was imported before, nothing is new"
    broken = result["broken"]
    lines = [told, *(f"  number {one['number']}: {one['problem']}" for one in broken[:_BROKEN_SHOWN])]
    if len(broken) > _BROKEN_SHOWN:
        lines.append(f"  and {len(broken) - _BROKEN_SHOWN:,} more that aren't right; --out=json lists all")
    return lines


def labels(names: Sequence[str]) -> list[str]:
    """Give the last parts of columns' names, and more of those that are alike."""
    last = [name.rpartition(".")[2] for name in names]
    counted = Counter(last)
    return [short if counted[short] == 1 else name for short, name in zip(last, names, strict=True)]


def cell(name: str, value: Any) -> str:
    """Give a value as a person reads it: what was measured with its unit."""
    if value is None:
        return ""
    if name.startswith(("choices.", "features.")) or not name:
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    return quantity(name, value)


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "show experiment": _points,
    "front experiment": _front,
    "export experiment": _exported,
}
