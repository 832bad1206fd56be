"""Cloning and pulling from a real git server on loopback."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.store import git_transport, repos
from ckexplore.store.errors import CkexploreError, InvalidRequestError
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .making import make_entry, make_repository


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    require("git")
    root = make_repository(tmp_path / "served" / "artifacts", "artifacts")
    make_entry(root, "program", "one", "1" * 16, {"tags": ["x"]})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    return root


@pytest.fixture
def server(origin: Path) -> Iterator[str]:
    """The address of a git daemon that serves the origin."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    daemon = subprocess.Popen(
        [
            "git",
            "daemon",
            "--export-all",
            "--reuseaddr",
            "--listen=127.0.0.1",
            f"--port={port}",
            f"--base-path={origin.parent}",
        ],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"git://127.0.0.1:{port}/artifacts"
    os.killpg(daemon.pid, 15)
    daemon.wait()


def test_a_repository_is_cloned_with_progress_and_pulled(server: str, origin: Path, workspace: Workspace) -> None:
    told: list[str] = []
    repository = repos.clone(workspace, server, "", lambda share, text: told.append(text))
    assert repository.alias == "artifacts"
    assert repository.path == workspace.clones / "artifacts"
    assert told
    make_entry(origin, "program", "two", "2" * 16, {"tags": ["y"]})
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "two")
    assert access({"action": "pull", "cid": "repo:artifacts"}, workspace) == {
        "return": 0,
        "pulled": {"artifacts": True},
    }
    assert access({"action": "pull", "cid": "repo:artifacts"}, workspace)["pulled"] == {"artifacts": False}
    names = [one["data_uoa"] for one in access({"action": "ls", "cid": "program"}, workspace)["lst"]]
    assert sorted(names) == ["one", "two"]


def test_a_clone_that_fails_leaves_nothing_behind(server: str, workspace: Workspace) -> None:
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        repos.clone(workspace, server + "-nosuch", "x", lambda share, text: None)
    assert list(workspace.clones.iterdir()) == []


def test_hooks_of_a_clone_are_never_executed(server: str, workspace: Workspace, tmp_path: Path) -> None:
    repository = repos.clone(workspace, server, "", lambda share, text: None)
    mark = tmp_path / "executed"
    hooks = repository.path / ".git" / "hooks"
    assert not hooks.exists() or not list(hooks.iterdir())
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-merge", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    repos.pull(workspace, repository.alias, lambda share, text: None)
    assert not mark.exists()


@pytest.mark.parametrize(
    "url", ["ext::sh -c id", "file:///etc", "/etc", "--upload-pack=id", "https://-x", "fd::3", "data:x::y", ""]
)
def test_other_transports_and_options_are_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError):
        git_transport.check_url(url)


def test_git_is_not_run_in_a_folder_of_others(origin: Path, workspace: Workspace) -> None:
    repos.register(workspace, origin)
    answer = access({"action": "pull", "cid": "repo:artifacts"}, workspace)
    assert answer["return"] == 1
    assert "git isn't run" in answer["error"]
