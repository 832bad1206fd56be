"""git repositories made by real git, for tests."""

import os
import subprocess
from pathlib import Path

_IDENTITY = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
_QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def git(folder: Path, *words: str, **environment: str) -> str:
    """Run git in a folder and give what it printed, without the settings of whoever runs the tests."""
    done = subprocess.run(
        ["git", *_IDENTITY, "-c", "protocol.file.allow=always", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, **_QUIET, **environment},
    )
    return os.fsdecode(done.stdout)


def make_tree(folder: Path, *, options: tuple[str, ...] = (), **files: str) -> Path:
    """Make a repository with one commit of these files (`a__b` is the file `a/b`)."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *options)
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    commit(folder, "first")
    return folder


def commit(folder: Path, message: str = "more") -> str:
    """Commit all that is in a folder and give the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD").strip()


def changed(folder: Path) -> set[str]:
    """List what git says has changed among the files that it tracks."""
    told = git(folder, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=no")
    return {line[3:] for line in told.split("\0") if line}
