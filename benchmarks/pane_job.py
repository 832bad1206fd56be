"""What the job pane is measured on: a program that runs as a job, and the browser in a terminal beside it."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from catalog_setting import environment_of
from catalog_terminal import Terminal
from installed import our_program

from ckexplore.actions.jobs import queue, stopping
from ckexplore.actions.plan import Plan, Stage
from ckexplore.store.workspace import Workspace


@contextmanager
def browser_beside(program: str, *arguments: str) -> Iterator[Terminal]:
    """Run Python code as a job in a home of its own, open the browser there, and cancel the job afterwards."""
    with tempfile.TemporaryDirectory(prefix="ckexplore-benchmark-") as home:
        workspace = Workspace(home)
        stage = Stage("measured", (sys.executable, "-c", program, *arguments), ("measured",), timeout=3600.0)
        folder = queue.submit(workspace, Plan("measured", "", "", (), (stage,)))
        try:
            with Terminal([our_program()], environment_of(workspace)) as terminal:
                yield terminal
        finally:
            stopping.cancel(workspace, folder)
