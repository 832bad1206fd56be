"""Looking at a running job's processes from outside: their memory, and whether one waits for something to be typed.

Reads /proc (Linux); where it doesn't tell, memory is 0 and nothing is known to wait.
"""

import os
import re
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
# read, then poll, select, pselect6 and ppoll; the kernel's numbers, from <asm/unistd.h> of each architecture
_READ = {"x86_64": 0, "aarch64": 63}
_POLL = {"x86_64": {7, 23, 270, 271}, "aarch64": {72, 73}}
_PROMPT = re.compile(rb"[?:>\])]\s*(?:\x1b\[[0-9;]*m\s*)*\Z")
_MOST = 4096  # processes that are looked at


def descendants(root: int) -> list[int]:
    """List the process IDs of all children of `root`, generation after generation."""
    found: list[int] = []
    waiting = [root]
    while waiting and len(found) < _MOST:
        found_here = children(waiting.pop())
        found += found_here
        waiting += found_here
    return found


def children(pid: int) -> list[int]:
    """List the process IDs of a process's children, adopted ones too."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [int(word) for thread in threads for word in _text(f"/proc/{pid}/task/{thread}/children").split()]


def memory(pids: list[int]) -> int:
    """Sum up the resident memory of processes, in bytes; pages that they share count in each."""
    return sum(int(fields[1]) * _PAGE for pid in pids if len(fields := _text(f"/proc/{pid}/statm").split()) > 1)


def waits_for_input(pids: list[int], terminal: int, last: bytes) -> bool:
    """Tell whether a process reads from the terminal (a device number); `last` is the end of what was written.

    A process that reads there waits for certain. One that polls may wait for anything, so it must have left a prompt.
    """
    machine = os.uname().machine
    prompted = bool(_PROMPT.search(last))
    for pid in pids:
        words = _text(f"/proc/{pid}/syscall").split()
        if len(words) < 2 or not words[0].isdigit():
            continue
        number = int(words[0])
        if number == _READ.get(machine) and _is_terminal(pid, int(words[1], 16), terminal):
            return True
        if prompted and number in _POLL.get(machine, ()) and _is_terminal(pid, 0, terminal):
            return True
    return False


def _is_terminal(pid: int, descriptor: int, terminal: int) -> bool:
    """Tell whether a descriptor is the job's terminal, perhaps by the name /dev/tty."""
    try:
        device = os.stat(f"/proc/{pid}/fd/{descriptor}").st_rdev
    except OSError:
        return False
    return device in (terminal, os.makedev(5, 0))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
