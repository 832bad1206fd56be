"""However deep the folders of a repository are, they are walked through, and no link in them is followed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.store.removal import remove_tree
from ckexplore.store.walking import walk

DEEP = 1_500  # a path in a clone may have 2,047


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    top = tmp_path / "deep"
    top.mkdir()
    make = f"import os\nfor _ in range({DEEP}):\n    os.mkdir('d')\n    os.chdir('d')\n"
    subprocess.run([sys.executable, "-c", make], cwd=top, check=True)
    yield top
    remove_tree(top)  # which whoever cleans up after tests can't


def test_deep_folders_are_walked_to_the_last(deep: Path) -> None:
    assert sum(1 for _ in walk(deep)) == DEEP + 1


def test_it_is_walked_as_the_system_s_own_walk_does(tmp_path: Path) -> None:
    for name in ("b/x/1", "b/2", "a/3", "c/4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "a/gone").symlink_to("nowhere")
    walks = []
    for one in (walk, os.walk):
        walks.append(seen := [])
        for folder, folders, names in one(tmp_path):
            folders[:] = sorted(name for name in folders if name != "c")
            seen.append((folder, list(folders), sorted(names)))
    assert walks[0] == walks[1]
    assert list(walk(tmp_path / "nothing")) == []
