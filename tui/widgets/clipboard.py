"""Lines for the clipboard of the terminal, which OSC 52 reaches through SSH too: as many as a terminal takes."""

from collections.abc import Iterable
from typing import Final, NamedTuple

BYTE_LIMIT: Final = 74_000
"""Terminals and multiplexers take about 100,000 characters at once, and base64 makes four of three bytes."""


class Clipping(NamedTuple):
    """What goes to the clipboard."""

    text: str
    line_count: int
    is_cut: bool
    """Whether there was more than a terminal takes."""


def clipped(lines: Iterable[str], limit: int = BYTE_LIMIT) -> Clipping:
    """Put lines together, without blanks at their ends, in at most `limit` bytes; the lines must be safe to show."""
    kept: list[str] = []
    left = limit
    for line in lines:
        data = f"{line.rstrip()}\n".encode()
        if len(data) > left:
            if not kept:
                return Clipping(data[:left].decode("utf-8", "ignore"), 1, True)
            return Clipping("\n".join(kept), len(kept), True)
        left -= len(data)
        kept.append(line.rstrip())
    return Clipping("\n".join(kept), len(kept), False)
