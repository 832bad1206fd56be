"""How fit a machine is: judgements of recorded machines, the test of steadiness, and the answer of `check platform`."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ckexplore.actions.measure.busy_processes import Busy, busiest, process_ticks
from ckexplore.actions.measure.fitness import Check, checks, summary
from ckexplore.actions.measure.jitter import Jitter, measure_jitter, repeat_work, summarised
from ckexplore.actions.measure.noise import Noise
from ckexplore.actions.platform_fitness import fitness
from ckexplore.actions.report.telling import tell

from ...conftest import EVIL
from ..conftest import Ask
from .machines import CONTAINER, LAPTOP, VIRTUAL, make_machine

STEADY = Jitter(900, 0.001, 1.05, 0.01, 0)
QUIET = Noise(1.0, others=0.01, stolen=0.0, pressure=0.02, load=0.1)
JUDGEMENTS = {"good", "warn", "bad", "unknown"}


def judged(root: Path, noise: Noise = QUIET, jitter: Jitter = STEADY, busy: tuple[Busy, ...] = ()) -> dict[str, Check]:
    return {one.what: one for one in checks(noise, jitter, busy, root)}


def test_a_laptop_is_told_what_makes_its_times_vary_and_what_helps(tmp_path: Path) -> None:
    found = judged(make_machine(tmp_path, LAPTOP))
    assert {name: one.judgement for name, one in found.items()} == {
        "steadiness": "good", "other processes": "good", "load average": "good", "waiting for a processor": "good",
        "stolen by the host": "good", "machine": "good", "usable processors": "good", "processor quota": "unknown",
        "frequency governor": "warn", "frequency": "bad", "boost": "warn", "temperature": "warn",
        "threads of a core": "warn", "clock": "bad", "energy counters": "good",
    }  # fmt: skip
    assert "cpupower frequency-set -g performance" in found["frequency governor"].help
    assert found["frequency"].value == "900 MHz of 400 to 2800"
    assert found["temperature"].value == "84 °C, slowed down 52 times since the start"
    assert "echo tsc |" in found["clock"].help
    assert "no_turbo" in found["boost"].help


def test_a_virtual_machine_has_unknowns_that_are_no_judgement(tmp_path: Path) -> None:
    found = judged(make_machine(tmp_path, VIRTUAL))
    unknown = {name for name, one in found.items() if one.judgement == "unknown"}
    assert unknown == {
        "frequency governor", "frequency", "boost", "temperature", "threads of a core", "energy counters",
    }  # fmt: skip
    assert all(found[name].value == "unknown" for name in unknown)
    assert (found["machine"].value, found["processor quota"].value) == ("virtual", "none")


def test_a_container_is_told_its_quota_and_its_processors(tmp_path: Path) -> None:
    found = judged(make_machine(tmp_path, CONTAINER))
    assert (found["processor quota"].value, found["processor quota"].judgement) == ("1.5 processors", "warn")
    assert found["usable processors"].value == "2 of 8"


def test_without_any_sensor_everything_but_the_test_is_unknown(tmp_path: Path) -> None:
    found = judged(tmp_path, Noise(1.0))
    assert {name for name, one in found.items() if one.judgement != "unknown"} == {"steadiness"}


def test_energy_counters_that_only_root_reads_are_unknown_and_help_is_told(tmp_path: Path) -> None:
    root = make_machine(tmp_path, {**LAPTOP, "sys/class/powercap/intel-rapl:0/energy_uj": ""})
    found = judged(root)["energy counters"]
    assert (found.value, found.judgement) == ("unknown", "unknown")
    assert "chmod" in found.help


def test_what_was_noisy_is_judged_and_who_was_busy_is_named(tmp_path: Path) -> None:
    noise = Noise(1.0, others=0.34, stolen=0.02, pressure=0.5, load=0.95)
    jittery = Jitter(400, 0.001, 3.4, 0.09, 5)
    found = judged(tmp_path, noise, jittery, (Busy(71, "make", 0.68),))
    assert (found["other processes"].judgement, found["other processes"].value) == ("bad", "34 %")
    assert found["other processes"].help == "wait for or end: make (71, 68 %)"
    assert (found["stolen by the host"].value, found["stolen by the host"].judgement) == ("2 %", "warn")
    assert [found[name].judgement for name in ("steadiness", "load average", "waiting for a processor")] == [
        "bad", "warn", "bad",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("judgements", "judgement", "begins"),
    [
        (["good", "good"], "good", "Fit for measuring."),
        (["good", "unknown"], "good", "Fit for measuring. 1 of 2"),
        (["warn", "good", "warn"], "warn", "Fit for measuring with care, in interleaved blocks: mind a0 and a2."),
        (["warn", "bad"], "bad", "Not fit for measuring now: a1."),
    ],
)
def test_the_whole_is_as_bad_as_its_worst_part(judgements: list[str], judgement: str, begins: str) -> None:
    found = [Check(f"a{number}", "v", one) for number, one in enumerate(judgements)]  # type: ignore[arg-type]
    whole, sentence = summary(found)
    assert whole == judgement
    assert sentence.startswith(begins)


def test_jitter_is_summed_up_without_the_first_repetitions() -> None:
    told = summarised([0.05, 0.02, *[0.010] * 97, 0.030])
    assert (told.repetitions, told.median, told.outliers) == (98, 0.010, 1)
    assert told.p99_ratio == pytest.approx(3)
    with pytest.raises(ValueError, match="not repeated"):
        summarised([0.01])


def test_work_is_repeated_in_a_fresh_process() -> None:
    assert len(repeat_work(0.0)) == 2
    told = measure_jitter(0.05)
    assert told.repetitions >= 1
    assert told.median > 0
    assert told.p99_ratio >= 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_busy_process_is_found_and_we_are_not() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
        try:
            before = process_ticks()
            started = time.monotonic()
            ticks, used = before, 0
            while used < 10:  # hundredths of seconds
                ticks = process_ticks()
                used = sum(ticks[spinning.pid]) - sum(before.get(spinning.pid, (0, 0)))
            found = busiest(before, ticks, time.monotonic() - started, least=0.001)
        finally:
            spinning.kill()
    assert spinning.pid in {one.number for one in found}
    assert os.getpid() not in {one.number for one in found}


def test_a_process_that_ends_a_long_running_child_isnt_called_busy(tmp_path: Path) -> None:
    root = make_machine(
        tmp_path, {"proc/4/comm": f"odd {EVIL}\n", "proc/4/stat": "4 (a) b) S 1 1 1 0 -1 0 0 0 0 0 9 1 5 5"}
    )
    assert process_ticks(root) == {4: (10, 10)}
    assert busiest({4: (10, 10)}, {4: (20, 900_000)}, 1.0, root)[0].share == pytest.approx(0.1)
    assert busiest({4: (10, 10)}, {4: (20, 20)}, 1.0, root)[0].share == pytest.approx(0.2)
    assert "\x1b" not in busiest({4: (10, 10)}, {4: (20, 20)}, 1.0, root)[0].name


def test_check_platform_answers_in_values_that_are_json_and_in_lines_that_fit(ask: Ask) -> None:
    answer = ask(action="check", cid="platform")
    assert answer["return"] == 0
    json.dumps(answer, allow_nan=False)
    assert answer["judgement"] in JUDGEMENTS
    assert {one["judgement"] for one in answer["checks"]} <= JUDGEMENTS
    assert all(one["value"] for one in answer["checks"])
    lines = tell("check", "platform", answer, 80)
    assert max(map(len, lines)) <= 80
    for one in answer["checks"]:
        assert any(line.startswith(one["what"]) for line in lines)
    assert answer["summary"].split()[0] in "\n".join(lines)


def test_check_platform_works_where_nothing_can_be_read(tmp_path: Path) -> None:
    answer = fitness(tmp_path, seconds=0.05)
    assert answer["noise"]["others"] is None
    assert [one["what"] for one in answer["checks"] if one["value"] != "unknown"] == ["steadiness"]


def test_check_platform_has_no_options(ask: Ask) -> None:
    answer = ask(action="check", cid="platform", sharply="yes")
    assert answer["return"] == 1
    assert "sharply" in answer["error"]
