"""Judging points: standings, the knee, the best ones, margins, groups; and which objectives are meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.explore.answer import answer
from ckexplore.actions.explore.asked import asked_objectives, objectives_of_meta
from ckexplore.actions.explore.judgement import judge, share_of_box
from ckexplore.actions.explore.objective import Objective, objectives
from ckexplore.actions.measure.statistics import estimate
from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.store.errors import InvalidRequestError
from ckexplore.store.formats.point import Point

BOTH = objectives("latency_s:min,accuracy:max")


def _table(*measured: tuple[float, float]) -> PointTable:
    return point_table(
        Point(f"{number}", {"n": number, "kind": "ab"[number % 2]}, {}, {"run": {"latency_s": time, "accuracy": good}})
        for number, (time, good) in enumerate(measured)
    )


def test_points_stand_on_the_front_or_behind_it() -> None:
    table = _table((1.0, 50.0), (2.0, 40.0), (3.0, 90.0), (9.0, 91.0))
    found = judge(table, BOTH)
    assert [one.standing for one in found.points] == ["front", "dominated", "front", "front"]
    assert found.knee == 2
    assert [one.row for number in (0, 1) if (one := found.best(number))] == [0, 3]


def test_what_lacks_an_objective_is_counted_and_not_judged() -> None:
    table = point_table(
        [
            Point("a", {}, {}, {"run": {"latency_s": 1.0, "accuracy": 5.0}}),
            Point("b", {}, {}, {"run": {"latency_s": 0.1}}),
        ]
    )
    found = judge(table, BOTH)
    assert (len(found.points), found.without) == (1, 1)


def _repeated(*repetitions: tuple[float, ...]) -> PointTable:
    return point_table(
        Point(
            str(number),
            {},
            {},
            {"run": {"latency_s": sorted(times)[len(times) // 2], "accuracy": 50.0 - number}},
            repetitions=tuple({"run": {"latency_s": time, "accuracy": 50.0 - number}} for time in times),
        )
        for number, times in enumerate(repetitions)
    )


def test_repetitions_that_overlap_leave_it_open_who_is_on_the_front() -> None:
    overlapping = judge(_repeated((1.0, 1.2, 1.4), (1.1, 1.3, 1.5)), BOTH)
    assert [one.standing for one in overlapping.points] == ["front", "possibly"]
    apart = judge(_repeated((1.0, 1.1, 1.2), (2.0, 2.1, 2.2)), BOTH)
    assert [one.standing for one in apart.points] == ["front", "dominated"]
    twice = judge(_repeated((1.0, 1.2), (1.1, 1.3)), BOTH)
    assert [one.intervals[0] for one in twice.points] == [None, None]


@given(st.lists(st.floats(0.1, 10.0), min_size=3, max_size=15).filter(lambda values: len(values) % 2 == 1))
def test_an_interval_is_that_of_the_estimate(values: list[float]) -> None:
    (point,) = judge(_repeated(tuple(values)), BOTH).points
    expected = estimate(sorted(values)).interval
    assert expected is not None
    assert point.intervals[0] == pytest.approx((expected.low, expected.high))


def test_margins_must_be_as_many_as_the_objectives() -> None:
    table = _table((1.0, 50.0), (1.05, 50.5))
    assert [one.standing for one in judge(table, BOTH, (1.1, 1.02)).points] == ["front", "dominated"]
    for margins in ((1.1,), (1.1, 0.9), (1.1, float("inf"))):
        with pytest.raises(InvalidRequestError, match="margins"):
            judge(table, BOTH, margins)


def test_each_group_is_judged_by_itself_in_the_same_box() -> None:
    table = _table((1.0, 50.0), (2.0, 40.0), (3.0, 90.0), (9.0, 91.0), (10.0, 30.0))
    found = answer(table, judge(table, BOTH), "kind")
    groups = {one["value"]: one for one in found["groups"]}
    assert (groups["a"]["judged"], groups["a"]["front"], groups["a"]["of_all"]) == (3, 2, 2)
    assert (groups["b"]["judged"], groups["b"]["front"], groups["b"]["of_all"]) == (2, 2, 1)
    assert groups["b"]["hypervolume"] < groups["a"]["hypervolume"] < found["hypervolume"]


def test_without_objectives_they_are_the_program_s_then_the_usual_ones() -> None:
    table = _table((1.0, 50.0))
    assert asked_objectives("", {"speed": "latency_s:min"}, table) == (Objective("speed", "min", "latency_s"),)
    assert [one.name for one in asked_objectives("accuracy:max", {"speed": "latency_s:min"}, table)] == ["accuracy"]
    usual = point_table([Point("a", {}, {}, {"run": {"latency_p90_ms": 1.0, "accuracy_top1": 5.0}})])
    assert [one.name for one in asked_objectives("", {}, usual)] == ["latency", "accuracy"]


def test_where_none_are_meant_the_numbers_there_are_are_named() -> None:
    with pytest.raises(InvalidRequestError, match=r"--objectives=.*points have watts"):
        asked_objectives("", {}, point_table([Point("a", {}, {}, {"run": {"watts": 1.0, "name": "x"}})]))


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"explore": {"objectives": {"a": "b:min", "c": 5}}}, {"a": "b:min"}),
        ({"explore": {"objectives": ["a"]}}, {}),
        ({"explore": "x"}, {}),
        ({}, {}),
    ],
)
def test_only_texts_of_a_meta_are_objectives(meta: dict, expected: dict) -> None:
    assert objectives_of_meta(meta) == expected


def test_a_volume_that_takes_too_long_is_unknown() -> None:
    assert share_of_box([(float(number),) * 6 for number in range(60)], [(0.0,) * 6, (60.0,) * 6]) is None
    assert share_of_box([(0.0, 0.5), (0.5, 0.0)], [(0.0, 1.0), (1.0, 0.0)]) == 0.75
