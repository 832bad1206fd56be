"""Says for each claim whether the measured tables support it; ends with status 1 if one is not supported."""

import csv
import sys
from pathlib import Path


def read(folder, name):
    with open(folder / name) as file:
        return list(csv.DictReader(file))


def main():
    folder = Path(sys.argv[1])
    order = {int(row["elements"]): float(row["speedup"]) for row in read(folder, "table1.csv")}
    sorting = {int(row["queries"]): float(row["speedup"]) for row in read(folder, "table2.csv")}
    large = [speedup for elements, speedup in order.items() if elements >= 4_194_304]
    claims = [
        ("claim 1a: ascending order is at least 4 times as fast for every table", min(order.values()) >= 4),
        ("claim 1b: and at least 10 times for tables of 32 MB and more", min(large) >= 10),
        ("claim 2a: sorting first pays off from 4,096 queries on", all(s > 1 for q, s in sorting.items() if q >= 4096)),
        ("claim 2b: and does not for 256 queries or fewer", all(s < 1 for q, s in sorting.items() if q <= 256)),
    ]
    for sentence, supported in claims:
        print(f"{'supported' if supported else 'NOT SUPPORTED':14} {sentence}")
    sys.exit(0 if all(supported for _, supported in claims) else 1)


if __name__ == "__main__":
    main()
