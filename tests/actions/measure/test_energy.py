"""RAPL's counters: packages alone, starting again at their range, unknown where they can't be read."""

from pathlib import Path

import pytest

from ckexplore.actions.measure.energy import Counter, joules, read_counters

from .machines import LAPTOP, VIRTUAL, make_machine

PACKAGE = "sys/class/powercap/intel-rapl:0"


def test_packages_are_read_and_what_is_counted_in_them_is_not(tmp_path: Path) -> None:
    assert read_counters(make_machine(tmp_path, LAPTOP)) == {"intel-rapl:0": Counter(262143000000, 262143328850)}


def test_a_counter_that_started_again_goes_on(tmp_path: Path) -> None:
    before = read_counters(make_machine(tmp_path, LAPTOP))
    after = read_counters(make_machine(tmp_path, {**LAPTOP, f"{PACKAGE}/energy_uj": "1671150\n"}))
    assert joules(before, after) == pytest.approx(2.0)


def test_all_packages_are_added() -> None:
    before = {"intel-rapl:0": Counter(0, 10**9), "intel-rapl:1": Counter(5_000_000, 10**9)}
    after = {"intel-rapl:0": Counter(1_500_000, 10**9), "intel-rapl:1": Counter(6_000_000, 10**9)}
    assert joules(before, after) == 2.5


def test_without_a_readable_counter_energy_is_unknown(tmp_path: Path) -> None:
    known = {"intel-rapl:0": Counter(1, 100)}
    assert read_counters(make_machine(tmp_path / "vm", VIRTUAL)) is None
    assert read_counters(make_machine(tmp_path / "denied", {**LAPTOP, f"{PACKAGE}/energy_uj": ""})) is None
    assert joules(None, known) is None
    assert joules(known, None) is None
    assert joules(known, {**known, "intel-rapl:1": Counter(1, 100)}) is None
