"""The rows of a table that pass a filter, and columns that a formula makes; and why nothing passes."""

from collections.abc import Callable, Mapping

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from .expression import Expression, Lookup
from .meaning import named_column
from .table import Column, PointTable, Value, is_number


def passing(table: PointTable, condition: Expression) -> list[int]:
    """List the rows that pass. Raises InvalidRequestError for a name that is no column's."""
    lookup_in = _lookups(table, condition)
    return [row for row in range(len(table)) if condition.holds(lookup_in(row))]


def why_none(table: PointTable, condition: Expression) -> str:
    """Say which part of a condition no point passes, or that no point passes them together."""
    parts = condition.conditions or (condition,)
    for part in parts:
        if not passing(table, part):
            return f"no point passes {part.text}{_what_there_is(table, part)}"
    return f"every part has points that pass it, but none passes all: {condition.text}"


def _what_there_is(table: PointTable, part: Expression) -> str:
    """Say between what the values lie that a part is about."""
    told: list[str] = []
    for name in part.names:
        values = [value for value in named_column(table, name).values if is_number(value)]
        told.append(
            f"{name} is between {min(values):.6g} and {max(values):.6g}" if values else f"{name} has no numbers"
        )
    return f" ({', '.join(told)})" if told else ""


def formula_column(table: PointTable, name: str, formula: Expression) -> Column:
    """Make the column that a formula gives. Raises as `find` does."""
    lookup_in = _lookups(table, formula)
    values = [formula.value(lookup_in(row)) for row in range(len(table))]
    if not any(value is not None for value in values):
        raise InvalidRequestError(f"{safe_line(formula.text, 120)} is unknown for every point")
    return Column(f"formula.{name}", "characteristic", values, {})


def _lookups(table: PointTable, expression: Expression) -> Callable[[int], Lookup]:
    """Give what looks up the expression's names in a row."""
    columns: Mapping[str, list[Value]] = {name: named_column(table, name).values for name in expression.names}

    def lookup_in(row: int) -> Lookup:
        return lambda name: columns[name][row]

    return lookup_in
