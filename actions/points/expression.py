"""Expressions over a row of a table: filters, constraints and formulas, such as `accuracy >= 98 and size < 100000`.

Written as in Python, with `=` for `==` allowed: numbers, texts in quotes, names (with dots; of other signs in
`backticks`), + - * / % **, comparisons, `in`, `and`, `or`, `not`, min, max, abs, log, log2, log10, sqrt. Nothing is
executed: the text is parsed and reckoned with here. What isn't known stays unknown: it passes no filter and makes a
formula unknown.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from .table import Value, is_number

Lookup = Callable[[str], Value]
"""Gives the value of a name in the row at hand, None where it has none."""
_Part = Callable[[Lookup], Any]

_LONGEST = 2_000
_DEEPEST = 50
_QUOTED_NAME = re.compile(r"`([^`]{1,200})`")
_SINGLE_EQUALS = re.compile(r"(?<![=<>!])=(?!=)")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{"min": min, "max": max, "abs": abs, "sqrt": math.sqrt},
    **{"log": math.log, "log2": math.log2, "log10": math.log10},
}


class Expression(Struct, frozen=True):
    """An expression as it was written, the names in it, and what gives its value in a row.

    `conditions` are the parts that `and` joins at the top, each an expression, to say which one nothing passes.
    """

    text: str
    names: tuple[str, ...]
    value: Callable[[Lookup], Value]
    conditions: tuple["Expression", ...] = ()

    def holds(self, lookup: Lookup) -> bool:
        """Tell whether a row passes: the value is known, and true."""
        return bool(self.value(lookup))


def parse(text: str) -> Expression:
    """Read an expression. Raises InvalidRequestError with what can't be understood."""
    source, quoted = _as_python(text)
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InvalidRequestError(
            f"{safe_line(text, 120)!r} is no expression; write for example accuracy >= 98 and size < 100000"
        ) from error
    return _expression(tree, text.strip(), quoted)


def _as_python(text: str) -> tuple[str, dict[str, str]]:
    """Put names that stand for quoted ones into a text, and `==` for `=`; give those names' meanings too."""
    if len(text) > _LONGEST:
        raise InvalidRequestError(f"an expression of {len(text):,} characters is too long; at most {_LONGEST:,}")
    quoted: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        quoted[f"_quoted_{len(quoted)}"] = match[1]
        return f" _quoted_{len(quoted) - 1} "

    pieces, end = [], 0
    for match in (*_TEXT.finditer(text), None):
        between = text[end : match.start() if match else len(text)]
        pieces.append(_SINGLE_EQUALS.sub("==", _QUOTED_NAME.sub(named, between)))
        pieces.append(match[0] if match else "")
        end = match.end() if match else end
    return "".join(pieces).strip(), quoted


def _expression(tree: ast.expr, text: str, quoted: dict[str, str]) -> Expression:
    names = tuple(dict.fromkeys(_names(tree, quoted)))
    joined = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
    parts = tree.values if isinstance(tree, ast.BoolOp) and joined else []
    conditions = tuple(_expression(part, _unparsed(part, quoted), quoted) for part in parts)
    return Expression(text, names, _compiled(tree, quoted, 0), conditions)


def _unparsed(tree: ast.expr, quoted: dict[str, str]) -> str:
    text = ast.unparse(tree)
    for name, meant in quoted.items():
        text = text.replace(name, f"`{meant}`")
    return text


def _names(tree: ast.AST, quoted: dict[str, str]) -> Iterator[str]:
    if isinstance(tree, ast.Name | ast.Attribute):
        yield _dotted(tree, quoted)
        return
    for part in ast.iter_child_nodes(tree):
        if not (isinstance(tree, ast.Call) and part is tree.func):
            yield from _names(part, quoted)


def _dotted(tree: ast.expr, quoted: dict[str, str]) -> str:
    if isinstance(tree, ast.Attribute):
        return f"{_dotted(tree.value, quoted)}.{tree.attr}"
    if isinstance(tree, ast.Name):
        return quoted.get(tree.id, tree.id)
    raise _not_understood(tree)


def _not_understood(tree: ast.AST) -> InvalidRequestError:
    text = ast.unparse(tree) if isinstance(tree, ast.expr) else type(tree).__name__
    return InvalidRequestError(
        f"{safe_line(text, 80)!r} can't stand in an expression; it has names, numbers, texts, comparisons, arithmetic, "
        "and, or, not"
    )


