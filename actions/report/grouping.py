"""Groups of points by a column: by its values where they are few, else by ranges or by the most frequent texts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..points.table import Value, is_number
from .distribution import quantile
from .quantity import quantity

MOST = 6
"""Groups are told apart by six signs and colours."""
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Grouping:
    """The label of each value's group, and the labels in their order."""

    labels: list[str]
    order: tuple[str, ...]


def grouped(name: str, values: Sequence[Value]) -> Grouping:
    """Group the values of a column: at most six groups, numbers in their order, texts by their names."""
    known = [value for value in values if value is not None]
    if known and all(is_number(value) for value in known):
        return _of_numbers(name, values)
    return _of_texts([_UNKNOWN if value is None else _text(value) for value in values])


def _text(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _of_texts(texts: list[str]) -> Grouping:
    counted = Counter(texts)
    if len(counted) <= MOST:
        return Grouping(texts, tuple(sorted(counted)))
    largest = sorted(counted, key=lambda text: (-counted[text], text))[: MOST - 1]
    others = f"{len(counted) - len(largest):,} others"
    kept = set(largest)
    return Grouping([text if text in kept else others for text in texts], (*sorted(largest), others))


def _of_numbers(name: str, values: Sequence[Value]) -> Grouping:
    numbers = sorted(value for value in values if is_number(value))
    distinct = sorted(set(numbers))
    unknown = (_UNKNOWN,) if len(numbers) < len(values) else ()
    room = MOST - len(unknown)
    if len(distinct) <= room:
        labels = {value: quantity(name, value) for value in distinct}
        return Grouping(
            [labels[value] if is_number(value) else _UNKNOWN for value in values],
            tuple(dict.fromkeys((*labels.values(), *unknown))),
        )
    # Ranges with about as many points each; equal limits fall together.
    limits = sorted({quantile(numbers, (number + 1) / room) for number in range(room - 1)})
    names = [*(f"to {quantity(name, limit)}" for limit in limits), f"above {quantity(name, limits[-1])}"]
    return Grouping(
        [names[_place(limits, value)] if is_number(value) else _UNKNOWN for value in values],
        tuple(dict.fromkeys((*names, *unknown))),
    )


def _place(limits: Sequence[float], value: float) -> int:
    return next((number for number, limit in enumerate(limits) if value <= limit), len(limits))
