"""Prints new speedups beside those of the paper."""

import csv
import sys
from pathlib import Path

REFERENCE = Path("/home/keller/projects/ordered-lookups/results")


def speedups(path):
    with open(path) as file:
        return [(row[0], row[-1]) for row in list(csv.reader(file))[1:]]


def main():
    folder = Path(sys.argv[1])
    for name in ("table1.csv", "table2.csv"):
        print(name)
        for (key, new), (_, old) in zip(speedups(folder / name), speedups(REFERENCE / name)):
            print(f"  {key:>9}  new {new:>6}  paper {old:>6}")


if __name__ == "__main__":
    main()
