"""What the browser reads of one artifact: it says why a file can't be shown, and never leaves the artifact's folder."""

import os
from pathlib import Path

import pytest

from ckexplore.actions.browsing import details, file_text
from ckexplore.store import repos
from ckexplore.store.artifact import Artifact
from ckexplore.store.catalog import Catalog
from ckexplore.store.errors import RefusedError
from ckexplore.store.workspace import Workspace

from ..store.making import make_entry, make_repository


def artifact(workspace: Workspace, root: Path) -> Artifact:
    return next(iter(Catalog(workspace).artifacts(repos.register(workspace, root))))


def test_a_readme_that_is_too_long_says_so(workspace: Workspace, tmp_path: Path) -> None:
    entry = make_entry(make_repository(tmp_path / "r", "r"), "program", "a", "1" * 16)
    (entry / "README.md").write_bytes(b"")
    os.truncate(entry / "README.md", 10 << 20)
    assert "more than" in details(workspace, artifact(workspace, tmp_path / "r")).readme


def test_a_meta_behind_a_link_isnt_shown_in_the_place_of_its_error(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    meta = make_entry(root, "program", "a", "1" * 16, {"desc": "the secret"}) / ".cm"
    meta.rename(tmp_path / "outside")
    meta.symlink_to(tmp_path / "outside", target_is_directory=True)
    shown = details(workspace, artifact(workspace, root)).meta
    assert "isn't followed" in shown
    assert "secret" not in shown


@pytest.mark.parametrize("target", ["loop.txt", "../../../outside.txt", "/etc/passwd"])
def test_a_file_that_is_a_link_elsewhere_is_refused(workspace: Workspace, tmp_path: Path, target: str) -> None:
    entry = make_entry(make_repository(tmp_path / "r", "r"), "program", "a", "1" * 16)
    (entry / "loop.txt").symlink_to(target)
    (tmp_path / "outside.txt").write_text("the secret")
    with pytest.raises(RefusedError):
        file_text(workspace, artifact(workspace, tmp_path / "r"), "loop.txt")
