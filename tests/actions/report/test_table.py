"""Tables: aligned in cells, safe to read, and read back as they were written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.cells import cell_width, clean
from ckexplore.actions.report.table import csv_text, markdown_table, text_table

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
cells = texts | st.integers() | st.none() | st.booleans() | st.floats(allow_nan=False)
tables = st.integers(1, 6).flatmap(
    lambda count: st.tuples(
        st.lists(texts, min_size=count, max_size=count),
        st.lists(st.lists(cells, min_size=count, max_size=count), max_size=6),
    )
)


def test_numbers_stand_at_the_right_and_text_at_the_left() -> None:
    lines = text_table(
        ("model", "latency", "accuracy"), [("0.25 x 16", "4.67 ms", 98.4), ("1.0", "12.5 ms", 99), ("x", None, "")]
    )
    assert lines == [
        "model      latency  accuracy",
        "─────────  ───────  ────────",
        "0.25 x 16  4.67 ms      98.4",
        "1.0        12.5 ms        99",
        "x",
    ]


def test_the_widest_column_is_cut_to_fit() -> None:
    lines = text_table(("name", "tags"), [("short", "a,very,long,list,of,tags")], width=16)
    assert lines == ["name   tags", "─────  ─────────", "short  a,very,l…"]


def test_columns_without_any_room_are_left_out() -> None:
    assert text_table(("one", "two", "three"), [("aaaa", "bbbb", "cccc")], width=9) == [
        "one  two",
        "───  ───",
        "aa…  bb…",
    ]


def test_wide_characters_are_aligned_by_their_cells() -> None:
    lines = text_table(("name", "n"), [("中文字", 1), ("abc", 22)])
    assert lines[2:] == ["中文字   1", "abc     22"]


@given(tables, st.none() | st.integers(0, 100))
def test_a_text_table_of_anything_fits_and_is_printable(table, width) -> None:
    header, rows = table
    lines = text_table(header, rows, width=width)
    assert len(lines) == len(rows) + 2
    assert all(line.isprintable() for line in lines)
    assert width is None or all(cell_width(line) <= width for line in lines)


def test_a_row_of_another_length_is_an_error() -> None:
    for write in (text_table, markdown_table, csv_text):
        with pytest.raises(ValueError, match="row 1 has 1 cells, the header has 2"):
            write(("a", "b"), [("x",)])


def test_markdown_cells_stay_in_their_columns() -> None:
    assert markdown_table(("name", "n"), [("a|b\n<b>", 1), ("[x](y)", 2.5)]) == (
        "| name | n |\n| --- | ---: |\n| a\\|b &lt;b> | 1 |\n| \\[x](y) | 2.5 |\n"
    )


@given(tables)
def test_a_markdown_table_has_one_line_a_row(table) -> None:
    header, rows = table
    lines = markdown_table(header, rows).splitlines()
    assert len(lines) == len(rows) + 2
    bars = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines}
    assert bars == {len(header) + 1}


@given(tables)
def test_csv_reads_back_as_it_was_written(table) -> None:
    header, rows = table
    read = list(csv.reader(io.StringIO(csv_text(header, rows), newline=""), strict=True))
    assert len(read) == len(rows) + 1
    for written, row in zip(rows, read[1:], strict=True):
        for cell, field in zip(written, row, strict=True):
            assert field.removeprefix("'") == ("" if cell is None else str(cell)).removeprefix("'")


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@sum", "\t=1", "\r=1"])
def test_a_formula_is_made_text(text: str) -> None:
    (row,) = list(csv.reader(io.StringIO(csv_text(("a",), [(text,)]), newline="")))[1:]
    assert row == [f"'{text}"]


def test_a_number_below_zero_is_no_formula() -> None:
    assert csv_text(("a", "b", "c"), [("-1.5", -2, -3.5)]) == "a,b,c\r\n-1.5,-2,-3.5\r\n"


def test_text_from_outside_is_never_obeyed() -> None:
    line = text_table(("a",), [("\x1b[2J\u202eevil",)])[2]
    assert line == clean("\x1b[2J\u202eevil")
    assert "\x1b" not in line
