"""Raw output as lines: colours kept, everything else harmless, the same lines however the bytes are cut."""

import re
import unicodedata
from itertools import pairwise

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
    LineSplitter,
    apply_sgr,
    colours_after,
    parse_line,
    plain_line,
    sgr_of,
)
from ckexplore.tui.widgets.segments import plain_text, width_of

pieces = st.one_of(
    st.binary(max_size=8),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b"\x1b[31m", b"\x1b[0m", b"\x1b[1;38;5;208m", b"\x1b[48;2;1;2;3m", b"\x1b[K", b"\x1b[2K", b"\x1b[10;5H",
            b"\x1b]52;c;eA==\x07", b"\x1b]0;title\x1b\\", b"\x1bP1$r\x1b\\", b"\x1b]52;", b"\x9b31m", b"\xc2\x9b5A",
            b"\r", b"\n", b"\r\n", b"\t", b"\b", b"\x07", b"\0", "日本語é".encode(), "\u202eabc".encode(), b"\xe6\x97",
        ]
    ),
)  # fmt: skip
streams = st.lists(pieces, max_size=25).map(b"".join)


def lines_of(*chunks: bytes) -> list[str]:
    splitter = LineSplitter()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    return [*lines, splitter.partial]


def shown_lines(*chunks: bytes) -> list[str]:
    return [plain_line(line) for line in lines_of(*chunks)]


@given(streams)
def test_no_control_character_ever_survives(data: bytes) -> None:
    for line in lines_of(data):
        text = plain_text(parse_line(line))
        assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)


@given(streams, st.lists(st.integers(0, 200), max_size=12))
def test_any_chunking_gives_the_same_lines(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    chunks = [data[start:end] for start, end in pairwise(edges)]
    assert lines_of(*chunks) == lines_of(data)


@given(streams)
def test_no_line_is_wider_than_the_limit_and_its_mark(data: bytes) -> None:
    assert all(width_of(parse_line(line * 50)) <= CELL_LIMIT + len(CUT_MARK) for line in lines_of(data))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"one\ntwo\n", ["one", "two", ""]),
        (b"one\r\ntwo\r\r\n", ["one", "two", ""]),
        (b" 10%\r 50%\r100%\n", ["100%", ""]),
        (b" 10%\r 50%", [" 50%"]),
        (b" 10%\r", [" 10%"]),
        (b"working\r\x1b[K\ndone", ["", "done"]),
        (b"working\x1b[2K\x1b[1Gdone\n", ["done", ""]),
        (b"a\tb\n\xe6\x97\xa5\tc", ["a       b", "日      c"]),
        (b"bell\x07 nul\0 back\b.\n", ["bell nul back.", ""]),
        (b"title\x1b]0;x\x07 clip\x1b]52;c;eA==\x1b\\ end\n", ["title clip end", ""]),
        (b"move\x1b[5A\x1b[2J\x1b[10;5H\x1b[?25l end\n", ["move end", ""]),
        (b"charset\x1b(B reset\x1bc end\n", ["charset reset end", ""]),
        (b"unfinished \x1b]52;c;secret\n", ["unfinished ␛]52;c;secret", ""]),
        ("right\u202eleft\n".encode(), ["right\ufffdleft", ""]),
        (b"broken \xff\xfe\n", ["broken \ufffd\ufffd", ""]),
    ],
)
def test_lines_read_as_a_terminal_would_leave_them(data: bytes, expected: list[str]) -> None:
    assert shown_lines(data) == expected


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("31", Style(color=Color.from_ansi(1))),
        ("1;4;7", Style(bold=True, underline=True, reverse=True)),
        ("2;97", Style(dim=True, color=Color.from_ansi(15))),
        ("104", Style(bgcolor=Color.from_ansi(12))),
        ("38;5;208", Style(color=Color.from_ansi(208))),
        ("48;2;1;2;3", Style(bgcolor=Color.from_rgb(1, 2, 3))),
        ("38:5:208", Style(color=Color.from_ansi(208))),
        ("31;0;1", Style(bold=True)),
        ("", Style.null()),
        ("38;9", Style.null()),
        ("38;5;999", Style.null()),
    ],
)
def test_colours_are_understood(codes: str, style: Style) -> None:
    assert apply_sgr(Style.null(), codes) == style


def test_a_default_colour_takes_back_that_colour_alone() -> None:
    both = apply_sgr(Style.null(), "1;31;42")
    assert apply_sgr(both, "39") == Style(bold=True, bgcolor=Color.from_ansi(2))
    assert apply_sgr(both, "49") == Style(bold=True, color=Color.from_ansi(1))


def test_colours_left_on_reach_into_the_next_lines() -> None:
    first, between, second, third, _ = lines_of(b"\x1b[1;31mone\nam I red?\ntwo\x1b[0m\nthree\n")
    red = Style(bold=True, color=Color.from_ansi(1))
    assert parse_line(first) == [Segment("one", red)]
    assert parse_line(between) == [Segment("am I red?", red)]
    assert parse_line(second) == [Segment("two", red)]
    assert parse_line(third) == [Segment("three")]


@given(st.lists(st.integers(0, 110).map(str), max_size=6).map(";".join))
def test_the_colours_of_a_line_can_be_written_again(codes: str) -> None:
    style = apply_sgr(Style.null(), codes)
    again = apply_sgr(Style.null(), sgr_of(style)[2:-1]) if sgr_of(style) else Style.null()
    assert sgr_of(again) == sgr_of(style)
    assert colours_after(sgr_of(style)) == sgr_of(style)


@given(streams)
def test_colours_at_the_end_of_a_line_are_those_of_the_whole_line(data: bytes) -> None:
    splitter = LineSplitter()
    lines = splitter.feed(data + b"\n")
    kept = "\r" not in data.decode("utf-8", "replace")
    assert not kept or splitter.partial == colours_after(lines[-1])


def test_a_long_line_is_cut_with_a_mark() -> None:
    (line, _) = lines_of(b"x" * (CELL_LIMIT + 1) + b"\n")
    assert plain_line(line) == "x" * CELL_LIMIT + CUT_MARK
    (line, _) = lines_of(b"x" * CELL_LIMIT + b"\n")
    assert plain_line(line) == "x" * CELL_LIMIT


def test_a_line_without_end_takes_bounded_memory_in_any_chunking() -> None:
    data = b"\x1b[1m" * CHARACTER_LIMIT
    (line,) = lines_of(*(data[start : start + 1000] for start in range(0, len(data), 1000)))
    assert len(line) <= CHARACTER_LIMIT + 32
    assert plain_line(line).endswith(CUT_MARK)
