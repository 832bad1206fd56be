"""Points side by side: what differs, effects with intervals where there are repetitions, and "can't tell" where not."""

import random

import pytest

from ckexplore.actions.points.comparison import compare_points
from ckexplore.actions.points.ordering import in_order, telling_columns
from ckexplore.actions.points.pivot import pivoted
from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.actions.report.comparison_telling import tell_compared
from ckexplore.store.errors import InvalidRequestError
from ckexplore.store.formats.point import Point

from ..conftest import Ask


def repeated(uid: str, flags: str, latency: float, times: int, seed: int = 1) -> Point:
    noise = random.Random(seed)
    runs = tuple({"run": {"latency_s": latency * noise.uniform(0.99, 1.01)}} for _ in range(times))
    return Point(
        uid * 16,
        {"flags": flags, "threads": 4},
        {"compiler": "gcc 12"},
        {"run": {"latency_s": latency, "accuracy": 70.0}},
        repetitions=runs,
    )


def test_what_differs_is_listed_and_what_is_the_same_counted() -> None:
    table = point_table([repeated("a", "-O0", 2.0, 9), repeated("b", "-O3", 1.0, 9)])
    compared = compare_points(table, [0, 1])
    assert [(one.name, one.kind, one.values) for one in compared.differences] == [("flags", "choice", ("-O0", "-O3"))]
    assert compared.same == 2


def test_a_real_difference_is_told_in_words_with_its_interval() -> None:
    table = point_table([repeated("a", "-O0", 2.0, 9), repeated("b", "-O3", 1.0, 9, seed=2)])
    latency = compare_points(table, [0, 1]).measured[0]
    (effect,) = latency.effects
    assert (latency.name, latency.times, effect.verdict, effect.reason) == ("latency_s", (9, 9), "faster", "")
    assert effect.ratio == pytest.approx(0.5, rel=0.02)
    assert effect.low is not None
    assert effect.high is not None
    assert effect.ratio is not None
    assert effect.low < effect.ratio < effect.high < 0.55
    (other_way,) = compare_points(table, [1, 0]).measured[0].effects
    assert other_way.verdict == "slower"


def test_one_measurement_each_tells_nothing_but_the_ratio() -> None:
    table = point_table([repeated("a", "-O0", 2.0, 1), repeated("b", "-O3", 1.0, 1)])
    (effect,) = compare_points(table, [0, 1]).measured[0].effects
    assert (effect.ratio, effect.low, effect.verdict, effect.reason) == (
        0.5,
        None,
        "can't tell",
        "one measurement each",
    )


def test_too_few_measurements_say_how_many_it_takes() -> None:
    table = point_table([repeated("a", "-O0", 2.0, 4), repeated("b", "-O3", 1.0, 4)])
    (effect,) = compare_points(table, [0, 1]).measured[0].effects
    assert (effect.verdict, effect.reason) == ("can't tell", "4 measurements; it takes 8 of each")


def test_what_was_not_measured_in_both_is_unknown() -> None:
    table = point_table(
        [Point("a" * 16, {}, {}, {"run": {"energy_j": 2.0}}), Point("b" * 16, {}, {}, {"run": {"x": 1.0}})]
    )
    measured = compare_points(table, [0, 1]).measured[0]
    assert measured.values == (2.0, None)
    assert (measured.effects[0].ratio, measured.effects[0].reason) == (None, "not measured in both")


def test_one_point_is_no_comparison() -> None:
    table = point_table([repeated("a", "-O0", 2.0, 1)])
    with pytest.raises(InvalidRequestError, match="takes two points"):
        compare_points(table, [0, 0])


def test_the_telling_fits_its_width_and_says_why_nothing_can_be_told() -> None:
    table = point_table([repeated("a", "-O0 " + "-f" * 60, 2.0, 1), repeated("b", "-O3 " + "-g" * 60, 1.0, 1)])
    lines = tell_compared(compare_points(table, [0, 1]), 60)
    assert max(map(len, lines)) <= 60
    text = "\n".join(lines)
    assert "0.5 times, can't tell" in text
    assert "can't tell: one measurement each" in text
    assert "2 more choices and features are the same" in text


def test_the_command_prints_the_comparison(ask: Ask) -> None:
    answer = ask(action="compare", cid="experiment:mobilenets-mlperf-v0.5", points="000cc4e7,015d2ad6")
    assert [one["name"] for one in answer["compared"]["differences"]][:3] == ["multiplier", "resolution", "system"]
    missing = ask(action="compare", cid="experiment:mobilenets-mlperf-v0.5", points="000cc4e7,nothing")
    assert "no point's UID begins with 'nothing'" in missing["error"]
    unclear = ask(action="compare", cid="experiment:mobilenets-mlperf-v0.5", points="0,000cc4e7")
    assert "say more of it" in unclear["error"]


# Order and groups


@pytest.fixture
def table() -> PointTable:
    rows = [(2, "b", 5.0), (1, "a", None), (16, "b", 1.0), (1, "b", 3.0)]
    return point_table(
        Point(f"{n:016x}", {"threads": threads, "model": model, "same": 1}, {}, {"run": {"x": x} if x else {}})
        for n, (threads, model, x) in enumerate(rows)
    )


def test_rows_are_ordered_as_numbers_with_the_unknown_last_either_way(table: PointTable) -> None:
    assert in_order(table, range(4), "threads") == [1, 3, 0, 2]
    assert in_order(table, range(4), "x") == [2, 3, 0, 1]
    assert in_order(table, range(4), "x", descending=True) == [0, 3, 2, 1]


def test_columns_that_are_the_same_in_all_rows_are_left_out(table: PointTable) -> None:
    assert [one.label for one in telling_columns(table, range(4))] == ["threads", "model", "x"]
    assert [one.label for one in telling_columns(table, [0, 2])] == ["threads", "x"]
    assert [one.label for one in telling_columns(table, [0])] == ["threads", "model", "same", "x"]
    assert "same" in [one.label for one in telling_columns(table, range(4), constant_too=True)]


def test_a_pivot_has_the_median_and_the_number_of_points_of_each_pair(table: PointTable) -> None:
    pivot = pivoted(table, range(4), "model", "threads", "x")
    assert (pivot.rows, pivot.columns) == (("a", "b"), (1, 2, 16))
    assert pivot.cells == ((None, None, None), ((3.0, 1), (5.0, 1), (1.0, 1)))
    assert pivoted(table, range(4), "model", "", "x").cells == ((None,), ((3.0, 3),))
