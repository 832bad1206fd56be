"""Starting a job: a supervisor of its own, detached from this terminal, that outlives whoever started it."""

import os
import subprocess
import sys
from pathlib import Path

from ...store.workspace import Workspace
from ..plan import Plan
from . import record


def start(workspace: Workspace, plan: Plan) -> Path:
    """Start a job for an approved plan, and return its folder at once."""
    folder = record.create(workspace, plan)
    environment = {**os.environ, "CKEXPLORE_HOME": str(workspace.home)}
    # The process started here forks and ends at once: the supervisor is nobody's child and gets no hang-up of ours.
    with (folder / "supervisor.log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-P", "-m", "ckexplore.actions.jobs.supervisor", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment,
            start_new_session=True,
            check=True,
        )
    return folder
