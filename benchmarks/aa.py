"""Whether comparisons can be believed: the same program against itself, and against 1.4 times its work.

Each pair is compared as ckexplore compares: blocks in fresh processes, interleaved as AB, BA, AB, …; the median of
each block; `compare`; from 12 blocks on it is `enough` when the interval is narrow, at the latest after 40. Of 40 pairs
of equals at most 1 may be called different, of 40 real differences at least 36 must be found, and none of them the
wrong way round. `--noise` does the same while busy processes come and go in bursts. The exit code is 1 when that
doesn't hold.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

from ckexplore.actions.measure.statistics import Comparison, compare, enough, warm_up_length

FEWEST, MOST, STEP = 12, 40, 4  # blocks
WIDTH = 0.25  # of the interval, relative to the ratio
AMOUNT = 5_000
RATIO = 1.4
MOST_FALSE, FEWEST_FOUND = 1 / 40, 36 / 40

# The piece of work has calls, dictionaries and floating-point numbers in it, as interpreters' programs do: a process
# gets its hash seed and its addresses by chance, so that processes differ beyond what the clock shows in any of them.
BLOCK = """
import sys, time
amount, iterations = int(sys.argv[1]), int(sys.argv[2])
def step(value, table):
    table[value % 97] = table.get(value % 89, 0.0) * 0.5 + value
    return value + 1
def work():
    table, value = {}, 0
    while value < amount:
        value = step(value, table)
for _ in range(iterations):
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started)
"""
BUSY = """
import os, random, sys, time
generator = random.Random(int(sys.argv[1]))
while os.getppid() == int(sys.argv[2]):  # else whoever started it was killed
    end = time.monotonic() + generator.uniform(0.05, 1.0)
    while time.monotonic() < end:
        pass
    time.sleep(generator.uniform(0.05, 1.0))
"""


def block(amount: int, iterations: int) -> float:
    """Measure one block in a fresh process: the median of its iterations after the warm-up, in seconds."""
    command = [sys.executable, "-I", "-S", "-c", BLOCK, str(amount), str(iterations)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    values = [float(line) for line in done.stdout.split()]
    return median(values[warm_up_length(values) :])


def pair(a: int, b: int, iterations: int, seed: int) -> tuple[Comparison, int]:
    """Measure two amounts of work in turns, and give their comparison and how many blocks it took."""
    found: dict[str, list[float]] = {"a": [], "b": []}
    for number in range(MOST):
        for name in "ab" if number % 2 == 0 else "ba":
            found[name].append(block(a if name == "a" else b, iterations))
        if number + 1 >= FEWEST and (number + 1) % STEP == 0:
            so_far = compare(found["a"], found["b"], seed=seed)
            if enough(so_far, WIDTH):
                break
    return compare(found["a"], found["b"], seed=seed), len(found["a"])


@contextmanager
def bursts(count: int) -> Iterator[None]:
    """Let processes be busy in bursts, about half of the time each."""
    busy = [
        subprocess.Popen([sys.executable, "-I", "-S", "-c", BUSY, str(seed), str(os.getpid())]) for seed in range(count)
    ]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def compared(name: str, amounts: tuple[int, int], iterations: int, seeds: list[int]) -> list[Comparison]:
    """Compare many pairs; print the verdicts, and how far the ratios were from the true one."""
    pairs = [pair(*amounts, iterations, seed) for seed in seeds]
    found, true_ratio = [one for one, _ in pairs], amounts[1] / amounts[0]
    off = [abs(one.ratio / true_ratio - 1) for one in found if one.ratio is not None]
    widths = [one.interval.high / one.interval.low - 1 for one in found if one.interval is not None]
    verdicts = Counter(one.verdict for one in found)
    print(f"{name}: {len(found)} pairs; " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    print(f"  ratio off by {median(off):.1%} (median), {quantiles(off, n=20)[-1]:.1%} (95th percentile)")
    blocks = sorted(count for _, count in pairs)
    print(f"  the interval is {median(widths):.1%} wide (median), after {blocks[0]} to {blocks[-1]} blocks", end="")
    print(f" ({sum(blocks) / len(blocks):.0f} on average)", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    usable = len(os.sched_getaffinity(0))
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--iterations", type=int, default=8, help="in each block")
    parser.add_argument("--noise", type=int, nargs="?", const=usable, default=0, metavar="PROCESSES")
    options = parser.parse_args()
    started = time.monotonic()
    generator = random.Random(0)
    with bursts(options.noise):
        seeds = [generator.randrange(1 << 30) for _ in range(options.pairs)]
        equals = compared("A/A, the same work", (AMOUNT, AMOUNT), options.iterations, seeds)
        more = round(RATIO * AMOUNT)
        differing = compared(f"A/B, {RATIO} times the work", (AMOUNT, more), options.iterations, seeds)
    false = sum(one.verdict != "can't tell" for one in equals)
    right = sum(one.verdict == "worse" for one in differing)
    wrong = sum(one.verdict == "better" for one in differing)
    holds = false <= MOST_FALSE * options.pairs and right >= FEWEST_FOUND * options.pairs and not wrong
    busy = f"{options.noise} busy processes" if options.noise else "nothing added"
    print(f"{busy}: {false} false, {right} found, {wrong} the wrong way round of {options.pairs}", end="; ")
    print(f"{'it holds' if holds else 'it does not hold'} ({time.monotonic() - started:.0f} s)")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
