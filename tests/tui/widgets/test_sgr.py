"""Colours of a terminal: understood as styles, and written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style

from ckexplore.tui.widgets.sgr import apply_sgr, colours_after, sgr_of


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
        ("38:2::1:2:3", Style(color=Color.from_rgb(1, 2, 3))),
        ("38:2:1:2:3;1", Style(color=Color.from_rgb(1, 2, 3), bold=True)),
        ("4:3", Style(underline=True)),
        ("4;4:0", Style(underline=False)),
        ("58;5;1;9", Style(strike=True)),
        ("58;2;3;4;9;1", Style(bold=True)),
        ("31;0;1", Style(bold=True)),
        ("", Style.null()),
        ("38;9", Style.null()),
        ("38;5;999", Style.null()),
        ("38:", Style.null()),
        ("38", Style.null()),
    ],
)
def test_colours_are_understood(codes: str, style: Style) -> None:
    assert apply_sgr(Style.null(), codes) == style


def test_a_default_colour_takes_back_that_colour_alone() -> None:
    both = apply_sgr(Style.null(), "1;31;42")
    assert apply_sgr(both, "39") == Style(bold=True, bgcolor=Color.from_ansi(2))
    assert apply_sgr(both, "49") == Style(bold=True, color=Color.from_ansi(1))


@given(st.lists(st.integers(0, 110).map(str), max_size=6).map(";".join))
def test_the_colours_of_a_line_can_be_written_again(codes: str) -> None:
    style = apply_sgr(Style.null(), codes)
    again = apply_sgr(Style.null(), sgr_of(style)[2:-1]) if sgr_of(style) else Style.null()
    assert sgr_of(again) == sgr_of(style)
    assert colours_after(sgr_of(style)) == sgr_of(style)


@given(st.text("0123456789;:m\x1b[ x", max_size=60))
def test_colours_after_a_text_are_those_of_its_sequences_one_after_the_other(text: str) -> None:
    halves = (text[: len(text) // 2], text[len(text) // 2 :])
    if not halves[0].endswith(("\x1b", "[", *"0123456789;:")):
        assert colours_after(text) == colours_after(colours_after(halves[0]) + halves[1])


def test_the_last_reset_ends_all_colours() -> None:
    assert colours_after("\x1b[31mred\x1b[1mbold\x1b[0m") == ""
    assert colours_after("\x1b[31mred\x1b[m\x1b[K") == ""
    assert colours_after("\x1b[31mred\x1b[0;1mbold\x1b[K") == "\x1b[1m"
