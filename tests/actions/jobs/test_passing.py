"""What a job writes may draw on a terminal that is attached to it, and do nothing else there."""

import re

from hypothesis import given
from hypothesis import strategies as some

from ckexplore.actions.jobs.passing import DrawingOnly, words_of

ALLOWED = re.compile(
    rb"[\n\r\t\b]|\x1b\[[0-9;:]*[@-~]|\x1b\[\?[0-9;]+[hl]|\x1b\[[0-9;]* q|\x1b[()][0AB]|\x1b[78DEM=>]"
    rb"|[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}"
)
PIECES = [
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]0;title\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gi=1;AAAA\x1b\\",
    "\x9b31m",
    "\x9d52;c;eA==\x9c",
    "\x1b[c",
    "\x1b[6n",
    "\x1b[?1049h",
    "\x1b[?1049;52h",
    "\x1b[21t",
    "\x1b[999999999b",
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1bc",
    "\u202e",
    "ä€",
    "\x1b",
    "\x1b[",
    "\x1b]",
    "\x00\x05\x07\x0e",
    "text\r\n",
]


def passed(*pieces: bytes) -> bytes:
    drawing = DrawingOnly()
    return b"".join(map(drawing.feed, pieces))


@given(some.lists(some.sampled_from(PIECES) | some.text(max_size=8)), some.integers(1, 7))
def test_only_what_draws_comes_through_however_it_is_cut(pieces: list[str], size: int) -> None:
    data = "".join(pieces).encode("utf-8", "surrogatepass")
    whole = passed(data)
    assert whole == passed(*(data[start : start + size] for start in range(0, len(data), size)))
    assert ALLOWED.sub(b"", whole) == b""
    for final in (b"c", b"n", b"t", b"b"):
        assert not re.search(rb"\x1b\[[0-9;?>]*" + final, whole)
    text = whole.decode()
    assert not set(text) & {chr(code) for code in (*range(0x80, 0xA0), 0x202E, 0x07, 0x00, 0x7F)}


def test_drawing_comes_through_unchanged() -> None:
    drawn = b"\x1b[?1049h\x1b[2J\x1b[3;4H\x1b[1;38;5;208mtext\x1b[0m\x1b[K\r\n\x1b7\x1b[1A\x1b8\x1b[?25l\xc3\xa4"
    assert passed(drawn) == drawn


def test_strings_for_the_terminal_are_dropped_with_what_is_in_them() -> None:
    assert passed(b"a\x1b]52;c;ZXZp", b"bA==\x07b\x1bPq#0\x1b", b"\\c") == b"abc"
    assert passed(b"a\x1b]2;never ends" + b"x" * 200_000, b"shown again") == b"ashown again"


def test_of_several_modes_only_the_allowed_ones_are_set() -> None:
    assert passed(b"\x1b[?1049;9999;25h\x1b[?9999h\x1b[4h\x1b[20h") == b"\x1b[?1049;25h\x1b[4h"


def test_the_words_are_what_stays_of_bars_colours_links_and_moves() -> None:
    written = b"\x1b[1mstart\x1b[0m\r\n 1%\r 2%\r\n\x1b[31mred\x1b[K \x1b]8;;x:y\x07link\x1b]8;;\x07\x1b[A\x1b(B\nlast"
    assert words_of(written) == "start\n 2%\nred link\nlast"
