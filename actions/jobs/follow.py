"""Following a job from outside: what it wrote and told since the last look, and where it is."""

import contextlib
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.untrusted import parse_json, safe_value
from .record import EVENTS, OUTPUT, JobState, read_state

_AT_ONCE = 4 << 20


class JobFollower:
    """A reader that remembers how far it has read. It holds no file open and never disturbs the job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output = self._events = 0

    def state(self) -> JobState:
        """Tell where the job is. Raises UnreadableError."""
        return read_state(self.folder)

    def output(self) -> bytes:
        """Give the raw output since the last call; not safe for a terminal yet."""
        data = _read_from(self.folder / OUTPUT, self._output)
        self._output += len(data)
        return data

    def events(self) -> list[dict[str, Any]]:
        """Give the whole events since the last call, their texts made safe."""
        data = _read_from(self.folder / EVENTS, self._events)
        whole = data[: data.rfind(b"\n") + 1]
        self._events += len(whole)
        found: list[dict[str, Any]] = []
        for line in whole.splitlines():
            with contextlib.suppress(CkexploreError):
                found.append(safe_value(parse_json(line.decode("utf-8", "replace"), EVENTS)))
        return found


def _read_from(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(_AT_ONCE)
    except FileNotFoundError:
        return b""
