"""Watch repositories and tell, soon but not too often, what to look at again.

One thread waits for the kernel's events and costs nothing while nothing happens. What the kernel tells nothing of
(network file systems, folders beyond the machine's limit) is looked at now and then, and `coverage` says so.
"""

import os
import select
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from ..mounts import file_system, is_remote
from ..untrusted import safe_line
from .batch import Batch, Pace
from .coverage import Coverage, How
from .inotify import InotifyWatches, Tally, machine_limit

_LOOKS = (5.0, 60.0)
_SEARCHES = (1.0, 10.0)
"""Seconds between two looks at what isn't watched, and for a root that isn't there: at first, and at the longest."""


class Told(NamedTuple):
    """What to look at again in one repository.

    `paths` are relative to `root`, with surrogates for bytes that aren't UTF-8. Each file or folder there came, went
    or changed. A folder that is named may hold other things than before: all that is new in it is named too, what
    was in it must be looked for. When `whole` is true there are no paths, and all of the repository is to be looked
    at: also when `gone` says that the root itself isn't there any more, and when it is there again.
    """

    root: Path
    paths: frozenset[str] = frozenset()
    whole: bool = False
    gone: bool = False


@dataclass(slots=True, eq=False)
class _Followed:
    """One repository: how it is followed, what is to be told of it, and `pace` while that isn't by events alone."""

    root: Path
    now: Coverage
    batch: Batch = field(default_factory=Batch)
    pace: Pace | None = None
    told_gone: bool = False
    identity: tuple[int, int] | None = None

    def follow(self, how: How, reason: str = "", tally: Tally | None = None) -> None:
        """Follow it this way from now on."""
        if how is not self.now.how:
            self.pace = None
        watched, unwatched = (tally.watched, tally.unwatched) if tally else (0, 0)
        self.now = Coverage(self.root, how, watched, watched + unwatched, reason=reason, problem=self.now.problem)

    def coverage(self) -> Coverage:
        return replace(self.now, every=self.pace.every if self.pace else 0.0)

    def due(self) -> float:
        return min(self.batch.due(), self.pace.due if self.pace else inf)

    def is_lost(self, now: float) -> bool:
        """Tell whether it is time to list all folders again and to look at everything."""
        if self.pace and self.pace.due <= now:
            return True
        # While a shell stands in a root that was removed, nothing says that it was, or that another is in its place.
        return self.batch.due() <= now and (self.batch.lost or _identity(self.root) != self.identity)


