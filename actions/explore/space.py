"""The configurations of a design space that meet its constraints: listed, sampled, and why there are none."""

import random
from collections.abc import Iterator, Mapping

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from ..points.expression import Expression, parse
from ..points.table import Value
from .axis import Space, number_of

_MOST_LISTED = 200_000
"""Configurations that are looked at one by one; of larger spaces only samples are."""
_TRIES = 200


class Allowed:
    """The configurations of a space that meet its constraints; parsed once."""

    def __init__(self, space: Space) -> None:
        """Raises InvalidRequestError for a constraint that is none, or about what is no axis."""
        self.space = space
        self._constraints = [parse(text) for text in space.constraints]
        known = {axis.name for axis in space.axes}
        for constraint in self._constraints:
            unknown = [name for name in constraint.names if name not in known]
            if unknown:
                raise InvalidRequestError(
                    f"the constraint {safe_line(constraint.text, 120)!r} is about {safe_line(unknown[0], 40)}, "
                    f"which is no axis; there are {', '.join(sorted(known))}"
                )

    @property
    def is_listed(self) -> bool:
        """Whether the space is small enough to look at every configuration."""
        return self.space.size <= _MOST_LISTED

    def meets(self, number: int) -> bool:
        """Tell whether a configuration meets every constraint."""
        return all(holds(constraint, self.space.configuration(number)) for constraint in self._constraints)

    def numbers(self) -> Iterator[int]:
        """Yield every configuration that is allowed, in order."""
        return (number for number in range(self.space.size) if not self._constraints or self.meets(number))

    def sample(self, generator: random.Random) -> int | None:
        """Give any configuration that is allowed; None when many tries found none."""
        for _ in range(_TRIES):
            number = generator.randrange(self.space.size)
            if self.meets(number):
                return number
        return None

    def check(self) -> None:
        """Raise InvalidRequestError when no configuration is allowed, with the constraint that allows none."""
        generator = random.Random(0)  # noqa: S311  (no secret)
        if self.is_listed:
            if next(self.numbers(), None) is not None:
                return
        elif self.sample(generator) is not None:
            return
        for constraint in self._constraints:
            alone = Allowed(Space(self.space.axes, (constraint.text,)))
            found = next(alone.numbers(), None) if self.is_listed else alone.sample(generator)
            if found is None:
                values = "; ".join(
                    f"{axis.name} is {', '.join(axis.values[:12])}"
                    for axis in self.space.axes
                    if axis.name in constraint.names
                )
                raise InvalidRequestError(f"no configuration meets the constraint {constraint.text} ({values})")
        together = " and ".join(self.space.constraints)
        raise InvalidRequestError(f"each constraint can be met, but no configuration meets all of them: {together}")


def holds(constraint: Expression, configuration: Mapping[str, str]) -> bool:
    """Tell whether a configuration meets one constraint; what says a number counts as that."""

    def value(name: str) -> Value:
        text = configuration[name]
        found = number_of(text)
        return text if found is None else found

    return constraint.holds(value)
