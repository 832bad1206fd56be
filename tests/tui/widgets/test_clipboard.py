"""Text for the clipboard: whole lines, bounded, without blanks at their ends."""

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.tui.widgets.clipboard import clipped


def test_lines_go_together_without_the_blanks_at_their_ends() -> None:
    assert clipped(["one  ", "", " two"]) == ("one\n\n two", 3, False)
    assert clipped([]) == ("", 0, False)


def test_more_than_a_terminal_takes_is_cut_at_a_line() -> None:
    assert clipped(["one", "two", "three"], 8) == ("one\ntwo", 2, True)


def test_one_line_that_is_too_long_is_cut_between_characters() -> None:
    assert clipped(["äöü"], 3) == ("ä", 1, True)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9), max_size=9), st.integers(1, 40))
def test_a_clipping_is_never_longer_than_its_limit(lines: list[str], limit: int) -> None:
    text, line_count, is_cut = clipped(lines, limit)
    assert len(text.encode()) <= limit
    assert is_cut or line_count == len(lines)
