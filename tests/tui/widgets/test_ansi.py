"""One row of raw output: colours kept, written over as in a terminal, everything else harmless."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from ckexplore.tui.widgets.ansi import (
    CELL_LIMIT,
    CHARACTER_LIMIT,
    CUT_MARK,
    column_after,
    parse_line,
    plain_line,
    shortened,
)
from ckexplore.tui.widgets.segments import plain_text, width_of

pieces = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "\x1b[31m", "\x1b[0m", "\x1b[1;38;5;208m", "\x1b[48;2;1;2;3m", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[5C",
            "\x1b[2D", "\x1b[3G", "\x1b[2P", "\x1b[2@", "\x1b[4X", "\x1b[9999C", "\x1b]52;c;eA==\x07",
            "\x1b]0;title\x1b\\", "\x1bP1$r\x1b\\", "\x1b]52;", "\x1b[10;5H", "\x9d0;x\x9c", "\r", "\t", "\b", "\b\b\b",
            "\x07", "\0", "日本語é", "e\u0301", "\u202eabc", "👩\u200d🚀", "\u200b", "\xad", "\udc80", "abc", "x" * 30,
        ]
    ),
)  # fmt: skip
rows = st.lists(pieces, max_size=25).map("".join).map(lambda row: row.replace("\n", ""))


def is_harmless(text: str) -> bool:
    forbidden = any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
    return not forbidden and not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)


@given(rows)
def test_no_control_character_ever_survives(row: str) -> None:
    assert is_harmless(plain_text(parse_line(row)))
    assert is_harmless(plain_line(row))
    assert is_harmless(plain_text(parse_line(shortened(row))))


@given(rows)
def test_no_line_is_wider_than_the_limit_and_its_mark(row: str) -> None:
    assert width_of(parse_line(row * 50)) <= CELL_LIMIT + len(CUT_MARK)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("one", "one"),
        (" 10%\r 50%\r100%", "100%"),
        (" 10%\r", " 10%"),
        ("aaaa\rb", "baaa"),
        ("12345678\x1b[3D\x1b[Kx", "12345x"),
        ("working\r\x1b[K", ""),
        ("working\x1b[2K\x1b[1Gdone", "done"),
        ("working\x1b[2Kdone", "       done"),
        ("abcdef\x1b[3G\x1b[1Kz", "  zdef"),
        ("abc\x1b[5Cdef", "abc     def"),
        ("spin |\b/\b-\b\\\bok", "spin ok"),
        ("back\b.", "bac."),
        ("abcdef\x1b[2G\x1b[2Pq", "aqef"),
        ("abcdef\x1b[2G\x1b[2@q", "aq bcdef"),
        ("abcdef\x1b[2G\x1b[2X", "a  def"),
        ("ab日本cd\x1b[4Gx", "ab x本cd"),
        ("ab日本cd\x1b[3Gx", "abx 本cd"),
        ("日本\r\x1b[2C言", "日言"),
        ("e\u0301\rx", "x"),
        ("xe\u0301\ry", "ye\u0301"),
        ("a\tb", "a       b"),
        ("日\tc", "日      c"),
        ("abcdefghij\r\tX", "abcdefghXj"),
        ("bell\x07 nul\0.", "bell nul."),
        ("title\x1b]0;x\x07 clip\x1b]52;c;eA==\x1b\\ end", "title clip end"),
        ("charset\x1b(B end\x1b[?25l\x1b[6n", "charset end"),
        ("unfinished \x1b]52;c;secret", "unfinished ␛]52;c;secret"),
        ("right\u202eleft", "right\ufffdleft"),
        ("form\x0cfeed", "form␌feed"),
    ],
)
def test_a_row_reads_as_a_terminal_would_leave_it(row: str, expected: str) -> None:
    assert plain_line(row) == expected
    assert plain_line(shortened(row)) == expected


def test_what_is_written_over_takes_the_new_colour_and_leaves_the_others() -> None:
    red, green = Style(color=Color.from_ansi(1)), Style(color=Color.from_ansi(2))
    assert parse_line("\x1b[31mabcd\r\x1b[32mxy") == [Segment("xy", green), Segment("cd", red)]


def test_a_move_far_to_the_right_stops_at_the_terminals_edge_and_text_does_not() -> None:
    assert plain_line("\x1b[999C\x1b[3D[ok]", 20) == " " * 16 + "[ok]"
    assert plain_line("x" * 30 + "\x1b[5Cy", 20) == "x" * 30 + "y"


@given(rows, rows, st.sampled_from([7, 80, CELL_LIMIT]))
def test_a_shortened_row_can_be_written_on_like_the_row_itself(row: str, more: str, columns: int) -> None:
    def cells(row: str) -> list[tuple[str, Style | None]]:
        styled = [(character, segment.style) for segment in parse_line(row, columns) for character in segment.text]
        return [(character, style or Style.null()) for character, style in styled]

    row += "\x1b[m"  # so that a sequence that begins in one row doesn't end in the other
    more = "." + more
    assert cells(shortened(row, columns)) == cells(row)
    assert column_after(shortened(row, columns), columns) == column_after(row, columns)
    assert [one for one in cells(shortened(row, columns) + more) if one[0] != " "] == [
        one for one in cells(row + more) if one[0] != " "
    ]


def test_a_row_written_over_a_thousand_times_is_shortened_to_what_it_shows() -> None:
    row = "".join(f"\r{number:4} of 1000 \x1b[32m{'█' * (number // 50):20}\x1b[0m" for number in range(1001))
    assert plain_line(shortened(row)) == plain_line(row) == f"1000 of 1000 {'█' * 20}"
    assert len(shortened(row)) < 60


def test_a_long_line_is_cut_with_a_mark() -> None:
    assert plain_line("x" * (CELL_LIMIT + 1)) == "x" * CELL_LIMIT + CUT_MARK
    assert plain_line("x" * CELL_LIMIT) == "x" * CELL_LIMIT
    assert plain_line(shortened("\tx" * CELL_LIMIT)).endswith(CUT_MARK)


def test_a_shortened_row_is_short_whatever_its_colours() -> None:
    row = "".join(f"\x1b[38;5;{number % 256}mx" for number in range(CELL_LIMIT))
    assert len(shortened(row)) < CHARACTER_LIMIT // 2 + 100
    assert plain_line(shortened(row)).startswith("x" * 1000)
    assert plain_line(shortened(row)).endswith(CUT_MARK)


@pytest.mark.parametrize("piece", ["x\x1b[1K", "\x1b[9999Cx\x1b[2K", "a\x1b[1G\x1b[9999@", "日\x1b[G", "\x1b", "\x1b["])
def test_no_row_takes_long_to_read(piece: str) -> None:
    """Without a bound, some of these move a hundred million cells."""
    row = piece * (CHARACTER_LIMIT // len(piece))
    assert width_of(parse_line(row)) <= CELL_LIMIT + len(CUT_MARK)
