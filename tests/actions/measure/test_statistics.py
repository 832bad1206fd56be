"""Estimates, comparisons, warm-up, spread and the stopping rule."""

import random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.actions.measure.statistics import (
    Estimate,
    Interval,
    compare,
    enough,
    estimate,
    fewest_blocks,
    in_words,
    spread,
    warm_up_length,
)

times = st.floats(1e-6, 1e3)
blocks = st.lists(times, min_size=3, max_size=15)
twelve = st.lists(times, min_size=12, max_size=12)

# Milliseconds of the first calls of a model in onnxruntime, then of those that followed.
COLD = [0.412, 0.118, 0.064, 0.041, 0.029, 0.026, 0.0242, 0.0221, 0.0219, 0.0223]
WARM = [0.0212, 0.0214, 0.0211, 0.0213, 0.0251, 0.0212, 0.021, 0.0213, 0.0212, 0.0216]


def noisy(center: float, share: float, count: int, seed: int) -> list[float]:
    generator = random.Random(seed)
    return [center * generator.lognormvariate(0, share) for _ in range(count)]


@settings(max_examples=30)
@given(blocks)
def test_an_estimate_is_the_median_and_lies_in_its_interval(values: list[float]) -> None:
    told = estimate(values)
    assert told.value == median(values)
    assert told.blocks == len(values)
    assert told.interval is not None
    assert min(values) <= told.interval.low <= told.value <= told.interval.high <= max(values)


@settings(max_examples=30)
@given(blocks, st.sampled_from([0.25, 2.0, 1024.0]))
def test_another_unit_scales_an_estimate(values: list[float], factor: float) -> None:
    told, scaled = estimate(values), estimate([factor * value for value in values])
    assert told.interval is not None
    assert scaled.value == factor * told.value
    assert scaled.interval == Interval(factor * told.interval.low, factor * told.interval.high, told.interval.level)


@pytest.mark.parametrize("values", [[2.0], [2.0, 3.0]])
def test_with_fewer_than_three_blocks_the_interval_is_unknown(values: list[float]) -> None:
    assert estimate(values).interval is None
    assert compare(values, [9.0] * len(values)).interval is None


def test_equal_blocks_have_an_interval_without_width() -> None:
    assert estimate([4.0] * 9).interval == Interval(4.0, 4.0, 0.99)


def test_an_interval_states_the_level_that_its_blocks_allow() -> None:
    told = [estimate(list(range(1, count + 1))).interval for count in (3, 5, 7, 8)]
    assert [one.level for one in told if one] == [0.75, 0.9375, 0.984375, 0.99]
    assert [fewest_blocks(level) for level in (0.5, 0.9, 0.95, 0.99, 0.999)] == [3, 5, 6, 8, 11]


def test_the_same_seed_gives_the_same_interval_and_another_one_nearly_so() -> None:
    values = noisy(10, 0.1, 40, seed=1)
    assert estimate(values, seed=3) == estimate(values, seed=3)
    first, second = estimate(values, seed=3).interval, estimate(values, seed=4).interval
    assert first is not None
    assert second is not None
    assert first.low == pytest.approx(second.low, rel=0.02)


def test_intervals_hold_the_true_median_as_often_as_they_say() -> None:
    found = [estimate(noisy(1, 0.2, 12, seed), seed=seed).interval for seed in range(150)]
    assert sum(one is not None and one.low <= 1 <= one.high for one in found) >= 144


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="block 2"):
        estimate([1.0, wrong, 2.0])
    with pytest.raises(ValueError, match="block 3"):
        compare([1.0, 2.0, wrong], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="at least one"):
        estimate([])


@settings(max_examples=30)
@given(blocks, st.booleans(), st.sampled_from(["low", "high"]))
def test_identical_data_never_give_a_verdict(values: list[float], paired: bool, better: str) -> None:
    told = compare(values, values, paired=paired, better="low" if better == "low" else "high", threshold=0.0)
    assert told.verdict == "can't tell"
    assert told.ratio == 1


@settings(max_examples=30)
@given(twelve, twelve)
def test_changing_places_turns_a_comparison_round(a: list[float], b: list[float]) -> None:
    there, back = compare(a, b), compare(b, a)
    assert there.ratio == pytest.approx(1 / back.ratio if back.ratio else None)
    assert there.interval is not None
    assert back.interval is not None
    assert there.interval.low == pytest.approx(1 / back.interval.high)
    turned = {"better": "worse", "worse": "better", "can't tell": "can't tell"}
    assert back.verdict == turned[there.verdict]


@settings(max_examples=30)
@given(twelve, twelve)
def test_what_is_claimed_is_outside_of_the_threshold_and_of_the_interval(a: list[float], b: list[float]) -> None:
    told = compare(a, b, threshold=0.1)
    if told.verdict == "can't tell":
        return
    assert told.ratio is not None
    assert told.interval is not None
    assert told.interval.low > 1 or told.interval.high < 1
    assert max(told.ratio, 1 / told.ratio) >= 1.1


