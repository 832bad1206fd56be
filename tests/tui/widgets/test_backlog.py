"""Output that waits: all of it in order, or the newest of it from a whole line on."""

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.tui.widgets.backlog import Backlog


def taken(backlog: Backlog, size: int = 7) -> bytes:
    return b"".join(iter(lambda: backlog.take(size), b""))


@given(st.lists(st.one_of(st.binary(max_size=20), st.none()), max_size=20), st.integers(1, 9))
def test_what_is_added_is_taken_in_order_and_in_small_pieces(steps: list[bytes | None], size: int) -> None:
    backlog, added, read = Backlog(1000, 1000), b"", b""
    for step in steps:
        if step is None:
            piece = backlog.take(size)
            assert len(piece) <= size
            read += piece
        else:
            assert backlog.add(step) is None
            added += step
        assert len(backlog) == len(added) - len(read)
    assert read + taken(backlog, size) == added


def test_what_could_only_scroll_out_is_left_out_and_counted() -> None:
    backlog = Backlog(max_lines=3, max_bytes=1000)
    assert backlog.add(b"one\ntwo\nthr") is None
    assert backlog.add(b"ee\nfour\n") is None
    assert backlog.add(b"five\nsix\n") == 3
    assert backlog.add(b"seven\neight\n") == 2
    assert taken(backlog) == b"six\nseven\neight\n"
    assert len(backlog) == 0


def test_long_lines_are_left_out_by_their_size() -> None:
    backlog = Backlog(max_lines=1000, max_bytes=1000)
    assert backlog.add(b"x" * 600) is None
    assert backlog.add(b"y\n" + b"z" * 600) is None
    assert backlog.add(b"z" * 600 + b"\n") == 1
    assert taken(backlog, 1000) == b"z" * 1200 + b"\n"


def test_a_piece_that_is_taken_from_can_be_left_out() -> None:
    backlog = Backlog(max_lines=1, max_bytes=1000)
    backlog.add(b"one\ntwo\n")
    assert backlog.take(4) == b"one\n"
    assert backlog.add(b"three\nfour\n") == 2  # "two" and "three"; "one" was taken
    assert taken(backlog) == b"four\n"


@given(st.lists(st.lists(st.sampled_from([b"a\n", b"bcd\n", b"\n", b"ef"]), max_size=9).map(b"".join), max_size=20))
def test_however_much_is_left_out_the_newest_lines_are_there_and_the_rest_is_counted(pieces: list[bytes]) -> None:
    backlog, added, counted = Backlog(max_lines=4, max_bytes=10_000), b"", 0
    for piece in pieces:
        counted += backlog.add(piece) or 0
        added += piece
    kept = taken(backlog)
    assert added.endswith(kept)
    assert counted + kept.count(b"\n") == added.count(b"\n")
    assert not counted or kept.count(b"\n") >= 4


def test_the_screen_that_the_program_switched_to_is_still_known() -> None:
    backlog = Backlog(max_lines=1, max_bytes=1000)
    backlog.add(b"one\n\x1b[?1049h\n")
    backlog.add(b"two\nthree\n")
    assert taken(backlog) == b"\x1b[?1049hthree\n"
