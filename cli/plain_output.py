"""A job's output where there is no terminal: every line once, without colours, when it is complete."""

from __future__ import annotations

import re
from typing import TextIO

_LONGEST = 1 << 20  # bytes; a longer line is written in pieces
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,64}m")
_SHORT = 1000  # characters


class PlainOutput:
    """Writes every complete line once; of one that was redrawn, what it shows at its end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._partial = b""

    def feed(self, data: bytes) -> None:
        """Write the lines that are complete now."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        if len(self._partial) > _LONGEST:
            lines, self._partial = [*lines, self._partial], b""
        self._stream.write("".join(f"{_plain(line)}\n" for line in lines))
        self._stream.flush()

    def note(self, text: str) -> None:
        """Nothing: what can't be taken back isn't said."""

    def finish(self) -> None:
        """Write what is left of the last line."""
        if self._partial:
            self._stream.write(f"{_plain(self._partial)}\n")
        self._partial = b""


def _plain(line: bytes) -> str:
    """Give what a terminal would show of a line; for most that is the line itself, and saves importing what draws."""
    text = line.decode("utf-8", "replace").rstrip("\r")
    bare = _COLOURS.sub("", text) if "\x1b" in text else text
    if bare.isprintable() and len(bare) <= _SHORT:
        return bare
    from ..tui.widgets.ansi import plain_line  # noqa: PLC0415

    return plain_line(text)
