"""Following jobs: one thread looks at all of them and posts what they wrote, told and became.

Jobs that others start, such as a command line in another terminal, are found in the queue and followed too.
"""

import time
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from ..actions.execution import outcome
from ..actions.jobs import queue, record
from ..actions.jobs.follow import JobFollower
from ..actions.jobs.listing import described
from ..actions.report.detection_telling import is_several, tell_outcome
from ..store.errors import CkexploreError
from ..store.untrusted import safe_line
from ..store.workspace import Workspace
from . import messages
from .pace import Pace

_CLOCK = 0.5  # seconds after which how long a job has run is drawn anew
_QUEUE_EVERY = 2.0
_EARLIER = 2 << 20  # bytes of output from before that are shown of a job
_PIECES = 24  # of about a megabyte, at once
_SUMMARY_WIDTH = 76
_BEHIND = _PIECES << 20  # bytes; further behind than this, the display skips what nobody could have read


def follow_jobs(target: MessagePump, workspace: Workspace, to_follow: "SimpleQueue[Path]", pace: Pace) -> None:
    """Follow jobs until the worker is cancelled: what is put into `to_follow`, and what the queue has."""
    feed, worker = _Feed(target, workspace), get_current_worker()
    looked = 0.0
    while not worker.is_cancelled:
        while not to_follow.empty():
            feed.follow(to_follow.get(), show=True)
        if time.monotonic() - looked > _QUEUE_EVERY:
            looked = time.monotonic()
            feed.find_others()
        feed.look()
        pace.rest()


class _Feed:
    """The jobs that are followed."""

    def __init__(self, target: MessagePump, workspace: Workspace) -> None:
        self._target, self._workspace = target, workspace
        self._followers: dict[str, JobFollower] = {}
        self._seen: set[str] = set()
        self._told: dict[str, tuple[record.JobState, float]] = {}  # and when

    def follow(self, folder: Path, *, show: bool) -> None:
        """Follow another job from now on; one that was followed before is only shown."""
        self._target.post_message(messages.JobStarted(folder, described(folder)["request"], show))
        if folder.name not in self._seen:
            self._seen.add(folder.name)
            self._followers[folder.name] = JobFollower(folder, last=_EARLIER)

    def look(self) -> None:
        """Post what every job wrote, told and became since the last look."""
        for uid in list(self._followers):
            while self._look(uid):
                pass

    def find_others(self) -> None:
        """Follow what others started."""
        found = queue.look(self._workspace)
        for uid in (*found.running, *found.waiting):
            folder = record.folder_of(self._workspace, uid)
            if uid not in self._seen and folder.exists():
                self.follow(folder, show=False)

    def _look(self, uid: str) -> bool:
        """Post what is new of a job; tell whether there may be more of one that is over."""
        follower = self._followers[uid]
        try:
            state = follower.state()
        except (CkexploreError, FileNotFoundError):  # removed meanwhile
            del self._followers[uid]
            return False
        skipped = follower.catch_up(_BEHIND, _EARLIER)
        note = f"\n… {skipped:,} bytes are not shown here; they are in the log …\n".encode() if skipped else b""
        data = note + b"".join(islice(iter(follower.output, b""), _PIECES))
        events = follower.events()
        if data:
            self._target.post_message(messages.JobOutput(follower.folder, data))
        if events:
            self._target.post_message(messages.JobTold(follower.folder, events))
        if state.over and (data or events):
            return True
        told, when = self._told.get(uid, (None, 0.0))
        if state != told or time.monotonic() - when > _CLOCK:
            self._told[uid] = state, time.monotonic()
            reason = _reason(follower.folder, state) if state.over else ""
            summary = _summary(state) if state.over else ""
            self._target.post_message(messages.JobMoved(follower.folder, state, reason, summary))
        if state.over:
            del self._followers[uid]
        return False


def _summary(state: record.JobState) -> str:
    """Give the tables of what a detection of several entries found."""
    if not is_several(state.results):
        return ""
    return "\n".join(safe_line(line) for line in tell_outcome(state.results, _SUMMARY_WIDTH))


def _reason(folder: Path, state: record.JobState) -> str:
    """Give the sentence that says why a job didn't do what it should."""
    if state.state == "done":
        return ""
    try:
        outcome(folder, state)
    except CkexploreError as error:
        return str(error).split("\nits last lines", 1)[0]
    return state.error
