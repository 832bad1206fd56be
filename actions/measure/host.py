"""What this machine is: operating system, processor, memory. What it doesn't tell is "unknown", never zero."""

import getpass
import os
import platform
import sys
from pathlib import Path
from typing import Any

UNKNOWN = "unknown"


def describe() -> dict[str, Any]:
    """Describe the host: `os`, `cpu`, `memory_bytes`, `python`, each as CK's `features` name it."""
    return {"os": _system(), "cpu": _processor(), "memory_bytes": _memory(), "python": platform.python_version()}


def os_alias() -> str:
    """Name the CK `os` entry of this machine, such as linux-64."""
    machine = platform.machine().lower()
    arm = machine in {"aarch64", "arm64"}
    if sys.platform == "darwin":
        return "macos-64"
    return "linux-arm64" if arm else "linux-64"


def user() -> str:
    """Name the user; one without a name, as in containers, by the number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())


def _system() -> dict[str, str]:
    release = {}
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {"PRETTY_NAME": f"{platform.system()} {platform.mac_ver()[0]}".strip()}
    return {
        "name": release.get("PRETTY_NAME", UNKNOWN),
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
        "frequency_mhz": _number_in("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", 1 / 1000),
        "governor": _text_in("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    }


def _processor_name() -> str:
    for line in _text_in("/proc/cpuinfo").splitlines():
        label, _, value = line.partition(":")
        if label.strip() in {"model name", "Model", "Hardware"}:
            return value.strip()
    return platform.processor() or UNKNOWN


def _memory() -> int | str:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return UNKNOWN


def _text_in(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return UNKNOWN


def _number_in(path: str, factor: float) -> float | str:
    text = _text_in(path)
    return float(text) * factor if text.isdigit() else UNKNOWN
