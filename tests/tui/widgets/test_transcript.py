"""Output as lines: cut quickly, written over as in a terminal, the same however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from ckexplore.tui.widgets import transcript
from ckexplore.tui.widgets.ansi import CELL_LIMIT, CHARACTER_LIMIT, CUT_MARK, parse_line, plain_line
from ckexplore.tui.widgets.sgr import colours_after
from ckexplore.tui.widgets.transcript import Transcript

from .test_ansi import is_harmless

pieces = st.one_of(
    st.binary(max_size=8),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b"\x1b[31m", b"\x1b[0m", b"\x1b[1;38;5;208m", b"\x1b[K", b"\x1b[2K", b"\x1b[1K", b"\x1b[10;5H", b"\x1b[H",
            b"\x1b]52;c;eA==\x07", b"\x1b]0;title\x1b\\", b"\x1bP1$r\x1b\\", b"\x1b]52;", b"\x9b31m", b"\xc2\x9b2A",
            b"\r", b"\n", b"\r\n", b"\t", b"\b", b"\x07", b"\0", "日本語é".encode(), "\u202eabc".encode(), b"\xe6\x97",
            b"\x1b[A", b"\x1b[3A", b"\x1b[B", b"\x1b[9B", b"\x1b[4C", b"\x1b[2D", b"\x1b[7G", b"\x1b[J", b"\x1b[1J",
            b"\x1b[2J", b"\x1b[3J", b"\x1b[2L", b"\x1b[M", b"\x1b[2P", b"\x1b[3@", b"\x1b[4X", b"\x1b7", b"\x1b8",
            b"\x1b[s", b"\x1b[u", b"\x1bM", b"\x1bD", b"\x1bE", b"\x1bc", b"\x1b[1;3r", b"\x1b[r", b"\x1b[5d",
            b"\x1b[E", b"\x1b[2F", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?47h", b"\x1b[?47l", b"\x1b[?25l",
            b"\x1b[99999999999999999999A", b"\x1b[;;H", b"a", b"progress 10%", b"x" * 100,
        ]
    ),
)  # fmt: skip
streams = st.lists(pieces, max_size=25).map(b"".join)


def shown(read: Transcript) -> list[str]:
    return [plain_line(line, read.columns) for line in read.lines[: read.count]]


def reading(*chunks: bytes, rows: int = 24, columns: int = 80) -> Transcript:
    read = Transcript(rows, columns)
    for chunk in chunks:
        read.feed(chunk)
    return read


def shown_lines(*chunks: bytes, rows: int = 24) -> list[str]:
    return shown(reading(*chunks, rows=rows))


@given(streams)
def test_no_control_character_ever_survives(data: bytes) -> None:
    assert all(is_harmless(line) for line in shown_lines(data))


@given(streams, st.lists(st.integers(0, 200), max_size=12), st.sampled_from([2, 24]))
def test_any_chunking_gives_the_same_lines(data: bytes, cuts: list[int], rows: int) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    chunks = [data[start:end] for start, end in pairwise(edges)]
    in_pieces, at_once = reading(*chunks, rows=rows), reading(data, rows=rows)
    assert shown(in_pieces) == shown(at_once)
    assert in_pieces.whole_screen == at_once.whole_screen
    assert [parse_line(line, 80) for line in in_pieces.lines] == [parse_line(line, 80) for line in at_once.lines]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\ntwo\r\r\n", ["one", "two"]),
        (b" 10%\r 50%\r100%\n", ["100%"]),
        (b" 10%\r 50%", [" 50%"]),
        (b" 10%\r", [" 10%"]),
        (b"working\r\x1b[K\ndone", ["", "done"]),
        (b"one\n\n\nfour\n", ["one", "", "", "four"]),
        (b"broken \xff\xfe\n", ["broken \ufffd\ufffd"]),
        (b"aaaa\rb\n", ["baaa"]),
        (b"one\ntwo\n\x1b[2A\x1b[2Kfirst\x1b[2B\rend\n", ["first", "two", "end"]),
        (b"one\ntwo\nthree\x1b[2A!", ["one  !", "two", "three"]),
        (b"one\ntwo\nthree\x1b[1;1H\x1b[Jx", ["x"]),
        (b"one\ntwo\nthree\x1b[2;2H\x1b[1J", ["", "  o", "three"]),
        (b"one\ntwo\n\x1b[5;3Hlow\n", ["one", "two", "", "", "  low"]),
        (b"a\x1b7\nb\nc\x1b8!", ["a!", "b", "c"]),
        (b"a\x1b[s\nb\nc\x1b[u!", ["a!", "b", "c"]),
        (b"one\ntwo\x1b[1;1H\x1b[L0\n", ["0", "one", "two"]),
        (b"one\ntwo\nthree\x1b[2;1H\x1b[M", ["one", "three"]),
        (b"one\x1bDtwo\x1bEthree\x1bM!", ["one", "   tw!", "three"]),
        (b"two\r\x1bMone", ["one", "two"]),
        (b"\x1b[31mred\x1b[2;5Hlow", ["red", "    low"]),
        (b"\x1b[9999999999999999999999999999B\x1b[1Gx", [*[""] * 23, "x"]),
    ],
)
def test_lines_read_as_a_terminal_would_leave_them(data: bytes, expected: list[str]) -> None:
    assert shown_lines(data) == expected


# What real programs write


def test_nested_bars_of_tqdm_are_each_one_line() -> None:
    written = b"start\r\n"
    for outer in range(3):
        written += b"\router: %d/2" % outer
        for inner in range(5):
            written += b"\r\n\rinner: %d/4%s\x1b[A" % (inner, b"#" * inner)
        written += b"\r\n\r              \r\x1b[A"  # the inner bar is taken away
    assert shown_lines(written + b"\r\n\rend\r\n") == ["start", "outer: 2/2", "end           "]


def test_bars_of_tqdm_side_by_side_keep_their_places() -> None:
    written = b""
    for step in range(1, 4):
        for place in range(4):
            written += b"\r\n" * place + b"\rbar %d at %d" % (place, step) + b"\x1b[A" * place
    assert shown_lines(written) == [f"bar {place} at 3" for place in range(4)]


def test_the_live_lines_of_rich_are_rewritten_under_what_is_printed_above() -> None:
    bars = b"\x1b[31mDownloading\x1b[0m %d%%\r\n\x1b[32mProcessing\x1b[0m %d%%"
    erase = b"\r\x1b[2K\x1b[1A\x1b[2K"
    written = b"\x1b[?25l" + bars % (0, 0)
    for percent in (20, 60, 100):
        written += erase + b"log at %d\r\n" % percent + bars % (percent, percent // 2)
    assert shown_lines(written + b"\r\n\x1b[?25h") == [
        "log at 20", "log at 60", "log at 100", "Downloading 100%", "Processing 50%",
    ]  # fmt: skip


def test_a_transient_display_of_rich_leaves_nothing() -> None:
    written = b"before\r\none\r\ntwo\r\nthree\r\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2Kafter\r\n"
    assert shown_lines(written) == ["before", "after"]


def test_layers_pulled_like_containers_are_rewritten_in_place() -> None:
    written = b"Pulling\n" + b"".join(b"layer%d: Waiting\n" % number for number in range(3))
    for number, state in ((2, b"Downloading 10 MB"), (0, b"Done"), (2, b"Done"), (1, b"Exists")):
        written += b"\x1b[%dA\x1b[2K\rlayer%d: %s\r\x1b[%dB" % (3 - number, number, state, 3 - number)
    assert shown_lines(written + b"Digest\n") == ["Pulling", "layer0: Done", "layer1: Exists", "layer2: Done", "Digest"]


def test_the_status_line_of_apt_stays_below_what_scrolls() -> None:
    status = b"\x1b7\x1b[5;0f\x1b[42mProgress: [%3d%%]\x1b[49m\x1b[K\x1b8"
    written = b"\n\x1b7\x1b[0;4r\x1b8\x1b[1A"
    for percent in range(0, 101, 20):
        written += status % percent + b"Unpacking %d\r\n" % percent
    written += b"\x1b7\x1b[0;5r\x1b8\x1b7\x1b[5;0f\x1b[K\x1b8done\r\n"
    assert shown_lines(written, rows=5) == [*(f"Unpacking {percent}" for percent in range(0, 101, 20)), "done"]


def test_a_compilers_coloured_messages_are_left_alone() -> None:
    written = b"\x1b[01m\x1b[Kmain.c:1:5:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kno\r\n"
    assert shown_lines(written * 2) == ["main.c:1:5: error: no"] * 2


# The screen


def test_lines_that_scrolled_off_are_final() -> None:
    read = reading(*(b"line %d\n" % number for number in range(10)), rows=4)
    assert read.final_count == 7
    read.feed(b"\x1b[99A\x1b[2Kchanged\x1b[99B\rend")
    assert shown(read) == [*(f"line {number}" for number in range(7)), "changed", "line 8", "line 9", "end"]


def test_a_cleared_screen_is_kept_and_the_next_begins_below() -> None:
    assert shown_lines(b"one\ntwo\n\x1b[H\x1b[2Jthree\n") == ["one", "two", "three"]
    assert shown_lines(b"one\n\x1bctwo\n") == ["one", "two"]


def test_the_first_changed_line_is_told_once() -> None:
    read = reading(b"one\ntwo\nthree\n")
    assert read.take_first_changed() == 0
    read.feed(b"four")
    assert read.take_first_changed() == 3
    read.feed(b"\x1b[3A!")
    assert read.take_first_changed() == 0


@given(streams, streams)
def test_no_line_changes_before_the_first_that_is_told(before: bytes, data: bytes) -> None:
    read = reading(before, rows=3)
    read.take_first_changed()
    lines = [parse_line(line, 80) for line in read.lines[: read.count]]
    read.feed(data)
    first = read.take_first_changed()
    assert [parse_line(line, 80) for line in read.lines[: min(first, len(lines))]] == lines[:first]


@given(streams, streams)
def test_final_lines_can_be_dropped_at_any_time(before: bytes, data: bytes) -> None:
    whole, dropping = reading(before, rows=3), reading(before, rows=3)
    count = dropping.final_count
    dropping.drop(count)
    whole.feed(data)
    dropping.feed(data)
    assert shown(dropping) == shown(whole)[count:]


@given(streams, streams, st.integers(-1, 2000), st.integers(-1, 2000))
def test_a_resize_at_any_time_is_survived(before: bytes, data: bytes, rows: int, columns: int) -> None:
    read = reading(before, rows=3)
    read.resize(rows, columns)
    read.feed(data)
    assert read.final_count <= len(read.lines) <= read.final_count + max(1, min(rows, 1000))


def test_what_is_written_on_the_alternate_screen_is_left_out() -> None:
    read = reading(b"before\n\x1b[?1049h\x1b[Hthe whole\nscreen")
    assert read.whole_screen
    assert shown(read) == ["before"]
    read.feed(b" of it\x1b[?10")
    read.feed(b"49lafter\n")
    assert not read.whole_screen
    assert shown(read) == ["before", "after"]


@pytest.mark.parametrize("mode", [b"47", b"1047", b"1049", b"1;1049"])
def test_every_way_to_the_alternate_screen_is_known(mode: bytes) -> None:
    assert reading(b"\x1b[?" + mode + b"h").whole_screen


# Colours


def test_colours_left_on_reach_into_the_next_lines() -> None:
    first, between, second, third, _ = reading(b"\x1b[1;31mone\nam I red?\ntwo\x1b[0m\nthree\n").lines
    red = Style(bold=True, color=Color.from_ansi(1))
    assert parse_line(first) == [Segment("one", red)]
    assert parse_line(between) == [Segment("am I red?", red)]
    assert parse_line(second) == [Segment("two", red)]
    assert parse_line(third) == [Segment("three")]


def test_colours_go_with_the_cursor_to_another_row() -> None:
    read = reading(b"plain\n\x1b[31mred\x1b[A\x1b[1Gmore\x1b[0m\x1b[Bplain")
    red = Style(color=Color.from_ansi(1))
    assert parse_line(read.lines[0]) == [Segment("more", red), Segment("n", Style.null())]
    assert parse_line(read.lines[1]) == [Segment("red", red), Segment(" plain", Style.null())]


@given(streams.filter(lambda data: not set(data) & set(b"\x9b\x1b")), st.integers(0, 7))
def test_colours_at_the_end_of_a_line_are_those_of_the_whole_line(data: bytes, colour: int) -> None:
    read = reading(b"\x1b[3%dm" % colour + data + b"\n" + data + b"\nend")
    assert colours_after(read.lines[-1]) == f"\x1b[3{colour}m"


# Bounds


def test_a_line_without_end_takes_bounded_memory_in_any_chunking() -> None:
    for piece in (b"x", b"\x1b[1m", b"x\x1b[3%dm", "日".encode(), b"\tx"):
        data = (piece % 1 + piece % 2 if b"%" in piece else piece) * CHARACTER_LIMIT
        (line,) = reading(*(data[start : start + 1000] for start in range(0, len(data), 1000))).lines
        assert len(line) <= CHARACTER_LIMIT
        assert piece == b"\x1b[1m" or CUT_MARK in plain_line(line)


def test_what_comes_after_a_line_that_was_cut_is_not_lost() -> None:
    read = reading(b"x" * 3 * CHARACTER_LIMIT, b"y" * CHARACTER_LIMIT, b"\r\x1b[Kdone")
    assert shown(read) == ["done"]


def test_a_final_line_written_over_a_thousand_times_is_kept_as_what_it_shows() -> None:
    written = b"".join(b"\r%4d of 1000" % number for number in range(1001)) + b"\n"
    read = reading(written * 3, *[written[start : start + 10] for start in range(0, len(written), 10)])
    assert shown(read) == ["1000 of 1000"] * 4
    assert all(len(line) < 30 for line in read.lines)


def test_a_screen_is_bounded_whatever_is_asked_for() -> None:
    read = reading(b"\x1b[999999999B\x1b[999999999L" * 10, rows=10**9)
    assert len(read.lines) <= 1000


# A terminal, written down as plainly as can be


class Grid:
    """A screen of single characters, obeyed one by one."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.above: list[list[str]] = []
        self.screen: list[list[str]] = [[] for _ in range(rows)]
        self.row = self.column = 0
        self.saved = (0, 0)

    def text(self) -> list[str]:
        lines = ["".join(row).rstrip() for row in [*self.above, *self.screen]]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def put(self, character: str) -> None:
        line = self.screen[self.row]
        line += [" "] * (self.column + 1 - len(line))
        line[self.column] = character
        self.column += 1

    def index(self) -> None:
        if self.row == self.rows - 1:
            self.above.append(self.screen.pop(0))
            self.screen.append([])
        else:
            self.row += 1

    def control(self, character: str) -> None:
        if character == "\n":
            self.index()
            self.column = 0
        elif character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character == "\t":
            self.column = self.column // 8 * 8 + 8

    def escape(self, final: str) -> None:
        if final == "7":
            self.saved = (self.row, self.column)
        elif final == "8":
            self.row, self.column = self.saved
        elif final == "D":
            self.index()
        elif final == "E":
            self.control("\n")
        elif final == "M" and self.row == 0:
            self.screen = [[], *self.screen[:-1]]
        elif final == "M":
            self.row -= 1

    def move(self, final: str, number: int, second: int) -> None:
        n = max(1, number)
        if final in "AF":
            self.row = max(0, self.row - n)
        elif final in "BE":
            self.row = min(self.rows - 1, self.row + n)
        elif final == "C":
            self.column = max(self.column, min(self.columns - 1, self.column + n))
        elif final == "D":
            self.column = max(0, self.column - n)
        elif final == "G":
            self.column = min(self.columns, n) - 1
        elif final in "dH":
            self.row = min(self.rows, n) - 1
        if final in "EF":
            self.column = 0
        elif final == "H":
            self.column = min(self.columns, max(1, second)) - 1

    def edit(self, final: str, number: int) -> None:
        n, line, column = max(1, number), self.screen[self.row], self.column
        if final == "K":
            start, end = ((column, len(line)), (0, column + 1), (0, len(line)))[number]
            line[start:end] = [" "] * len(line[start:end])
        elif final == "X":
            line[column : column + n] = [" "] * len(line[column : column + n])
        elif final == "P":
            del line[column : column + n]
        elif final == "@" and column < len(line):
            line[column:column] = [" "] * n
        elif final == "J" and number == 0:
            self.edit("K", 0)
            self.screen[self.row + 1 :] = [[] for _ in self.screen[self.row + 1 :]]
        elif final == "J" and number == 1:
            self.edit("K", 1)
            self.screen[: self.row] = [[] for _ in self.screen[: self.row]]
        elif final == "L":
            self.screen[self.row : self.row] = [[] for _ in range(n)]
            del self.screen[self.rows :]
            self.column = 0
        elif final == "M":
            del self.screen[self.row : self.row + n]
            self.screen += [[] for _ in range(self.rows - len(self.screen))]
            self.column = 0


