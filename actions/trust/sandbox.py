"""A stage's process in its sandbox: bubblewrap around it, so that it sees and changes no more than the plan names.

Identity paths: what is shown has the path that it has outside. The variables reach bubblewrap as its own environment
and never in its arguments, which every user of the machine can read.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from ...store.errors import NotFoundError, RefusedError, UnavailableError
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..plan import Stage
from . import system_view
from .boundaries import Boundaries, boundaries, check, is_in, leads_elsewhere, real_homes
from .bubblewrap import Availability, availability, inside, isolation, outside
from .kernel_calls import as_file, program
from .mounts import Mounts, below, is_shown, make_private, open_for_writing, options, show
from .profiles import PROFILES, default_profile, describe, unsandboxed_note
from .software import interpreter, path_folders, readable, show_environments, software_at, software_of

__all__ = (
    "PROFILES",
    "Availability",
    "Command",
    "availability",
    "default_profile",
    "describe",
    "readable",
    "sandboxed",
    "software_at",
    "software_of",
    "unsandboxed_note",
)

_STAGE, _EVENTS = "CKEXPLORE_STAGE", "CKEXPLORE_EVENTS"
_DETECTION = ("ckexplore.actions.hooks.host", "detect")
_RECORDS = {".cm", "stages", "sandbox"}
# What the C library heeds before a program's first instruction, or to find files: it drops these for programs with
# privileges, and bubblewrap, which stands between a repository and the machine, is treated the same.
_LOADER = ("LD_", "MALLOC_", "GLIBC_")
_LIBRARY = {
    *("GCONV_PATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH", "NLSPATH"),
    *("RES_OPTIONS", "RESOLV_HOST_CONF", "TMPDIR", "TZDIR"),
}


class Command(Struct, frozen=True):
    """What to start for a stage, and with which environment; `calls` is the filter of kernel calls, if there is one."""

    argv: list[str]
    environment: dict[str, str]
    calls: bytes = b""
    options_at: int = 0
    """Where bubblewrap's options begin in `argv`."""

    @contextmanager
    def filtered(self) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """Give the words with the filter among them, and the descriptors that the process has to inherit."""
        if not self.calls:
            yield self.argv, ()
            return
        with as_file(self.calls) as calls:
            before, after = self.argv[: self.options_at], self.argv[self.options_at :]
            yield [*before, "--seccomp", str(calls), *after], (calls,)


def sandboxed(workspace: Workspace, stage: Stage, environment: Mapping[str, str], found: Availability) -> Command:
    """Give the command that runs a stage in its sandbox; for the profile "none" the stage's own.

    The stage's placeholders have been replaced, `environment` is all that its process gets, and names the stage's
    folder (`CKEXPLORE_STAGE`, JOB/stages/N), which must exist. Folders to write that aren't there are made.

    Raises RefusedError for a path that no stage may see or change, and for links that lead to such; NotFoundError for
    one that isn't there, and for an environment that isn't registered; UnavailableError without bubblewrap.
    """
    if stage.sandbox.profile == "none":
        return Command(list(stage.argv), dict(environment))
    if stage.sandbox.profile not in PROFILES:
        raise RefusedError(
            f"{safe_line(stage.sandbox.profile, 40)!r} is no profile of the sandbox: {', '.join(PROFILES)}"
        )
    if not found.usable:
        raise UnavailableError(found.reason)
    mounts = _mounts(workspace, stage, environment, found)
    outer = {name: value for name, value in environment.items() if not _for_loader(name)}
    inner = [f"{name}={value}" for name, value in environment.items() if _for_loader(name)]
    offline, started = stage.sandbox.profile != "net", outside(found)
    argv = [
        *started,
        *isolation(found, offline=offline),
        *options(mounts),
        *("--chdir", stage.cwd, "--"),
        *inside(found, stage.argv, inner),
    ]
    return Command(argv, outer, program(offline=offline) if found.filters else b"", len(started))


def _for_loader(name: str) -> bool:
    return name.startswith(_LOADER) or name in _LIBRARY