class Watcher:
    """A daemon thread that tells of every change, and once of each whole repository when its watches are there.

    `tell` is called in that thread, one call at a time; it may return whether the look found anything, and then what
    isn't watched is looked at more often. What it raises is shown in `coverage`. `max_watches` is the most that all
    repositories may use together, three quarters of the machine's limit when None. `on_coverage` is called in that
    thread whenever `coverage` has changed. `looks` gives the seconds between two looks at what isn't watched: at
    first, and at the longest, when nothing changes. Raises OSError when this process has no descriptors left.
    """

    def __init__(
        self,
        tell: Callable[[Told], bool | None],
        *,
        max_watches: int | None = None,
        on_coverage: Callable[[Mapping[Path, Coverage]], object] | None = None,
        looks: tuple[float, float] = _LOOKS,
    ) -> None:
        self._tell = tell
        self._max_watches = max_watches
        self._on_coverage = on_coverage
        self._looks = looks
        self._lock = threading.Lock()
        self._wanted: tuple[Path, ...] = ()
        self._closed = False
        self._followed: dict[Path, _Followed] = {}
        self._coverage: Mapping[Path, Coverage] = {}
        self._watches: InotifyWatches | None = None
        self._no_watches = ""
        self._bell, self._rope = os.pipe()
        for descriptor in (self._bell, self._rope):
            os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(self._bell, select.POLLIN)
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def watch(self, roots: Iterable[Path]) -> None:
        """Watch these repositories and no others. Returns at once; may be called by any thread, at any time."""
        wanted = tuple(dict.fromkeys(roots))
        with self._lock:
            self._wanted = wanted
            self._ring()

    @property
    def coverage(self) -> Mapping[Path, Coverage]:
        """How changes of each repository are noticed now."""
        return self._coverage

    def close(self, wait: float = 2.0) -> None:
        """Begin no further call of `tell`, and wait at most so many seconds for the one that is under way."""
        with self._lock:
            self._closed = True
            self._ring()
        if threading.current_thread() is not self._thread:
            self._thread.join(wait)

    def _ring(self) -> None:
        if self._rope < 0:
            return
        try:
            os.write(self._rope, b"!")
        except BlockingIOError:  # it is full of rings that nobody has heard yet
            return

    # --- the thread ---

    def _run(self) -> None:
        try:
            while not self._closed:
                self._take_wanted()
                self._wait()
                self._tell_due()
        except Exception as error:  # a thread has nobody above to say it to
            ended = _in_words(error)
            self._publish({root: Coverage(root, How.ENDED, reason=ended) for root in self._followed})
        finally:
            self._give_back()

    def _give_back(self) -> None:
        self._drop_watches()
        with self._lock:
            self._closed = True
            os.close(self._bell)
            os.close(self._rope)
            self._rope = -1

    def _take_wanted(self) -> None:
        """Take in another set of repositories."""
        with self._lock:
            wanted = self._wanted
        if wanted == tuple(self._followed):
            return
        before = self._followed
        self._followed = {root: before.get(root) or _Followed(root, Coverage(root)) for root in wanted}
        if self._watches:
            for root in before.keys() - self._followed.keys():
                self._watches.forget(root)
        self._publish_all()
        new = [one for one in self._followed.values() if one.root not in before]
        self._look_at(new)
        if before and any(one.now.watched < one.now.folders for one in new):
            self._drop_watches()  # shared out anew, the watches cover the upper levels of all
            self._look_at(list(self._followed.values()))

    def _wait(self) -> None:
        """Wait until something happens or is due, and take in what happened."""
        due = min((one.due() for one in self._followed.values()), default=inf)
        if self._watches and self._watches.unread:
            due = 0.0
        for descriptor, _ in self._poll.poll(None if due == inf else max(0.0, due - monotonic()) * 1000):
            if descriptor == self._bell:
                os.read(self._bell, 4096)
        now = monotonic()
        for root, path, kind in self._watches.read() if self._watches else ():
            one = self._followed.get(root)
            if one is not None:
                one.batch.note(path, kind, now)
                if one.pace:
                    one.pace.hurry(now)

    def _tell_due(self) -> None:
        """Tell what is due, and tidy up when nothing is left to tell."""
        now = monotonic()
        self._look_at([one for one in self._followed.values() if one.is_lost(now)])
        told = [one for one in self._followed.values() if one.batch.due() <= now]
        for one in told:
            paths, whole = one.batch.take(now)
            whole = whole or bool(one.now.problem)  # what was told last has not been taken in
            self._say(one, Told(one.root, frozenset() if whole else paths, whole))
            self._notice_shortage(one)
        if told:
            self._publish_all()
        if self._watches and all(one.batch.due() == inf for one in self._followed.values()):
            self._watches.settle()

    # --- looking at whole repositories ---

    def _look_at(self, several: Sequence[_Followed]) -> None:
        """Watch all folders of these repositories, then tell to look at the whole of each.

        In this order nothing is missed: what changes after a folder's watch is there has an event, and what changed
        before is seen by the look.
        """
        if not several:
            return
        began = monotonic()
        self._set_up(several)
        spent = monotonic() - began
        for one in several:
            began = monotonic()
            one.batch.take(began)
            gone = one.now.how is How.GONE
            changed = not (gone and one.told_gone) and self._say(one, Told(one.root, whole=True, gone=gone))
            one.told_gone = gone
            self._plan(one, spent + monotonic() - began, changed=changed)
        self._publish_all()

    def _set_up(self, several: Sequence[_Followed]) -> None:
        """Find out how each can be followed, and watch those that can be watched."""
        local: list[_Followed] = []
        for one in several:
            one.identity = _identity(one.root)
            if one.identity is None:
                self._unwatch(one, How.GONE)
            elif is_remote(kind := file_system(one.root)):
                self._unwatch(one, How.LOOKED_AT, safe_line(kind, 40))
            else:
                local.append(one)
        watches = self._inotify() if local else None
        if watches is None:
            for one in local:
                one.follow(How.LOOKED_AT, self._no_watches)
            return
        watches.watch(one.root for one in local)
        for one in local:
            self._classify(one, watches.tally(one.root))

    def _unwatch(self, one: _Followed, how: How, reason: str = "") -> None:
        if self._watches:
            self._watches.forget(one.root)
        one.follow(how, reason)

    def _classify(self, one: _Followed, tally: Tally) -> None:
        if tally.watched and not tally.unwatched:
            one.follow(How.WATCHED, tally=tally)
        elif tally.unwatched:
            reason = tally.problem or self._limit
            one.follow(How.PARTLY if tally.watched else How.LOOKED_AT, reason, tally)
        elif _identity(one.root):
            one.follow(How.LOOKED_AT, "the folder can't be listed by this user")
        else:
            one.follow(How.GONE)

    def _plan(self, one: _Followed, took: float, *, changed: bool) -> None:
        """Plan the next look at what isn't watched fully."""
        if one.now.how is How.WATCHED:
            one.pace = None
            return
        if one.pace is None:
            one.pace, changed = Pace(*(_SEARCHES if one.now.how is How.GONE else self._looks)), True
        one.pace.looked(monotonic(), took, changed=changed)

    def _notice_shortage(self, one: _Followed) -> None:
        """Take in that a new folder got no watch."""
        tally = self._watches.tally(one.root) if self._watches else Tally()
        if one.now.how is How.WATCHED and tally.unwatched:
            self._classify(one, tally)
            self._plan(one, 0.0, changed=True)

    # --- the kernel's side ---

    def _inotify(self) -> InotifyWatches | None:
        """Give the watches, or None where there are none; then `_no_watches` says why."""
        if self._watches is None and not sys.platform.startswith("linux"):
            self._no_watches = "this system doesn't tell of changes"
        elif self._watches is None:
            try:
                self._watches = InotifyWatches(self._max_watches)
                self._poll.register(self._watches, select.POLLIN)
            except (OSError, ImportError) as error:
                self._no_watches = f"the system can't watch now ({_in_words(error)})"
        return self._watches

    def _drop_watches(self) -> None:
        if self._watches is not None:
            self._poll.unregister(self._watches)
            self._watches.close()
            self._watches = None

    @property
    def _limit(self) -> str:
        if self._max_watches is not None:
            return f"no more than {self._max_watches:,} watches are to be used"
        limit = machine_limit()
        return "the machine's limit is reached" if limit is None else f"the machine's limit is {limit:,}"

    # --- saying it ---

    def _say(self, one: _Followed, told: Told) -> bool:
        """Tell it, and give whether the look found anything."""
        if self._closed:
            return False
        try:
            changed = bool(self._tell(told))
            problem = ""
        except Exception as error:  # one repository that can't be taken in doesn't end the watching of the others
            changed, problem = False, _in_words(error)
        one.now = replace(one.now, problem=problem)
        return changed

    def _publish_all(self) -> None:
        self._publish({one.root: one.coverage() for one in self._followed.values()})

    def _publish(self, coverage: Mapping[Path, Coverage]) -> None:
        if coverage != self._coverage:
            self._coverage = coverage
            if self._on_coverage and not self._closed:
                self._on_coverage(coverage)


def _identity(root: Path) -> tuple[int, int] | None:
    """Give device and inode of a folder, None when it isn't there; one that can't be reached counts as gone."""
    try:
        status = root.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _in_words(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else ""
    return safe_line(reason or f"{type(error).__name__}: {error}", 300)
