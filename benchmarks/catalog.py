"""The catalog's figures, each beside a floor or peer of the same run, with its aim and whether that is met.

Every figure is printed whatever it is: a benchmark is no test. What a peer is missing for is said and left out. Made
repositories stay where they are, since making 100,000 artifacts takes minutes.

    python benchmarks/catalog.py [--artifacts 20000] [--rows 200000] [--trees FOLDER] [--repositories FOLDER ...]
                                 [--only index|live|search|screen|commands ...]

Peers: ck, rg, git, cm and mlc on the PATH, or named by CKEXPLORE_CK, CKEXPLORE_RG and so on.
"""

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import catalog_commands
import catalog_index
import catalog_live
import catalog_screen
import catalog_search
from artifact_trees import REPOSITORY_SIZE
from catalog_figures import HEADER, Line, NotMeasured
from catalog_setting import Setting

PARTS: dict[str, Callable[[Setting], Iterator[Line]]] = {
    "index": catalog_index.lines,
    "live": catalog_live.lines,
    "search": catalog_search.lines,
    "screen": catalog_screen.lines,
    "commands": catalog_commands.lines,
}


def main() -> None:
    """Measure what the command line says, and print a line a figure."""
    asked = _arguments()
    given = [folder.resolve() for folder in asked.repositories]
    artifacts = REPOSITORY_SIZE * math.ceil(asked.artifacts / REPOSITORY_SIZE)
    setting = Setting(artifacts, asked.rows or 10 * artifacts, asked.trees.resolve(), given)
    setting.made()
    load = os.getloadavg()[0]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load {load:.1f}")
    print(HEADER)
    for name in asked.only or PARTS:
        try:
            for line in PARTS[name](setting):
                print(line.line(), flush=True)
        except Exception as error:  # the other figures are worth having
            print(NotMeasured(name, f"{type(error).__name__}: {error}").line(), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the catalog costs, beside floors and peers.")
    parser.add_argument("--artifacts", type=int, default=20_000, help="how many are made on the disk")
    parser.add_argument("--rows", type=int, help="how many are searched in memory; ten times as many when not given")
    parser.add_argument("--trees", type=Path, default=Path(tempfile.gettempdir()) / "ckexplore-benchmark-trees")
    parser.add_argument(
        "--repositories", type=Path, nargs="+", action="extend", default=[], help="read these, not made ones"
    )
    parser.add_argument("--only", choices=PARTS, nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    main()