def test_a_real_difference_is_found_and_one_below_the_threshold_is_not_claimed() -> None:
    a = noisy(10, 0.01, 12, seed=5)
    slower, little = noisy(14, 0.01, 12, seed=6), noisy(10.3, 0.001, 12, seed=7)
    assert compare(a, slower).verdict == "worse"
    assert compare(slower, a).verdict == "better"
    assert compare(a, slower, better="high").verdict == "better"
    assert compare(a, little).verdict == "can't tell"
    assert compare(a, little, threshold=0.01).verdict == "worse"


def test_hardly_anything_is_found_between_equals() -> None:
    claimed = [
        compare(noisy(1, 0.1, 12, seed), noisy(1, 0.1, 12, seed + 1000), seed=seed).verdict != "can't tell"
        for seed in range(100)
    ]
    assert sum(claimed) <= 4


def test_pairs_tell_what_a_drifting_machine_hides() -> None:
    drift = [1.0, 1.9, 1.1, 1.7, 1.3, 2.0, 1.2, 1.6, 1.4, 1.8, 1.5, 2.1]
    a, b = list(drift), [1.2 * value for value in drift]
    assert compare(a, b).verdict == "worse"
    assert compare(a, b, paired=False).verdict == "can't tell"


def test_too_few_blocks_for_the_level_claim_nothing() -> None:
    a, b = noisy(10, 0.01, 7, seed=1), noisy(20, 0.01, 7, seed=2)
    assert compare(a, b).verdict == "can't tell"
    assert compare(a, b, level=0.95).verdict == "worse"


@pytest.mark.parametrize(("a", "b"), [([0.0] * 9, [1.0] * 9), ([1.0] * 9, [-1.0] * 9), ([], [1.0] * 9)])
def test_a_ratio_without_meaning_is_unknown(a: list[float], b: list[float]) -> None:
    told = compare(a, b)
    assert (told.ratio, told.interval, told.verdict) == (None, None, "can't tell")


def test_values_that_never_vary_are_compared() -> None:
    told = compare([0.98] * 8, [0.99] * 8, threshold=0.005, better="high")
    assert told.verdict == "better"


def test_verdicts_are_worded_for_what_was_measured() -> None:
    assert [in_words("better", one) for one in ("latency", "throughput", "accuracy", "size")] == [
        "faster", "faster", "higher", "smaller",
    ]  # fmt: skip
    assert in_words("worse", "latency") == "slower"
    assert in_words("worse", "something else") == "worse"
    assert in_words("can't tell", "latency") == "can't tell"


@pytest.mark.parametrize(("high", "told"), [(1.04, True), (1.06, False)])
def test_it_is_enough_when_the_interval_is_narrow(high: float, told: bool) -> None:
    assert enough(Estimate(1.0, Interval(1.0, high, 0.99), 12)) is told


def test_it_is_not_enough_without_an_interval_of_the_level() -> None:
    assert not enough(Estimate(1.0, None, 2))
    assert not enough(estimate([1.0] * 5))
    assert enough(estimate([1.0] * 8))


def test_a_comparison_is_enough_when_its_interval_is_narrow_whatever_it_says() -> None:
    a, equal, slower = noisy(10, 0.01, 12, seed=5), noisy(10, 0.01, 12, seed=8), noisy(14, 0.01, 12, seed=6)
    assert enough(compare(a, equal))
    assert enough(compare(a, slower))
    assert not enough(compare(a, noisy(14, 0.4, 12, seed=6)))
    assert not enough(compare([0.0] * 9, [0.0] * 9))


def test_the_warm_up_ends_where_the_series_is_as_later() -> None:
    assert warm_up_length(COLD + WARM * 4) == len(COLD) - 3  # the last three are within 5 % already
    assert warm_up_length(WARM * 5) == 0
    assert warm_up_length([5.0] * 30) == 0


def test_an_interruption_is_no_warm_up() -> None:
    interrupted = WARM * 4
    interrupted[25] = 3.0
    assert warm_up_length(COLD + interrupted) == len(COLD) - 3
    assert warm_up_length(interrupted) == 0


def test_of_a_series_that_never_rests_half_is_discarded() -> None:
    falling = [100 * 0.8**number for number in range(40)]
    assert warm_up_length(falling) == 20


@given(st.lists(times, max_size=60))
def test_at_most_half_is_discarded(values: list[float]) -> None:
    assert 0 <= warm_up_length(values) <= len(values) // 2


def test_spread_is_robust_and_counts_outliers() -> None:
    values = noisy(10, 0.02, 200, seed=1)
    calm, disturbed = spread(values), spread([*values, 50.0, 90.0])
    assert calm.relative == pytest.approx(0.02, rel=0.3)
    assert disturbed.relative == pytest.approx(calm.relative, rel=0.1)
    assert (calm.outliers, disturbed.outliers) == (0, 2)


def test_spread_with_a_coarse_clock_and_around_zero() -> None:
    assert spread([21.0, 21.0, 21.0, 21.0, 22.0]).outliers == 0
    assert spread([*[21.0] * 1000, 2100.0]).outliers == 1
    assert spread([-1.0, 0.0, 1.0]).relative is None
    with pytest.raises(ValueError, match="at least one"):
        spread([])
