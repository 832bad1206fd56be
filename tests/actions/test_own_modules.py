"""Modules of users' own: `add module:` and `add_action` write them, and their actions are found."""

import json
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.store import repos
from ckexplore.store.workspace import Workspace

from ..store.making import make_entry, make_repository


def asked(workspace: Workspace, action: str, cid: str, **values: object) -> dict:
    return access({"action": action, "cid": cid, **values}, workspace)


def meta_of(workspace: Workspace, name: str) -> dict:
    return json.loads((workspace.local / "module" / name / ".cm/meta.json").read_text())


def test_a_module_is_made_with_a_function_for_each_action(workspace: Workspace) -> None:
    made = asked(workspace, "add", "module:octomizer", func="run,make-faster", desc="optimizes")
    assert made["return"] == 0, made
    assert made["actions"] == {"run": "", "make-faster": ""}
    meta = meta_of(workspace, "octomizer")
    assert meta["actions_redirect"] == {"make-faster": "make_faster"}
    assert meta["desc"] == "optimizes"
    code = Path(made["code"]).read_text()
    assert "def run(i):" in code
    assert "def make_faster(i):" in code
    assert asked(workspace, "find", "module:octomizer")["path"] == made["path"]


def test_an_action_is_added_and_taken_out_again_and_its_function_stays(workspace: Workspace) -> None:
    asked(workspace, "add", "module:octomizer")
    added = asked(workspace, "add_action", "module:octomizer", func="run", desc="runs it")
    assert added["actions"] == {"run": "runs it"}
    again = asked(workspace, "add_action", "octomizer", func="tune")
    assert set(again["actions"]) == {"run", "tune"}
    assert "declares run already" in asked(workspace, "add_action", "octomizer", func="run")["error"]
    removed = asked(workspace, "remove_action", "octomizer", func="run")
    assert set(removed["actions"]) == {"tune"}
    assert "def run(i):" in Path(removed["code"]).read_text()
    assert asked(workspace, "add_action", "octomizer", func="run")["return"] == 0
    assert Path(removed["code"]).read_text().count("def run(i):") == 1


@pytest.mark.parametrize(
    ("cid", "values", "told"),
    [
        ("module:program", {}, "CK's own modules"),
        ("module:a/b", {}, "can't name"),
        ("module", {}, "say the module's name"),
        ("module:x", {"func": "ls"}, "every module"),
        ("module:x", {"func": "1"}, "can't name an action"),
        ("module:x", {"colour": "red"}, "no option"),
        ("jobs:module:x", {}, "registered CK"),
        ("nowhere:module:x", {}, "no repository"),
    ],
)
def test_what_cannot_be_a_module_is_refused_and_nothing_is_left(
    workspace: Workspace, cid: str, values: dict, told: str
) -> None:
    assert told in asked(workspace, "add", cid, **values)["error"]
    assert not (workspace.local / "module").exists()


def test_a_second_module_of_a_name_is_refused_and_a_foreign_one_is_changed_only_by_its_full_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_repository(tmp_path / "r", "theirs")
    make_entry(root, "module", "misc", "1" * 16, {"actions": {}}, module_uid="032630d041b4fd8a")
    repos.register(workspace, root)
    assert "is there already" in asked(workspace, "add", "module:misc")["error"]
    assert "name it in full" in asked(workspace, "add_action", "module:misc", func="run")["error"]
    assert not (root / "module/misc/module.py").exists()
    added = asked(workspace, "add_action", "theirs:module:misc", func="run")
    assert added["return"] == 0, added
    assert "def run(i):" in (root / "module/misc/module.py").read_text()


def test_a_module_goes_into_the_repository_that_is_named(workspace: Workspace, tmp_path: Path) -> None:
    repos.register(workspace, make_repository(tmp_path / "r", "mine"))
    made = asked(workspace, "add", "mine:module:octomizer", func="run")
    assert made["path"] == str(tmp_path / "r/module/octomizer")


def test_nothing_is_written_through_a_link(workspace: Workspace, tmp_path: Path) -> None:
    made = asked(workspace, "add", "module:octomizer")
    victim = tmp_path / "victim.py"
    victim.write_text("x = 1\n")
    Path(made["code"]).unlink()
    Path(made["code"]).symlink_to(victim)
    assert "symbolic link" in asked(workspace, "add_action", "octomizer", func="run")["error"]
    assert victim.read_text() == "x = 1\n"
    assert meta_of(workspace, "octomizer")["actions"] == {}


def test_an_action_that_a_module_lacks_is_told_with_those_that_it_has(workspace: Workspace) -> None:
    asked(workspace, "add", "module:octomizer", func="run")
    answer = asked(workspace, "tune", "octomizer:x")
    assert answer["return"] == 16
    assert "it declares: run" in answer["error"]
    assert "add_action module:octomizer" in answer["error"]
