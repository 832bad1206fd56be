"""Objectives as they are written, and the columns that they mean."""

import pytest

from ckexplore.actions.explore.objective import Objective, objectives
from ckexplore.actions.points.table import point_table
from ckexplore.store.errors import InvalidRequestError, NotFoundError
from ckexplore.store.formats.point import Point

TABLE = point_table(
    [Point("a", {}, {}, {"run": {"latency_p90_ms": 3.0, "latency_mean_ms": 2.0, "accuracy_top1": 70.0}})]
)


def test_a_characteristic_is_found_by_what_it_is() -> None:
    latency, accuracy = objectives("latency:min,accuracy")
    assert (latency.column(TABLE).name, accuracy.column(TABLE).name) == ("run.latency_p90_ms", "run.accuracy_top1")
    assert (latency.better, accuracy.better) == ("min", "max")


def test_a_formula_is_an_objective_and_knows_the_same_names() -> None:
    (cost,) = objectives("cost=latency * 1e6 / 3600 * max(0.5, 0.1):min")
    assert cost.column(TABLE).values == [3.0 * 1e6 / 3600 * 0.5]


def test_a_program_s_own_names_come_first() -> None:
    given = {"latency": "latency_mean_ms:min", "quality": "accuracy_top1:max"}
    assert objectives("latency,quality", given) == (
        Objective("latency", "min", "latency_mean_ms"),
        Objective("quality", "max", "accuracy_top1"),
    )
    assert objectives("latency", given)[0].column(TABLE).name == "run.latency_mean_ms"


@pytest.mark.parametrize("text", ["latency:best", "cost=:min", ":min", "a=1+:min", "latency:min,latency:max"])
def test_what_names_no_objective_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        objectives(text)


def test_a_name_that_no_point_has_says_what_there_is() -> None:
    with pytest.raises(NotFoundError, match="there are"):
        objectives("energy:min")[0].column(TABLE)
