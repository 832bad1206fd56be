"""The output of a job as it comes: a million lines, each parsed for its colours only when it is shown.

Textual's `RichLog` parses and measures every line when it is written and was 70 times slower on the same stream.
"""

from collections.abc import Hashable
from time import monotonic
from typing import ClassVar, cast

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widget import Widget

from .ansi import parse_line, plain_line
from .backlog import Backlog
from .kept_lines import KeptLines, full_block
from .lines import VirtualLines
from .segments import width_of
from .transcript import COLUMNS, ROWS, Transcript

_REPAINT_SECONDS = 0.1
_SOON = 0.01  # the first output after a pause may be the answer to a key
_SLICE_SECONDS = 0.004  # so long at once is read from what waits, so that no key does
_REST_SECONDS = 0.004
_PIECE = 8192  # bytes; of the worst kind they take 30 ms
_BYTES_A_CHARACTER = 4  # at most
_BLOCKS = 10  # at least; so much goes at once when there are too many lines
_BLOCK_LINES = 4096  # at most

_TAKEN = "… a program that uses the whole screen; here a attaches to it"


class LogLines(VirtualLines):
    """Lines of a program's raw output, as a terminal shows them; they follow the end until somebody scrolls up."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--note"}

    class FollowChanged(Message, namespace="log_pane"):
        """The pane began to follow the end, or stopped."""

        def __init__(self, log_pane: "LogLines", follow: bool) -> None:
            super().__init__()
            self.log_pane = log_pane
            self.follow = follow
            """Whether the newest line stays in sight."""

        @property
        def control(self) -> "LogLines":
            """The pane, for `@on` with a selector."""
            return self.log_pane

    class ScreenTaken(Message, namespace="log_pane"):
        """The program took the whole screen, or gave it back. What it writes meanwhile isn't shown here."""

        def __init__(self, pane: "LogLines", taken: bool) -> None:
            super().__init__()
            self.pane = pane
            self.taken = taken

        @property
        def control(self) -> "LogLines":
            """The pane, for `@on` with a selector."""
            return self.pane

    def __init__(
        self,
        *,
        max_lines: int = 1_000_000,
        max_characters: int = 64_000_000,
        empty_message: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        """Keep at most the newest `max_lines` lines and about `max_characters` characters."""
        super().__init__(empty_message=empty_message, name=name, id=id, classes=classes)
        self._max_lines = max_lines
        self._max_characters = max_characters
        self._block_lines = max(1, min(_BLOCK_LINES, max_lines // _BLOCKS))
        self._backlog = Backlog(max_lines, max_characters * _BYTES_A_CHARACTER)
        self._terminal_size = (ROWS, COLUMNS)
        self._follow = True
        self._placing = False
        self._reading_waits = False
        self._shown_at = 0.0
        self._taken = False
        self._begin(dropped=0)

    def _begin(self, dropped: int) -> None:
        """Begin with no lines, so many being dropped already."""
        self._kept = KeptLines(dropped)
        self._transcript = Transcript(*self._terminal_size)
        """What comes after the lines that are put away."""
        self._shown_end = dropped
        self._widest = 0

    def _begin_after(self, skipped: int) -> None:
        """Begin anew behind what is shown and so many lines that never were."""
        taken = self.whole_screen
        self._begin(self._kept.end + len(self._transcript.lines) - 1 + skipped)
        self._transcript.whole_screen = taken
        self.lines_changed()

    # What it is

    @property
    def follow(self) -> bool:
        """Whether the newest line stays in sight."""
        return self._follow

    @follow.setter
    def follow(self, follow: bool) -> None:
        if follow != self._follow:
            self._follow = follow
            self.post_message(self.FollowChanged(self, follow))
        if follow:
            self._scroll_to_end()

    @property
    def whole_screen(self) -> bool:
        """Whether the program uses the whole screen, so that nothing it writes is shown here."""
        return self._transcript.whole_screen

    @property
    def waiting_bytes(self) -> int:
        """How many bytes of what was fed are still to be read."""
        return len(self._backlog)

    @property
    def dropped_line_count(self) -> int:
        """How many lines at the start are no longer kept."""
        return self._kept.start

    @property
    def line_count(self) -> int:
        """How many lines there are to show, with the notes about dropped ones and about a screen that is taken."""
        return self._note_count + self._end - self._kept.start + self.whole_screen

    @property
    def _note_count(self) -> int:
        return 1 if self._kept.start else 0

    @property
    def _end(self) -> int:
        """The number of the line after the last, in the whole output."""
        return self._kept.end + self._transcript.count

    @property
    def content_width(self) -> int:
        """How many cells the widest line shown so far takes; the others were never measured."""
        return self._widest

    # What comes in

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the output; they are read in small slices and shown within a tenth of a second."""
        skipped = self._backlog.add(data)
        if skipped is not None:
            self._begin_after(skipped)
        if not self._reading_waits and self.is_mounted:
            self._read_after(max(_SOON, self._shown_at + _REPAINT_SECONDS - monotonic()))

    def clear(self) -> None:
        """Forget everything and follow again."""
        self._backlog.clear()
        self._begin(dropped=0)
        self._found_line = None
        self.lines_changed()
        self.follow = True

    def leave_whole_screen(self) -> None:
        """Show again what comes next, though the program hasn't given the screen back: it is over."""
        self.feed(b"\x1b[?1049l")

    def resize_terminal(self, rows: int, columns: int) -> None:
        """Read what comes from now on as written for a terminal of another size."""
        self._terminal_size = (rows, columns)
        self._transcript.resize(rows, columns)

    def on_mount(self) -> None:
        """Show what was fed before the pane was there."""
        self._read_on()

    def _read_after(self, seconds: float) -> None:
        self._reading_waits = True
        self.set_timer(seconds, self._read_on)

    def _read_on(self) -> None:
        """Read for a while from what waits, and show it when it is time to."""
        self._reading_waits = False
        until = monotonic() + _SLICE_SECONDS
        while self._backlog:
            self._transcript.feed(self._backlog.take(_PIECE))
            if monotonic() >= until:
                break
        if not self._backlog or monotonic() - self._shown_at > _REPAINT_SECONDS:
            self._show_new()
        if self._backlog:
            self._read_after(_REST_SECONDS)

    def update_virtual_size(self) -> None:
        """Tell the scroll bars how much there is; unlike Textual's own way, that lays out nothing else anew."""
        size = Size(self.content_width, self.line_count)
        if size != self.virtual_size:
            self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
            self._scroll_update(size)

    def _show_new(self) -> None:
        self._shown_at = monotonic()
        first_changed = self._kept.end + self._transcript.take_first_changed()
        for number in range(first_changed, self._shown_end):
            self._strips.discard(number)
        self._put_away()
        moved = self._drop_oldest()
        self._shown_end = self._end
        self.update_virtual_size()
        if self._follow:
            self._scroll_to_end()
        elif moved:
            self._place(self.scroll_offset.y - moved)
        if moved or first_changed < self._number_at(self.scroll_offset.y + self.visible_line_count):
            self.refresh()
        if self.whole_screen != self._taken:
            self._taken = self.whole_screen
            self.refresh()
            self.post_message(self.ScreenTaken(self, self._taken))

    def _put_away(self) -> None:
        """Take the lines that are final out of the transcript, by whole blocks."""
        lines, limits = self._transcript.lines, (self._block_lines, self._max_characters // _BLOCKS)
        while 0 < (count := full_block(lines, *limits)) <= self._transcript.final_count:
            self._kept.add(lines[:count])
            self._transcript.drop(count)

    def _drop_oldest(self) -> int:
        """Keep to the limits; returns by how many lines those left have moved up."""
        before = self._number_at(0)
        on_screen = sum(map(len, self._transcript.lines))
        while self._kept.start < self._kept.end and (
            self._end - self._kept.start > self._max_lines or self._kept.characters + on_screen > self._max_characters
        ):
            self._kept.drop()
        moved = self._number_at(0) - before
        if self._found_line is not None:
            self._found_line = self._found_line - moved if self._found_line >= moved else None
        return moved

    # Where it is

    def _scroll_to_end(self) -> None:
        self._unsettled = not self.visible_line_count
        self._place(self.max_scroll_y)

    def _place(self, y: int) -> None:
        """Scroll by the pane's own doing, which says nothing about what the reader wants."""
        self._placing = True
        self.scroll_to(y=y, force=True)
        self._placing = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Stop to follow when the reader scrolls up, by key, wheel or bar; follow again when back at the end."""
        super().watch_scroll_y(old_value, new_value)
        if self._placing or not self.is_mounted:
            return
        at_end = round(new_value) >= self.max_scroll_y
        if self._follow and new_value < old_value and not at_end:
            self.follow = False
        elif not self._follow and new_value > old_value and at_end:
            self.follow = True

    def settle(self) -> None:
        """Stay at the end if the pane follows it."""
        if self._follow:
            self._scroll_to_end()

    # What is shown

    def number_of(self, y: int) -> int | None:
        """Return the number that line `y` has in the whole output, 0 being the first; None for a note."""
        number = self._number_at(y)
        return number if self._kept.start <= number < self._end else None

    def _number_at(self, y: int) -> int:
        """Return the number that line `y` has, or would have if it were none of the notes."""
        return self._kept.start + y - self._note_count

    def line_of(self, number: int) -> int:
        """Return where the line with this number in the whole output is shown, or the nearest there is."""
        return max(0, min(number, self._end - 1) - self._kept.start) + self._note_count

    def _row(self, number: int) -> str:
        """Return the line with this number as it came."""
        end = self._kept.end
        return self._kept[number] if number < end else self._transcript.lines[number - end]

    def line_key(self, y: int) -> Hashable:
        """Name a line by its number in the whole output."""
        number = self.number_of(y)
        return ("note", y > 0) if number is None else number

    def compose_line(self, y: int) -> list[Segment]:
        """Parse one line for its colours."""
        number = self.number_of(y)
        if number is None:
            return [Segment(self._note(y), self.component_style("log--note"))]
        segments = parse_line(self._row(number), self._transcript.columns)
        width = width_of(segments)
        if width > self._widest:
            self._widest = width
            self.call_later(self.update_virtual_size)
        return segments

    def line_text(self, y: int) -> str:
        """Return a line without its colours."""
        number = self.number_of(y)
        if number is None:
            return self._note(y)
        return plain_line(self._row(number), self._transcript.columns)

    def _note(self, y: int) -> str:
        if y >= self._note_count:
            return _TAKEN
        dropped = self._kept.start
        lines = "line is" if dropped == 1 else "lines are"
        return f"… {dropped:,} earlier {lines} in the log file"
