"""CK's inputs of `autotune pipeline`, as they are in public repositories, mean an exploration."""

from pathlib import Path
from typing import Any

import pytest

from ckexplore.store.errors import InvalidRequestError
from ckexplore.store.formats.ck_points import points
from ckexplore.store.workspace import Workspace

from ..hostile import Stranger

COMMAND = "bash -c 'echo {\\\"execution_time\\\": 0.00$N} > timer.json'"
INPUT: dict[str, Any] = {
    "pipeline": {"program_uoa": "p", "cmd_key": "x", "env": {"M": "5"}},
    "choices_desc": {"##env#K": {"type": "integer", "explore_start": 1, "explore_stop": 3, "explore_step": 1}},
    "choices_order": [["##choices#env#N"], ["##env#K"]],
    "choices_selection": [{"type": "loop", "start": 1, "stop": 3, "step": 2}, {"type": "loop"}],
    "iterations": -1,
    "repetitions": 1,
    "frontier_keys": ["##characteristics#run#execution_time#min"],
    "record_uoa": "tuned",
}


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    made = Stranger(workspace, tmp_path / "stranger")
    made.program("p", "bash ../measure.sh", {"measure.sh": f"{COMMAND}\n"}, fine_grain_timer_file="timer.json")
    return made


def test_loops_are_measured_whole_and_recorded_where_ck_records(stranger: Stranger, workspace: Workspace) -> None:
    answer = stranger.approved("autotune", "pipeline:program", **INPUT)
    assert (answer["return"], answer["measured"], answer["failed"]) == (0, 6, 0), answer
    found = list(points(workspace.local / "experiment" / "tuned"))
    assert sorted((one.choices["env"]["N"], one.choices["env"]["K"]) for one in found) == [
        (n, k) for n in "13" for k in "123"
    ]
    assert all(one.choices["env"]["M"] == "5" for one in found)
    assert answer["objectives"][0]["column"] == "run.execution_time"


def test_random_choices_are_as_many_as_iterations_say(stranger: Stranger) -> None:
    plan = stranger.plan(
        "autotune", "pipeline:program", **{**INPUT, "choices_selection": [{"choice": ["1", "3"]}, {}], "iterations": 2}
    )
    assert plan.sweep is not None
    assert (plan.sweep.sampler, plan.sweep.points) == ("random", 2)


def test_a_pipeline_without_a_program_is_asked_for_one(stranger: Stranger) -> None:
    with pytest.raises(InvalidRequestError, match="say which program"):
        stranger.plan("autotune", "pipeline:program")
    with pytest.raises(InvalidRequestError, match="the only pipeline"):
        stranger.plan("autotune", "pipeline:other", program_uoa="p")
