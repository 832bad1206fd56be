"""What disturbed a measurement, on recorded machines and on this one."""

import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.measure.noise import Limits, Noise, between, limits_for, numbers_in, sense, spoiled

from .machines import CONTAINER, LAPTOP, VIRTUAL, make_machine

LATER = (
    "cpu  4250 40 800 40150 400 0 80 0 0 0\n"
    "cpu0 1100 10 200 10000 100 0 20 0 0 0\ncpu1 1100 10 200 10000 100 0 20 0 0 0\n"
    "cpu2 1050 10 200 10050 100 0 20 0 0 0\ncpu3 1000 10 200 10100 100 0 20 0 0 0\nintr 9\n"
)


def test_a_laptop_tells_frequency_heat_and_throttling(tmp_path: Path) -> None:
    told = sense(make_machine(tmp_path, LAPTOP))
    assert (told.frequency_mhz, told.highest_mhz, told.temperature, told.throttlings) == (900, 2800, 84, 52)
    assert (told.pressure_seconds, told.load, told.withheld_seconds) == (5.0, 1.92, None)
    assert told.ticks is not None
    assert list(told.ticks) == [0, 1, 2, 3]


def test_a_virtual_machine_leaves_the_rest_unknown(tmp_path: Path) -> None:
    told = sense(make_machine(tmp_path, VIRTUAL))
    assert (told.frequency_mhz, told.highest_mhz, told.temperature, told.throttlings) == (None, None, None, None)
    assert told.withheld_seconds == 0


def test_a_machine_without_sensors_tells_nothing_and_spoils_nothing(tmp_path: Path) -> None:
    before = sense(tmp_path)
    noise = between(before, replace(before, at=before.at + 1))
    known = {one.name for one in fields(noise) if getattr(noise, one.name) is not None}
    assert known == {"seconds"}
    assert spoiled(noise) == ""


def test_only_the_processors_that_may_be_used_count(tmp_path: Path) -> None:
    told = sense(make_machine(tmp_path, CONTAINER))
    assert told.ticks is not None
    assert list(told.ticks) == [2, 5]
    assert told.withheld_seconds == 2.5


def test_between_two_readings_others_are_told_from_ourselves(tmp_path: Path) -> None:
    before = sense(make_machine(tmp_path, LAPTOP))
    pressed = "some avg10=0 avg60=0 avg300=0 total=5250000\n"
    root = make_machine(tmp_path, LAPTOP, proc__stat=LATER, proc__pressure__cpu=pressed)
    after = replace(sense(root), at=before.at + 1, own_seconds=before.own_seconds + 0.9)
    noise = between(before, after)
    assert noise.others == pytest.approx(0.4)  # 2.5 of 4 processors were busy, 0.9 with us
    assert noise.pressure == pytest.approx(0.25)
    assert (noise.stolen, noise.throttlings, noise.temperature) == (0, 0, 84)
    assert noise.load == pytest.approx(1.92 / 4)
    assert noise.frequency == pytest.approx(900 / 2800)
    assert spoiled(noise, limits_for(1, 4)) == ""
    assert spoiled(noise, limits_for(4, 4)) == "other processes used 40 % of the processors"


def test_what_the_host_took_is_told_apart(tmp_path: Path) -> None:
    before = sense(make_machine(tmp_path, VIRTUAL))
    later = VIRTUAL["proc/stat"].replace("11594 37457", "11594 37477").replace("3173220", "3173300")
    after = sense(make_machine(tmp_path, VIRTUAL, proc__stat=later))
    noise = between(before, replace(after, at=before.at + 0.5, own_seconds=before.own_seconds))
    assert (noise.others, noise.stolen) == (0, pytest.approx(0.2))
    assert spoiled(noise) == "the host of this virtual machine took 20 % of the processors"


def test_a_quota_that_stopped_the_block_spoils_it(tmp_path: Path) -> None:
    before = sense(make_machine(tmp_path, CONTAINER))
    after = replace(before, at=before.at + 2, withheld_seconds=3.0)
    assert spoiled(between(before, after)) == "the control group's quota stopped it for 25 % of the time"


def test_readings_too_close_together_tell_nothing(tmp_path: Path) -> None:
    before = sense(make_machine(tmp_path, LAPTOP))
    noise = between(before, replace(before, at=before.at + 0.001))
    assert (noise.others, noise.pressure, noise.stolen) == (None, None, None)


def test_a_processor_that_went_away_makes_the_shares_unknown(tmp_path: Path) -> None:
    before = sense(make_machine(tmp_path, LAPTOP))
    after = replace(before, at=before.at + 1, ticks={0: (0,) * 8})
    assert between(before, after).others is None


def test_limits_are_the_callers() -> None:
    assert [limits_for(*one).others for one in ((1, 2), (2, 2), (3, 2), (1, 16))] == [0.6, 0.1, 0.1, 0.6]
    noise = Noise(1.0, others=0.1, pressure=0.2)
    assert spoiled(noise) == ""
    assert spoiled(noise, Limits(others=0.05)).startswith("other processes")
    assert spoiled(noise, Limits(pressure=0.1)) == "processes had to wait for a processor for 20 % of the time"
    assert spoiled(Noise(1.0, throttlings=2)) == "the processor was slowed down for its heat (2 times)"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_this_machine_tells_its_own_time_from_that_of_others() -> None:
    before = sense()
    subprocess.run([sys.executable, "-c", "sum(range(6_000_000))"], check=True)
    after = sense()
    noise = between(before, after)
    assert after.own_seconds > before.own_seconds
    for share in (noise.others, noise.stolen, noise.pressure):
        assert share is None or 0 <= share <= 1


@pytest.mark.parametrize(
    ("text", "told"), [("0-3,8", (0, 1, 2, 3, 8)), ("5", (5,)), ("", ()), ("x-2", ()), ("0-99999999", 65_536)]
)
def test_lists_of_processors_are_read(text: str, told: tuple[int, ...] | int) -> None:
    found = numbers_in(text)
    assert (len(found) if isinstance(told, int) else found) == told


@given(st.text(max_size=200))
def test_any_text_for_a_list_of_processors_is_read_or_nothing(text: str) -> None:
    assert all(number >= 0 for number in numbers_in(text))


@pytest.mark.parametrize("junk", ["", "cpu\ncpu0 a b\n", "cpu0 1 2\n", "\0\0", "some total=x\n", "9" * 5000])
def test_junk_in_the_files_is_unknown(tmp_path: Path, junk: str) -> None:
    root = make_machine(tmp_path, {path: junk for path in LAPTOP if path.startswith("proc/")})
    told = sense(root)
    assert (told.ticks, told.pressure_seconds) == (None, None)
