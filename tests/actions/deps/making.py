"""Soft entries and packages for tests: a small program on the PATH, packages that write a file."""

from pathlib import Path
from typing import Any

import pytest

from ..hostile import Stranger

FILE = "ckx-file"
INSTALL = "echo $PACKAGE_VERSION > $INSTALL_DIR/ckx-file\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the name of a program that is on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    tool = folder / "ckx-tool"
    tool.write_text("#! /bin/sh\necho ckx-tool 1.2.3\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return tool.name


def installable(stranger: Stranger, name: str, soft: str, tags: list[str], **meta: Any) -> Path:
    """Make a package that writes a file."""
    whole = {"tags": tags, "soft_uoa": soft, "process_script": "install", "end_full_path_universal": FILE, **meta}
    return stranger.entry("package", name, whole, {"install.sh": INSTALL})
