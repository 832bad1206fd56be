"""What this machine is: operating system, processor, memory. What it doesn't tell is "unknown", never zero."""

import getpass
import os
import platform
import sys
from pathlib import Path
from typing import Any

from .os_alias import os_alias
from .reading import number_in, text_in

UNKNOWN = "unknown"
_FREQUENCY = Path("/sys/devices/system/cpu/cpu0/cpufreq")


def describe() -> dict[str, Any]:
    """Describe the host in short, for the record of what ran on it: `os`, `cpu`, `memory_bytes`, `python`."""
    return {"os": _system(), "cpu": _processor(), "memory_bytes": _memory(), "python": platform.python_version()}


def os_names() -> dict[str, str]:
    """Give the system's `name`, `name_long`, `name_short` and `abi`, as CK's `platform.os` words them."""
    short = f"{platform.system()} {platform.release()}".partition("-")[0]
    return {
        "name": _release_name() or short,
        "name_long": platform.platform(),
        "name_short": short,
        "abi": platform.machine(),
    }


def user() -> str:
    """Name the user; one without a name, as in containers, by the number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())


def _release_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        version = platform.mac_ver()[0]
        return f"macOS {version}" if version else ""


def _system() -> dict[str, str]:
    return {
        "name": _release_name() or UNKNOWN,
        "kernel": f"{platform.system()} {platform.release()}",
        "os_uoa": os_alias(),
        "bits": "64" if sys.maxsize > 2**32 else "32",
    }


def _processor() -> dict[str, Any]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "name": _processor_name(),
        "architecture": platform.machine() or UNKNOWN,
        "processors": os.cpu_count() or UNKNOWN,
        "usable_processors": usable or UNKNOWN,
        "frequency_mhz": number_in(_FREQUENCY / "cpuinfo_max_freq", 1 / 1000) or UNKNOWN,
        "governor": text_in(_FREQUENCY / "scaling_governor") or UNKNOWN,
    }


def _processor_name() -> str:
    for line in text_in(Path("/proc/cpuinfo")).splitlines():
        label, _, value = line.partition(":")
        if label.strip() in {"model name", "Model", "Hardware"}:
            return value.strip()
    return platform.processor() or UNKNOWN


def _memory() -> int | str:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return UNKNOWN