def _compiled(tree: ast.expr, quoted: dict[str, str], depth: int) -> _Part:
    """Make the function that gives the value of a part in a row."""
    if depth > _DEEPEST:
        raise InvalidRequestError("the expression is nested too deep")

    def part(one: ast.expr) -> _Part:
        return _compiled(one, quoted, depth + 1)

    match tree:
        case ast.Constant(value=value) if isinstance(value, str | int | float | bool):
            constant = float(value) if is_number(value) else value
            return lambda _: constant
        case ast.Name() | ast.Attribute():
            name = _dotted(tree, quoted)
            return lambda lookup: lookup(name)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            parts = [part(item) for item in items]
            return lambda lookup: [one(lookup) for one in parts]
        case ast.BoolOp(op=kind, values=values):
            return _joined([part(value) for value in values], any_of=isinstance(kind, ast.Or))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = part(operand)
            return lambda lookup: None if (value := inner(lookup)) is None else not value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = part(operand)
            return lambda lookup: -value if is_number(value := inner(lookup)) else None
        case ast.BinOp(left=left, op=kind, right=right) if type(kind) in _ARITHMETIC:
            return _reckoned(_ARITHMETIC[type(kind)], [part(left), part(right)])
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS and arguments:
            return _reckoned(_FUNCTIONS[name], [part(one) for one in arguments])
        case ast.Compare(left=left, ops=kinds, comparators=others):
            return _compared(tree, kinds, [part(left), *map(part, others)])
    raise _not_understood(tree)


def _joined(parts: list[_Part], *, any_of: bool) -> _Part:
    """Join conditions as databases do: what isn't known decides nothing that another part decides."""

    def value(lookup: Lookup) -> bool | None:
        unknown = False
        for part in parts:
            one = part(lookup)
            if one is None:
                unknown = True
            elif bool(one) == any_of:
                return any_of
        return None if unknown else not any_of

    return value


def _reckoned(function: Callable[..., Any], parts: list[_Part]) -> _Part:
    def value(lookup: Lookup) -> float | None:
        values = [part(lookup) for part in parts]
        if not all(map(is_number, values)):
            return None
        try:
            found = function(*(float(one) for one in values))
        except (ArithmeticError, ValueError, TypeError):  # a division by zero, the logarithm of nothing
            return None
        return found if isinstance(found, float) and math.isfinite(found) else None

    return value


def _compared(tree: ast.expr, kinds: list[ast.cmpop], parts: list[_Part]) -> _Part:
    tests = [_test(tree, kind) for kind in kinds]

    def value(lookup: Lookup) -> bool | None:
        values = [part(lookup) for part in parts]
        for test, left, right in zip(tests, values, values[1:], strict=False):
            if left is None or right is None:
                return None
            if not test(left, right):
                return False
        return True

    return value


def _test(tree: ast.expr, kind: ast.cmpop) -> Callable[[Any, Any], bool]:
    if isinstance(kind, ast.Eq):
        return _equal
    if isinstance(kind, ast.NotEq):
        return lambda left, right: not _equal(left, right)
    if isinstance(kind, ast.In | ast.NotIn):
        wanted = isinstance(kind, ast.In)
        return lambda left, right: _is_in(left, right) == wanted
    if type(kind) in _ORDER:
        order = _ORDER[type(kind)]
        return lambda left, right: (pair := _as_numbers(left, right)) is not None and order(*pair)
    raise _not_understood(tree)


def _is_in(left: Any, right: Any) -> bool:
    if isinstance(right, list):
        return any(_equal(left, one) for one in right)
    return isinstance(left, str) and isinstance(right, str) and left in right


def _equal(left: Any, right: Any) -> bool:
    """Compare as a reader does: a choice that was written as a text is still the number that it says."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    pair = _as_numbers(left, right)
    return left == right if pair is None else pair[0] == pair[1]


def _as_numbers(left: Any, right: Any) -> tuple[float, float] | None:
    found = [_as_number(left), _as_number(right)]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _as_number(value: Any) -> float | None:
    if is_number(value):
        return float(value)
    if isinstance(value, str) and len(value) <= 40:
        try:
            return float(value)
        except ValueError:
            return None
    return None
