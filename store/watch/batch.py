"""What changed in one repository since it was last told, and when it is to be told: a queue with manners.

An edited file is told at once, further changes are gathered, and a storm becomes one "look at all of it again".
Nothing here reads a clock or a file, so that every order of events can be tried in a test. Times are in seconds.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf
from pathlib import Path
from typing import NamedTuple

from .names import INDEX_LOCK, is_git

QUIET = 0.05
"""A batch is told when nothing has happened for so long,"""
LONGEST = 0.25
"""and at the latest so long after its first event."""
WHOLE_QUIET = 0.1
WHOLE_LONGEST = 3.0
"""The same for a repository that is looked at as a whole, which costs more."""
LOCK_QUIET = 2.0
LOCK_LONGEST = 10.0
"""The same while git holds its index.lock; a killed git leaves it behind for ever."""
MANY = 1_000
"""Above so many paths, a look at the whole repository is cheaper."""
RESTS = 4
"""A look that takes long is followed by so many times its duration without one."""


class Kind(Enum):
    """What happened to a file or folder."""

    CREATED = auto()
    WRITTEN = auto()
    ARRIVED = auto()  # renamed to this name: whole from the start
    GONE = auto()
    LOST = auto()  # nobody knows what happened: the kernel's queue was too short, or the root itself went


class Seen(NamedTuple):
    """One event: the repository's root as given, the path relative to it, what happened."""

    root: Path
    path: str
    kind: Kind


@dataclass(slots=True)
class Batch:
    """The pending changes of one repository.

    No path is ever dropped, not even of a file that came and went: a look at its neighbours may have seen it
    in between.
    """

    paths: set[str] = field(default_factory=set)
    whole: bool = False
    lost: bool = False  # events were lost, so folders may lack their watch
    _fresh: set[str] = field(default_factory=set)
    _locked: bool = False
    _calm: bool = True  # nothing was told just before the first of these events
    _at_once: bool = False
    _first: float = inf
    _last: float = -inf
    _told: float = -inf

    def note(self, path: str, kind: Kind, now: float) -> None:
        """Add one event."""
        if path == INDEX_LOCK:
            # While git holds it, files are half of one branch and half of another: wait for its end.
            self._locked = kind is not Kind.GONE
        elif kind is Kind.LOST:
            self.lost, self._locked = True, False
            self._look_at_all()
        elif is_git(path):
            self._look_at_all()
        elif not self.whole:
            self._add(path, kind, now)
        if self.pending:
            self._first, self._last = min(self._first, now), now

    def _add(self, path: str, kind: Kind, now: float) -> None:
        if not self.paths:
            self._calm = now - self._told >= QUIET
        if kind is Kind.CREATED and path not in self.paths:
            self._fresh.add(path)
        self.paths.add(path)
        # What is new or gone can wait: a new file is mostly a temporary one, soon renamed over the one it replaces,
        # and an editor takes the old file away just before it writes the new one.
        complete = kind is Kind.ARRIVED or (kind is Kind.WRITTEN and path not in self._fresh)
        self._at_once |= complete and self._calm
        if len(self.paths) > MANY:
            self._look_at_all()

    def _look_at_all(self) -> None:
        self.whole, self._at_once = True, False
        self.paths.clear()
        self._fresh.clear()

    @property
    def pending(self) -> bool:
        """Whether there is anything to tell."""
        return self.whole or bool(self.paths)

    def due(self) -> float:
        """Give the time at which this is to be told; infinite when there is nothing to tell."""
        if not self.pending:
            return inf
        if self._at_once and not self._locked:
            return self._first
        quiet, longest = QUIET, LONGEST
        if self._locked:
            quiet, longest = LOCK_QUIET, LOCK_LONGEST
        elif self.whole:
            quiet, longest = WHOLE_QUIET, WHOLE_LONGEST
        return min(self._last + quiet, self._first + longest)

    def take(self, now: float) -> tuple[frozenset[str], bool]:
        """Empty the batch and give its paths, and whether to look at the whole repository."""
        taken = frozenset(self.paths), self.whole
        self.paths.clear()
        self._fresh.clear()
        self.whole = self.lost = self._locked = self._at_once = False
        self._first, self._last, self._told = inf, -inf, now
        return taken


@dataclass(slots=True)
class Pace:
    """When to look by ourselves at what nobody tells us of: soon at first, ever less often while nothing changes."""

    first: float
    longest: float
    every: float = field(init=False)
    due: float = inf

    def __post_init__(self) -> None:
        self.every = self.first

    def hurry(self, now: float) -> None:
        """Look soon, because something happened there."""
        self.every = self.first
        self.due = min(self.due, now + self.every)

    def looked(self, now: float, took: float, *, changed: bool) -> None:
        """Take in that a look has ended, how long it took, and whether it found anything."""
        backed_off = self.first if changed else min(2 * self.every, self.longest)
        self.every = max(backed_off, RESTS * took)
        self.due = now + self.every
