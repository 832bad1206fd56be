"""Axes: ticks are round, inside and rising; labels never touch."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.axis import (
    Axis,
    axis_title,
    linear_ticks,
    log_ticks,
    place_labels,
    push_labels,
    scale_for,
)

numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=1e-100, max_value=1e100)
labels = st.lists(st.tuples(st.integers(0, 99), st.text("0123456789.", min_size=1, max_size=9)), max_size=20)


def test_linear_ticks_are_ones_twos_and_fives() -> None:
    assert linear_ticks(0, 100, 6) == (0, 20, 40, 60, 80, 100)
    assert linear_ticks(0, 1, 3) == (0, 0.5, 1)
    assert linear_ticks(-0.25, 0.4, 8) == (-0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4)


def test_logarithmic_ticks_are_decades_with_twos_and_fives_where_there_is_room() -> None:
    assert log_ticks(1, 100, 7) == (1, 2, 5, 10, 20, 50, 100)
    assert log_ticks(1, 100, 3) == (1, 10, 100)
    assert log_ticks(1e-6, 1e6, 7) == (1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6)


def test_a_logarithmic_axis_within_a_decade_is_ticked_evenly() -> None:
    assert log_ticks(120, 185, 7) == (120, 130, 140, 150, 160, 170, 180)


@given(numbers, numbers, st.booleans(), st.integers(1, 30))
def test_ticks_lie_inside_the_range_rise_and_are_not_too_many(
    one: float, other: float, logarithmic: bool, most: int
) -> None:
    scale = scale_for(min(one, other), max(one, other), logarithmic=logarithmic)
    ticks = scale.ticks(most)
    assert 1 <= len(ticks) <= most
    assert all(scale.low <= tick <= scale.high for tick in ticks)
    assert list(ticks) == sorted(set(ticks))


@given(numbers, numbers, numbers, st.booleans())
def test_a_scale_shows_everything_between_its_ends_and_never_leaves_them(
    one: float, other: float, value: float, logarithmic: bool
) -> None:
    scale = scale_for(min(one, other), max(one, other), logarithmic=logarithmic)
    assert scale.low < scale.high
    assert 0 <= scale.fraction(value) <= 1
    assert scale.fraction(one) <= scale.fraction(other) or one > other


@given(positive, positive, st.floats(0.01, 0.99), st.booleans())
def test_a_fraction_of_a_scale_leads_back_to_itself(
    one: float, other: float, fraction: float, logarithmic: bool
) -> None:
    low, high = min(one, other), max(one, other) * 2
    scale = scale_for(low, high, logarithmic=logarithmic)
    assert math.isclose(scale.fraction(scale.value(fraction)), fraction, rel_tol=1e-6, abs_tol=1e-6)


def test_an_axis_of_positive_values_never_begins_below_zero() -> None:
    assert scale_for(0.1, 500.0).low == 0.0
    assert scale_for(-0.1, 500.0).low < -0.1


@given(labels, st.integers(1, 100))
def test_placed_labels_stay_inside_and_have_a_blank_between_them(wanted: list[tuple[int, str]], width: int) -> None:
    wanted.sort()
    centres, texts = [min(centre, width - 1) for centre, _ in wanted], [text for _, text in wanted]
    for placed in (place_labels(centres, texts, width), push_labels(centres, texts, width) or ()):
        ends = [-1] + [start + len(text) for start, text in placed]
        assert all(end < start for end, (start, _) in zip(ends, placed, strict=False))
        assert ends[-1] <= width


def test_labels_that_would_touch_are_thinned_evenly_or_pushed_aside() -> None:
    assert place_labels((1, 4, 7, 10), ("000", "111", "222", "333"), 12) == ((0, "000"), (6, "222"))
    assert push_labels((2, 3), ("p50", "p90"), 12) == ((1, "p50"), (5, "p90"))
    assert push_labels((2, 3), ("p50", "p90"), 6) is None


def test_the_title_of_an_axis_names_its_unit_and_its_better_end() -> None:
    assert axis_title(Axis("latency", better="low"), "ms", "across") == "latency (ms)  ← better"
    assert axis_title(Axis("accuracy", better="high"), "%", "up") == "accuracy (%)  ↑ better"
    assert axis_title(Axis("size"), "", "up") == "size"
