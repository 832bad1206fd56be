"""What most tests of the watcher watch."""

from pathlib import Path

import pytest

from .watching import three_entries


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with three entries."""
    return three_entries(tmp_path / "repository")
