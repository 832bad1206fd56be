"""Rows that are in a set of flags, as a sequence: the same as the list of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store.search.flagged_rows import FlaggedRows
from ckexplore.store.search.flags import flags_of

SIZE = 9_000  # some blocks


@given(st.sets(st.integers(0, SIZE - 1), max_size=60), st.slices(60))
def test_rows_are_the_list_of_their_numbers(numbers: set[int], some: slice) -> None:
    rows, plain = FlaggedRows(flags_of(numbers, SIZE)), sorted(numbers)
    assert list(rows) == plain
    assert len(rows) == len(plain)
    assert [rows[place] for place in range(-len(plain), len(plain))] == plain * 2
    assert rows[some] == plain[some]
    assert [rows.index(number) for number in plain] == list(range(len(plain)))
    assert all(number in rows for number in plain)


@pytest.mark.parametrize("numbers", [[], [3], range(SIZE)])
def test_what_is_not_among_the_rows_is_refused(numbers: list[int]) -> None:
    rows = FlaggedRows(flags_of(numbers, SIZE))
    for place in (len(rows), -len(rows) - 1):
        with pytest.raises(IndexError):
            rows[place]
    for number in (-1, SIZE, 4) if len(numbers) < SIZE else (-1, SIZE):
        assert number not in rows
        with pytest.raises(ValueError, match="isn't among"):
            rows.index(number)
