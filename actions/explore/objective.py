"""What is to be minimised or maximised: a characteristic by its name or by what it is, or a formula over some."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from ..points.expression import parse
from ..points.filtering import formula_column
from ..points.meaning import named_column
from ..points.table import Column, PointTable

Better = Literal["min", "max"]

_MORE_IS_BETTER = ("accuracy", "top1", "throughput", "qps", "samples_per_s", "queries_per_s", "speedup", "valid")
_DIRECTIONS: dict[str, Better] = {
    "min": "min",
    "low": "min",
    "lower": "min",
    "max": "max",
    "high": "max",
    "higher": "max",
}


class Objective(Struct, frozen=True):
    """One objective: how it is called, which way is better, and where its values come from."""

    name: str
    better: Better
    formula: str = ""
    """What gives it, where the name isn't that of a column."""

    def column(self, table: PointTable) -> Column:
        """Give the column of its values. Raises NotFoundError or InvalidRequestError."""
        if not self.formula:
            return named_column(table, self.name)
        expression = parse(self.formula)
        if expression.text == expression.names[:1][0] if expression.names else False:
            return named_column(table, expression.text)
        return formula_column(table, self.name, expression)


def objectives(text: str, given: Mapping[str, str] | None = None) -> tuple[Objective, ...]:
    """Read `latency:min,accuracy:max,cost=latency*price:min`; `given` says what names of a program's own mean.

    Without a direction it is that of the characteristic: more accuracy, less of all else. Raises InvalidRequestError.
    """
    found = tuple(_objective(part.strip(), given or {}) for part in _parts(text) if part.strip())
    if len({one.name for one in found}) < len(found):
        raise InvalidRequestError(f"an objective is named twice in {safe_line(text, 120)!r}")
    return found


def _parts(text: str) -> Sequence[str]:
    """Cut at commas, but not inside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _objective(text: str, given: Mapping[str, str]) -> Objective:
    head, colon, last = text.rpartition(":")
    rest, direction = (head, last.strip().lower()) if colon else (text, "")
    if direction and direction not in _DIRECTIONS:
        raise InvalidRequestError(
            f"{safe_line(text, 80)!r}: a direction is min or max, not {safe_line(direction, 20)!r}"
        )
    name, equals, formula = (part.strip() for part in rest.partition("="))
    if not name or (equals and not formula):
        raise InvalidRequestError(f"{safe_line(text, 80)!r} names no objective; write for example latency:min")
    if not equals and name in given:
        known = _objective(f"{name}={given[name]}", {})
        return Objective(name, _DIRECTIONS.get(direction, known.better), known.formula)
    if not equals and not name.replace("_", "").replace(".", "").isalnum():
        formula = name
    if formula:
        parse(formula)  # what can't be understood is said before anything runs
    return Objective(name, _DIRECTIONS.get(direction, usual_direction(formula or name)), formula)


def usual_direction(name: str) -> Better:
    """Say which way a characteristic is better."""
    last = name.rpartition(".")[2]
    return "max" if last.startswith(_MORE_IS_BETTER) or last in _MORE_IS_BETTER else "min"
