"""Design spaces: numbers and configurations, values as they are written, and what samplers propose."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.explore.axis import Axis, Space, number_of
from ckexplore.actions.explore.planning import seconds_of
from ckexplore.actions.explore.samplers import NAMES, sampler
from ckexplore.actions.explore.space import Allowed
from ckexplore.actions.explore.space_reading import values_of
from ckexplore.store.errors import InvalidRequestError

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def space(*sizes: int, constraints: tuple[str, ...] = ()) -> Space:
    axes = tuple(Axis(f"a{place}", tuple(map(str, range(size)))) for place, size in enumerate(sizes))
    return Space(axes, constraints)


@given(SIZES)
def test_every_number_is_a_configuration_of_its_own(sizes: list[int]) -> None:
    made = space(*sizes)
    found = [made.configuration(number) for number in range(made.size)]
    assert len({tuple(one.values()) for one in found}) == made.size
    assert all(made.number(made.places(number)) == number for number in range(made.size))


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("1,2, 4,2", ("1", "2", "4")),
        ("16..64:16", ("16", "32", "48", "64")),
        ("16..200*2", ("16", "32", "64", "128")),
        ("1..3", ("1", "2", "3")),
        ("0.1..0.3:0.1", ("0.1", "0.2", "0.3")),
        ("-O2,-O3 -funroll-loops", ("-O2", "-O3 -funroll-loops")),
        ("a,b;c", ("a,b", "c")),
        ([1, 0.5, "x"], ("1", "0.5", "x")),
        ({"start": 2, "stop": 6, "step": 2}, ("2", "4", "6")),
        ("", ()),
    ],
)
def test_values_are_written_as_lists_or_ranges(written: Any, values: tuple[str, ...]) -> None:
    assert values_of("x", written) == values


@pytest.mark.parametrize("written", ["1..5:0", "1..5*1", "0..9*2", "1..1e9"])
def test_a_range_that_never_ends_or_takes_too_long_is_refused(written: str) -> None:
    with pytest.raises(InvalidRequestError):
        values_of("x", written)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "optuna"])
def test_a_sampler_proposes_everything_that_is_allowed_and_each_once(name: str) -> None:
    allowed = Allowed(space(4, 3, 2, constraints=("a0 + a1 < 4",)))
    chosen = sampler(name, allowed, points=10, seed=1, objectives=2)
    asked: list[int] = []
    while found := chosen.ask(5):
        asked += found
    assert sorted(asked) == list(allowed.numbers())


def test_optuna_proposes_everything_each_once_and_is_told_what_failed() -> None:
    pytest.importorskip("optuna", reason="the extra search isn't installed")
    allowed = Allowed(space(3, 3, constraints=("a0 != a1",)))
    chosen = sampler("optuna", allowed, points=9, seed=1, objectives=2)
    asked: list[int] = []
    while found := chosen.ask(2):
        asked += found
        for number in found:
            chosen.tell(number, None if number % 3 == 0 else (float(number), -float(number)))
    assert sorted(asked) == list(allowed.numbers())


def test_a_latin_hypercube_takes_every_value_of_every_axis_as_often() -> None:
    allowed = Allowed(space(5, 5, 5))
    found = sampler("lhs", allowed, points=25, seed=7, objectives=1).ask(20)
    for axis in ("a0", "a1", "a2"):
        counts = Counter(allowed.space.configuration(number)[axis] for number in found)
        assert set(counts) == set("01234")
        assert max(counts.values()) <= 5


def test_a_space_too_large_to_list_is_sampled() -> None:
    allowed = Allowed(space(1000, 1000, 1000, constraints=("a0 > 500",)))
    found = sampler("random", allowed, points=20, seed=1, objectives=1).ask(20)
    assert len(set(found)) == 20
    assert all(int(allowed.space.configuration(number)["a0"]) > 500 for number in found)


@pytest.mark.parametrize(
    ("text", "number"), [("4", 4), ("0.50", 0.5), ("1.0", 1.0), ("x", None), ("nan", None), ("1e400", None)]
)
def test_values_that_say_numbers_are_numbers(text: str, number: float | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(("text", "seconds"), [("", 0), ("90", 90), ("90s", 90), ("1.5min", 90), ("2h", 7200)])
def test_a_budget_is_a_time(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds
