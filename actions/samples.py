"""The sample repositories that come with the program: copied to a home of their own, and opened there."""

import hashlib
import os
import shutil
from pathlib import Path

from ..store import repos
from ..store.workspace import Workspace
from .shipped_folder import SAMPLES

NAMES = ("ckx-ml", "paper-artifact")


def demo_workspace(base: Workspace) -> Workspace:
    """Give the home of the demo, below the user's own but apart from it."""
    return Workspace(base.home / "demo")


def copy_samples(workspace: Workspace) -> list[repos.Repository]:
    """Copy the samples into a home unless they are there unchanged, and register them."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    mark = workspace.home / "samples.sha256"
    state = _state(SAMPLES)
    if not mark.exists() or mark.read_text(encoding="ascii") != state:
        for name in NAMES:
            target = workspace.clones / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(SAMPLES / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        mark.write_text(state, encoding="ascii")
    return [repos.register(workspace, workspace.clones / name, name) for name in NAMES]


def _state(source: Path) -> str:
    """Sum up the samples' files by name, size and time, without reading them."""
    summed = hashlib.sha256()
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            status = os.stat(os.path.join(folder, name))
            summed.update(f"{folder}\0{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return summed.hexdigest()
