"""The canvas: dots, lines and text land in the right cells, and every row keeps its width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.canvas import Area, Canvas, Symbols
from ckexplore.actions.report.cells import cell_width, cut, padded
from ckexplore.actions.report.chart import Span

any_text = st.text(st.characters(), max_size=30)
symbol_sets = st.sampled_from(("braille", "block", "ascii"))


def lines(canvas: Canvas) -> list[str]:
    return canvas.chart().lines()


@pytest.mark.parametrize(("symbols", "expected"), [("braille", "⠁⢀"), ("block", "▘▗"), ("ascii", "oo")])
def test_braille_has_eight_dots_a_cell_blocks_four_and_ascii_one(symbols: Symbols, expected: str) -> None:
    canvas = Canvas(2, 1, symbols)
    canvas.dot(0, 0, "point")
    canvas.dot(2 * canvas.dots_across - 1, canvas.dots_down - 1, "point")
    assert lines(canvas) == [expected]


def test_a_line_reaches_from_one_end_to_the_other() -> None:
    canvas = Canvas(4, 4, "ascii")
    canvas.line((0, 3), (3, 0), "series-1")
    assert lines(canvas) == ["   x", "  x ", " x  ", "x   "]


def test_steps_join_cells_with_corners() -> None:
    canvas = Canvas(5, 3)
    canvas.steps([(0, 2), (2, 1), (4, 0)], "front")
    assert lines(canvas) == ["    ╷", "  ┌─┘", "╶─┘  "]
    canvas = Canvas(5, 3)
    canvas.steps([(0, 2), (4, 0)], "front", across_first=False)
    assert lines(canvas) == ["┌───╴", "│    ", "╵    "]


def test_bars_are_drawn_in_eighths() -> None:
    canvas = Canvas(3, 2)
    canvas.column(0, 1, 12, "bar")
    canvas.column(1, 1, 1, "bar")
    assert lines(canvas) == ["▄  ", "█▁ "]
    canvas = Canvas(3, 1)
    canvas.bar(0, 0, 11, "bar")
    assert lines(canvas) == ["█▍ "]


def test_signs_cover_dots_and_dots_do_not_break_signs() -> None:
    canvas = Canvas(1, 1)
    canvas.put(0, 0, "●", "front")
    canvas.dot(0, 0, "dominated")
    assert canvas.chart().rows == ((Span("●", "front"),),)


def test_neighbours_with_one_role_are_one_span() -> None:
    canvas = Canvas(6, 1)
    canvas.text(1, 0, "abc", "label")
    assert canvas.chart().rows == ((Span(" ", ""), Span("abc", "label"), Span("  ", "")),)


def test_wide_and_combining_characters_take_their_cells() -> None:
    canvas = Canvas(8, 1)
    canvas.text(0, 0, "中e\u0301x", "label")
    assert lines(canvas) == ["中e\u0301x    "]
    canvas.put(1, 0, "|", "axis")
    assert lines(canvas) == [" |e\u0301x    "]


def test_text_with_escape_sequences_is_shown_not_obeyed() -> None:
    canvas = Canvas(30, 1)
    canvas.text(0, 0, "\x1b]52;c;x\x07\u202e", "label")
    assert lines(canvas)[0].isprintable()
    assert "52;c;x" in lines(canvas)[0]


@given(st.lists(st.tuples(st.integers(-3, 22), st.integers(-1, 3), any_text), max_size=6), symbol_sets)
def test_whatever_is_written_rows_keep_their_width(texts: list[tuple[int, int, str]], symbols: Symbols) -> None:
    canvas = Canvas(20, 3, symbols)
    for x, y, text in texts:
        canvas.text(x, y, text, "label")
        canvas.dot(x * 2, y * 4, "point")
    assert [cell_width(line) for line in lines(canvas)] == [20, 20, 20]
    assert all(line.isprintable() for line in lines(canvas))


@given(st.integers(1, 50), st.integers(1, 50), st.floats(0, 1), st.floats(0, 1), symbol_sets)
def test_a_dot_lies_in_the_cell_of_its_place(
    width: int, height: int, across: float, up: float, symbols: Symbols
) -> None:
    canvas, area = Canvas(60, 60, symbols), Area(3, 2, width, height)
    x, y = canvas.dot_at(area, across, up)
    assert (x // canvas.dots_across, y // canvas.dots_down) == (area.column(across), area.row(up))


@given(any_text, st.integers(0, 20))
def test_a_cut_text_fits_and_says_so(text: str, width: int) -> None:
    assert cell_width(cut(text, width)) <= width
    assert cut(text, width) == text or width == 0 or cut(text, width).endswith("…")
    assert cell_width(padded(text, width)) == width
