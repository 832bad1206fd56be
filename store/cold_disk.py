"""Many small files on a cold disk: several threads look at them ahead, so that their waits don't add up.

On a warm cache threads would cost more than they save; so the first few files show which it is.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from time import perf_counter, thread_time
from typing import TypeVar

from .errors import CkexploreError

File = TypeVar("File")
"""Whatever names a file to the caller."""

_FEW = 6
_WAITED = 0.000_03  # seconds a file in which the thread did not compute: next to none when the cache has it
_AT_ONCE = 8
_CHUNK = 8


def warmed(files: Sequence[File], look: Callable[[File], object]) -> Iterator[Sequence[File]]:
    """Give the files in two parts: a few, and all others, at which threads took a `look` if the few were waited for.

    The time between the two parts is the caller's for the few. What a look raises is left for the caller to meet.
    """
    waited = _waited()
    yield files[:_FEW]
    if len(files) > _FEW:
        rest = files[_FEW:]
        if _waited() - waited > _FEW * _WAITED:
            _look_ahead(rest, look)
        yield rest


def _waited() -> float:
    """Give the seconds, from some moment on, in which this thread didn't compute."""
    return perf_counter() - thread_time()


def _look_ahead(files: Sequence[File], look: Callable[[File], object]) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (seldom needed)

    def look_at_some(first: int) -> None:
        for file in files[first : first + _CHUNK]:
            with suppress(OSError, CkexploreError):
                look(file)

    with ThreadPoolExecutor(min(_AT_ONCE, 4 * (os.cpu_count() or 1))) as pool:
        deque(pool.map(look_at_some, range(0, len(files), _CHUNK)), maxlen=0)