Order = tuple[str, ...] | str

orders = st.one_of(
    st.sampled_from(["a", "bc", "xyz", "█", "\n", "\n", "\r", "\b", "\t"]),
    st.sampled_from("78DEM").map(lambda final: ("escape", final)),
    st.tuples(st.just("move"), st.sampled_from("ABCDEFGHd"), st.integers(0, 9), st.integers(0, 30)),
    st.tuples(st.just("edit"), st.sampled_from("KJ"), st.integers(0, 1)),
    st.just(("edit", "K", 2)),
    st.tuples(st.just("edit"), st.sampled_from("XP@LM"), st.integers(0, 4)),
)


def written(order: Order) -> str:
    if isinstance(order, str):
        return order
    kind, final, *numbers = order
    return f"\x1b{final}" if kind == "escape" else f"\x1b[{';'.join(map(str, numbers))}{final}"


def obey(grid: Grid, order: Order) -> None:
    if isinstance(order, str):
        for character in order:
            (grid.control if character in "\n\r\b\t" else grid.put)(character)
    else:
        getattr(grid, order[0])(*order[1:])


@given(st.lists(orders, max_size=40), st.sampled_from([1, 3, 24]), st.booleans(), st.integers(1, 200))
@example(["aaaa", "\r", "b"], 24, False, 1)
def test_a_plain_screen_shows_the_same(given_orders: list[Order], rows: int, short: bool, cut: int) -> None:
    data = "".join(map(written, given_orders)).encode()
    grid = Grid(rows, 40)
    for order in given_orders:
        obey(grid, order)
    with pytest.MonkeyPatch.context() as patch:
        if short:  # so that rows are shortened all the time
            patch.setattr(transcript, "CHARACTER_LIMIT", 5)
            patch.setattr(transcript, "_LONG", 0)
        read = reading(data[:cut], data[cut:], rows=rows, columns=40)
    lines = [plain_line(line, 40).rstrip() for line in read.lines]
    while lines and not lines[-1]:
        lines.pop()
    assert lines == grid.text()


def test_the_limit_in_cells_holds_for_a_row_that_is_written_piece_by_piece() -> None:
    read = reading(*[b"x" * 100] * (CELL_LIMIT // 100), b"!")
    assert shown(read) == ["x" * CELL_LIMIT + CUT_MARK]
