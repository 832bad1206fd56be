"""What disturbed a measurement: the machine's own counters, read before and after a block and never during it.

Everything is read out of /proc and /sys, in less than two milliseconds. What a machine doesn't tell is None,
never zero. Where there is no /proc, as on macOS, that is everything but the time.
"""

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .reading import folders_in, number_in, text_in

ROOT = Path("/")
_IDLE = (3, 4)  # idle and iowait, among the columns of /proc/stat (man 5 proc)
_STEAL = 7
_TOLD_TIMES = 8  # the columns after it, guest and guest_nice, are in user and nice already
_MOST_PROCESSORS = 8  # of which frequency and throttling are read; of more it would take too long
_SHORTEST = 0.02  # seconds; the counters of /proc/stat move in steps of a hundredth


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at one moment. Seconds count from an arbitrary start, ticks from the machine's."""

    at: float
    own_seconds: float
    pressure_seconds: float | None = None
    ticks: Mapping[int, tuple[int, ...]] | None = None
    load: float | None = None
    frequency_mhz: float | None = None
    highest_mhz: float | None = None
    temperature: float | None = None
    throttlings: int | None = None
    withheld_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """What happened between two readings; shares are from 0 to 1, of the processors that this process may use."""

    seconds: float
    others: float | None = None
    """The share of the processors that other processes used."""
    stolen: float | None = None
    """The share that the host of this virtual machine gave to others."""
    pressure: float | None = None
    """The share of the time in which something that was ready to run had to wait for a processor."""
    withheld: float | None = None
    """The share of the time in which the quota of the control group stopped it."""
    load: float | None = None
    """The load average of a minute before, for each processor; 1 is all of them."""
    frequency: float | None = None
    """The frequency of the fastest processor, as a share of the highest there is; the lower one of both readings."""
    temperature: float | None = None
    """The hottest of all sensors at either reading, in °C."""
    throttlings: int | None = None
    """How many times a processor was slowed down for its heat."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a block doesn't count; what is unknown never spoils one. These are for a block with one thread.

    Where one of two processors is free, a thread is hardly disturbed: of pairs of equal blocks, 8 in 100 differed by
    more than 1.4 times while others used 54 to 66 % of two processors, and 59 in 100 above that.
    """

    others: float = 0.6
    stolen: float = 0.05
    pressure: float = 0.5
    withheld: float = 0.01
    throttlings: int = 0


LIMITS = Limits()


def limits_for(threads: int, processors: int) -> Limits:
    """Give the limits for a block with so many threads: others may use the processors that it leaves free."""
    free = max(processors - threads, 0) / max(processors, 1)
    return Limits(others=min(0.1 + free, LIMITS.others))


def sense(root: Path = ROOT) -> Reading:
    """Read the counters now. Own time is that of this process and of the children it has waited for."""
    usable = usable_processors(root)
    frequency, highest = _frequencies(root, usable)
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Reading(
        at=time.monotonic(),
        own_seconds=sum(one.ru_utime + one.ru_stime for one in own),
        pressure_seconds=_pressure(root),
        ticks=_ticks(root, usable),
        load=_number(text_in(root / "proc/loadavg").partition(" ")[0]),
        frequency_mhz=frequency,
        highest_mhz=highest,
        temperature=temperature(root),
        throttlings=throttlings(root, usable),
        withheld_seconds=_withheld(root),
    )


def between(before: Reading, after: Reading, ticks_a_second: int = 100) -> Noise:
    """Tell what happened between two readings; all is unknown where they are too close for the counters.

    The time of own processes is told apart only once they have been waited for: read after that.
    """
    seconds = after.at - before.at
    if seconds < _SHORTEST:
        return Noise(max(seconds, 0.0))
    others, stolen = _shares(before, after, ticks_a_second)
    return Noise(
        seconds,
        others,
        stolen,
        _share(before.pressure_seconds, after.pressure_seconds, seconds),
        _share(before.withheld_seconds, after.withheld_seconds, seconds),
        before.load / len(before.ticks) if before.load is not None and before.ticks else None,
        _slower(before, after),
        max((one for one in (before.temperature, after.temperature) if one is not None), default=None),
        _more(before.throttlings, after.throttlings),
    )


def spoiled(noise: Noise, limits: Limits = LIMITS) -> str:
    """Say why a block doesn't count, in one phrase; "" when it does."""
    if noise.throttlings is not None and noise.throttlings > limits.throttlings:
        return f"the processor was slowed down for its heat ({noise.throttlings} times)"
    for value, limit, phrase in (
        (noise.withheld, limits.withheld, "the control group's quota stopped it for {} of the time"),
        (noise.stolen, limits.stolen, "the host of this virtual machine took {} of the processors"),
        (noise.others, limits.others, "other processes used {} of the processors"),
        (noise.pressure, limits.pressure, "processes had to wait for a processor for {} of the time"),
    ):
        if value is not None and value > limit:
            return phrase.format(f"{value:.0%}".replace("%", " %"))
    return ""


