"""How often running jobs are looked at: often for somebody at the keys, else as seldom as their display costs.

A job may be a measurement, and whoever draws it shares caches, memory and often the processor with it. So while nobody
types, the program spends no more than a small share of one processor on showing what goes on.
"""

import threading
from time import monotonic, process_time

_AT_KEYS = 5.0  # seconds after a key that somebody counts as being there
_SHORTEST, _LONGEST = 0.05, 2.0  # seconds between two looks
_SHARE = 0.01  # of one processor, at most


class Pace:
    """When to look again; used by the thread that looks, told by the one that reads the keys."""

    def __init__(self) -> None:
        self._touched = monotonic()
        self._used = process_time()
        self._called = threading.Event()

    def touch(self) -> None:
        """Look often again: somebody has used a key or the mouse."""
        rested = monotonic() - self._touched > _AT_KEYS
        self._touched = monotonic()
        if rested:
            self._called.set()

    def rest(self) -> None:
        """Wait until it is time for the next look."""
        self._called.wait(_SHORTEST)
        if monotonic() - self._touched > _AT_KEYS:
            used = process_time()
            self._called.wait(min((used - self._used) / _SHARE, _LONGEST) - _SHORTEST)
            self._used = used
        self._called.clear()
