"""CSV both ways: what is written reads as the same, and nothing in it is a formula to a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.points.csv_file import as_csv, records
from ckexplore.actions.points.csv_points import points_of_csv
from ckexplore.actions.points.table import Value
from ckexplore.store.errors import InvalidRequestError, UnreadableError
from ckexplore.store.formats.point import Point
from ckexplore.store.untrusted import safe_value

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(safe_value)
TRICKY = st.sampled_from(
    ["", "'", "''", "'5", "5", "-5", "+1", "=1+1", "@x", "'=x", "true", "1e5", "007", "nan", "a,b"]
)
VALUES = st.one_of(
    TEXTS,
    TRICKY,
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.integers(1, 4).flatmap(lambda size: st.lists(st.lists(VALUES, min_size=size, max_size=size), max_size=6)))
def test_what_is_written_reads_as_the_same(rows: list[list[Value]]) -> None:
    header = [f"choices.c{number}" for number in range(len(rows[0]) if rows else 1)]
    (number, names), *read = records(as_csv(header, rows), "f.csv")
    assert (number, names) == (1, header)
    found = [row for _, row in read]
    assert found == rows
    assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in rows]


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=6))
def test_no_text_is_a_formula(rows: list[list[Value]]) -> None:
    written = list(csv.reader(io.StringIO(as_csv(["a", "b"], rows), newline="")))[1:]
    for cells, row in zip(written, rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            assert not (isinstance(value, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")))


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        list(records(text, "f.csv"))
    except UnreadableError:
        return


def test_semicolons_and_tabs_are_separators_as_well() -> None:
    assert list(records("a;b\n1;x,y\n", "f"))[1] == (2, [1, "x,y"])
    assert list(records("a\tb\n1\t2.5\n", "f"))[1] == (2, [1, 2.5])


def _points(text: str, **said: list[str]) -> list[tuple[int, Point | str]]:
    return points_of_csv(text, "f.csv", said.get("choices", []), said.get("characteristics", []))


def test_full_names_say_what_columns_are() -> None:
    text = "choices.env.N,run.s,features.cpu,name\n4,1.5,x,n\n"
    ((_, point),) = _points(text)
    assert isinstance(point, Point)
    assert (point.choices, point.features, point.characteristics) == (
        {"env": {"N": 4}, "name": "n"},
        {"cpu": "x"},
        {"run": {"s": 1.5}},
    )


def test_numbers_with_a_unit_are_what_was_measured() -> None:
    ((_, point),) = _points("threads,latency (ms),power,accuracy\n4,1.5,3.5 W,90\n")
    assert isinstance(point, Point)
    assert point.choices == {"threads": 4}
    assert point.characteristics == {"run": {"latency_ms": 1.5, "power_w": 3.5, "accuracy": 90}}


def test_columns_can_be_said_to_be_measured() -> None:
    ((_, point),) = _points("a,b,accuracy\n1,2,3\n", characteristics=["b"])
    assert isinstance(point, Point)
    assert (point.choices, point.characteristics) == ({"a": 1, "accuracy": 3}, {"run": {"b": 2}})
    with pytest.raises(InvalidRequestError, match="no column 'c'"):
        _points("a,b\n1,2\n", characteristics=["c"])


def test_where_nothing_seems_measured_it_is_asked_for() -> None:
    with pytest.raises(InvalidRequestError, match="--characteristics=b"):
        _points("a,b\n1,2\n")


def test_two_columns_of_a_name_are_refused() -> None:
    with pytest.raises(UnreadableError, match="two columns are called 'a'"):
        _points("a,a\n1,2\n")


def test_a_broken_row_has_its_number() -> None:
    found = _points("a,time_s\n1,2\n1,2,3\n\n4,5\n")
    assert [number for number, _ in found] == [2, 3, 5]
    assert found[1][1] == "has 3 cells, the header has 2"
