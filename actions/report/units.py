"""Numbers with a unit as a person reads them: 21.3 µs, 64 kB, 75.2 %, 12.5k.

A unit is "s", "ms", "µs", "us", "ns", "B", "kB", "MB", "GB", "%", "" for plain numbers, or any other word.
Prefixes are those of the SI (k is 1000), as ticks at round decimal numbers need them.
"""

from collections.abc import Sequence
from math import isfinite

_AS_BASE = {
    "ms": (1e-3, "s"),
    "us": (1e-6, "s"),
    "µs": (1e-6, "s"),
    "ns": (1e-9, "s"),
    "bytes": (1.0, "B"),
    "kB": (1e3, "B"),
    "MB": (1e6, "B"),
    "GB": (1e9, "B"),
}
_DOWN = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_UP = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_LONG = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"))
_PREFIXED_BOTH_WAYS = {"J", "W", "V", "A", "Hz"}
_MOST_DECIMALS = 6

Prefix = tuple[float, str]


def in_base_unit(unit: str) -> tuple[float, str]:
    """Give the factor to the base unit, and the base unit: ("ms") -> (0.001, "s")."""
    return _AS_BASE.get(unit, (1.0, unit))


def is_finite(value: float) -> bool:
    """Tell whether a value is a number with a place on an axis: no NaN, no infinity, no integer beyond the floats."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def with_unit(value: float, unit: str) -> str:
    """Give a value with three digits and its unit, with the prefix that suits it: (0.0000213, "s") -> "21.3 µs"."""
    if not is_finite(value):
        return "not finite"
    factor, base = in_base_unit(unit)
    value = value * factor
    size, prefix = _prefix_for(value, base)
    number = number_text(value / size)
    space = " " if base else ""
    return f"{number}{space}{prefix}{base}"


def duration(seconds: float) -> str:
    """Give how long something took or goes on: 21.3 ms, 75.2 s, 2 min 23 s, 2 h 23 min, 3 d 4 h."""
    if not is_finite(seconds) or seconds < 119.5:
        return with_unit(seconds, "s")
    whole = round(seconds)
    for size, name, smaller, below in _LONG:
        if whole >= size:
            many, rest = divmod(whole, size)
            return f"{many} {name} {rest // smaller} {below}"
    return f"{whole // 60} min {whole % 60} s"


def number_text(value: float) -> str:
    """Give a number with three digits: 0.0123, 21.3, 4,670, 1e12."""
    if value == 0:
        return "0"
    if 999.5 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    return _short_exponent(f"{value:.3g}")


def axis_labels(ticks: Sequence[float], unit: str) -> tuple[tuple[str, ...], str]:
    """Give a label for each tick, and the unit to name in the axis title; "" if the labels carry it themselves.

    One prefix serves the whole axis unless its ticks reach over several, as on a logarithmic axis.
    """
    factor, base = in_base_unit(unit)
    values = [tick * factor for tick in ticks]
    sizes = [abs(value) for value in values if value] or [1.0]
    prefix = _prefix_for(max(sizes), base)
    if min(sizes) / prefix[0] < 1e-3:
        return tuple(with_unit(tick, unit) if tick else "0" for tick in ticks), ""
    labels = _decimals([value / prefix[0] for value in values])
    if base:
        return labels, prefix[1] + base
    return tuple(label if label == "0" else label + prefix[1] for label in labels), ""


def _prefix_for(value: float, base: str) -> Prefix:
    """Give the largest prefix with which the value is at least 1; the smallest there is if there is none."""
    prefixes = _prefixes(base)
    # Three digits round 999.6 up, and then the next prefix says it better.
    return next((one for one in prefixes if abs(value) >= one[0] * 0.9995), prefixes[-1] if value else (1.0, ""))


def _prefixes(base: str) -> tuple[Prefix, ...]:
    if base == "s":
        return _DOWN
    if base == "%":
        return ((1.0, ""),)
    return _UP + _DOWN[1:] if base in _PREFIXED_BOTH_WAYS else _UP


def _decimals(values: Sequence[float]) -> tuple[str, ...]:
    """Write the values with as many decimals as they all need, in exponents where that would be too many."""
    largest = max(map(abs, values))
    if largest >= 1e6 or 0 < largest < 1e-4:
        return tuple(_short_exponent(f"{value:.6g}") for value in values)
    tolerance = largest * 1e-9
    needed = next(
        (count for count in range(_MOST_DECIMALS) if all(abs(round(v, count) - v) <= tolerance for v in values)),
        _MOST_DECIMALS,
    )
    return tuple(f"{value:.{needed}f}" if value else "0" for value in values)


def _short_exponent(text: str) -> str:
    """Write 1e+06 as 1e6 and 1e-07 as 1e-7."""
    mantissa, sign, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if sign else text
