"""What a program pays for being watched: the same program beside the real browser, which is stopped and let go on."""

import os
import random
import signal
import statistics
import struct
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from catalog_terminal import Terminal
from pane_job import browser_beside

# Blocks of equal work, each timed by the program itself; a line after each and an event after ten, as in a training.
_PROGRAM = """
import json, os, struct, sys, time
events, blocks = int(os.environ["CKEXPLORE_EVENTS"]), open(sys.argv[1], "wb", buffering=0)
number = 0
while True:
    started, used = time.monotonic(), time.thread_time()
    sum(i * i for i in range(150_000))
    blocks.write(struct.pack("ddd", started, time.monotonic() - started, time.thread_time() - used))
    number += 1
    print(f"step {number}, loss {1 / number:.6f}", flush=True)
    if number % 10 == 0:
        os.write(events, json.dumps({"event": "sample", "name": "loss", "value": 1 / number}).encode() + b"\\n")
"""
_BLOCK = struct.Struct("ddd")
_PHASE = 1.5  # seconds
_SETTLING = 0.3  # seconds after a switch that count for neither
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Cost:
    """The ratio of watched to unwatched time: the median over the pairs of phases, and its 95 % interval."""

    median: float
    low: float
    high: float
    pairs: int


def watched_costs(pairs: int) -> dict[str, Cost]:
    """Let a program run beside the browser, watched and unwatched by turns; give the cost in "wall" and "processor"."""
    with tempfile.NamedTemporaryFile(prefix="ckexplore-benchmark-") as record:
        with browser_beside(_PROGRAM, record.name) as terminal:
            phases = _phases(terminal, pairs)
        data = Path(record.name).read_bytes()
    blocks = list(_BLOCK.iter_unpack(data[: len(data) // _BLOCK.size * _BLOCK.size]))
    times = [(watched, [block for block in blocks if begun <= block[0] < ended]) for watched, begun, ended in phases]
    return {name: _cost(times, column) for name, column in (("wall", 1), ("processor", 2))}


def _phases(terminal: Terminal, pairs: int) -> list[tuple[bool, float, float]]:
    """Stop the browser and let it go on; give for each phase whether it ran, and from when to when that counts.

    The order within a pair changes by turns, so that what drifts doesn't look like a cost.
    """
    terminal.rest(6.0)
    if b"loss" not in terminal.written:
        raise TimeoutError("the browser doesn't show the job")
    phases: list[tuple[bool, float, float]] = []
    for number in range(pairs):
        for watched in (True, False) if number % 2 else (False, True):
            os.kill(terminal.number, signal.SIGCONT if watched else signal.SIGSTOP)
            begun = time.monotonic()
            terminal.rest(_PHASE)
            phases.append((watched, begun + _SETTLING, time.monotonic()))
    return phases


def _cost(times: list[tuple[bool, list[tuple[float, ...]]]], column: int) -> Cost:
    ratios: list[float] = []
    for (watched, first), (_, second) in list(pairwise(times))[::2]:
        quotient = statistics.mean(one[column] for one in first) / statistics.mean(one[column] for one in second)
        ratios.append(quotient if watched else 1 / quotient)
    medians = sorted(statistics.median(random.choices(ratios, k=len(ratios))) for _ in range(_RESAMPLES))
    low, high = medians[int(_RESAMPLES * 0.025)], medians[int(_RESAMPLES * 0.975)]
    return Cost(statistics.median(ratios), low, high, len(ratios))
