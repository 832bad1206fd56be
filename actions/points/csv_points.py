"""Points out of the rows of a CSV file: columns are named as in a table of points, or said, or guessed, to be such.

`choices.x`, `features.y` and `run.z` say themselves what they are. Of other headers, numbers with a unit are taken as
what was measured, in the name (`latency_ms`, `time (s)`) or in the cells (`12.5 ms`), and all else as what was chosen.
"""

import re
from collections.abc import Sequence
from typing import Any

from ...store.cid import is_uid
from ...store.errors import InvalidRequestError, UnreadableError
from ...store.formats.point import Point
from ...store.untrusted import safe_line
from .csv_file import records, value_of
from .table import EXPERIMENT, Value, is_number

_OWN = {"point", "repetitions", "source", "problem"}
_GROUPS = {"choices", "features", "run", "compile"}
_UNIT_IN_NAME = re.compile(r"(?P<name>.*\S)\s*[(\[](?P<unit>[^()\[\]]{1,20})[)\]]\s*")
_UNIT_IN_CELL = re.compile(r"(?P<number>[+-]?\d[\d.]*(?:[eE][+-]?\d+)?)\s*(?P<unit>[A-Za-zµ%]{1,6}(?:/s)?)")
_UNITS = {
    **{"s": "s", "sec": "s", "seconds": "s", "ms": "ms", "us": "us", "µs": "us", "ns": "ns"},
    **{"b": "bytes", "bytes": "bytes", "kb": "kb", "mb": "mb", "gb": "gb", "j": "j", "mj": "mj", "w": "w", "mw": "mw"},
    **{"%": "percent", "percent": "percent", "fps": "fps", "qps": "qps", "/s": "per_s", "hz": "hz", "mhz": "mhz"},
}
_MEASURED = ("accuracy", "latency", "time", "throughput", "qps", "fps", "energy", "power", "speedup", "top1", "top5")
_ENDINGS = tuple(f"_{unit}" for unit in {*_UNITS.values()})


def points_of_csv(
    text: str, source: str, choices: Sequence[str] = (), characteristics: Sequence[str] = ()
) -> list[tuple[int, Point | str]]:
    """Read the points of all rows; a text says why a row is broken. Raises UnreadableError, InvalidRequestError."""
    rows = list(records(text, source))
    header = [str(name) for name in rows[0][1]]
    sound = [(number, row) for number, row in rows[1:] if not isinstance(row, str)]
    _refuse_twice(header, source)
    values = [[row[place] for _, row in sound] for place in range(len(header))]
    names = _names(header, values, source, choices, characteristics)
    found: list[tuple[int, Point | str]] = [(number, row) for number, row in rows[1:] if isinstance(row, str)]
    for number, row in sound:
        found.append((number, _point(header, names, row)))
    return sorted(found, key=lambda one: one[0])


def _refuse_twice(header: Sequence[str], source: str) -> None:
    twice = next((name for name in header if name and header.count(name) > 1), "")
    if twice:
        raise UnreadableError(f"{source}: two columns are called {safe_line(twice, 80)!r}; give them different names")


def _names(
    header: Sequence[str],
    values: Sequence[Sequence[Value]],
    source: str,
    choices: Sequence[str],
    characteristics: Sequence[str],
) -> list[str]:
    unknown = [name for name in (*choices, *characteristics) if name not in header]
    if unknown:
        raise InvalidRequestError(
            f"{source}: no column {safe_line(unknown[0], 80)!r}; it has {safe_line(', '.join(header), 300)}"
        )
    ours = header[:1] == ["point"]

    def named(name: str, some: Sequence[Value]) -> str:
        group = name.partition(".")[0] if "." in name else ""
        if not name or name in _OWN or name == EXPERIMENT or group in _GROUPS or ours:
            return name
        guessed = not characteristics and name not in choices and _is_measured(name, some)
        return f"run.{_with_unit(name, some)}" if name in characteristics or guessed else f"choices.{name}"

    names = [named(name, some) for name, some in zip(header, values, strict=True)]
    if not any(_is_characteristic(name) for name in names):
        raise InvalidRequestError(
            f"{source}: which columns were measured can't be told; say them: --characteristics={header[-1] or 'NAME'} "
            "(and --choices=a,b, else all others are)"
        )
    return names


def _is_characteristic(name: str) -> bool:
    return "." in name and name.partition(".")[0] not in ("choices", "features")


def _is_measured(name: str, values: Sequence[Value]) -> bool:
    """Guess whether a column holds measurements: numbers, with a unit in the name or in the cells."""
    filled = [value for value in values if value is not None]
    if not filled:
        return False
    if all(isinstance(value, str) and _quantity(value) is not None for value in filled):
        return True
    if not all(is_number(value) for value in filled):
        return False
    plain = name.lower()
    match = _UNIT_IN_NAME.fullmatch(name)
    has_unit = match is not None and match["unit"].lower() in _UNITS
    return has_unit or plain.endswith(_ENDINGS) or any(word in plain for word in _MEASURED)


def _quantity(text: str) -> tuple[float, str] | None:
    match = _UNIT_IN_CELL.fullmatch(text.strip())
    if match is None or match["unit"].lower() not in _UNITS:
        return None
    number = value_of(match["number"])
    return (float(number), _UNITS[match["unit"].lower()]) if is_number(number) else None


def _with_unit(name: str, values: Sequence[Value]) -> str:
    """Give a name that says its unit: `latency (ms)` is `latency_ms`, and so is `latency` of cells like `3 ms`."""
    match = _UNIT_IN_NAME.fullmatch(name)
    if match is not None and match["unit"].lower() in _UNITS:
        return f"{match['name'].replace(' ', '_')}_{_UNITS[match['unit'].lower()]}"
    units = {found[1] for value in values if isinstance(value, str) and (found := _quantity(value))}
    return f"{name}_{units.pop()}" if len(units) == 1 else name


def _point(header: Sequence[str], names: Sequence[str], row: Sequence[Value]) -> Point:
    parts: dict[str, dict[str, Any]] = {}
    own: dict[str, Value] = {}
    for title, name, value in zip(header, names, row, strict=True):
        if value is None or not name:
            continue
        group, dot, rest = name.partition(".")
        if not dot:
            own[title] = value
        else:
            is_measured = _is_characteristic(name) and isinstance(value, str)
            quantity = _quantity(str(value)) if is_measured else None
            _put(parts.setdefault(group, {}), rest, quantity[0] if quantity else value)
    uid = str(own.get("point", "")).lower()
    features = parts.pop("features", {})
    if EXPERIMENT in own:
        features.setdefault(EXPERIMENT, own[EXPERIMENT])
    chosen = parts.pop("choices", {})
    single = {name: value for name, value in own.items() if name not in _OWN and name != EXPERIMENT}
    return Point(uid if is_uid(uid) else "", chosen, features, {**single, **parts}, str(own.get("problem", "")))


def _put(tree: dict[str, Any], name: str, value: Value) -> None:
    """Put a value under a name with dots, as deep as the dots say, unless a value is in the way."""
    *folders, last = name.split(".")
    place = tree
    for folder in folders:
        below = place.setdefault(folder, {})
        if not isinstance(below, dict):
            tree[name] = value
            return
        place = below
    if isinstance(place.get(last), dict):
        tree[name] = value
    else:
        place[last] = value
