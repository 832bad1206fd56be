"""Following jobs: one thread looks at all of them and posts what they wrote, told and became.

Jobs that others start, such as a command line in another terminal, are found in the queue and followed too.
"""

import time
from pathlib import Path
from queue import SimpleQueue

from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from ..actions.execution import outcome
from ..actions.jobs import queue, record
from ..actions.jobs.follow import JobFollower
from ..actions.jobs.listing import described
from ..store.errors import CkexploreError
from ..store.workspace import Workspace
from . import messages

_LOOK = 0.05  # seconds between two looks at the running jobs: 20 a second
_STATE_EVERY = 0.5
_QUEUE_EVERY = 2.0
_EARLIER = 2 << 20  # bytes of output from before that are shown of a job
_BEHIND = 24 << 20  # bytes; further behind than this, the display skips what nobody could have read


def follow_jobs(target: MessagePump, workspace: Workspace, to_follow: "SimpleQueue[Path]") -> None:
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
        time.sleep(_LOOK)


class _Feed:
    """The jobs that are followed."""

    def __init__(self, target: MessagePump, workspace: Workspace) -> None:
        self._target, self._workspace = target, workspace
        self._followers: dict[str, JobFollower] = {}
        self._seen: set[str] = set()
        self._told: dict[str, float] = {}

    def follow(self, folder: Path, *, show: bool) -> None:
        """Follow another job from now on; one that was followed before is only shown."""
        self._target.post_message(messages.JobStarted(folder, described(folder)["request"], show))
        if folder.name not in self._seen:
            self._seen.add(folder.name)
            self._followers[folder.name] = JobFollower(folder, last=_EARLIER)

    def look(self) -> None:
        """Post what every job wrote, told and became since the last look."""
        for uid in list(self._followers):
            self._look(uid)

    def find_others(self) -> None:
        """Follow what others started."""
        found = queue.look(self._workspace)
        for uid in (*found.running, *found.waiting):
            folder = record.folder_of(self._workspace, uid)
            if uid not in self._seen and folder.exists():
                self.follow(folder, show=False)

    def _look(self, uid: str) -> None:
        follower = self._followers[uid]
        try:
            state = follower.state()
        except (CkexploreError, FileNotFoundError):  # removed meanwhile
            del self._followers[uid]
            return
        skipped = follower.catch_up(_BEHIND, _EARLIER)
        note = f"\n… {skipped:,} bytes are not shown here; they are in the log …\n".encode() if skipped else b""
        data, events = note + follower.output(), follower.events()
        if data:
            self._target.post_message(messages.JobOutput(follower.folder, data))
        if events:
            self._target.post_message(messages.JobTold(follower.folder, events))
        over = state.over and not data and not events
        if over or time.monotonic() - self._told.get(uid, 0.0) > _STATE_EVERY:
            self._told[uid] = time.monotonic()
            reason = _reason(follower.folder, state) if over else ""
            self._target.post_message(messages.JobMoved(follower.folder, state, reason))
        if over:
            del self._followers[uid]


def _reason(folder: Path, state: record.JobState) -> str:
    """Give the sentence that says why a job didn't do what it should."""
    if state.state == "done":
        return ""
    try:
        outcome(folder, state)
    except CkexploreError as error:
        return str(error).split("\nits last lines", 1)[0]
    return state.error
