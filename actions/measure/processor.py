"""The processors of this machine, under the names that CK's `platform.cpu` gives what it finds.

Everything is read out of /proc/cpuinfo and /sys; nothing is executed. What isn't told is absent or empty.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .reading import number_in, text_in

ROOT = Path("/")
_ARM_NAME = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision")

Processor = dict[str, Any]
"""One logical processor: what /proc/cpuinfo says of it, and CK's names `ck_cpu_name`, `cpu_features`, `max_freq`, …"""


def processor_features(root: Path = ROOT) -> dict[str, Any]:
    """Give `cpu`, `cpu_misc` (each processor by number), `cpu_unique` and `cpu_new_format`. Frequencies are in MHz."""
    found = processors(root)
    last = found[-1] if found else {}
    by_number = {str(number): one for number, one in enumerate(found)}
    return {
        "cpu": {
            "name": last.get("Hardware") or last.get("model name") or "",
            "sub_name": last.get("Processor") or last.get("model name") or "",
            "cpu_features": last.get("cpu_features", ""),
            "cpu_abi": "",
            "num_proc": str(len(found) or os.cpu_count() or ""),
            "current_freq": _of_each(by_number, "cur_freq"),
            "max_freq": _of_each(by_number, "max_freq"),
            "all_freqs": _of_each(by_number, "all_freqs"),
            "workload_automation": {"device_config": _clusters(found)},
            **_ours(root, found),
        },
        "cpu_misc": by_number,
        "cpu_unique": _unique(found),
        "cpu_new_format": "yes" if any(one.get("new_format") for one in found) else "",
    }


def processors(root: Path = ROOT) -> list[Processor]:
    """List the logical processors in the order of /proc/cpuinfo."""
    blocks: list[Processor] = []
    for line in text_in(root / "proc/cpuinfo").splitlines():
        name, found, value = line.partition(":")
        name = name.strip()
        if not found or not name:
            continue
        if name == "processor" or not blocks:
            blocks.append({})
        blocks[-1][name] = value.strip()
    for number, block in enumerate(blocks):
        block.update(_named(block, blocks[-1]) | _frequencies(root, number, block))
    return blocks


def _named(block: Mapping[str, Any], last: Mapping[str, Any]) -> Processor:
    """Name a processor as CK does: an ARM one, which has no name, by its implementer, architecture, part, …"""
    features = last.get("Features") or last.get("flags") or ""
    name = block.get("Hardware") or block.get("model name")
    if name:
        sub_name = last.get("Processor") or last.get("model name") or ""
        return {"ck_cpu_name": name, "ck_cpu_subname": sub_name, "cpu_features": features}
    name = "-".join(str(block.get(part, "")) for part in _ARM_NAME)
    return {"ck_cpu_name": name, "cpu_abi": "", "new_format": "yes", "cpu_features": features}


def _frequencies(root: Path, number: int, block: Mapping[str, Any]) -> Processor:
    folder = root / f"sys/devices/system/cpu/cpu{number}/cpufreq"
    current = number_in(folder / "scaling_cur_freq", 1 / 1000) or _number(str(block.get("cpu MHz", "")))
    most = number_in(folder / "cpuinfo_max_freq", 1 / 1000)
    every = [int(one) for one in text_in(folder / "scaling_available_frequencies").split() if one.isdecimal()]
    found = {"cur_freq": current, "max_freq": most, "all_freqs": every}
    return {name: value for name, value in found.items() if value}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _of_each(by_number: Mapping[str, Processor], name: str) -> dict[str, Any]:
    return {number: one[name] for number, one in by_number.items() if name in one}


def _unique(found: Sequence[Processor]) -> list[Processor]:
    """Give one processor of each name: the cores of a phone or of a hybrid processor differ."""
    by_name: dict[str, Processor] = {}
    for one in found:
        by_name.setdefault(one["ck_cpu_name"], one)
    return [one for name, one in by_name.items() if name.strip("-")]


def _clusters(found: Sequence[Processor]) -> dict[str, list[Any]]:
    names = [one["ck_cpu_name"] for one in found]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return {"core_clusters": [numbers[name] for name in names], "core_names": names}


def _ours(root: Path, found: Sequence[Processor]) -> dict[str, Any]:
    """Give what CK doesn't ask for and a measurement depends on."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = {(one.get("physical id"), one["core id"]) for one in found if "core id" in one}
    sockets = {one["physical id"] for one in found if "physical id" in one}
    told = {
        "architecture": platform.machine(),
        "usable_processors": usable,
        "cores": len(cores),
        "sockets": len(sockets),
        "governor": text_in(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    }
    return {name: value for name, value in told.items() if value}
