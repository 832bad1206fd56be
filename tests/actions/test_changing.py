"""Entries of registered repositories are added, changed, renamed, copied, moved and deleted, in CK's own format."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.actions.console import Console
from ckexplore.actions.kernel import answer
from ckexplore.actions.request import request_from
from ckexplore.store import repos
from ckexplore.store.cid import MODULE_UIDS
from ckexplore.store.errors import RefusedError
from ckexplore.store.workspace import Workspace

from ..store.making import make_entry, make_repository

DATASET = MODULE_UIDS["dataset"]
UID = "1" * 16


@pytest.fixture
def root(workspace: Workspace, tmp_path: Path) -> Path:
    """A registered repository with one data set and a file in it."""
    root = make_repository(tmp_path / "theirs", "theirs", "a" * 16)
    entry = make_entry(root, "dataset", "cat", UID, {"tags": ["image"], "deep": {"a": 1}}, module_uid=DATASET)
    (entry / "cat.pgm").write_text("P2")
    (entry / "more").mkdir()
    (entry / "more/link").symlink_to("../cat.pgm")
    repos.register(workspace, root)
    return root


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def aliases(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text().strip() for path in (folder / ".cm").glob("alias-*")}


def test_an_entry_is_added_to_the_repository_that_is_named_and_else_to_ones_own(
    workspace: Workspace, root: Path
) -> None:
    added = access(
        {"action": "add", "cid": "theirs:dataset:imagenet", "tags": "2012, big", "dict": {"n": 1}}, workspace
    )
    assert added["return"] == 0
    assert Path(added["path"]) == root / "dataset/imagenet"
    assert json.loads((root / "dataset/imagenet/.cm/meta.json").read_text()) == {"n": 1, "tags": ["2012", "big"]}
    info = json.loads((root / "dataset/imagenet/.cm/info.json").read_text())
    assert (info["backup_data_uid"], info["backup_module_uid"]) == (added["data_uid"], DATASET)
    assert info["control"]["iso_datetime"]
    known = aliases(root / "dataset")
    assert known["alias-a-imagenet"] == added["data_uid"]
    assert known[f"alias-u-{added['data_uid']}"] == "imagenet"
    own = access({"action": "add", "module_uoa": "dataset"}, workspace)
    assert Path(own["path"]) == workspace.local / "dataset" / own["data_uid"]
    again = access({"action": "add", "cid": "theirs:dataset:imagenet"}, workspace)
    assert (again["return"], "already exists" in again["error"]) == (16, True)


def test_the_first_entry_of_a_new_home_makes_ones_own_repository(workspace: Workspace) -> None:
    assert not workspace.home.exists()
    assert access({"action": "add", "cid": "dataset:x"}, workspace)["return"] == 0
    assert access({"action": "find", "cid": "local:dataset:x"}, workspace)["return"] == 0


@pytest.mark.parametrize(
    ("values", "code", "told"),
    [
        ({"cid": "theirs:datset:x"}, 16, "did you mean dataset"),
        ({"cid": "nobody:dataset:x"}, 16, "no repository named"),
        ({"cid": "dataset:a/b"}, 1, "can't name an artifact"),
        ({"cid": "dataset:x*"}, 1, "add needs"),
        ({"cid": "dataset:x", "data_uid": "12"}, 1, "no UID"),
        ({"cid": "dataset:x", "tagz": "a"}, 1, "did you mean tags"),
        ({"cid": "dataset:x", "dict": "[1]"}, 1, "must be an object"),
        ({"cid": "theirs:dataset:x", "data_uid": UID}, 16, "has the UID"),
        ({"cid": "jobs:job:x"}, 2, "nothing is changed there by hand"),
        ({"cid": "dataset:x", "extra_json_files": {"../../../out.json": {}}}, 2, "leads out"),
    ],
)
def test_what_cant_be_added_leaves_nothing(
    workspace: Workspace, root: Path, values: dict[str, Any], code: int, told: str
) -> None:
    before = tree(root)
    answered = access({"action": "add", **values}, workspace)
    assert (answered["return"], told in answered["error"]) == (code, True), answered
    assert tree(root) - before <= {".cm", "dataset/.cm"}
    assert not list(workspace.local.glob("dataset/[!.]*"))


def test_an_update_merges_into_the_meta_and_is_noted(workspace: Workspace, root: Path) -> None:
    entry = root / "dataset/cat/.cm"
    values = {"action": "update", "cid": "dataset:cat", "tags": "image,small", "dict": {"deep": {"b": 2}}}
    assert access(values, workspace)["return"] == 0
    assert json.loads((entry / "meta.json").read_text()) == {"deep": {"a": 1, "b": 2}, "tags": ["image", "small"]}
    assert access({**values, "substitute": "yes", "dict": {"c": 3}}, workspace)["return"] == 0
    assert json.loads((entry / "meta.json").read_text()) == {"c": 3, "tags": ["image", "small"]}
    assert len(json.loads((entry / "updates.json").read_text())["control"]) == 1  # the first one became `control`


def test_an_entry_that_the_original_has_locked_isnt_changed(workspace: Workspace, root: Path) -> None:
    (root / "dataset/cat/.cm/ck_lock.txt").write_text("abcdabcdabcdabcd\n60.0\n")
    values = {"action": "update", "cid": "dataset:cat", "tags": "x"}
    assert access(values, workspace)["return"] == 32
    assert access({**values, "unlock_uid": "abcdabcdabcdabcd"}, workspace)["return"] == 0
    assert not (root / "dataset/cat/.cm/ck_lock.txt").exists()


def test_a_new_name_moves_the_folder_and_both_alias_files(workspace: Workspace, root: Path) -> None:
    assert access({"action": "ren", "cid": "dataset:cat", "cids": ["dog"]}, workspace)["return"] == 0
    assert aliases(root / "dataset") == {"alias-a-dog": UID, f"alias-u-{UID}": "dog"}
    assert (root / "dataset/dog/cat.pgm").exists()
    assert not (root / "dataset/cat").exists()
    assert access({"action": "ren", "cid": "dataset:dog", "new_data_uid": "2" * 16}, workspace)["return"] == 0
    assert aliases(root / "dataset") == {"alias-a-dog": "2" * 16, f"alias-u-{'2' * 16}": "dog"}
    assert access({"action": "ren", "cid": "dataset:dog", "remove_alias": "yes"}, workspace)["return"] == 0
    assert aliases(root / "dataset") == {}
    assert access({"action": "find", "cid": f"dataset:{'2' * 16}"}, workspace)["path"].endswith("2" * 16)


def test_a_copy_has_all_files_and_a_uid_of_its_own_and_a_move_keeps_it(workspace: Workspace, root: Path) -> None:
    copied = access({"action": "cp", "cid": "dataset:cat", "cids": ["mine"]}, workspace)
    copy = workspace.local / "dataset/mine"
    assert Path(copied["path"]) == copy
    assert (copy / "cat.pgm").read_text() == "P2"
    assert (copy / "more/link").readlink() == Path("../cat.pgm")
    assert copied["data_uid"] != UID
    moved = access({"action": "mv", "cid": "dataset:mine", "cids": ["theirs::"]}, workspace)
    assert (Path(moved["path"]), moved["data_uid"]) == (root / "dataset/mine", copied["data_uid"])
    assert not copy.exists()
    assert "alias-a-mine" not in aliases(workspace.local / "dataset")
    assert access({"action": "mv", "cid": "dataset:mine"}, workspace)["return"] == 1


class Asked(Console):
    def __init__(self, answered: bool) -> None:
        self.answered, self.told = answered, ""

    def confirm_removal(self, told: Any) -> bool:
        self.told = "\n".join(told)
        return self.answered


def test_what_would_be_deleted_is_shown_and_only_a_yes_or_force_deletes_it(workspace: Workspace, root: Path) -> None:
    values = {"action": "rm", "cid": "dataset:cat"}
    refusing = Asked(False)
    with pytest.raises(RefusedError, match="nothing is deleted"):
        answer(request_from(workspace, values, refusing))
    assert str(root / "dataset/cat") in refusing.told
    assert access({**values, "dry_run": "yes"}, workspace)["would_remove"][0]["data_uoa"] == "cat"
    assert (root / "dataset/cat").exists()
    assert answer(request_from(workspace, values, Asked(True)))["removed"] == ["theirs:dataset:cat"]
    assert not (root / "dataset/cat").exists()
    assert aliases(root / "dataset") == {}
    assert not [path for path in tree(root) if ".removed" in path or ".new" in path]


def test_of_several_copies_the_one_that_ck_finds_is_deleted(workspace: Workspace, root: Path, tmp_path: Path) -> None:
    second = make_repository(tmp_path / "second", "second", "b" * 16)
    make_entry(second, "dataset", "cat", UID, module_uid=DATASET)
    repos.register(workspace, second)
    assert access({"action": "rm", "cid": "dataset:cat", "f": "yes"}, workspace)["removed"] == ["theirs:dataset:cat"]
    assert (second / "dataset/cat").exists()


def test_a_repository_of_another_format_is_refused_in_a_sentence(workspace: Workspace, tmp_path: Path) -> None:
    plain = tmp_path / "paper"
    plain.mkdir()
    (plain / "run.py").write_text("print(1)")
    repos.register(workspace, plain)
    refused = access({"action": "add", "cid": "paper:dataset:x"}, workspace)
    assert (refused["return"], "is no CK repository" in refused["error"]) == (2, True)
    assert tree(plain) == {"run.py"}


def test_nothing_is_written_through_a_link_that_leads_elsewhere(
    workspace: Workspace, root: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (root / "dataset/.cm").rename(elsewhere)
    (root / "dataset/.cm").symlink_to(elsewhere)
    before = tree(elsewhere)
    assert access({"action": "add", "cid": "theirs:dataset:x"}, workspace)["return"] == 2
    assert tree(elsewhere) == before


def test_split_folders_are_kept(workspace: Workspace, root: Path) -> None:
    description = json.loads((root / ".ckr.json").read_text())
    (root / ".ckr.json").write_text(json.dumps({**description, "dict": {"split_dirs": {"image": 2}}}))
    make_entry(root, "module", "image", "3" * 16)
    added = access({"action": "add", "cid": "theirs:image:one"}, workspace)
    assert added["path"].endswith("/image/on/one")
    assert access({"action": "ren", "cid": "image:one", "cids": ["two"]}, workspace)["path"].endswith("/image/tw/two")
    assert access({"action": "rm", "cid": "image:two", "f": "yes"}, workspace)["return"] == 0
    assert [path.name for path in (root / "image").iterdir()] == [".cm"]


def _add_ten(home: Path, name: str) -> None:
    for number in range(10):
        assert access({"action": "add", "cid": f"theirs:dataset:{name}{number}"}, Workspace(home))["return"] == 0


def test_processes_that_add_at_once_lose_nothing(workspace: Workspace, root: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_add_ten, args=(workspace.home, name)) for name in "ab"]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    assert [one.exitcode for one in both] == [0, 0]
    listed = {one["data_uoa"] for one in access({"action": "ls", "cid": "dataset"}, workspace)["lst"]}
    assert listed == {"cat", *(f"{name}{number}" for name in "ab" for number in range(10))}
