import gc

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.tui.widgets.kept_lines import KeptLines, full_block


@given(st.lists(st.lists(st.text(max_size=5), min_size=1)), st.integers(0, 10**9), st.data())
def test_every_line_is_found_under_its_number_whatever_was_dropped(
    blocks: list[list[str]], start: int, data: st.DataObject
) -> None:
    kept, dropped = KeptLines(start), data.draw(st.integers(0, len(blocks)))
    for block in blocks:
        kept.add(block)
    for _ in range(dropped):
        kept.drop()
    lines = [line for block in blocks[dropped:] for line in block]
    assert list(kept) == [kept[number] for number in range(kept.start, kept.end)] == lines
    assert kept.start == start + sum(map(len, blocks[:dropped]))
    assert kept.characters == sum(map(len, lines))


@given(st.lists(st.text(max_size=9)), st.integers(1, 8), st.integers(1, 40))
def test_a_block_is_as_short_as_it_may_be(lines: list[str], line_count: int, characters: int) -> None:
    count = full_block(lines, line_count, characters)
    sizes = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    if count:
        assert count == line_count or sizes[count] >= characters
        assert count <= line_count
        assert sizes[count - 1] < characters
    else:
        assert len(lines) < line_count
        assert sizes[-1] < characters


def test_kept_lines_are_nothing_that_the_garbage_collector_looks_through() -> None:
    kept = KeptLines(0)
    for start in range(0, 40_000, 4000):
        kept.add([f"line {number}" for number in range(start, start + 4000)])
    gc.collect()
    assert not any(isinstance(one, tuple) and len(one) == 4000 for one in gc.get_objects())
