"""Sweeps of real programs: every configuration once, failures as points, resuming, limits; each block a process."""

import os
import signal
import time
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.actions.jobs import record
from ckexplore.actions.report.plan_telling import tell_plan
from ckexplore.store.errors import InvalidRequestError
from ckexplore.store.formats.ck_points import points
from ckexplore.store.formats.point import Point
from ckexplore.store.workspace import Workspace

from ...conftest import require
from ..conftest import Ask
from ..hostile import Stranger
from .conftest import Measuring

MEASURES = """
case $N in
  3) exit 7;;
  4) sleep 60;;
  5) echo '{"execution_time": NaN, "accuracy_top1": 1}' > timer.json;;
  6) echo '{"execution_time": 0.1}' > timer.json;;
  *) echo "{\\"execution_time\\": 0.00$N, \\"accuracy_top1\\": $((90 + N * M))}" > timer.json;;
esac
"""


@pytest.fixture
def stranger(measuring: Measuring) -> Stranger:
    return measuring(MEASURES, N="1", M="1")


def explored(stranger: Stranger, action: str = "explore", **options: Any) -> dict[str, Any]:
    return stranger.approved(action, "program:p", **{"blocks": "1", "objectives": "time:min,accuracy:max", **options})


def recorded(workspace: Workspace) -> list[Point]:
    return list(points(workspace.local / "experiment" / "p.x"))


def test_every_configuration_is_measured_once_and_the_front_is_theirs(stranger: Stranger, workspace: Workspace) -> None:
    answer = explored(stranger, **{"choices.N": "1,2", "choices.env.M": "1,2"}, blocks="2")
    assert (answer["return"], answer["measured"], answer["failed"]) == (0, 4, 0)
    chosen = {(one.choices["N"], one.choices["env.M"]): one for one in recorded(workspace)}
    assert len(chosen) == len(recorded(workspace)) == 4
    assert all(len(one.repetitions) == 2 for one in chosen.values())
    assert chosen[2, 2].characteristics["run"]["accuracy_top1"] == 94
    assert chosen[2, 2].choices["env"] == {"N": "2", "M": "2"}
    on_front = [one["choices"] for one in answer["swept"] if one["standing"] == "front"]
    assert on_front == [{"N": 1, "env.M": 2}, {"N": 2, "env.M": 2}]


def test_a_configuration_that_fails_hangs_or_measures_nothing_is_a_point_with_its_reason_and_the_sweep_goes_on(
    stranger: Stranger, workspace: Workspace
) -> None:
    answer = explored(stranger, **{"choices.N": "1,3,4,5,6,2"}, run_timeout="2")
    assert (answer["return"], answer["measured"], answer["failed"]) == (0, 2, 4)
    reasons = {
        one.choices["N"]: one.characteristics["run"]["fail_reason"]
        for one in recorded(workspace)
        if "fail_reason" in one.characteristics["run"]
    }
    assert "exit code 7" in reasons[3]
    assert "2 s" in reasons[4]
    assert "time" in reasons[5]
    assert "accuracy" in reasons[6]
    assert set(reasons) == {3, 4, 5, 6}
    again = explored(stranger, **{"choices.N": "1,3"})
    assert (again["known"], again["measured"], again["failed"]) == (2, 0, 0)
    retried = explored(stranger, **{"choices.N": "1,3"}, retry=True)
    assert (retried["known"], retried["failed"]) == (1, 1)


def test_a_sweep_in_which_all_fails_has_failed(stranger: Stranger) -> None:
    answer = explored(stranger, **{"choices.N": "3"})
    assert answer["return"] == 1
    assert "every configuration failed" in answer["error"]


def test_a_killed_sweep_goes_on_without_measuring_anything_twice(stranger: Stranger, workspace: Workspace) -> None:
    options = {"choices.N": "1,2,7,8,9", "together": "1"}
    answer = explored(stranger, **options, detach=True)
    folder = record.find(workspace, answer["job"])
    entry = workspace.local / "experiment" / "p.x"
    _wait_for(lambda: entry.is_dir() and len(list(points(entry))) >= 2)
    state = record.read_state(folder)
    os.kill(state.pid, signal.SIGKILL)
    _wait_for(lambda: record.read_state(folder).over)
    before = {one.uid for one in points(entry)}
    again = explored(stranger, **options)
    assert again["return"] == 0
    assert again["known"] == len(before)
    assert again["known"] + again["measured"] == 5
    measured = [one.choices["N"] for one in recorded(workspace)]
    assert sorted(measured) == [1, 2, 7, 8, 9]
    anew = explored(stranger, **options, again=True, points="2")
    assert (anew["known"], anew["measured"]) == (0, 2)