def usable_processors(root: Path = ROOT) -> tuple[int, ...]:
    """List the numbers of the processors that this process may use; nothing where that isn't told."""
    for line in text_in(root / "proc/self/status").splitlines():
        name, _, value = line.partition(":")
        if name == "Cpus_allowed_list":
            return numbers_in(value.strip())
    return ()


def numbers_in(text: str) -> tuple[int, ...]:
    """Read a list of the kernel's such as "0-3,8" (at most 65,536 numbers); nothing when it is none."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            return ()
        found += range(int(first), min(int(last or first), int(first) + 65_535) + 1)
    return tuple(found)


def temperature(root: Path = ROOT) -> float | None:
    """Give the hottest sensor of the processors or of any thermal zone, in °C."""
    readings = [number_in(zone / "temp", 1 / 1000) for zone in folders_in(root / "sys/class/thermal")]
    for chip in folders_in(root / "sys/class/hwmon"):
        if text_in(chip / "name") in {"coretemp", "k10temp", "zenpower", "cpu_thermal"}:
            readings += [number_in(one, 1 / 1000) for one in folders_in(chip) if one.name.endswith("_input")]
    return max((one for one in readings if one), default=None)


def throttlings(root: Path, usable: tuple[int, ...]) -> int | None:
    """Count how often the processors were slowed down for their heat since the machine was started."""
    folders = [root / f"sys/devices/system/cpu/cpu{number}/thermal_throttle" for number in usable[:_MOST_PROCESSORS]]
    counts = [number_in(one / f"{part}_throttle_count") for one in folders for part in ("core", "package")]
    told = [int(one) for one in counts if one is not None]
    return sum(told) if told else None


def control_group(root: Path, controller: str) -> Path:
    """Give the folder of this process's control group, of version 2 or of a controller of version 1."""
    mounted = root / "sys/fs/cgroup"
    for line in text_in(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        inside = path.lstrip("/")
        if ".." in inside.split("/"):  # of a group outside of this container's
            continue
        if controller in controllers.split(","):
            return mounted / controller / inside
        if number == "0" and (mounted / "cgroup.controllers").is_file():
            return mounted / inside
    return mounted


def _pressure(root: Path) -> float | None:
    for word in text_in(root / "proc/pressure/cpu").partition("\n")[0].split():
        name, _, value = word.partition("=")
        if name == "total" and value.isdecimal():
            return int(value) / 1e6
    return None


def _ticks(root: Path, usable: tuple[int, ...]) -> dict[int, tuple[int, ...]] | None:
    """Read the times of each usable processor: user, nice, system, idle, iowait, irq, softirq, steal."""
    found: dict[int, tuple[int, ...]] = {}
    wanted = set(usable)
    for line in text_in(root / "proc/stat").splitlines():
        name, *times = line.split()
        number = name.removeprefix("cpu")
        if name == number or not all(map(str.isdecimal, times)):
            break
        if number.isdecimal() and (not wanted or int(number) in wanted) and len(times) >= _TOLD_TIMES:
            found[int(number)] = tuple(map(int, times[:_TOLD_TIMES]))
    return found or None


def _frequencies(root: Path, usable: tuple[int, ...]) -> tuple[float | None, float | None]:
    """Read the highest frequency at present, and the highest possible, in MHz."""
    folders = [root / f"sys/devices/system/cpu/cpu{number}/cpufreq" for number in usable[:_MOST_PROCESSORS]]
    now, most = (
        max((one for one in (number_in(folder / name, 1 / 1000) for folder in folders) if one), default=None)
        for name in ("scaling_cur_freq", "cpuinfo_max_freq")
    )
    return now, most


def _withheld(root: Path) -> float | None:
    units: Mapping[str, Callable[[int], float]] = {
        "throttled_usec": lambda value: value / 1e6,
        "throttled_time": lambda value: value / 1e9,
    }
    for line in text_in(control_group(root, "cpu") / "cpu.stat").splitlines():
        name, _, value = line.partition(" ")
        if name in units and value.isdecimal():
            return units[name](int(value))
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _shares(before: Reading, after: Reading, ticks_a_second: int) -> tuple[float | None, float | None]:
    """Give the shares of the processors' time that other processes had, and that was stolen."""
    if not before.ticks or not after.ticks or before.ticks.keys() != after.ticks.keys():
        return None, None
    passed = [
        [max(late - early, 0) for early, late in zip(before.ticks[number], after.ticks[number], strict=True)]
        for number in before.ticks
    ]
    total = sum(map(sum, passed))
    if not total:
        return None, None
    stolen = sum(times[_STEAL] for times in passed)
    idle = sum(times[column] for times in passed for column in _IDLE)
    own = (after.own_seconds - before.own_seconds) * ticks_a_second
    return _bounded((total - idle - stolen - own) / total), _bounded(stolen / total)


def _share(early: float | None, late: float | None, seconds: float) -> float | None:
    return None if early is None or late is None else _bounded((late - early) / seconds)


def _bounded(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _more(early: int | None, late: int | None) -> int | None:
    return None if early is None or late is None else max(late - early, 0)


def _slower(before: Reading, after: Reading) -> float | None:
    both = [one.frequency_mhz / one.highest_mhz for one in (before, after) if one.frequency_mhz and one.highest_mhz]
    return min(both, default=None)
