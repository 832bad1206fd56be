"""The dispatcher of the queue: a small process that lives while jobs wait, and starts each when its turn comes.

Started as `python -m ckexplore.actions.jobs.dispatcher FOLDER`; a second one ends at once.
"""

import sys
import time
from pathlib import Path

from ...store.workspace import workspace_from_environment
from . import queue
from .detached import DISPATCHER_LOCK, detach

_LOOK = 1.0  # seconds: every look takes time from what is being measured


def main() -> None:
    """Detach, then advance the queue until nothing waits any more."""
    try:
        lock = detach(Path(sys.argv[1]) / DISPATCHER_LOCK, wait=False)
    except BlockingIOError:
        return
    workspace = workspace_from_environment()
    while queue.is_full(workspace) or queue.dispatch(workspace, lock):
        time.sleep(_LOOK)


if __name__ == "__main__":
    main()
