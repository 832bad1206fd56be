"""Points as CSV, both ways: full column names, and cells that mean the same when they are read again.

A text that a spreadsheet or our own reading would take for something else (a formula, a number, true, nothing) has an
apostrophe before it, as in a spreadsheet; reading takes it away again.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from math import isfinite

from ...store.errors import UnreadableError
from ...store.untrusted import safe_line, safe_value
from ..report.table import csv_text
from .table import Value

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,18})")
_FLOAT = re.compile(r"[+-]?(?:\d{1,30}\.\d{0,30}|\.\d{1,30}|\d{1,30}(?=[eE]))(?:[eE][+-]?\d{1,4})?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_BOOLEANS = {"true": True, "false": False, "True": True, "False": False}
_SEPARATORS = (",", ";", "\t")
_LONGEST_NAME = 120


def as_csv(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """Write rows under full column names; what `records` reads of it are the same values."""
    return csv_text([_guarded(name) for name in header], [[_cell(value) for value in row] for row in rows])


def _cell(value: Value) -> str | int | float | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _guarded(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    return float(value) if value is not None and not _INTEGER.fullmatch(str(value)) else value


def _guarded(text: str) -> str:
    return f"'{text}" if _needs_guard(text) else text


def _needs_guard(text: str) -> bool:
    core = text.lstrip("'")
    return not core or core.startswith(_FORMULA_STARTS) or not isinstance(value_of(core), str)


def value_of(cell: str) -> Value:
    """Give what an unguarded cell says: nothing, a number, true or false, a text."""
    if not cell:
        return None
    if _INTEGER.fullmatch(cell):
        return int(cell)
    if _FLOAT.fullmatch(cell):
        number = float(cell)
        return number if isfinite(number) else cell
    return _BOOLEANS.get(cell, cell)


def _read(cell: str) -> Value:
    if cell.startswith("'") and _needs_guard(cell[1:]):
        return safe_value(cell[1:])
    value = value_of(cell)
    return safe_value(value) if isinstance(value, str) else value


def records(text: str, source: str) -> Iterator[tuple[int, list[Value] | str]]:
    """Yield the number of each row with its values, the header's first, as number 1; a text says why one is broken.

    Commas, semicolons or tabs are between the cells, whichever the header has. Raises UnreadableError for no header.
    """
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number, header = 0, 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield number, f"{error}; nothing behind it was read"
            return
        if not row:
            continue
        if not header:
            header = len(row)
            yield 1, [_name(cell) for cell in row]
        elif len(row) != header:
            yield number, f"has {len(row)} cells, the header has {header}"
        else:
            yield number, [_read(cell) for cell in row]
    if not header:
        raise UnreadableError(f"{source}: no header in it")


def _name(cell: str) -> str:
    unguarded = cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell.strip()
    return safe_line(unguarded, _LONGEST_NAME)
