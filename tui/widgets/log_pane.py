"""The output of a job as it comes: a million lines, each parsed for its colours only when it is shown.

Textual's `RichLog` parses and measures every line when it is written and was 70 times slower on the same stream.
"""

import re
from collections.abc import Hashable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message

from .ansi import LineSplitter, parse_line, plain_line
from .lines import VirtualLines
from .segments import width_of

_REPAINT_SECONDS = 0.05
_SEARCH_CHUNK = 1000
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")


class LogPane(VirtualLines):
    """Lines of a program's raw output; it follows the end until somebody scrolls up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "toggle_follow", "Follow", tooltip="Stay at the newest line, or stop doing so", id="log.follow"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--note"}

    class FollowChanged(Message):
        """The pane began to follow the end, or stopped."""

        def __init__(self, log_pane: "LogPane", follow: bool) -> None:
            super().__init__()
            self.log_pane = log_pane
            self.follow = follow
            """Whether the newest line stays in sight."""

        @property
        def control(self) -> "LogPane":
            """The pane, for `@on` with a selector."""
            return self.log_pane

    def __init__(
        self,
        *,
        max_lines: int = 200_000,
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
        self._follow = True
        self._placing = False
        self._repaint_waits = False
        self._reset()

    def _reset(self) -> None:
        self._splitter = LineSplitter()
        self._lines: list[str] = []
        self._characters = 0
        self._dropped = 0
        self._widest = 0

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
    def dropped_line_count(self) -> int:
        """How many lines at the start are no longer kept."""
        return self._dropped

    @property
    def line_count(self) -> int:
        """How many lines there are to show: the note about dropped ones, the lines, and the one still being written."""
        return self._note_count + len(self._lines) + bool(self._splitter.partial)

    @property
    def _note_count(self) -> int:
        return 1 if self._dropped else 0

    @property
    def content_width(self) -> int:
        """How many cells the widest line shown so far takes; the others were never measured."""
        return self._widest

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the output; they are shown within a twentieth of a second."""
        self._strips.discard(self._dropped + len(self._lines))
        lines = self._splitter.feed(data)
        self._lines += lines
        self._characters += sum(map(len, lines))
        if not self._repaint_waits and self.is_mounted:
            self._repaint_waits = True
            self.set_timer(_REPAINT_SECONDS, self._show_new)

    def clear(self) -> None:
        """Forget everything and follow again."""
        self._reset()
        self._found_line = None
        self.lines_changed()
        self.follow = True

    def on_mount(self) -> None:
        """Show what was fed before the pane was there."""
        self._show_new()

    def _show_new(self) -> None:
        self._repaint_waits = False
        moved = self._drop_oldest()
        self.update_virtual_size()
        if self._follow:
            self._scroll_to_end()
        elif moved:
            self._place(self.scroll_offset.y - moved)
        self.refresh()

    def _drop_oldest(self) -> int:
        """Keep to the limits; returns by how many lines those left have moved up.

        A tenth more than needed goes, so that a fast stream doesn't move the whole list with every line.
        """
        if len(self._lines) <= self._max_lines and self._characters <= self._max_characters:
            return 0
        notes = self._note_count
        count = max(0, len(self._lines) - self._max_lines * 9 // 10)
        left = self._characters - sum(map(len, self._lines[:count]))
        while count < len(self._lines) and left > self._max_characters * 9 // 10:
            left -= len(self._lines[count])
            count += 1
        del self._lines[:count]
        self._characters = left
        self._dropped += count
        moved = count - (self._note_count - notes)
        if self._found_line is not None:
            self._found_line = self._found_line - moved if self._found_line >= moved else None
        return moved

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

    def line_key(self, y: int) -> Hashable:
        """Name a line by its number in the whole output."""
        return "note" if y < self._note_count else self._dropped + y - self._note_count

    def _raw_line(self, y: int) -> str:
        index = y - self._note_count
        return self._lines[index] if index < len(self._lines) else self._splitter.partial

    def compose_line(self, y: int) -> list[Segment]:
        """Parse one line for its colours."""
        if y < self._note_count:
            return [Segment(self._note(), self.component_style("log--note"))]
        segments = parse_line(self._raw_line(y))
        width = width_of(segments)
        if width > self._widest:
            self._widest = width
            self.call_later(self.update_virtual_size)
        return segments

    def _note(self) -> str:
        lines = "line is" if self._dropped == 1 else "lines are"
        return f"… {self._dropped:,} earlier {lines} in the log file"

    def line_text(self, y: int) -> str:
        """Return a line without its colours."""
        return self._note() if y < self._note_count else plain_line(self._raw_line(y))

    def _next_with(self, text: str, forward: bool) -> int | None:
        """Look through the raw lines a thousand at a time, and line by line only where there is something."""
        count, start = self.line_count, self._search_start(forward) % max(1, self.line_count)
        ahead = [range(start, count), range(0, start)] if forward else [range(0, start + 1), range(start + 1, count)]
        for part in ahead:
            for chunk in _chunks(part, forward):
                if text in _COLOURS.sub("", "\n".join(map(self._raw_line, chunk))).lower():
                    found = next((y for y in chunk if text in self.line_text(y).lower()), None)
                    if found is not None:
                        return found
        return None

    def _show_found(self, y: int) -> None:
        self.follow = False
        self.show_line(y)

    def action_last(self) -> None:
        """Go to the newest line and follow."""
        self.follow = True

    def action_toggle_follow(self) -> None:
        """Follow the end, or stop doing so."""
        self.follow = not self._follow


def _chunks(lines: range, forward: bool) -> list[range]:
    """Cut a range of lines into short ones, in reading order or, with the lines too, against it."""
    starts = range(lines.start, lines.stop, _SEARCH_CHUNK)
    chunks = [range(start, min(start + _SEARCH_CHUNK, lines.stop)) for start in starts]
    return chunks if forward else [chunk[::-1] for chunk in reversed(chunks)]
