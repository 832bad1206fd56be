"""How fit this machine is for measuring: each thing that makes times vary, as good, a warning or bad, and what helps.

What the machine doesn't tell is unknown, and that is no judgement. Of the settings those count that pyperf's command
`system` tunes and LLVM's tips for benchmarking name: the governor, boost, threads of a core; and the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .busy_processes import Busy
from .energy import read_counters
from .jitter import Jitter
from .noise import Noise, control_group, numbers_in, temperature, throttlings, usable_processors
from .reading import folders_in, number_in, pairs_in, text_in

ROOT = Path("/")
Judgement = Literal["good", "warn", "bad", "unknown"]

_CPU = "sys/devices/system/cpu"
_QUICK_CLOCKS = {"tsc", "arch_sys_counter", "hyperv_clocksource_tsc_page", "kvm-clock", "timebase", "riscv_clocksource"}
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `what`, its `value` or "unknown", a judgement, and `help` in words or ""."""

    what: str
    value: str
    judgement: Judgement
    help: str = ""


def checks(noise: Noise, jitter: Jitter, busy: Sequence[Busy], root: Path = ROOT) -> list[Check]:
    """Judge this machine; the noise, the jitter and the busy processes are those of one test just now."""
    return [
        _steadiness(jitter),
        _others(noise, busy),
        _load(noise),
        _pressure(noise),
        _stolen(noise),
        _machine(root),
        _processors(root),
        _quota(root),
        _governor(root),
        _frequency(noise, root),
        _boost(root),
        _heat(root),
        _threads(root),
        _clock(root),
        _energy(root),
    ]


def summary(found: Sequence[Check]) -> tuple[Judgement, str]:
    """Give one judgement of all checks, and a sentence that says what to do."""
    bad = [one.what for one in found if one.judgement == "bad"]
    warned = [one.what for one in found if one.judgement == "warn"]
    unknown = sum(one.judgement == "unknown" for one in found)
    rest = f" {unknown} of {len(found)} things aren't told by this machine." if unknown else ""
    if bad:
        return "bad", f"Not fit for measuring now: {_listed(bad)}. Mend that first, or take many blocks.{rest}"
    if warned:
        return "warn", f"Fit for measuring with care, in interleaved blocks: mind {_listed(warned)}.{rest}"
    return "good", f"Fit for measuring.{rest}"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _judged(value: float, warn: float, bad: float) -> Judgement:
    return "bad" if value >= bad else "warn" if value >= warn else "good"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _measured(what: str, share: float | None, warn: float, bad: float, advice: str) -> Check:
    """Judge a share; the advice is given where it isn't good."""
    if share is None:
        return Check(what, "unknown", "unknown")
    judgement = _judged(share, warn, bad)
    return Check(what, _percent(share), judgement, advice if judgement != "good" else "")


def _steadiness(jitter: Jitter) -> Check:
    told = (
        f"median {1000 * jitter.median:.3g} ms, spread {_percent(jitter.spread)}, p99 {jitter.p99_ratio:.2f} times it"
    )
    judgement = max(
        (_judged(jitter.p99_ratio, 1.25, 3), _judged(jitter.spread, 0.05, 0.2)), key=("good", "warn", "bad").index
    )
    advice = "take the median of blocks in fresh processes; what else isn't good here may be the cause"
    return Check("steadiness", told, judgement, advice if judgement != "good" else "")


def _others(noise: Noise, busy: Sequence[Busy]) -> Check:
    named = ", ".join(f"{one.name} ({one.number}, {one.share:.0%})".replace("%", " %") for one in busy[:_NAMED])
    advice = f"wait for or end: {named}" if named else "end other programs"
    return _measured("other processes", noise.others, 0.05, 0.25, advice)


def _load(noise: Noise) -> Check:
    if noise.load is None:
        return Check("load average", "unknown", "unknown")
    judgement = _judged(noise.load, 0.3, 1)
    advice = "the last minute was busy: wait until it has settled" if judgement != "good" else ""
    return Check("load average", f"{noise.load:.2f} a processor", judgement, advice)


def _pressure(noise: Noise) -> Check:
    advice = "more wants to run than there are processors: end other programs, or use fewer threads"
    return _measured("waiting for a processor", noise.pressure, 0.1, 0.4, advice)


def _stolen(noise: Noise) -> Check:

    advice = "the host of this virtual machine is busy: measure at another time, or on dedicated processors"
    return _measured("stolen by the host", noise.stolen, 0.005, 0.05, advice)


def _machine(root: Path) -> Check:
    cpuinfo = pairs_in(root / "proc/cpuinfo")
    flags = cpuinfo.get("flags")
    if (root / "sys/hypervisor/type").exists() or (flags is not None and "hypervisor" in flags.split()):
        advice = "its host and neighbours can't be seen from here: compare only what was measured in turns"
        return Check("machine", "virtual", "warn", advice)
    return Check("machine", "physical", "good") if flags is not None else Check("machine", "unknown", "unknown")