def _wait_for(happened: Any) -> None:
    end = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def test_a_changed_program_is_measured_again(stranger: Stranger, workspace: Workspace) -> None:
    explored(stranger, **{"choices.N": "1"})
    (stranger.root / "program" / "p" / "measure.sh").write_text(MEASURES + "\n# changed\n")
    answer = explored(stranger, **{"choices.N": "1"})
    assert (answer["known"], answer["measured"]) == (0, 1)


def test_the_time_that_is_given_ends_a_sweep(stranger: Stranger) -> None:
    answer = explored(stranger, **{"choices.N": "1,2"}, together="1", budget="0.001s")
    assert answer["return"] == 0
    assert answer["measured"] == 1
    assert answer["stopped"] == "the time was over"


def test_a_benchmark_measures_until_its_interval_is_narrow_and_says_so(stranger: Stranger) -> None:
    answer = explored(stranger, "benchmark", objectives="time:min", blocks="15")
    (one,) = answer["swept"]
    assert one["values"] == [0.001]
    assert one["intervals"] == [[0.001, 0.001]]
    assert one["ended"] == "the interval is narrow enough"
    assert 5 <= one["blocks"] < 15


@pytest.mark.parametrize("sampler", ["random", "lhs", "optuna"])
def test_a_sampler_measures_as_many_as_are_wanted(stranger: Stranger, workspace: Workspace, sampler: str) -> None:
    if sampler == "optuna":
        pytest.importorskip("optuna", reason="the extra search isn't installed")
    answer = explored(stranger, **{"choices.N": "1,2,7", "choices.M": "1..3"}, sampler=sampler, points="4", seed="3")
    assert (answer["return"], answer["measured"]) == (0, 4), answer
    chosen = [(one.choices["N"], one.choices["M"]) for one in recorded(workspace)]
    assert len(set(chosen)) == 4


def test_what_may_not_be_together_is_not_measured(stranger: Stranger, workspace: Workspace) -> None:
    answer = explored(stranger, **{"choices.N": "1,2,7", "choices.M": "1,2"}, constraints="N * M <= 2")
    assert answer["measured"] == 3
    assert {(one.choices["N"], one.choices["M"]) for one in recorded(workspace)} == {(1, 1), (1, 2), (2, 1)}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"choices.N": "1,2", "constraints": "N > 5"}, "no configuration meets the constraint N > 5"),
        ({"choices.N": "1,2", "constraints": ["N > 1", "N < 2"]}, "no configuration meets all of them"),
        ({"choices.N": "1,2", "constraints": "K > 5"}, "K, which is no axis"),
        ({"choices.n": "1,2"}, "no choice 'n'"),
        ({"choices.N": "1..2:0"}, "never ends"),
        ({"choices.N": "1,2", "sampler": "best"}, "there is no sampler 'best'"),
        ({"choices.N": "1,2", "budget": "soon"}, "is no time"),
        ({"choices.N": "1,2", "objectives": "time:best"}, "a direction is min or max"),
        ({}, "no design space"),
    ],
)
def test_what_cannot_be_swept_is_said_in_a_sentence(stranger: Stranger, options: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        stranger.plan("explore", "program:p", **options)


def test_an_approval_is_for_exactly_these_values(stranger: Stranger) -> None:
    plan = stranger.plan("explore", "program:p", **{"choices.N": "1,2"})
    other = stranger.plan("explore", "program:p", **{"choices.N": "1,2,3"})
    assert plan.approval != other.approval
    lines = tell_plan(plan)
    assert any("N: 1, 2 (variable N)" in line for line in lines)
    assert any("2 configurations" in line for line in lines)
    assert any("bash ../measure.sh" in line for line in lines)


def test_compiler_flags_are_compiled_once_each_and_measured(ask: Ask, workspace: Workspace) -> None:
    require("gcc")
    answer = ask(
        action="explore",
        cid="program:matmul",
        **{"choices.flags": "-O0,-O2", "env.CT_MATRIX_DIMENSION": "32", "repeat": "20", "blocks": "2"},
        objectives="time:min,size:min",
        yes=True,
    )
    assert (answer["return"], answer["measured"], answer["failed"]) == (0, 2, 0), answer
    entry = workspace.local / "experiment" / "matmul.blocked"
    found = {one.choices["compiler_flags"]: one.characteristics for one in points(entry)}
    assert set(found) == {"-O0", "-O2"}
    assert found["-O0"]["compile"]["binary_size"] != found["-O2"]["compile"]["binary_size"]
    assert access({"action": "clean", "cid": "program"}, workspace)["removed_builds"] == 2
