"""What tests share: a home of their own, the sample repositories, and what a missing program means."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from ckexplore.store.workspace import Workspace

settings.register_profile("ckexplore", deadline=None)  # the machine may be busy with something else
settings.load_profile("ckexplore")

for name in ("COLUMNS", "LINES"):  # where tests run side by side they are set, and our terminals have their own sizes
    os.environ.pop(name, None)

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_repos"

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2Jevil\x9b31m\u202egnp.exe\x00[/] [red]x[/nope] [@click=app.quit]y[/]"
"""Escape sequences, a clipboard write, C1, a direction override, NUL and broken markup, all in one text."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace in an empty home; commands started by a test use it as well."""
    home = tmp_path / "home"
    monkeypatch.setenv("CKEXPLORE_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    return Workspace(home)


def require(program: str) -> str:
    """Give the path of a real program; skip where a user's machine lacks it, fail where CI lacks it."""
    found = shutil.which(program)
    if found is None:
        message = f"{program} isn't installed on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
