"""Experiment 2: is it worth sorting the queries first? For growing numbers of queries (Table 2)."""

import csv
import sys
from pathlib import Path

import numpy as np

from timing import median_seconds

ELEMENTS = 8_388_608
HERE = Path(__file__).resolve().parent.parent


def read_counts():
    with open(HERE / "data" / "query-counts.csv") as file:
        return [int(row["queries"]) for row in csv.DictReader(file)]


def sort_then_search(table, queries):
    order = np.argsort(queries)
    found = np.empty(len(queries), dtype=np.int64)
    found[order] = np.searchsorted(table, queries[order])
    return found


def measure(table, count, rng):
    queries = rng.integers(0, 2**62, count)
    assert np.array_equal(sort_then_search(table, queries), np.searchsorted(table, queries))
    direct = median_seconds(lambda: np.searchsorted(table, queries))
    presorted = median_seconds(lambda: sort_then_search(table, queries))
    return direct, presorted


def main():
    output = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "output")
    rng = np.random.default_rng()
    table = np.sort(rng.integers(0, 2**62, ELEMENTS))
    with open(output / "table2.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["queries", "direct_ms", "sort_then_search_ms", "speedup"])
        for count in read_counts():
            direct, presorted = measure(table, count, rng)
            row = [count, f"{1e3 * direct:.4f}", f"{1e3 * presorted:.4f}", f"{direct / presorted:.2f}"]
            writer.writerow(row)
            print("  ".join(str(value) for value in row), flush=True)


if __name__ == "__main__":
    main()
