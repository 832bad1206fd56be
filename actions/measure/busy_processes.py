"""Which other processes keep the processors busy: their processor time out of /proc, between two looks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...store.untrusted import safe_line
from .reading import folders_in, text_in

ROOT = Path("/")
_NAME_LIMIT = 32
_TICKS_A_SECOND = 100

Ticks = tuple[int, int]
"""Hundredths of seconds: of a process, and of its children that have ended."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A process and the share of one processor that it used; 2 is two processors."""

    number: int
    name: str
    share: float


def process_ticks(root: Path = ROOT) -> dict[int, Ticks]:
    """Give the processor time of each process, and of its children that have ended (man 5 proc, stat 14 to 17)."""
    found: dict[int, Ticks] = {}
    for folder in folders_in(root / "proc"):
        if folder.name.isdecimal():
            # The name may hold blanks and brackets: the columns are counted from its last bracket.
            columns = text_in(folder / "stat").rpartition(")")[2].split()[11:15]
            if len(columns) == 4 and all(map(str.isdecimal, columns)):
                found[int(folder.name)] = (int(columns[0]) + int(columns[1]), int(columns[2]) + int(columns[3]))
    return found


def busiest(
    before: Mapping[int, Ticks], after: Mapping[int, Ticks], seconds: float, root: Path = ROOT, least: float = 0.05
) -> list[Busy]:
    """List the other processes that used at least this share of a processor in so many seconds, the busiest first.

    What starts short programs is counted with them, as they are gone before anybody could end them. The first process,
    which takes over orphans, is left out: nobody can end it.
    """
    shares = {
        number: _ticks_used(before[number], ticks, seconds) / _TICKS_A_SECOND / seconds
        for number, ticks in after.items()
        if number in before and number not in (1, os.getpid())
    }
    found = [Busy(number, _name(root, number), share) for number, share in shares.items() if share >= least]
    return sorted(found, key=lambda one: (-one.share, one.number))


def _ticks_used(before: Ticks, after: Ticks, seconds: float) -> int:
    """Give the time used; without that of children where it began before, as one adds all of its time when it ends."""
    own, of_children = after[0] - before[0], after[1] - before[1]
    most = seconds * _TICKS_A_SECOND * (os.cpu_count() or 1)
    return own + of_children if own + of_children <= 1.1 * most else own


def _name(root: Path, number: int) -> str:
    return safe_line(text_in(root / f"proc/{number}/comm"), _NAME_LIMIT) or "unknown"
