"""How steady this machine is: a fixed piece of work, repeated in a fresh process, `python -m …measure.jitter SECONDS`.

The work is arithmetic alone, in memory that every cache holds: what varies is the machine.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

from ...store.errors import FailedError
from ...store.untrusted import safe_line
from .statistics import spread, warm_up_length

SECONDS = 1.0
_ROUNDS = 10_000
_LONGEST = 30.0


@dataclass(frozen=True, slots=True)
class Jitter:
    """Seconds that the piece of work took: `p99_ratio` is the 99th percentile relative to the median."""

    repetitions: int
    median: float
    p99_ratio: float
    spread: float
    outliers: int


def measure_jitter(seconds: float = SECONDS) -> Jitter:
    """Repeat the work in a fresh process for some seconds. Raises FailedError when that process fails."""
    command = [sys.executable, "-P", "-B", "-m", __name__, str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + _LONGEST)
        return summarised(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        told = str(getattr(error, "stderr", "") or error).strip().rpartition("\n")[2]
        raise FailedError(f"the test of steadiness failed: {safe_line(told, 200)}; try again") from error


def summarised(values: list[float]) -> Jitter:
    """Sum up how long each repetition took, without the first ones. Raises ValueError for fewer than two values."""
    if len(values) < 2:
        raise ValueError("the work was not repeated")
    steady = sorted(values[warm_up_length(values) :])
    middle, spreads = median(steady), spread(steady)
    high = steady[min(len(steady) - 1, int(0.99 * len(steady)))]
    return Jitter(len(steady), middle, high / middle, spreads.relative or 0.0, spreads.outliers)


def repeat_work(seconds: float) -> list[float]:
    """Do the piece of work again and again, at least twice, and give how long each time took."""
    clock = time.perf_counter
    took: list[float] = []
    end = clock() + seconds
    while len(took) < 2 or clock() < end:
        started = clock()
        total = 0
        for number in range(_ROUNDS):
            total += number * number % 7
        took.append(clock() - started)
    return took


if __name__ == "__main__":
    sys.stdout.write(json.dumps(repeat_work(float(sys.argv[1]))))
