"""Whether bubblewrap can be used on this machine, found out by using it, and the isolation that every profile has."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ...store.search_path import search_path
from ...store.untrusted import safe_line
from ..how_to_get import how_to_get
from .kernel_calls import as_file, program

_TIME = 20.0  # seconds, on a machine that does something else as well
_ENV = "/usr/bin/env"
_SIGNALS = "INT,QUIT,TERM"
_DEFAULT_SIGNALS = (_ENV, f"--default-signal={_SIGNALS}")
_ISOLATED = (
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--die-with-parent", "--cap-drop", "ALL", "--hostname", "sandbox"),
)
_FRESH, _BOUND = ("--proc", "/proc"), ("--ro-bind", "/proc", "/proc")


class Availability(Struct, frozen=True):
    """What bubblewrap can do here. `reason` is one sentence: why it can't be used, or what is weaker than elsewhere."""

    usable: bool
    path: str = ""
    version: str = ""
    reason: str = ""
    fresh_proc: bool = True
    """Whether a stage gets a /proc of its own, which shows its own processes only."""
    closed_namespaces: bool = True
    """Whether a stage can be kept from making further namespaces (bubblewrap 0.8)."""
    signals_pass: bool = True
    """Whether Ctrl-C and SIGTERM reach a stage, instead of ending its sandbox at once."""
    filters: bool = False
    """Whether a stage's calls of the kernel are filtered (`kernel_calls`)."""


def availability() -> Availability:
    """Try bubblewrap with everything that the profiles use, and tell what works; it takes some 5 ms where all does."""
    path = shutil.which("bwrap", path=search_path())
    if path is None:
        return Availability(False, reason=f"bubblewrap isn't installed; {how_to_get('bwrap')}")
    everything = Availability(True, path, filters=True)
    code, told = _trial(everything) if program(offline=True) else (1, "")
    return replace(everything, version=_version(told)) if code == 0 else _reduced(path)


def _reduced(path: str) -> Availability:
    """Find out what works where not everything does."""
    options = _output([path, "--help"])[1]
    found = Availability(
        True,
        path,
        closed_namespaces="--disable-userns" in options,
        signals_pass=_output([*_DEFAULT_SIGNALS, "true"])[0] == 0,
    )
    filtering = (True, False) if program(offline=True) else (False,)
    tried = [replace(found, fresh_proc=fresh, filters=filters) for filters in filtering for fresh in (True, False)]
    reason = ""
    for one in tried:
        code, told = _trial(one)
        if code == 0:
            return replace(one, version=_version(told), reason="; ".join(_weaker(one)))
        reason = reason or why_not(told)
    return Availability(False, path, reason=reason)


def _version(told: str) -> str:
    return safe_line(told.strip().rpartition(" ")[2], 40)


def _weaker(found: Availability) -> Iterator[str]:
    if not found.fresh_proc:
        yield "no new /proc can be mounted here, as in many containers, so a stage sees the names of all processes"
    if not found.filters:
        yield "calls of the kernel can't be filtered here, so a stage can read your session's keyring"


def _trial(found: Availability) -> tuple[int, str]:
    """Let bubblewrap tell its version from inside a sandbox."""
    proc = _FRESH if found.fresh_proc else _BOUND
    started = [*outside(found), *isolation(found, offline=True)]
    shown = ["--ro-bind", "/", "/", *proc, "--dev", "/dev", "--remount-ro", "/"]
    asked = ["--", *inside(found, [found.path, "--version"])]
    if not found.filters:
        return _output([*started, *shown, *asked])
    with as_file(program(offline=True)) as calls:
        return _output([*started, "--seccomp", str(calls), *shown, *asked], (calls,))


def _output(argv: Sequence[str], held: tuple[int, ...] = ()) -> tuple[int, str]:
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIME,
            check=False,
            pass_fds=held,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def outside(found: Availability) -> tuple[str, ...]:
    """Give the words that start bubblewrap.

    Signals from the terminal and from whoever ends the job are for the stage: bubblewrap, which is in the same process
    group, would die of them and take the stage along before it can end in order.
    """
    return (_ENV, f"--ignore-signal={_SIGNALS}", found.path) if found.signals_pass else (found.path,)


def inside(found: Availability, argv: Sequence[str], variables: Sequence[str] = ()) -> tuple[str, ...]:
    """Give the words that start `argv` inside, with `variables` (NAME=VALUE) that nothing outside may heed."""
    if not found.signals_pass and not variables:
        return tuple(argv)
    if "=" in argv[0]:  # env would take it for a variable
        argv = ("/bin/sh", "-c", 'exec "$0" "$@"', *argv)
    return (*(_DEFAULT_SIGNALS if found.signals_pass else (_ENV,)), *variables, *argv)


def isolation(found: Availability, *, offline: bool) -> tuple[str, ...]:
    """Give the options for namespaces and privileges.

    Root appears as the ordinary user 1000 inside: it has no privileges there, and programs that see the number 0 and
    try to use some (tar, which would restore owners) would fail. Its files are root's outside, as without a sandbox.
    """
    return (
        *_ISOLATED,
        *(("--disable-userns",) if found.closed_namespaces else ()),
        *(("--unshare-net",) if offline else ()),
        *(("--uid", "1000", "--gid", "1000") if os.getuid() == 0 else ()),
    )


def identity() -> tuple[int, int]:
    """Give the user and group numbers that a stage sees as its own."""
    return (1000, 1000) if os.getuid() == 0 else (os.getuid(), os.getgid())


_SWITCHES = (
    (
        "sys/kernel/unprivileged_userns_clone",
        "0",
        "the kernel forbids user namespaces (as root: sysctl kernel.unprivileged_userns_clone=1)",
    ),
    (
        "sys/user/max_user_namespaces",
        "0",
        "the kernel allows no user namespaces (as root: sysctl user.max_user_namespaces=10000)",
    ),
    (
        "sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor forbids user namespaces to programs without a profile (as root: put the profile "
        "bwrap-userns-restrict of Ubuntu's package apparmor-profiles into /etc/apparmor.d and load it)",
    ),
)


def why_not(told: str, proc: str = "/proc") -> str:
    """Say in one sentence why a trial failed and what to do, from what bubblewrap told and the kernel's switches."""
    last = safe_line(told.strip().rpartition("\n")[2], 200)
    for switch, forbidding, reason in _SWITCHES:
        try:
            value = Path(f"{proc}/{switch}").read_text(encoding="ascii").strip()
        except OSError:  # a kernel without this switch
            continue
        if value == forbidding:
            return f"bubblewrap can't be used: {reason}; it told: {last}"
    return (
        f"bubblewrap can't be used here, perhaps because this is a container that forbids namespaces; it told: {last}"
    )
