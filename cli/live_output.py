"""A job's output on the command line's terminal: bars are redrawn in place, colours stay, all else is made harmless.

The lines that can still change are drawn again when they do, as far as they are in sight; below them stands a note.
"""

from __future__ import annotations

import os
import shutil
from typing import TextIO

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from ..tui.widgets.ansi import parse_line
from ..tui.widgets.segments import plain_text, width_of
from ..tui.widgets.sgr import sgr_of
from ..tui.widgets.transcript import Transcript


class LiveOutput:
    """Draws what a job writes at the place of the cursor."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._columns, self._rows = shutil.get_terminal_size((80, 24))
        self._transcript = Transcript(self._rows, self._columns)
        self._heights: list[int] = []  # of the lines that are drawn and not yet forgotten, in rows
        self._note = ""
        self._coloured = not os.environ.get("NO_COLOR")

    def feed(self, data: bytes) -> None:
        """Draw what a job wrote."""
        self._transcript.feed(data)
        self._draw(self._transcript.take_first_changed())
        final = min(self._transcript.final_count, len(self._heights))
        self._transcript.drop(final)
        del self._heights[:final]

    def note(self, text: str) -> None:
        """Show one line below the output, until the next; it must be safe to show."""
        if text != self._note:
            self._note = text
            self._draw(len(self._heights))

    def finish(self) -> None:
        """Leave the output as it is, with the cursor below and without a note."""
        self.note("")
        self._transcript = Transcript(self._rows, self._columns)
        self._heights = []

    def _draw(self, first: int) -> None:
        """Draw the lines from a number on; those that have left the terminal at its top stay as they were."""
        self._columns, self._rows = shutil.get_terminal_size((80, 24))
        first, count = min(first, len(self._heights)), self._transcript.count
        while sum(self._heights[first:]) >= self._rows:
            first += 1
        above = sum(self._heights[first:])
        del self._heights[first:]
        pieces = ["\r", f"\x1b[{above}A" if above else "", "\x1b[J"]
        for line in self._transcript.lines[first:count]:
            segments = parse_line(line, self._transcript.columns)
            pieces += [self._shown(segments), "\n"]
            self._heights.append(max(1, -(-width_of(segments) // self._columns)))
        if cell_len(self._note) >= self._columns:
            pieces += [set_cell_size(self._note, self._columns - 2), "…"]
        else:
            pieces.append(self._note)
        self._stream.write("".join(pieces))
        self._stream.flush()

    def _shown(self, segments: list[Segment]) -> str:
        if not self._coloured:
            return plain_text(segments)
        return "".join(
            f"{colours}{text}\x1b[m" if (colours := sgr_of(style) if style else "") else text
            for text, style, _ in segments
        )
