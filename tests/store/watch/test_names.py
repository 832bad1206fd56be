"""Which names are worth another look."""

import pytest

from ckexplore.store.watch.names import watched_path

FILES = [
    "README.md",
    "program/x/.cm/meta.json",
    ".cm/alias-a-program",
    ".ckr.json",
    ".git/HEAD",
    ".git/index",
    ".git/index.lock",
    "a/#b",
    "a/b#",
    ".github/workflows/x.yml",
    "a/\udcff",
]
NO_FILES = [
    ".git/config",
    ".git/refs/heads/main",
    "a/.git/HEAD",
    "a/4913",
    "a/meta.json~",
    "a/.meta.json.swp",
    "a/#meta.json#",
    "a/.#meta.json",
    "a/.goutputstream-X1",
    "a/.nfs0001",
    "a/x.tmp",
    ".venv/lib/x.py",
    "a/node_modules/b/c",
    "a/__pycache__/x.pyc",
]


@pytest.mark.parametrize("path", FILES)
def test_what_a_format_may_read_is_watched(path: str) -> None:
    assert watched_path(path, folder=False)


@pytest.mark.parametrize("path", NO_FILES)
def test_git_s_own_files_caches_and_editors_temporary_files_are_not(path: str) -> None:
    assert not watched_path(path, folder=False)


def test_of_git_s_folders_only_the_repository_s_own_is_watched() -> None:
    assert watched_path(".git", folder=True)
    assert not watched_path(".git/refs", folder=True)
    assert not watched_path("a/.git", folder=True)
    assert watched_path("a/git", folder=True)