def _processors(root: Path) -> Check:
    usable, online = usable_processors(root), numbers_in(text_in(root / f"{_CPU}/online"))
    if not usable:
        return Check("usable processors", "unknown", "unknown")
    told = f"{len(usable)} of {len(online)}" if online else str(len(usable))
    if len(usable) == 1 and len(online) > 1:
        return Check("usable processors", told, "warn", "threads share one processor: taskset -c 0-1 gives two")
    if len(usable) == 1:
        return Check(
            "usable processors", told, "warn", "whatever else runs interrupts: nothing helps but another machine"
        )
    return Check("usable processors", told, "good")


def _quota(root: Path) -> Check:
    """Judge the limit of the control group: cpu.max of version 2, cpu.cfs_quota_us of version 1."""
    group = control_group(root, "cpu")
    quota, _, period = text_in(group / "cpu.max").partition(" ")
    if not quota:
        quota, period = text_in(group / "cpu.cfs_quota_us"), text_in(group / "cpu.cfs_period_us")
    if quota in ("max", "-1"):
        return Check("processor quota", "none", "good")
    if not quota.isdecimal() or not period.isdecimal() or not int(period):
        return Check("processor quota", "unknown", "unknown")
    advice = (
        "the control group stops this process when it is used up: start the container without a limit, pin it instead"
    )
    return Check("processor quota", f"{int(quota) / int(period):.3g} processors", "warn", advice)


def _governor(root: Path) -> Check:
    folders = [one / "cpufreq" for one in folders_in(root / _CPU)]
    governors = sorted({text_in(one / "scaling_governor") for one in folders} - {""})
    if not governors:
        return Check("frequency governor", "unknown", "unknown")
    if governors == ["performance"]:
        return Check("frequency governor", "performance", "good")
    advice = "sudo cpupower frequency-set -g performance (needs root)"
    return Check("frequency governor", ", ".join(governors), "warn", advice)


def _frequency(noise: Noise, root: Path) -> Check:
    folders = [one / "cpufreq" for one in folders_in(root / _CPU)]
    now, least, most = (
        [value for one in folders if (value := number_in(one / name, 1 / 1000))]
        for name in ("scaling_cur_freq", "cpuinfo_min_freq", "cpuinfo_max_freq")
    )
    if not now or not most:
        return Check("frequency", "unknown", "unknown")
    told = f"{max(now):.0f} MHz of {min(least or now):.0f} to {max(most):.0f}"
    share = noise.frequency if noise.frequency is not None else max(now) / max(most)
    judgement = _judged(1 - share, 0.3, 0.6)
    advice = "the processor is far below its highest frequency: set the governor, see to power supply and cooling"
    return Check("frequency", told, judgement, advice if judgement != "good" else "")


def _boost(root: Path) -> Check:
    off, boost = text_in(root / f"{_CPU}/intel_pstate/no_turbo"), text_in(root / f"{_CPU}/cpufreq/boost")
    if off == "1" or (not off and boost == "0"):
        return Check("boost", "off", "good")
    if off == "0":
        return _boosting("intel_pstate/no_turbo", "1")
    return _boosting("cpufreq/boost", "0") if boost == "1" else Check("boost", "unknown", "unknown")


def _boosting(file: str, value: str) -> Check:
    advice = f"the frequency depends on heat and busy cores: echo {value} | sudo tee /{_CPU}/{file} (needs root)"
    return Check("boost", "on", "warn", advice)


def _heat(root: Path) -> Check:
    hottest, slowed = temperature(root), throttlings(root, usable_processors(root))
    if hottest is None:
        return Check("temperature", "unknown", "unknown")
    told = f"{hottest:.0f} °C" + (f", slowed down {slowed} times since the start" if slowed else "")
    judgement = _judged(hottest, 80, 95)
    advice = "let it cool, and see to its fan: a hot processor slows down"
    return Check("temperature", told, judgement, advice if judgement != "good" else "")


def _threads(root: Path) -> Check:
    active = text_in(root / f"{_CPU}/smt/active")
    if active == "0":
        if _machine(root).value == "virtual":  # the host's are hidden
            return Check("threads of a core", "unknown", "unknown")
        return Check("threads of a core", "one", "good")
    if active != "1":
        return Check("threads of a core", "unknown", "unknown")
    advice = f"two threads slow each other: echo off | sudo tee /{_CPU}/smt/control (needs root), or pin to one of each"
    return Check("threads of a core", "several (SMT)", "warn", advice)


def _clock(root: Path) -> Check:
    folder = root / "sys/devices/system/clocksource/clocksource0"
    source = text_in(folder / "current_clocksource")
    if not source:
        return Check("clock", "unknown", "unknown")
    if source in _QUICK_CLOCKS:
        return Check("clock", source, "good")
    advice = "reading it takes microseconds: time many calls together"
    offered = set(text_in(folder / "available_clocksource").split()) & _QUICK_CLOCKS
    if offered:
        advice += f", or echo {min(offered)} | sudo tee /{folder.relative_to(root)}/current_clocksource (needs root)"
    return Check("clock", source, "bad", advice)


def _energy(root: Path) -> Check:
    counters = read_counters(root)
    if counters:
        return Check("energy counters", f"{len(counters)} readable", "good")
    there = any(one.name.startswith("intel-rapl") for one in folders_in(root / "sys/class/powercap"))
    advice = "only root may read them: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj" if there else ""
    return Check("energy counters", "unknown", "unknown", advice)
