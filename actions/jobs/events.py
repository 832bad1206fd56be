"""Events that a program tells on a descriptor of its own: lines of JSON, each `{"event": NAME, …}` (docs/jobs.md)."""

import errno
import json
import time
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.untrusted import parse_json

_LINE_LIMIT = 4 << 20
_LARGEST = 1e100
_LIMIT = 64 << 20  # bytes of events that are kept of a job


def event_of(line: bytes) -> dict[str, Any] | None:
    """Read one event; None for what isn't one, or has a number that can't be counted with."""
    try:
        event: Any = parse_json(line.decode("utf-8", "replace"), "event")
    except CkexploreError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) and _is_sound(event) else None


def _is_sound(value: Any) -> bool:
    """Tell whether every number is finite and not so large that sums and quotients of such aren't."""
    if isinstance(value, dict | list):
        return all(map(_is_sound, value.values() if isinstance(value, dict) else value))
    if isinstance(value, int | float):
        return -_LARGEST <= value <= _LARGEST
    return True


class EventRecorder:
    """Puts whole lines into the record, each with its stage and the seconds since that began."""

    def __init__(self, path: Path, stage: int) -> None:
        self._stream = path.open("ab", buffering=0)
        self._stage, self._started = stage, time.monotonic()
        self._partial = b""
        self._room = _LIMIT - self._stream.tell()

    def feed(self, data: bytes) -> None:
        """Take the next bytes; what isn't an event is passed over."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._partial = self._partial[-_LINE_LIMIT:]
        for line in lines:
            event = event_of(line)
            if event is not None:
                stamped = {**event, "stage": self._stage, "t": round(time.monotonic() - self._started, 4)}
                self._record(json.dumps(stamped).encode() + b"\n")

    def _record(self, line: bytes) -> None:
        if self._room <= 0:
            return
        self._room -= len(line)
        if self._room <= 0:
            line = json.dumps({"event": "dropped", "stage": self._stage}).encode() + b"\n"
        try:
            self._stream.write(line)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):  # a full disk loses events, never the job
                raise

    def close(self) -> None:
        """Close the record."""
        self._stream.close()
