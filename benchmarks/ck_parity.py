"""Try every soft and every program of public CK repositories, unattended and without network, and say what came of it.

    python benchmarks/ck_parity.py --repositories ck-env ck-autotuning ctuning-programs … --folder ours
    python benchmarks/ck_parity.py --repositories … --folder theirs --original VENV/bin/ck --against ours

One row each is in `parity.csv` of the folder, with the reason in one line; what each command wrote is in `output`.
A sweep that was ended goes on where it was; `--again` tries those anew that it comes to. Needs `unshare`.
The exit code is 1 when anything hung, asked or printed a traceback.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Protocol

from parity_attempts import Attempt, Attempts, Row, differences, summary, write_table
from parity_original import Original
from parity_ours import Ours
from parity_subjects import Subject, subjects

_MODULES = ("soft", "program")
_SECONDS = {"soft": 60.0, "program": 120.0}


class Tool(Protocol):
    """What is tried: ours, or the original."""

    @property
    def roots(self) -> Sequence[Path]: ...
    def prepare(self) -> None: ...
    def soft(self, subject: Subject, seconds: float) -> Attempt: ...
    def program(self, subject: Subject, seconds: float) -> Attempt: ...


def main() -> int:
    options = _options()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    roots = [root.resolve() for root in options.repositories]
    if options.original:
        tool: Tool = Original(options.original.absolute(), folder, roots)
    else:
        tool = Ours(options.program.absolute(), folder, roots)
    tool.prepare()
    attempts = Attempts(folder / "attempts")
    chosen = [options.only] if options.only else list(_MODULES)
    rows: list[Row] = []
    for module in chosen:
        of_module = [one for one in subjects(tool.roots, module) if fnmatch(one.alias, options.names)]
        rows += swept(tool, attempts, of_module, seconds=options.seconds or _SECONDS[module], again=options.again)
    write_table(folder / "parity.csv", rows)
    print("\n".join(summary(rows)))
    if options.against:
        other = Attempts(options.against / "attempts")
        theirs = [(subject, kept) for subject, _ in rows if (kept := other.kept(subject))]
        print(f"beside {options.against}, + reached only here, - only there, and why not:")
        print("\n".join(differences(rows, theirs)))
    return int(any(attempt.outcome == "timed out" or attempt.asked or attempt.traceback for _, attempt in rows))


def swept(
    tool: Tool, attempts: Attempts, chosen: Sequence[Subject], *, seconds: float, again: bool = False
) -> list[Row]:
    """Try all that weren't tried yet, or all with `again`; give them all with what came of it."""
    rows: list[Row] = []
    for number, subject in enumerate(chosen, 1):
        attempt = None if again else attempts.kept(subject)
        if attempt is None:
            attempt = tool.soft(subject, seconds) if subject.module == "soft" else tool.program(subject, seconds)
            attempts.keep(subject, attempt)
            told = attempt.reason or "; ".join(f"{one.path} {one.version}" for one in attempt.found)
            clock = time.strftime("%H:%M:%S")
            print(f"{clock} {number}/{len(chosen)} {subject.alias}: {attempt.outcome} {told}"[:200], flush=True)
        rows.append((subject, attempt))
    return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repositories", nargs="+", type=Path, required=True, metavar="DIR")
    parser.add_argument("--folder", type=Path, required=True, help="where the home, the outputs and the table are kept")
    parser.add_argument("--program", type=Path, default=Path(sys.executable).with_name("ckexplore"))
    parser.add_argument("--original", type=Path, metavar="CK", help="try the original ck instead: the path of its `ck`")
    parser.add_argument("--only", choices=_MODULES)
    parser.add_argument("--names", default="*", metavar="PATTERN")
    parser.add_argument(
        "--seconds", type=float, help="the limit of one command; a soft has 60, a program 120 otherwise"
    )
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="name the differences to that sweep")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
