"""How well changes of a repository are noticed, as data and as one honest sentence for the status line."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from ..untrusted import safe_line


class How(Enum):
    """By which way changes are noticed, the best first."""

    WATCHED = auto()  # every folder: told at once
    STARTING = auto()  # its folders are being listed
    GONE = auto()  # the root isn't there; it is looked for now and then
    PARTLY = auto()  # some folders; the whole is looked at now and then
    LOOKED_AT = auto()  # no folder; the whole is looked at now and then
    ENDED = auto()  # the watcher is broken


@dataclass(frozen=True, slots=True)
class Coverage:
    """How changes of one repository are noticed.

    `watched` of the `folders` that are known have a watch, as counted when they were last listed; below a folder
    without watch there may be more. The whole is looked at `every` so many seconds (0: not needed). `reason` says
    what keeps it from being watched, `problem` what went wrong when a change was last told.
    """

    root: Path
    how: How = How.STARTING
    watched: int = 0
    folders: int = 0
    every: float = 0.0
    reason: str = ""
    problem: str = ""

    @property
    def sentence(self) -> str:
        """Say it, without the name of the repository; safe to print."""
        again = f"looks again every {round(self.every, 1):,g} s"
        said = {
            How.STARTING: "starts to watch: changes are noticed when all folders are listed",
            How.WATCHED: "watches all folders",
            How.PARTLY: f"watches {self.watched:,} of at least {self.folders:,} folders: {self.reason}; {again}",
            How.LOOKED_AT: f"{self.reason}: {again}",
            How.GONE: f"the folder is gone: {again}",
            How.ENDED: f"changes are no longer noticed ({self.reason}): restart to see them again",
        }[self.how]
        return safe_line(f"{said}; the last change could not be taken in: {self.problem}" if self.problem else said)


def summary(coverages: Iterable[Coverage]) -> str:
    """Say in one line what isn't fully watched, the worst first; nothing when all is well. Safe to print."""
    short = [one for one in coverages if one.how is not How.WATCHED or one.problem]
    if not short:
        return ""
    worst = max(short, key=lambda one: one.how.value)
    others = f" (and {len(short) - 1:,} more)" if len(short) > 1 else ""
    return safe_line(f"{worst.root.name}: {worst.sentence}{others}")
