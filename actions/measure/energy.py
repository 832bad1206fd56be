"""The energy that the processors used, from the counters of RAPL (Running Average Power Limit) in /sys.

Each package counts micro-joules and starts again at its range (kernel documentation, "Power Capping Framework"). Since
2020 only the administrator may read them (CVE-2020-8694): what can't be read is unknown, never zero.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .reading import folders_in, number_in, text_in

ROOT = Path("/")
_ZONE = re.compile(r"intel-rapl:\d+")  # those inside of it, intel-rapl:0:1, are counted in it; AMD's have this name too


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter: what it has counted, and where it starts again; micro-joules both."""

    counted: int
    range: int


def read_counters(root: Path = ROOT) -> dict[str, Counter] | None:
    """Read the counter of each package, by its folder; None where one can't be read, since the sum would lack it."""
    found: dict[str, Counter] = {}
    for zone in folders_in(root / "sys/class/powercap"):
        if not _ZONE.fullmatch(zone.name) or not text_in(zone / "name").startswith("package"):
            continue
        counted, reaches = number_in(zone / "energy_uj"), number_in(zone / "max_energy_range_uj")
        if counted is None or not reaches:
            return None
        found[zone.name] = Counter(int(counted), int(reaches))
    return found or None


def joules(before: Mapping[str, Counter] | None, after: Mapping[str, Counter] | None) -> float | None:
    """Give the energy of all packages between two readings, in joules; None where it isn't known.

    A counter may have started again once: ranges are for an hour or so at full power. It is the energy of everything
    that ran in that time, of other processes too.
    """
    if not before or not after or before.keys() != after.keys():
        return None
    used = [_used(before[name], after[name]) for name in before]
    return sum(used) / 1e6


def _used(before: Counter, after: Counter) -> int:
    used = after.counted - before.counted
    return used if used >= 0 else used + before.range
