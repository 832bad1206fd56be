"""Output that came faster than it is read: handed out in small pieces, and left out where nobody could see it."""

from collections import deque
from typing import NamedTuple

_SWITCH = b"\x1b[?1049"  # to or from the alternate screen


class _Piece(NamedTuple):
    data: bytes
    line_count: int


class Backlog:
    """Bytes that wait. Of more than can be kept anyway, only the newest do."""

    def __init__(self, max_lines: int, max_bytes: int) -> None:
        """Let the newest pieces wait that together have at least `max_lines` line ends or `max_bytes` bytes."""
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._pieces: deque[_Piece] = deque()
        self._start = 0  # how much of the first piece was taken
        self._size = 0
        self._line_count = 0

    def __len__(self) -> int:
        """Tell how many bytes wait."""
        return self._size - self._start

    def add(self, data: bytes) -> int | None:
        """Let more bytes wait.

        Returns None; or, when what waited before them was left out to make room, the number of line ends in that.
        What was taken before is then too old to be kept as well.
        """
        if not data:
            return None
        self._append(_Piece(data, data.count(b"\n")))
        skipped, switch = 0, b""
        left_out = False
        while self._is_first_needless():
            start, piece = self._start, self._pop()
            skipped += piece.data.count(b"\n", start)
            switch = _last_switch(piece.data) or switch
            left_out = True
        if not left_out:
            return None
        return skipped + self._start_at_line(switch)

    def take(self, size: int) -> bytes:
        """Return up to `size` of the bytes that have waited longest."""
        if not self._pieces:
            return b""
        first = self._pieces[0].data
        data = first[self._start : self._start + size]
        self._start += len(data)
        if self._start >= len(first):
            self._pop()
        return data

    def clear(self) -> None:
        """Forget everything."""
        self._pieces.clear()
        self._start = self._size = self._line_count = 0

    def _append(self, piece: _Piece) -> None:
        self._pieces.append(piece)
        self._size += len(piece.data)
        self._line_count += piece.line_count

    def _pop(self) -> _Piece:
        piece = self._pieces.popleft()
        self._start = 0
        self._size -= len(piece.data)
        self._line_count -= piece.line_count
        return piece

    def _is_first_needless(self) -> bool:
        """Whether the pieces after the first one will fill everything that is kept."""
        first = self._pieces[0]
        return self._line_count - first.line_count > self._max_lines or self._size - len(first.data) > self._max_bytes

    def _start_at_line(self, switch: bytes) -> int:
        """Let the first piece begin with a whole line, on the screen that the program has switched to.

        Returns how many line ends were cut off.
        """
        first = self._pop()
        _, end, data = first.data.partition(b"\n")
        kept = _Piece(switch + (data if end else first.data), first.line_count - len(end))
        if kept.data:
            self._pieces.appendleft(kept)
            self._size += len(kept.data)
            self._line_count += kept.line_count
        return len(end)


def _last_switch(data: bytes) -> bytes:
    position = data.rfind(_SWITCH)
    return data[position : position + len(_SWITCH) + 1] if position >= 0 else b""
