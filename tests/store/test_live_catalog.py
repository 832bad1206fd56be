"""The live catalog, with its real threads: what happens on the disk is in the next answer."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ckexplore.store import annotations, repos
from ckexplore.store.artifact import Artifact
from ckexplore.store.live_catalog import LiveCatalog, Progress, Telling
from ckexplore.store.registry import Repository
from ckexplore.store.search import View
from ckexplore.store.search.thread import Answer, SearchFailed
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .making import make_entry, make_repository

PATIENCE = 30.0


class Following:
    """A live catalog and what it told."""

    def __init__(self, workspace: Workspace) -> None:
        self.told: list[Telling] = []
        self.catalog = LiveCatalog(workspace, self.told.append)
        self.until(lambda: any(isinstance(one, Progress) and one.looked for one in self.told))
        self.until(lambda: self.catalog.settled)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"it did not happen; told last: {self.told[-3:]}"
            time.sleep(0.01)
        assert not any(isinstance(one, SearchFailed) for one in self.told)

    @property
    def artifacts(self) -> list[Artifact]:
        answers = [one for one in self.told if isinstance(one, Answer)]
        return [answers[-1].index.artifact(number) for number in answers[-1].shown]

    @property
    def titles(self) -> set[str]:
        return {one.title for one in self.artifacts if one.module != "repo"}


@pytest.fixture
def repository(workspace: Workspace, tmp_path: Path) -> Repository:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "resnet50", "1" * 16, {"tags": ["onnx"]})
    make_entry(root, "program", "bert", "2" * 16, {"tags": ["onnx"]})
    return repos.register(workspace, root)


@pytest.fixture
def following(workspace: Workspace, repository: Repository) -> Iterator[Following]:
    del repository
    one = Following(workspace)
    yield one
    one.catalog.close()


def test_everything_is_shown_and_the_newest_view_is_answered(following: Following) -> None:
    assert following.titles == {"resnet50", "bert"}
    for length in range(1, 5):
        following.catalog.ask(View("bert"[:length]))
    following.until(lambda: following.titles == {"bert"})


def test_an_edited_meta_file_is_in_the_next_answer(following: Following, repository: Repository) -> None:
    (repository.path / "program/bert/.cm/meta.json").write_text(json.dumps({"tags": ["speech"]}))
    following.until(lambda: ("speech",) in [one.tags for one in following.artifacts])


def test_an_added_entry_and_a_deleted_one_follow_by_themselves(following: Following, repository: Repository) -> None:
    make_entry(repository.path, "dataset", "digits", "4" * 16, module_uid="c" * 16)
    following.until(lambda: "digits" in following.titles)
    shutil.rmtree(repository.path / "program/bert")
    following.until(lambda: following.titles == {"resnet50", "digits"})


def test_a_checkout_of_another_branch_is_followed(following: Following, repository: Repository) -> None:
    require("git")
    root = repository.path

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words]
        subprocess.run(command, cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("checkout", "-q", "-b", "other")
    make_entry(root, "program", "gpt", "5" * 16)
    shutil.rmtree(root / "program/bert")
    git("add", "-A")
    git("commit", "-q", "-m", "second")
    following.until(lambda: following.titles == {"resnet50", "gpt"})
    git("checkout", "-q", "main")
    following.until(lambda: following.titles == {"resnet50", "bert"})


def test_a_deleted_repository_is_gone_and_comes_back(following: Following, repository: Repository) -> None:
    away = repository.path.with_name("away")
    shutil.move(repository.path, away)
    following.until(lambda: following.titles == set())
    shutil.move(away, repository.path)
    following.until(lambda: following.titles == {"resnet50", "bert"})


def test_what_another_process_registers_and_tags_shows_by_itself(
    following: Following, workspace: Workspace, tmp_path: Path
) -> None:
    root = make_repository(tmp_path / "s", "s", "f" * 16)
    make_entry(root, "program", "gpt", "6" * 16)
    command = [sys.executable, "-m", "ckexplore.cli.main"]
    subprocess.run([*command, "add", "repo", f"--path={root}"], check=True, capture_output=True)
    following.until(lambda: "gpt" in following.titles)
    subprocess.run([*command, "tag", "program:gpt", "--add=mine"], check=True, capture_output=True)
    following.until(lambda: ("mine",) in [one.own_tags for one in following.artifacts])
    assert annotations.own_tags(workspace) == {"6" * 16: ("mine",)}
    subprocess.run([*command, "rm", "repo:s"], check=True, capture_output=True)
    following.until(lambda: "gpt" not in following.titles)
