"""Following a job from outside: what it wrote and told since the last look, and where it is."""

from pathlib import Path
from typing import Any

from ...store.untrusted import safe_value
from . import output
from .events import event_of
from .record import EVENTS, JobState, read_state

_AT_ONCE = 1 << 20


class JobFollower:
    """A reader that remembers how far it has read. It holds no file open and never disturbs the job."""

    def __init__(self, folder: Path, *, last: int | None = None) -> None:
        """Follow from the beginning, or from the `last` bytes of the output that is there already."""
        self.folder = folder
        self._events = 0
        self._output = max(0, output.log_end(folder) - last) if last is not None else 0

    def state(self) -> JobState:
        """Tell where the job is. Raises UnreadableError."""
        return read_state(self.folder)

    def output(self) -> bytes:
        """Give the raw output since the last call, at most about a megabyte; not safe for a terminal yet."""
        data, self._output = output.read_log(self.folder, self._output, _AT_ONCE)
        return data

    def catch_up(self, behind: int, last: int) -> int:
        """Skip to the `last` bytes when more than `behind` are unread; give how many were skipped."""
        end = output.log_end(self.folder)
        if end - self._output <= behind:
            return 0
        skipped = end - last - self._output
        self._output += skipped
        return skipped

    def events(self) -> list[dict[str, Any]]:
        """Give the whole events since the last call, their texts made safe, their numbers finite."""
        data = _read_from(self.folder / EVENTS, self._events)
        whole = data[: data.rfind(b"\n") + 1]
        self._events += len(whole)
        return [safe_value(event) for line in whole.split(b"\n") if (event := event_of(line)) is not None]


def _read_from(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(8 << 20)  # a line may have 4 MiB
    except FileNotFoundError:
        return b""
