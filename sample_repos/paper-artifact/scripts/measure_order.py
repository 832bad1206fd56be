"""Experiment 1: the same queries in random and in ascending order, for tables of growing size (Table 1)."""

import csv
import sys
from pathlib import Path

import numpy as np

from timing import median_seconds

QUERIES = 1_000_000
SEED = 2021
HERE = Path(__file__).resolve().parent.parent


def read_sizes():
    with open(HERE / "data" / "table-sizes.csv") as file:
        return [int(row["elements"]) for row in csv.DictReader(file)]


def measure(size, rng):
    table = np.sort(rng.integers(0, 2**62, size))
    queries = rng.integers(0, 2**62, QUERIES)
    ascending = np.sort(queries)
    random_ns = 1e9 * median_seconds(lambda: np.searchsorted(table, queries)) / QUERIES
    ascending_ns = 1e9 * median_seconds(lambda: np.searchsorted(table, ascending)) / QUERIES
    return random_ns, ascending_ns


def main():
    output = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "output")
    rng = np.random.default_rng(SEED)
    with open(output / "table1.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["elements", "kilobytes", "random_ns", "ascending_ns", "speedup"])
        for size in read_sizes():
            random_ns, ascending_ns = measure(size, rng)
            row = [size, size * 8 // 1024, f"{random_ns:.1f}", f"{ascending_ns:.1f}", f"{random_ns / ascending_ns:.2f}"]
            writer.writerow(row)
            print("  ".join(str(value) for value in row), flush=True)


if __name__ == "__main__":
    main()
