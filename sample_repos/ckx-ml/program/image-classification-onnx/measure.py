"""Measures how long one call takes, again and again, and sums the latencies up."""

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

SAMPLES_KEPT = 2000

Input = TypeVar("Input")


@dataclass(frozen=True)
class Amount:
    """How much to measure: at least so many calls, and at least so many seconds."""

    warmup: int
    repetitions: int
    minimum_seconds: float


class Watcher:
    """Is told about the calls measured since the last time, between two timed calls; does nothing itself."""

    seconds_between_reports = 0.1

    def report(self, latencies_ns: Sequence[int], seconds: float) -> None:
        """All latencies so far, in nanoseconds, and the seconds since the first call."""


def measure(call: Callable[[Input], object], inputs: Sequence[Input], amount: Amount, watcher: Watcher) -> np.ndarray:
    """The latency in seconds of each timed call; the calls take the inputs in turn.

    Only `call` itself is inside the timed region. A report to the watcher is followed by one call that is not
    timed, because the report has pushed the model out of the processor's caches.
    """
    clock = time.perf_counter_ns
    for turn in range(amount.warmup):
        call(inputs[turn % len(inputs)])

    latencies = array("q")
    pause = int(watcher.seconds_between_reports * 1e9)
    minimum = int(amount.minimum_seconds * 1e9)
    started = end = clock()
    next_report = started + pause
    while len(latencies) < amount.repetitions or end - started < minimum:
        argument = inputs[len(latencies) % len(inputs)]
        begin = clock()
        call(argument)
        end = clock()
        latencies.append(end - begin)
        if end >= next_report:
            watcher.report(latencies, (end - started) / 1e9)
            call(argument)
            next_report = clock() + pause
    watcher.report(latencies, (end - started) / 1e9)
    return np.frombuffer(latencies, dtype=np.int64) / 1e9


def summarise(latencies: np.ndarray, images_per_call: int) -> dict[str, float]:
    """Characteristics of latencies in seconds; percentiles are interpolated, throughput is in images per second."""
    summary = {
        "execution_time": float(np.median(latencies)),
        "latency_min_s": float(latencies.min()),
        "latency_median_s": float(np.median(latencies)),
        "latency_mean_s": float(latencies.mean()),
        "latency_p90_s": float(np.percentile(latencies, 90)),
        "latency_p99_s": float(np.percentile(latencies, 99)),
        "latency_max_s": float(latencies.max()),
        "throughput_per_s": images_per_call * len(latencies) / float(latencies.sum()),
    }
    return {name: round(value, 12) for name, value in summary.items()}


def kept_samples(latencies: np.ndarray) -> Mapping[str, object]:
    """At most SAMPLES_KEPT latencies, evenly spaced over the run, and every how many calls one was kept."""
    every = max(1, -(-len(latencies) // SAMPLES_KEPT))
    return {"latencies_s": [round(value, 9) for value in latencies[::every].tolist()], "latencies_s_every": every}
