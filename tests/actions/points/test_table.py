"""The table of points: columns, names, repetitions, filters."""

import pytest

from ckexplore.actions.points.expression import parse
from ckexplore.actions.points.filtering import formula_column, passing, why_none
from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.store.errors import InvalidRequestError, NotFoundError
from ckexplore.store.formats.point import Point


def _table() -> PointTable:
    return point_table(
        [
            Point(
                "a", {"threads": 1, "env": {"N": "4"}}, {"cpu": "x", "threads": 8}, {"run": {"time": 1.0, "ok": True}}
            ),
            Point("b", {"threads": 2}, {"cpu": "x"}, {"run": {"time": 3.0}, "compile": {"time": 9, "binary_size": 10}}),
            Point(
                *("c", {"threads": 2}, {}, {"run": {"time": 2.0, "list": [1.0, 2.0]}}, "broken"),
                repetitions=({"run": {"time": 1.5}}, {"run": {"time": 2.5}}),
            ),
        ]
    )


def test_every_value_is_in_the_row_of_its_point() -> None:
    table = _table()
    assert table.uids == ["a", "b", "c"]
    assert table.columns["choices.env.N"].values == ["4", None, None]
    assert table.columns["compile.binary_size"].values == [None, 10, None]
    assert table.columns["problem"].values == [None, None, "broken"]
    assert all(len(column.values) == 3 for column in table.columns.values())


def test_the_end_of_a_name_is_enough_and_choices_come_first() -> None:
    table = _table()
    assert table.find("threads").name == "choices.threads"
    assert table.find("time").name == "run.time"
    assert table.find("N").name == "choices.env.N"
    with pytest.raises(NotFoundError, match="did you mean"):
        table.find("thread")


def test_a_name_of_several_columns_is_refused() -> None:
    table = point_table([Point("a", {"one": {"n": 1}, "two": {"n": 2}})])
    with pytest.raises(InvalidRequestError, match="could be"):
        table.find("n")


def test_repetitions_are_kept_for_the_rows_that_have_them() -> None:
    table = _table()
    assert table.columns["run.time"].repeated == {2: (1.5, 2.5)}
    assert table.rows([2, 0]).columns["run.time"].repeated == {0: (1.5, 2.5)}
    assert table.rows([2, 0]).columns["run.time"].values == [2.0, 1.0]


def test_a_filter_passes_the_rows_for_which_it_is_known_to_hold() -> None:
    table = _table()
    assert passing(table, parse("time > 1 and threads = 2")) == [1, 2]
    assert passing(table, parse("binary_size < 100")) == [1]
    assert passing(table, parse("N = 4")) == [0]


def test_an_impossible_filter_says_which_part_of_it_is() -> None:
    table = _table()
    assert "no point passes time > 5 (time is between 1 and 3)" in why_none(table, parse("threads = 2 and time > 5"))
    assert "none passes all" in why_none(table, parse("threads = 1 and time > 1"))


def test_a_formula_is_a_column_and_unknown_where_its_parts_are() -> None:
    table = _table()
    assert formula_column(table, "cost", parse("binary_size * run.time")).values == [None, 30.0, None]
    with pytest.raises(InvalidRequestError, match="unknown for every point"):
        formula_column(table, "cost", parse("cpu * 2"))
