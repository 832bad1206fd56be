"""The job pane: how long a key waits under 100,000 lines a second, and what being watched costs the program.

python benchmarks/pane.py [--seconds=10] [--pairs=40]
"""

import argparse
import sys

from pane_cost import watched_costs
from pane_keys import key_times

LINES_A_SECOND = 100_000
KEY_LIMIT = 0.050  # seconds
COST_LIMIT = 0.01


def main() -> int:
    """Measure, print, and give 1 when a median key beside the flood or a whole interval exceeds its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--pairs", type=int, default=40)
    options = parser.parse_args()
    slowest = 0.0  # median of a kind of key beside the flood
    for rate in (0, LINES_A_SECOND):
        for name, times in key_times(options.seconds, rate).items():
            ordered = sorted(times)
            middle, *late = (ordered[int(len(ordered) * part)] for part in (0.5, 0.95, 0.99))
            slowest = max(slowest, middle) if rate else slowest
            told = ", ".join(f"p{part} {seconds * 1e3:.1f}" for part, seconds in zip((95, 99), late, strict=True))
            print(
                f"key {name}, {rate:,} lines a second: median {middle * 1e3:.1f} ms, {told}, "
                f"longest {ordered[-1] * 1e3:.1f} of {len(ordered)}"
            )
    costs = watched_costs(options.pairs)
    for name, cost in costs.items():
        print(
            f"{name} time, watched to unwatched: {cost.median:.4f} "
            f"(95 % interval {cost.low:.4f} to {cost.high:.4f}, {cost.pairs} pairs)"
        )
    return 1 if slowest > KEY_LIMIT or costs["wall"].low > 1 + COST_LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
