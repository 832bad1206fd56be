"""The sample repositories, registered in an empty home."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.store import repos
from ckexplore.store.workspace import Workspace

from ..conftest import SAMPLES

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def samples(workspace: Workspace, tmp_path: Path) -> Path:
    """A copy of the sample CK repository, registered; a test may change it."""
    copy = tmp_path / "ckx-ml"
    shutil.copytree(SAMPLES / "ckx-ml", copy, ignore=shutil.ignore_patterns("__pycache__"))
    repos.register(workspace, copy)
    return copy


@pytest.fixture
def ask(workspace: Workspace, samples: Path) -> Ask:
    """Ask the kernel, as the Python API does."""
    del samples

    def asked(**values: Any) -> dict[str, Any]:
        return access(values, workspace)

    return asked
