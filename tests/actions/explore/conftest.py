"""A stranger's program `p` that measures what its script writes into `timer.json`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.store.workspace import Workspace

from ..hostile import Stranger

Measuring = Callable[..., Stranger]


@pytest.fixture
def measuring(workspace: Workspace, tmp_path: Path) -> Measuring:
    """Make the repository with the program: its script, and its variables with their defaults."""

    def made(script: str, **variables: str) -> Stranger:
        stranger = Stranger(workspace, tmp_path / "stranger")
        commands = {"x": {"run_time": {"run_cmd_main": "bash ../measure.sh", "fine_grain_timer_file": "timer.json"}}}
        meta = {"no_compile": "yes", "run_cmds": commands, "run_vars": variables}
        stranger.entry("program", "p", meta, {"measure.sh": script})
        return stranger

    return made