def _mounts(workspace: Workspace, stage: Stage, environment: Mapping[str, str], found: Availability) -> Mounts:
    place, job = _places(workspace, stage, environment)
    homes = real_homes("" if "HOME" in stage.environment else environment.get("HOME", ""))
    limits = boundaries(workspace, homes, job)
    mounts = system_view.system(fresh_proc=found.fresh_proc)
    for home in (*homes, str(workspace.home)):  # they may be below /opt
        make_private(mounts, home)
    if stage.sandbox.profile == "gpu":
        system_view.graphics(mounts)
    system_view.names(mounts, f"{job}/sandbox", environment, online=stage.sandbox.profile == "net")
    _show_named(mounts, stage, limits)
    _show_software(mounts, workspace, stage, environment, limits)
    for folder in stage.sandbox.writes:
        _make_writable(folder, limits)
        open_for_writing(mounts, folder)
    open_for_writing(mounts, place)
    for folder in (stage.cwd, environment.get("HOME", ""), environment.get("TMPDIR", "")):
        if os.path.isabs(folder) and not is_shown(mounts, folder):
            make_private(mounts, folder)
    return mounts


def _places(workspace: Workspace, stage: Stage, environment: Mapping[str, str]) -> tuple[str, str]:
    """Give the stage's folder and the job's. Raises RefusedError when it isn't a folder that we made for a stage."""
    place, jobs = environment.get(_STAGE, ""), workspace.place("jobs")
    parts = os.path.relpath(place, jobs).split("/") if os.path.isabs(place) else []
    ours = len(parts) == 4 and (parts[0], parts[2]) == ("job", "stages") and parts[3].isdecimal() and ".." not in parts
    if {_STAGE, _EVENTS} & stage.environment.keys():  # what a repository sets must not open another job's folder
        raise RefusedError(f"{safe_line(stage.title)}: sets {_STAGE} or {_EVENTS}, which are ours alone")
    if not ours or leads_elsewhere(jobs, place) or not os.path.isdir(place):
        raise RefusedError(f"{safe_line(place)}: is no folder of a stage")
    return place, f"{jobs}/job/{parts[1]}"


def _show_named(mounts: Mounts, stage: Stage, limits: Boundaries) -> None:
    """Show what the plan names. Raises RefusedError, NotFoundError."""
    reads = stage.sandbox.reads
    for path in reads:
        check(limits, path)
        if not os.path.exists(path):
            raise NotFoundError(f"{safe_line(path)}: is no longer there; {safe_line(stage.title)} was to read it")
        real = os.path.realpath(path)
        job = next((job for job in limits.job if is_in(path, job)), "")
        named = not leads_elsewhere(job, path) if job else any(below(real, one) for one in reads)
        if not named and not is_shown(mounts, real):
            told = f"{safe_line(path)}: leads by a symbolic link to {safe_line(real)}"
            raise RefusedError(f"{told}, which the plan doesn't name; look at the link, then give the command again")
    for path in reads:
        show(mounts, path)


def _show_software(
    mounts: Mounts, workspace: Workspace, stage: Stage, environment: Mapping[str, str], limits: Boundaries
) -> None:
    """Show the environments' software, and what our own processes need."""
    if stage.argv[0] == sys.executable:
        _show_all(mounts, interpreter(limits))
    if stage.argv[-2:] == _DETECTION:
        _show_all(mounts, _anywhere(stage, environment, limits))
    if stage.sandbox.environments:
        allowed = [*stage.sandbox.reads, *interpreter(limits), *_anywhere(stage, environment, limits)]
        show_environments(mounts, workspace, stage.sandbox.environments, limits, allowed)


def _anywhere(stage: Stage, environment: Mapping[str, str], limits: Boundaries) -> list[str]:
    """Give the folders in which detection finds software: what was installed, and the user's PATH but not a plan's."""
    path = "" if "PATH" in stage.environment else environment.get("PATH", "")
    return [*(folder for folder in limits.tools if os.path.isdir(folder)), *path_folders(path, limits)]


def _show_all(mounts: Mounts, paths: Iterable[str]) -> None:
    for path in paths:
        show(mounts, path)


def _make_writable(folder: str, limits: Boundaries) -> None:
    """Make a folder that a stage may change, if it isn't there.

    Raises RefusedError unless it is in the job, beside its records, or in the folder of tools: and really there, for an
    earlier stage may have put a link in its place.
    """
    check(limits, folder)
    root = next((root for root in (*limits.job, *limits.tools) if is_in(folder, root)), "")
    of_record = root in limits.job and os.path.relpath(folder, root).split("/")[0] in _RECORDS
    if not root or of_record:
        raise RefusedError(f"{safe_line(folder)}: a stage can change only folders in its job and in {limits.tools[0]}")
    if leads_elsewhere(root, folder):
        raise RefusedError(
            f"{safe_line(folder)}: goes through a symbolic link, to {safe_line(os.path.realpath(folder))}"
        )
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"{safe_line(folder)}: can't be made a folder ({error.strerror})") from error
