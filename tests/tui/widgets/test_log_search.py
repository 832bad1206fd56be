"""Looking through the lines of a log: the next one that is wanted, whatever stands in between."""

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.tui.widgets.ansi import plain_line
from ckexplore.tui.widgets.log_search import ERROR_WANTED, search_lines, text_wanted

COLUMNS = 80
rows = st.lists(
    st.sampled_from(["fine", "er\x1b[31mR\x1b[0mor", "xx\rer\x1b[2Cr\ber", "a\tb", "", "nice"]), min_size=1, max_size=9
)


def found(rows: list[str], text: str, start: int, forward: bool) -> int | None:
    numbers = search_lines(rows, text_wanted(text), start, forward=forward, columns=COLUMNS)
    return next((number for number in numbers if number is not None), None)


@given(rows, st.sampled_from(["ERROR", "fine", "a       b", "nowhere", "er"]), st.integers(0, 9), st.booleans())
def test_the_next_line_is_found_as_if_each_was_read_in_turn(
    rows: list[str], text: str, start: int, forward: bool
) -> None:
    start %= len(rows)
    order = (
        [*range(start, len(rows)), *range(start)] if forward else [*range(start, -1, -1), *range(len(rows))[:start:-1]]
    )
    holding = [number for number in order if text.lower() in plain_line(rows[number], COLUMNS).lower()]
    assert found(rows, text, start, forward) == (holding[0] if holding else None)


def test_a_long_log_is_looked_through_in_parts() -> None:
    lines = [f"line {number}" for number in range(10_000)]
    looks = list(search_lines(lines, text_wanted("line 7500"), 2000, forward=True, columns=COLUMNS))
    assert looks == [*[None] * 5, 7500]
    assert found(lines, "line 1999", 2000, True) == 1999
    assert found(lines, "line 2001", 2000, False) == 2001


def test_an_error_is_found_behind_colours_and_what_was_written_over() -> None:
    lines = ["0 errors", "-Werror", "wait\r\x1b[31mer\x1b[1mror\x1b[0m: no", "error: again"]
    assert list(search_lines(lines, ERROR_WANTED, 0, forward=True, columns=COLUMNS)) == [2]
