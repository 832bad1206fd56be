"""A log is whole up to its limit; beyond it, its head and tail are there and what is missing is said."""

import re
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from ckexplore.actions.jobs.output import LogWriter, log_end, log_tail, read_log

DROPPED = re.compile(rb"\n\xe2\x80\xa6 ([\d,]+) bytes were dropped here \xe2\x80\xa6\n")


def read_all(folder: Path, most: int = 1 << 20) -> bytes:
    data, offset = read_log(folder, 0, most)
    found = data
    while data:
        data, offset = read_log(folder, offset, most)
        found += data
    return found


@given(pieces=some.lists(some.binary(max_size=60), max_size=20), limit=some.integers(1, 400), most=some.integers(1, 50))
def test_head_and_tail_are_what_was_written_and_the_gap_is_counted(tmp_path_factory, pieces, limit, most) -> None:
    folder = tmp_path_factory.mktemp("log")
    written = b"".join(pieces)
    with closing(LogWriter(folder, limit)) as log:
        for piece in pieces:
            log.write(piece)
    assert log_end(folder) == len(written)
    kept = read_all(folder, most)
    gap = DROPPED.search(kept)
    if gap is None:
        assert kept == written
        return
    head, tail, missing = kept[: gap.start()], kept[gap.end() :], int(gap[1].replace(b",", b""))
    assert written.startswith(head)
    assert written.endswith(tail)
    assert len(head) + missing + len(tail) == len(written)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= max(limit, 3)


def test_a_writer_that_begins_again_goes_on_where_the_log_ends(tmp_path: Path) -> None:
    for number in range(30):
        with closing(LogWriter(tmp_path, 100)) as log:
            log.write(f"line {number:04}\n".encode())
    kept = read_all(tmp_path)
    assert kept.startswith(b"line 0000\nline 0001\n")
    assert kept.endswith(b"line 0028\nline 0029\n")
    assert DROPPED.search(kept)


def test_a_reader_that_was_left_behind_goes_on_after_the_gap(tmp_path: Path) -> None:
    with closing(LogWriter(tmp_path, 80)) as log:
        log.write(b"0123456789\n")
        first, offset = read_log(tmp_path, 0, 1000)
        assert first == b"0123456789\n"
        for number in range(100):
            log.write(f"{number:09}\n".encode())
    rest = b""
    while data := read_log(tmp_path, offset, 1000):
        if not data[0]:
            break
        rest, offset = rest + data[0], data[1]
    assert DROPPED.search(rest)
    assert rest.endswith(b"000000099\n")


def test_the_tail_begins_with_a_whole_line(tmp_path: Path) -> None:
    with closing(LogWriter(tmp_path, 1 << 20)) as log:
        log.write(b"first line\nsecond line\nthird line\n")
    assert log_tail(tmp_path, 15) == b"third line\n"
    assert log_tail(tmp_path, 1000) == b"first line\nsecond line\nthird line\n"
    assert log_tail(tmp_path / "nothing", 10) == b""
