"""Processor time of detecting gcc and of compiling a program, of ours and of the original ck, in turns in one run.

    python benchmarks/ck_processor_time.py --repositories ck-env ck-autotuning ctuning-programs … \\
        --original VENV/bin/ck --folder F

Each is user and system time of the whole tree of processes, supervisors included. What the compiler itself takes is
measured in the same turns, with the very commands that ck gave, and both are compared by what they use beyond it. Of
a program that several repositories have, ck compiles every copy.
"""

import argparse
import os
import re
import shlex
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from parity_original import Original
from parity_ours import Ours
from parity_process import Ended

_SECONDS = 300.0
_PROGRAM = "cbench-automotive-susan"
_COMMAND = re.compile(r"^gcc\S* .*$", re.MULTILINE)
_VERSION = re.compile(r"^\s+(/\S+ --version) > ", re.MULTILINE)


def main() -> int:
    """Measure, and print medians and ratios; the exit code is 1 when ours uses more beyond the compiler."""
    options = _options()
    folder, roots = options.folder.resolve(), [root.resolve() for root in options.repositories]
    tools = {
        "ours": Ours(options.program.absolute(), _made(folder / "ours"), roots),
        "ck": Original(options.original.absolute(), _made(folder / "theirs"), roots),
    }
    for tool in tools.values():
        tool.prepare()
    worse = _detection(tools, options.turns)
    worse += _compilation(tools, options.turns)
    return 1 if worse else 0


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _detection(tools: dict[str, Ours | Original], turns: int) -> int:
    """Detect from a home where nothing is registered."""

    def one(name: str) -> Ended:
        tools[name].renew()
        return _well(tools[name].command("detect", _SECONDS, "detect", "soft:compiler.gcc"))

    asked = _VERSION.findall(one("ck").output)
    lines = [words for words in map(shlex.split, asked) if os.access(words[0], os.X_OK)]
    return _told("detect soft:compiler.gcc", tools, one, lines, Path.cwd(), turns)


def _compilation(tools: dict[str, Ours | Original], turns: int) -> int:
    """Compile in a home that has everything that the program needs."""

    def one(name: str) -> Ended:
        return _well(tools[name].command("compile", _SECONDS, "compile", f"program:{_PROGRAM}"))

    for name in tools:
        one(name)
    lines = [shlex.split(line) for line in _COMMAND.findall(one("ck").output)]
    folders = [root / "program" / _PROGRAM / "tmp" for root in tools["ck"].roots]
    copies = [folder for folder in folders if folder.is_dir()]
    return _told(f"compile program:{_PROGRAM}", tools, one, lines, copies[0], turns, copies=len(copies))


def _well(ended: Ended) -> Ended:
    if ended.code != 0:
        raise RuntimeError(f"it ended with {ended.code}: {ended.output[-500:]}")
    return ended


def _told(
    what: str,
    tools: dict[str, Ours | Original],
    one: Callable[[str], Ended],
    lines: list[list[str]],
    folder: Path,
    turns: int,
    copies: int = 1,
) -> int:
    """Measure in turns, and tell; give 1 when ours uses more beyond the compiler than the original.

    The commands `lines` are for so many copies of what ours does once.
    """
    used: dict[str, list[float]] = {name: [] for name in (*tools, "gcc")}
    for _ in range(turns):
        for name in tools:
            used[name].append(one(name).processor)
        used["gcc"].append(sum(_processor(words, folder) for words in lines))
    medians = {name: statistics.median(values) for name, values in used.items()}
    beyond = {"ours": medians["ours"] - medians["gcc"] / copies, "ck": medians["ck"] - medians["gcc"]}
    several = f", ck for {copies} copies" if copies > 1 else ""
    print(f"{what}, {turns} turns, {len(lines)} commands of the compiler's{several}")
    for name, values in used.items():
        spread = f"{min(values):.3f}-{max(values):.3f}"
        print(
            f"  {name:5} {medians[name]:.3f} s ({spread})"
            + (f", beyond gcc {beyond[name]:.3f}" if name in beyond else "")
        )
    print(f"  ours / ck beyond gcc: {beyond['ours'] / beyond['ck']:.2f}")
    return int(beyond["ours"] > beyond["ck"])


def _processor(words: list[str], folder: Path) -> float:
    before = os.times()
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, nargs="+", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--original", type=Path, required=True)
    parser.add_argument("--program", type=Path, default=Path(sys.executable).with_name("ckexplore"))
    parser.add_argument("--turns", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
