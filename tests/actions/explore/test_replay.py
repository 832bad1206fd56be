"""Stored points are run again, and it is said whether they are reproduced."""

from typing import Any

import pytest

from ckexplore.actions.explore.replayed import verdict_of
from ckexplore.actions.report.telling import tell
from ckexplore.store.errors import InvalidRequestError, NotFoundError

from ..hostile import Stranger
from .conftest import Measuring

MEASURE = """echo "{\\"execution_time\\": $((N * FACTOR)).5, \\"accuracy_top1\\": 90}" > timer.json\n"""


@pytest.fixture
def stranger(measuring: Measuring) -> Stranger:
    return measuring(MEASURE, N="1", FACTOR="1")


def measured(stranger: Stranger) -> str:
    answer = stranger.approved("explore", "program:p", **{"choices.N": "3", "blocks": "3", "objectives": "time"})
    assert answer["return"] == 0, answer
    return answer["swept"][0]["point"]


def replay(stranger: Stranger, point: str, **options: Any) -> dict[str, Any]:
    return stranger.approved("replay", "experiment:p.x", point=point, blocks="3", **options)


def test_what_measures_the_same_again_is_reproduced(stranger: Stranger) -> None:
    answer = replay(stranger, measured(stranger)[:8], objectives="time,accuracy")
    assert answer["reproduced"] == "reproduced"
    values = {one["name"]: (one["was"], one["now"], one["verdict"]) for one in answer["replayed"]}
    assert values["run.execution_time"] == (3.5, 3.5, "reproduced")
    assert values["run.accuracy_top1"] == (90, 90, "reproduced")
    assert any("reproduced, with a tolerance of 5 %" in line for line in tell("replay", "experiment", answer))


def test_a_changed_program_differs_and_by_how_much_is_told(stranger: Stranger) -> None:
    point = measured(stranger)
    script = stranger.root / "program" / "p" / "measure.sh"
    script.write_text(MEASURE.replace("N * FACTOR", "N * FACTOR * 2"))
    answer = replay(stranger, point)
    assert answer["reproduced"] == "differs"
    (value,) = answer["replayed"]
    assert value["ratio"] == pytest.approx(6.5 / 3.5)


def test_too_few_blocks_tell_nothing(stranger: Stranger) -> None:
    point = measured(stranger)
    script = stranger.root / "program" / "p" / "measure.sh"
    script.write_text(MEASURE.replace(".5", ".6"))
    answer = stranger.approved("replay", "experiment:p.x", point=point, blocks="1")
    assert answer["reproduced"] == "can't tell"


def test_one_difference_is_enough_and_all_must_be_reproduced() -> None:
    same, other, unknown = ({"verdict": one} for one in ("reproduced", "differs", "can't tell"))
    assert verdict_of([same, same]) == "reproduced"
    assert verdict_of([same, unknown]) == "can't tell"
    assert verdict_of([same, other, unknown]) == "differs"


def test_a_point_that_is_not_there_or_not_named_is_said(stranger: Stranger) -> None:
    measured(stranger)
    with pytest.raises(NotFoundError, match="has no point 'ffff'"):
        stranger.plan("replay", "experiment:p.x", point="ffff")
    with pytest.raises(InvalidRequestError, match="say which point"):
        stranger.plan("replay", "experiment:p.x")
