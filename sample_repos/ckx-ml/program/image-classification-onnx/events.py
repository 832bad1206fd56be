"""Tells a watching program how a run goes: one JSON object a line, to the file descriptor in CKEXPLORE_EVENTS.

Without that variable nothing is written. The events:

- `{"event": "progress", "done": 120, "total": 3000}`
- `{"event": "sample", "name": "latency", "unit": "s", "values": [...], "measured": 812}`: at most `VALUES_PER_BATCH`
  of the values measured since the last such line, evenly spaced; `measured` is how many there were
- `{"event": "result", "characteristics": {...}}`
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence

SECONDS_BETWEEN_BATCHES = 0.1
VALUES_PER_BATCH = 500


def evenly_spaced(values: Sequence[float], limit: int) -> list[float]:
    """At most `limit` of the values, in their order, the same distance apart."""
    step = max(1, -(-len(values) // limit))
    return list(values[::step])


class EventStream:
    """Writes events, or does nothing when nobody listens."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    @classmethod
    def from_environment(cls) -> "EventStream":
        """The stream named by CKEXPLORE_EVENTS; raises ValueError when that is no open file descriptor."""
        text = os.environ.get("CKEXPLORE_EVENTS", "")
        if not text:
            return cls(None)
        try:
            descriptor = int(text)
            os.fstat(descriptor)
        except (ValueError, OSError) as error:
            raise ValueError(f"CKEXPLORE_EVENTS is {text!r}, which is no open file descriptor") from error
        return cls(descriptor)

    def progress(self, done: int, total: int) -> None:
        self._write({"event": "progress", "done": done, "total": total})

    def samples(self, name: str, unit: str, values: Sequence[float]) -> None:
        shown = evenly_spaced(values, VALUES_PER_BATCH)
        self._write({"event": "sample", "name": name, "unit": unit, "values": shown, "measured": len(values)})

    def result(self, characteristics: Mapping[str, object]) -> None:
        self._write({"event": "result", "characteristics": characteristics})

    def _write(self, event: Mapping[str, object]) -> None:
        if self._descriptor is None:
            return
        rest = (json.dumps(event, separators=(",", ":")) + "\n").encode()
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except BrokenPipeError:
            # The watcher went away; the measurement is still wanted.
            print("nobody reads the events any more; going on without them", file=sys.stderr)
            self._descriptor = None
