"""Telling how points compare: in what they differ, then what was measured with its effect and a verdict in words."""

from collections.abc import Sequence
from typing import Any

from ..points.comparison import Effect, Measured, PointsCompared
from .cells import clean, cut_in_the_middle
from .quantity import quantity
from .table import cell_text, text_table

_NARROWEST = 8
_GAP = 2


def tell_compared(compared: PointsCompared, width: int = 100) -> list[str]:
    """Give the lines: the differences as a table, the characteristics as another."""
    points = [f"{_letter(number)} {uid[:8]}" for number, uid in enumerate(compared.uids)]
    lines: list[str] = []
    if compared.differences:
        names = max(len(one.name) for one in compared.differences)
        room = max(_NARROWEST, (width - names) // len(points) - _GAP)
        rows = [
            (one.name, *(cut_in_the_middle(clean(_text(value)), room) for value in one.values))
            for one in compared.differences
        ]
        lines += text_table(("differs", *points), rows, width=width)
    else:
        lines.append("the choices and the features are the same")
    if compared.same:
        lines.append(f"{compared.same} more choices and features are the same")
    if not compared.measured:
        return [*lines, "", "nothing was measured that can be compared"]
    rows = [(*_values(one), *map(_effect, one.effects)) for one in compared.measured]
    effects = [f"{_letter(number)} against A" for number in range(1, len(points))]
    lines += ["", *text_table(("measured", *points, *effects), rows, width=width)]
    reasons = dict.fromkeys(effect.reason for one in compared.measured for effect in one.effects if effect.reason)
    return [*lines, *(f"can't tell: {reason}" for reason in reasons)]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _text(value: Any) -> str:
    return "unknown" if value is None else cell_text(value)


def _values(one: Measured) -> Sequence[str]:
    return (one.name, *("unknown" if value is None else quantity(one.name, value) for value in one.values))


def _effect(effect: Effect) -> str:
    """Write a ratio with its interval and the verdict: 0.71 times (0.69 to 0.73), faster."""
    if effect.ratio is None:
        return effect.verdict
    interval = f" ({effect.low:.3g} to {effect.high:.3g})" if effect.low is not None and effect.high is not None else ""
    return f"{effect.ratio:.3g} times{interval}, {effect.verdict}"
