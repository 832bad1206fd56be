"""Median time of a function over several repetitions."""

import statistics
import time

REPETITIONS = 9


def median_seconds(function, repetitions=REPETITIONS):
    function()
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
