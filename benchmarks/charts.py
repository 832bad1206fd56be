"""What a redraw of each chart costs, as a ratio to a fixed loop of pure Python in the same run.

The loop is the yardstick: milliseconds differ between machines, the ratios little.
"""

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from ckexplore.actions.report.charts import (
    Axis,
    Chart,
    PlotPoint,
    bars,
    ecdf,
    histogram,
    line,
    scatter,
    scatter_plot,
    svg_text,
)

ROUNDS = 15
WIDTH, HEIGHT = 78, 22
LATENCY, ACCURACY = Axis("latency", "s", logarithmic=True, better="low"), Axis("accuracy", "%", better="high")


def fixed_loop() -> float:
    """Do 20,000 rounds of arithmetic that no data change."""
    total = 0.0
    for number in range(20_000):
        total += (number * 0.5) % 7.0
    return total


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Give the median processor time of some rounds."""
    took: list[float] = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return 1000 * statistics.median(took)


def cases() -> dict[str, tuple[Callable[[], Chart | str], int]]:
    """Give what is measured, and in how many rounds."""
    generator = random.Random(1)
    values = [0.0004 * generator.lognormvariate(0, 0.2) for _ in range(1_000_000)]
    points = [PlotPoint(x, 40 + 30 * generator.random(), group=f"group {n % 3}") for n, x in enumerate(values[:1000])]
    linear = Axis("latency", "s")
    query = Axis("query")
    return {
        "scatter, 1,000 points in 3 groups": (
            lambda: scatter(points, x_axis=LATENCY, y_axis=ACCURACY, width=WIDTH, height=HEIGHT),
            ROUNDS,
        ),
        "the same as SVG": (lambda: svg_text(scatter_plot(points, x_axis=LATENCY, y_axis=ACCURACY)), ROUNDS),
        "histogram, 1,000 values": (
            lambda: histogram(values[:1000], x_axis=linear, width=WIDTH, height=HEIGHT),
            ROUNDS,
        ),
        "histogram, 1,000,000 values": (lambda: histogram(values, x_axis=linear, width=WIDTH, height=HEIGHT), 3),
        "ECDF, 2 series of 1,000": (
            lambda: ecdf({"a": values[:1000], "b": values[1000:2000]}, x_axis=linear, width=WIDTH, height=HEIGHT),
            ROUNDS,
        ),
        "line, 1,000 values": (
            lambda: line({"a": values[:1000]}, x_axis=query, y_axis=linear, width=WIDTH, height=HEIGHT),
            ROUNDS,
        ),
        "line, 1,000,000 values": (
            lambda: line({"a": values}, x_axis=query, y_axis=linear, width=WIDTH, height=HEIGHT),
            3,
        ),
        "20 bars": (
            lambda: bars([f"program {n}" for n in range(20)], values[:20], x_axis=linear, width=WIDTH, height=HEIGHT),
            ROUNDS,
        ),
    }


def import_milliseconds() -> float:
    """Give the processor time of importing the charts, without that of Python and the kernel."""

    def starting(statement: str) -> float:
        command = [sys.executable, "-c", f"{statement}; import time; print(time.process_time())"]
        return min(float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(5))

    return 1000 * (starting("import ckexplore.actions.report.charts") - starting("import ckexplore.actions"))


def main() -> None:
    """Measure, and print one line a case."""
    loop = milliseconds(fixed_loop)
    print(f"{'fixed loop of 20,000 rounds':<36}{loop:9.2f} ms {1:8.2f} x")
    for name, (work, rounds) in cases().items():
        took = milliseconds(work, rounds)
        print(f"{name:<36}{took:9.2f} ms {took / loop:8.2f} x")
    took = import_milliseconds()
    print(f"{'importing the charts':<36}{took:9.2f} ms {took / loop:8.2f} x")


if __name__ == "__main__":
    main()
