"""What is shown of points: what tells them apart, in which order, in which groups."""

import pytest

from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.actions.points.view import groups, view
from ckexplore.store.errors import InvalidRequestError, NotFoundError
from ckexplore.store.formats.point import Point


def _table() -> PointTable:
    measured = [(4, 3.0, 90.0), (1, 9.0, 90.0), (2, 5.0, 95.0), (2, None, 80.0)]
    return point_table(
        Point(
            str(number),
            {"threads": threads, "model": "m", "kind": "a" if number < 2 else "b"},
            {"cpu": "x"},
            {"run": {"size_bytes": 7, "accuracy_top1": accuracy, **({} if latency is None else {"time_s": latency})}},
        )
        for number, (threads, latency, accuracy) in enumerate(measured)
    )


def test_what_is_the_same_in_all_has_no_column_and_is_named() -> None:
    found = view(_table(), range(4))
    assert [one.name for one in found.columns] == [
        *("run.accuracy_top1", "run.time_s", "choices.threads", "choices.kind")
    ]
    assert found.same == {"choices.model": "m", "run.size_bytes": 7}


def test_a_single_point_has_all_its_columns() -> None:
    assert [one.label for one in view(_table(), [0]).columns] == [
        *("accuracy_top1", "size_bytes", "threads", "model", "kind", "time_s")
    ]


def test_columns_that_are_asked_for_are_those_that_come() -> None:
    assert [one.name for one in view(_table(), [0, 1], columns=["cpu", "accuracy"]).columns] == [
        *("features.cpu", "run.accuracy_top1")
    ]
    assert "features.cpu" in [one.name for one in view(_table(), [0, 1], every=True).columns]
    with pytest.raises(NotFoundError, match="did you mean threads"):
        view(_table(), [0], columns=["thread"])


@pytest.mark.parametrize(
    ("sort", "rows"),
    [("time_s", [0, 2, 1, 3]), ("time_s:max", [1, 2, 0, 3]), ("run.time_s:min", [0, 2, 1, 3]), ("kind", [0, 1, 2, 3])],
)
def test_rows_are_sorted_and_what_is_unknown_comes_last(sort: str, rows: list[int]) -> None:
    assert view(_table(), range(4), sort=sort).rows == rows


def test_a_direction_alone_sorts_by_nothing() -> None:
    with pytest.raises(InvalidRequestError):
        view(_table(), range(4), sort=":max")


def test_groups_tell_how_many_and_the_medians() -> None:
    table = _table()
    found = groups(table, range(4), "threads", view(table, range(4)).columns)
    assert [(one.value, one.rows) for one in found] == [(1, [1]), (2, [2, 3]), (4, [0])]
    assert found[1].middle == {"run.accuracy_top1": 87.5, "run.time_s": 5.0}
