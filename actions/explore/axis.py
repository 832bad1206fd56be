"""A design space as data: axes with their values, and constraints; what a plan holds of it.

An axis changes the request that runs a program: an environment variable, compiler flags, or any option of `run`, such
as the tags of a dependency. A configuration is one value for each axis; it has a number, which counts as a mixed-radix
numeral does, the last axis fastest.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Configuration = dict[str, str]
"""A value for each axis, as text: `{"multiplier": "0.5", "threads": "2"}`."""

VALUE = "$#value#$"


class Axis(Struct, frozen=True):
    """One axis: "env" sets the variable `target`, "flags" adds compiler flags, "option" sets an option of the request.

    What is set is `template`, with the value in the place of `$#value#$`. Several axes with one target are joined.
    """

    name: str
    values: tuple[str, ...]
    kind: Literal["env", "flags", "option"] = "env"
    target: str = ""
    template: str = VALUE

    def setting(self, value: str) -> str:
        """Give what a value sets; of a template without a place for it all for "yes", and nothing for any other."""
        if VALUE not in self.template:
            return self.template if value == "yes" else ""
        return self.template.replace(VALUE, value)

    @property
    def is_ordered(self) -> bool:
        """Whether the values are numbers, so that more and less mean something."""
        return all(number_of(value) is not None for value in self.values)


def number_of(text: str) -> float | int | None:
    """Give the number that a value says; None for a word."""
    try:
        value = float(text)
    except ValueError:
        return None
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124
        return None
    return int(value) if value.is_integer() and "." not in text and "e" not in text.lower() else value


class Space(Struct, frozen=True):
    """The axes and the constraints, each an expression over the axes' names."""

    axes: tuple[Axis, ...]
    constraints: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many configurations there are, those that no constraint allows among them."""
        product = 1
        for axis in self.axes:
            product *= len(axis.values)
        return product

    def configuration(self, number: int) -> Configuration:
        """Give the configuration of a number from 0."""
        found: dict[str, str] = {}
        for axis in reversed(self.axes):
            number, place = divmod(number, len(axis.values))
            found[axis.name] = axis.values[place]
        return {axis.name: found[axis.name] for axis in self.axes}

    def number(self, places: Sequence[int]) -> int:
        """Give the number of the configuration that has these values, each by its place in its axis."""
        found = 0
        for axis, place in zip(self.axes, places, strict=True):
            found = found * len(axis.values) + place
        return found

    def places(self, number: int) -> list[int]:
        """Give the place of each axis' value in a configuration."""
        found: list[int] = []
        for axis in reversed(self.axes):
            number, place = divmod(number, len(axis.values))
            found.append(place)
        return found[::-1]
