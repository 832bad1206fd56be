"""How much memory this process has used at the most, and how much there is for more."""

import resource
import sys
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
CGROUP_FILES = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))


def kernel_bytes(file: str, name: str) -> int | None:
    """A figure of the kernel's that it tells in kB; None where there is no such file or line."""
    try:
        lines = Path(file).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # no Linux
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), None)


def peak_bytes() -> int:
    """The largest resident memory so far.

    Linux's ru_maxrss begins with that of the process which started this one, so there the kernel's own mark is read.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kernel_bytes("/proc/self/status", "VmHWM") or (peak if sys.platform == "darwin" else peak * 1024)


def available_bytes() -> int | None:
    """What can still be had without swapping: by the kernel's estimate and the container's limit; None if unknown."""
    found = [kernel_bytes("/proc/meminfo", "MemAvailable")]
    for limit, used in CGROUP_FILES:
        try:
            # Without a limit there is the word "max" in the one kind of file, a number without meaning in the other.
            found.append(int((CGROUP / limit).read_text()) - int((CGROUP / used).read_text()))
        except (OSError, ValueError):
            continue
    address_space = resource.getrlimit(resource.RLIMIT_AS)[0]
    found.append(None if address_space == resource.RLIM_INFINITY else address_space)
    return min((value for value in found if value is not None), default=None)
