"""Which configurations are measured next: all in order, at random, a Latin hypercube, or what Optuna proposes.

Every sampler proposes each configuration once at most. What it is told are the objectives, all to be minimised.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from ...store.errors import InvalidRequestError, UnavailableError
from .axis import Axis, number_of
from .space import Allowed

NAMES = ("exhaustive", "random", "lhs", "optuna")
_PROPOSALS = 50
"""Proposals of what was measured already, after which an unseen configuration is taken at random."""


class Sampler(Protocol):
    """Proposes configurations by their numbers."""

    def ask(self, count: int) -> list[int]:
        """Give at most so many that weren't proposed before; none when there are no more."""
        ...

    def tell(self, number: int, objectives: Sequence[float] | None) -> None:
        """Take the objectives of a configuration, None for one that failed."""
        ...


def sampler(name: str, allowed: Allowed, *, points: int, seed: int, objectives: int) -> Sampler:
    """Make the sampler of a name, for about so many points and so many objectives. Raises CkexploreError."""
    if name == "optuna":
        return _Optuna(allowed, seed, objectives)
    generator = random.Random(seed)  # noqa: S311  (no secret)
    if name == "exhaustive":
        order = allowed.numbers()
    elif name == "random":
        order = _shuffled(allowed, generator)
    elif name == "lhs":
        order = _latin_hypercube(allowed, points, generator)
    else:
        raise InvalidRequestError(f"there is no sampler {name[:40]!r}; there are {', '.join(NAMES)}")
    return _InOrder(order)


class _InOrder:
    """Proposes what an order yields."""

    def __init__(self, order: Iterator[int]) -> None:
        self._order, self._seen = order, set[int]()

    def ask(self, count: int) -> list[int]:
        found: list[int] = []
        for number in self._order:
            if number not in self._seen:
                self._seen.add(number)
                found.append(number)
                if len(found) == count:
                    break
        return found

    def tell(self, number: int, objectives: Sequence[float] | None) -> None:
        """Nothing: the order is fixed."""


def _shuffled(allowed: Allowed, generator: random.Random) -> Iterator[int]:
    """Yield the configurations of a space in a random order; of a very large one samples."""
    if allowed.is_listed:
        numbers = list(allowed.numbers())
        generator.shuffle(numbers)
        yield from numbers
        return
    while (number := allowed.sample(generator)) is not None:
        yield number


def _latin_hypercube(allowed: Allowed, points: int, generator: random.Random) -> Iterator[int]:
    """Yield about `points` configurations in which every part of every axis comes as often as any other (McKay 1979).

    Those that a constraint forbids are left out, and then it goes on at random.
    """
    columns: list[list[int]] = []
    for axis in allowed.space.axes:
        column = [int((stratum + generator.random()) * len(axis.values) / points) for stratum in range(points)]
        generator.shuffle(column)
        columns.append(column)
    for places in zip(*columns, strict=True):
        number = allowed.space.number(places)
        if allowed.meets(number):
            yield number
    yield from _shuffled(allowed, generator)


class _Optuna:
    """Proposes by Optuna's tree-structured Parzen estimator, several objectives at once.

    Axes of numbers are ordered: what is said of one value says something of its neighbours. Proposals of what was
    measured already are told again; after many of them an unseen configuration is taken at random.
    """

    def __init__(self, allowed: Allowed, seed: int, objectives: int) -> None:
        try:
            import optuna  # noqa: PLC0415  (an extra, and slow to import)
        except ImportError as error:
            raise UnavailableError(
                "the sampler optuna needs the extra search: pip install 'ckexplore[search]'; the others don't"
            ) from error
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna = optuna
        self._allowed, self._generator = allowed, random.Random(seed)  # noqa: S311
        self._study = optuna.create_study(
            directions=[optuna.study.StudyDirection.MINIMIZE] * objectives,
            sampler=optuna.samplers.TPESampler(multivariate=True, seed=seed),
        )
        self._space = {axis.name: _distribution(optuna, axis) for axis in allowed.space.axes}
        self._orders = [_ascending(axis) for axis in allowed.space.axes]
        self._seen: set[int] = set()
        self._told: dict[int, Sequence[float] | None] = {}
        self._asked: dict[int, Any] = {}

    def ask(self, count: int) -> list[int]:
        found: list[int] = []
        while len(found) < count:
            number = self._propose()
            if number is None:
                break
            self._seen.add(number)
            found.append(number)
        return found

    def _propose(self) -> int | None:
        for _ in range(_PROPOSALS):
            trial = self._study.ask(self._space)
            number = self._number_of(trial.params)
            if number not in self._seen and self._allowed.meets(number):
                self._asked[number] = trial
                return number
            told = self._told.get(number)
            if told is not None:
                self._study.tell(trial, list(told))
            else:
                self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)
        return self._unseen()

    def _unseen(self) -> int | None:
        if self._allowed.is_listed:
            left = [number for number in self._allowed.numbers() if number not in self._seen]
            return self._generator.choice(left) if left else None
        number = self._allowed.sample(self._generator)
        return None if number in self._seen else number

    def _number_of(self, params: dict[str, Any]) -> int:
        axes = self._allowed.space.axes
        return self._allowed.space.number(
            [order[params[axis.name]] for axis, order in zip(axes, self._orders, strict=True)]
        )

    def tell(self, number: int, objectives: Sequence[float] | None) -> None:
        self._seen.add(number)
        self._told[number] = objectives
        trial = self._asked.pop(number, None)
        if trial is None:  # measured before, or taken at random
            self._add(number, objectives)
        elif objectives is None:
            self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)
        else:
            self._study.tell(trial, list(objectives))

    def _add(self, number: int, objectives: Sequence[float] | None) -> None:
        if objectives is None:
            return
        axes, places = self._allowed.space.axes, self._allowed.space.places(number)
        params = {axis.name: order.index(place) for axis, order, place in zip(axes, self._orders, places, strict=True)}
        self._study.add_trial(
            self._optuna.trial.create_trial(params=params, distributions=self._space, values=list(objectives))
        )


def _ascending(axis: Axis) -> list[int]:
    """Give the places of an axis' values, those of numbers from the least up."""
    places = list(range(len(axis.values)))
    return sorted(places, key=lambda place: float(number_of(axis.values[place]) or 0)) if axis.is_ordered else places


def _distribution(optuna: Any, axis: Axis) -> Any:
    """Describe an axis by the places of its values in ascending order: integers, or categories for words."""
    if axis.is_ordered:
        return optuna.distributions.IntDistribution(0, len(axis.values) - 1)
    return optuna.distributions.CategoricalDistribution(list(range(len(axis.values))))
