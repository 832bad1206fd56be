"""Numbers with a unit are written as a person reads them."""

import pytest

from ckexplore.actions.report.units import axis_labels, duration, with_unit


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0000213, "s", "21.3 µs"),
        (4.67, "ms", "4.67 ms"),
        (0.0009997, "s", "1 ms"),
        (0, "s", "0 s"),
        (4670, "s", "4,670 s"),
        (2e-12, "s", "0.002 ns"),
        (64_000, "B", "64 kB"),
        (64, "kB", "64 kB"),
        (75.25, "%", "75.2 %"),
        (0.0123, "", "0.0123"),
        (12_500, "", "12.5k"),
        (-0.02, "s", "-20 ms"),
        (1e300, "", "1e288T"),
    ],
)
def test_a_value_has_three_digits_and_the_prefix_that_suits_it(value: float, unit: str, text: str) -> None:
    assert with_unit(value, unit) == text


def test_one_prefix_serves_a_whole_axis_and_is_named_in_its_title() -> None:
    assert axis_labels((0.0, 0.0005, 0.001), "s") == (("0", "0.5", "1.0"), "ms")


def test_an_axis_that_reaches_over_several_prefixes_names_them_at_the_ticks() -> None:
    assert axis_labels((1e-6, 1e-3, 1.0), "s") == (("1 µs", "1 ms", "1 s"), "")


def test_plain_numbers_carry_their_prefix_themselves() -> None:
    assert axis_labels((0, 50_000, 100_000), "") == (("0", "50k", "100k"), "")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0213, "21.3 ms"),
        (75.24, "75.2 s"),
        (119.6, "2 min 0 s"),
        (143.4, "2 min 23 s"),
        (3_599.6, "1 h 0 min"),
        (8_602.0, "2 h 23 min"),
        (273_600.0, "3 d 4 h"),
        (float("nan"), "not finite"),
    ],
)
def test_a_duration_is_told_as_a_person_says_it(seconds: float, told: str) -> None:
    assert duration(seconds) == told
