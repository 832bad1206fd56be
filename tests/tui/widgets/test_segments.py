"""Pieces of lines: widths count cells, cuts are shown, nothing harmful passes."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from ckexplore.tui.widgets.segments import (
    cut,
    fit_segments,
    harmless,
    mark,
    one_line,
    plain_text,
    width_of,
    words_pattern,
)

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_a_text_that_fits_is_left_alone() -> None:
    assert cut("dataset", 7) == "dataset"


def test_a_cut_text_ends_in_an_ellipsis() -> None:
    assert cut("image-classification", 9) == "image-cl…"


def test_wide_characters_count_two_cells() -> None:
    assert cut("日本語データ", 7) == "日本語…"
    assert cut("日本語データ", 6) == "日本…"


def test_a_combining_accent_takes_no_cell() -> None:
    assert cut("cafe\u0301", 4) == "cafe\u0301"


@given(anything, st.integers(0, 30))
def test_a_cut_text_is_never_too_wide(text: str, width: int) -> None:
    assert width_of([Segment(cut(one_line(text), width))]) <= width


@given(st.lists(anything, max_size=5), st.integers(0, 40), st.sampled_from(["left", "right", "center"]))
def test_fitted_segments_have_exactly_the_width(texts: list[str], width: int, align: str) -> None:
    fitted = fit_segments([Segment(one_line(text)) for text in texts], width, align)  # pyright: ignore[reportArgumentType]
    assert width_of(fitted) == width


@given(st.text(max_size=40))
def test_no_control_character_or_bidi_override_is_left(text: str) -> None:
    safe = plain_text(harmless([Segment(text)]))
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in safe)
    assert not set(safe) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


def test_a_word_is_marked_across_segments_and_in_any_case() -> None:
    pattern = words_pattern(["class", "onnx"])
    assert pattern is not None
    bold = Style(bold=True)
    marked = mark([Segment("image-CL"), Segment("ASS-", Style(dim=True)), Segment("x")], pattern, bold)
    assert plain_text(marked) == "image-CLASS-x"
    assert plain_text(segment for segment in marked if segment.style and segment.style.bold) == "CLASS"
    assert [segment.style.dim for segment in marked if segment.text == "ASS" and segment.style] == [True]


def test_no_words_make_no_pattern() -> None:
    assert words_pattern(["", ""]) is None
