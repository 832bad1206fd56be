"""Pareto fronts against their definition, and against what is known of the shipped measurements."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore import sample_repos
from ckexplore.actions.explore.front import (
    Bounds,
    Vector,
    dominates,
    front,
    front_with_margins,
    hypervolume,
    knee,
    minimised,
    standings,
)
from ckexplore.actions.explore.objective import objectives
from ckexplore.actions.points.expression import parse
from ckexplore.actions.points.filtering import passing
from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.store.formats.ck_points import points

SMALL = st.integers(0, 3).map(float)
VECTORS = st.integers(1, 4).flatmap(lambda size: st.lists(st.tuples(*[SMALL] * size), max_size=25))


def _by_definition(vectors: list[Vector]) -> set[int]:
    return {number for number, one in enumerate(vectors) if not any(dominates(other, one) for other in vectors)}


@given(VECTORS)
def test_a_front_is_every_point_that_no_other_dominates(vectors: list[Vector]) -> None:
    assert set(front(vectors)) == _by_definition(vectors)


def test_the_front_of_many_points_by_many_objectives_is_the_same() -> None:
    generator = random.Random(1)
    vectors = [tuple(float(generator.randrange(6)) for _ in range(4)) for _ in range(700)]
    vectors[13] = (0.0, float("nan"), 0.0, 0.0)
    known = [one for number, one in enumerate(vectors) if number != 13]
    found = front(vectors)
    assert len(set(found)) == len(found)
    assert sorted(vectors[number] for number in found) == sorted(known[number] for number in _by_definition(known))


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=30))
def test_what_is_no_number_is_on_no_front(vectors: list[Vector]) -> None:
    known = [one for one in vectors if all(abs(value) < float("inf") for value in one)]
    assert sorted(vectors[number] for number in front(vectors)) == sorted(known[number] for number in front(known))


@given(VECTORS)
def test_a_hypervolume_counts_every_dominated_cell_once(vectors: list[Vector]) -> None:
    size = len(vectors[0]) if vectors else 2
    cells = itertools.product(range(4), repeat=size)
    covered = sum(any(all(a <= b for a, b in zip(one, cell, strict=True)) for one in vectors) for cell in cells)
    assert hypervolume(vectors, (4.0,) * size) == covered


@given(VECTORS)
def test_exact_values_stand_on_the_front_or_are_dominated(vectors: list[Vector]) -> None:
    found = standings([Bounds(one, one) for one in vectors])
    on = _by_definition(vectors)
    assert found == ["front" if number in on else "dominated" for number in range(len(vectors))]


def _spread(values: tuple[Vector, Vector]) -> Bounds:
    one, other = values
    return Bounds(tuple(map(min, one, other)), tuple(map(max, one, other)))


@given(st.lists(st.tuples(st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL)).map(_spread), max_size=8))
def test_with_uncertainty_only_what_holds_for_all_values_is_certain(bounds: list[Bounds]) -> None:
    found = standings(bounds)
    for number, (standing, point) in enumerate(zip(found, bounds, strict=True)):
        others = [one for other, one in enumerate(bounds) if other != number]
        surely_dominated = any(dominates(one.worst, point.best) for one in others)
        maybe_dominated = any(dominates(one.best, point.worst) for one in others)
        assert standing == ("dominated" if surely_dominated else "possibly" if maybe_dominated else "front")


def test_margins_drop_what_is_hardly_better() -> None:
    values = [(10.0, 70.0), (10.5, 70.1), (20.0, 90.0), (19.0, 69.0)]
    assert front_with_margins(values, ("min", "max"), (1.0, 1.0)) == [0, 1, 2]
    assert front_with_margins(values, ("min", "max"), (1.1, 1.01)) == [0, 2]


def test_a_knee_is_the_point_where_more_of_one_begins_to_cost_much_of_the_other() -> None:
    assert knee([(1.0, 10.0), (2.0, 2.0), (10.0, 1.0)]) == 1
    assert knee([(1.0, 10.0), (2.0, 2.0)]) is None


@pytest.fixture(scope="module")
def published() -> PointTable:
    entry = Path(sample_repos.__file__).parent / "ckx-ml" / "experiment" / "mobilenets-mlperf-v0.5"
    return point_table(points(entry))


@pytest.mark.parametrize(
    ("system", "on_front", "count"),
    [("hikey960-tflite-v1.15", 15, 54), ("rpi4-tflite-v1.15", 16, 54), ("firefly-armnn-v19.08-neon", 20, 38)],
)
def test_the_fronts_of_the_published_measurements_are_known(
    published: PointTable, system: str, on_front: int, count: int
) -> None:
    rows = passing(published, parse(f"system == '{system}'"))
    wanted = objectives("latency_p90_ms:min,accuracy:max")
    columns = [one.column(published).values for one in wanted]
    vectors = [
        minimised([float(column[row] or 0) for column in columns], [one.better for one in wanted]) for row in rows
    ]
    assert len(vectors) == count
    assert len(front(vectors)) == on_front
