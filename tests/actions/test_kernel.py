import json
from pathlib import Path

import pytest

from ckexplore.actions.kernel import access, actions_of, known_modules
from ckexplore.store import repos
from ckexplore.store.workspace import Workspace

from ..store.making import make_entry, make_repository
from .conftest import Ask


def test_search_by_tags_answers_as_ck_does(ask: Ask) -> None:
    answer = ask(action="search", module_uoa="program", tags="onnx")
    assert answer["return"] == 0
    assert [one["data_uoa"] for one in answer["lst"]] == ["image-classification-onnx"]


def test_an_error_is_a_code_and_a_sentence(ask: Ask) -> None:
    answer = ask(action="load", cid="program:nosuch")
    assert answer["return"] == 16
    assert "nosuch" in answer["error"]


@pytest.mark.parametrize(
    ("request_values", "suggestion"),
    [
        ({"action": "serch", "cid": "program"}, "search"),
        ({"action": "detekt", "cid": "soft:compiler.gcc"}, "detect"),
        ({"action": "find", "cid": "sotf:compiler.gcc"}, "soft"),
        ({"action": "find", "cid": "soft:compiler.gc"}, "compiler.gcc"),
        ({"action": "ls", "cid": "porgram"}, "program"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_closest(ask: Ask, request_values: dict, suggestion: str) -> None:
    answer = ask(**request_values)
    assert answer["return"] == 16
    assert f"did you mean {suggestion}" in answer["error"]


def test_find_and_load_agree_with_the_disk(ask: Ask, samples: Path) -> None:
    found = ask(action="find", cid="os:linux-64")
    assert Path(found["path"]) == samples / "os/linux-64"
    assert found["data_uid"] == "4258b5fe54828a50"
    by_uid = ask(action="find", cid="0440cb72c2bc5cc6:4258b5fe54828a50")
    assert by_uid["path"] == found["path"]
    loaded = ask(action="load", cid="os:linux-64")
    assert loaded["dict"] == json.loads((samples / "os/linux-64/.cm/meta.json").read_text())
    assert loaded["path"] == found["path"]


def test_wildcards_list_what_they_match(ask: Ask) -> None:
    names = {one["data_uoa"] for one in ask(action="ls", cid="soft:compiler.*")["lst"]}
    assert names == {"compiler.gcc", "compiler.llvm", "compiler.python"}
    assert {one["module_uoa"] for one in ask(action="ls", cid="*:*-64")["lst"]} == {"os"}


def test_find_with_a_pattern_or_tags_gives_all_and_names_the_first(ask: Ask) -> None:
    found = ask(action="find", cid="soft:compiler.*")
    assert found["number_of_entries"] == len(found["lst"]) == 3
    assert {name: found[name] for name in found["lst"][0]} == found["lst"][0]
    assert ask(action="find", cid="soft", tags="compiler,gcc")["data_uoa"] == "compiler.gcc"
    assert ask(action="find", cid="soft:nobody*")["return"] == 16


@pytest.fixture
def copies(workspace: Workspace, tmp_path: Path) -> None:
    """Two repositories with a copy of one entry, under another alias in the second."""
    for name, uid, alias in (("first", "a" * 16, "gcc"), ("second", "b" * 16, "gcc.old")):
        root = make_repository(tmp_path / name, name, uid)
        make_entry(root, "soft", alias, "1" * 16, {"tags": ["compiler"]})
        make_entry(root, "soft", f"only.{name}", uid, {"tags": ["compiler"]})
        repos.register(workspace, root)


@pytest.mark.usefixtures("copies")
@pytest.mark.parametrize("values", [{"action": "ls"}, {"action": "search"}, {"action": "search", "tags": "compiler"}])
@pytest.mark.parametrize("cid", ["soft", "*:soft:*", "s*:*"])
def test_every_copy_is_listed_or_with_unique_the_one_that_wins(workspace: Workspace, values: dict, cid: str) -> None:
    def listed(**more: str) -> list[str]:
        return [one["data_uoa"] for one in access({**values, "cid": cid, **more}, workspace)["lst"]]

    assert sorted(listed()) == ["gcc", "gcc.old", "only.first", "only.second"]
    assert sorted(listed(unique="yes")) == ["gcc", "only.first", "only.second"]


def test_a_search_string_is_a_whole_value_or_a_pattern_for_one(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    make_entry(root, "soft", "a", "1" * 16, {"deep": [{"key": "Some value"}, 64], "tags": ["x"]})
    make_entry(root, "soft", "broken", "2" * 16, "{")
    repos.register(workspace, root)

    def found(text: str, **more: str) -> bool:
        values = {"action": "search", "search_string": text, **more}
        listed = [access({**values, "cid": cid}, workspace)["lst"] for cid in ("soft", "*:*")]
        assert listed[0] == listed[1]
        return [one["data_uoa"] for one in listed[0]] == ["a"]

    assert all(found(text) for text in ("Some value", "64", "Some*", "x"))
    assert not any(found(text) for text in ("some value", "Some", "value", "key", "6"))
    assert found("some VALUE", ignore_case="yes")
    assert not found("Some value", tags="y")


def test_load_gives_what_is_beside_the_meta_and_what_it_inherits(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    make_entry(root, "soft", "base", "1" * 16, {"a": {"b": 1}})
    entry = make_entry(root, "soft", "heir", "2" * 16, {"_base_entry": "base", "a": {"c": 2}})
    (entry / ".cm/updates.json").write_text('{"control": []}')
    repos.register(workspace, root)
    loaded = access({"action": "load", "cid": "soft:heir"}, workspace)
    assert loaded["dict"] == {"a": {"b": 1, "c": 2}}
    assert loaded["dict_orig"] == {"_base_entry": "base", "a": {"c": 2}}
    assert (loaded["updates"], loaded["path_updates"]) == ({"control": []}, str(entry / ".cm/updates.json"))
    assert loaded["data_name"] == loaded["info"]["data_name"] == "name of heir"
    assert "desc" not in loaded


@pytest.mark.parametrize("action", ["ls", "search", "find", "load", "list_tags"])
def test_a_repository_that_isnt_there_is_an_error_for_every_action(ask: Ask, action: str) -> None:
    answer = ask(action=action, cid="ckx-m:soft:compiler.gcc")
    assert answer["return"] == 16
    assert "did you mean ckx-ml" in answer["error"]


def test_own_tags_are_found_by_search_and_can_be_taken_back(ask: Ask) -> None:
    ask(action="tag", cid="program:matmul", tags="mine,todo")
    assert [one["data_uoa"] for one in ask(action="search", module_uoa="program", tags="mine")["lst"]] == ["matmul"]
    assert ask(action="tag", cid="program:matmul", remove="mine")["own_tags"] == ["todo"]


def test_nothing_of_a_folder_that_is_only_browsed_can_be_deleted(workspace: Workspace, tmp_path: Path) -> None:
    samples = tmp_path / "browsed"
    make_entry(make_repository(samples, "browsed"), "program", "matmul", "1" * 16)
    answer = access({"action": "rm", "cid": "program:matmul", "force": True}, workspace.browsing(samples))
    assert answer["return"] == 2
    assert "register it first" in answer["error"]
    assert (samples / "program/matmul/.cm/meta.json").exists()


def test_the_platform_is_described_without_executing_anything(workspace: Workspace) -> None:
    features = access({"action": "detect", "module_uoa": "platform"}, workspace)["features"]
    assert int(features["cpu"]["num_proc"]) >= 1
    assert features["os"]["name"]
    assert not workspace.jobs.exists()


def test_every_action_says_what_it_does() -> None:
    for module in known_modules():
        for name, action in actions_of(module).items():
            assert action.__doc__, f"{name} {module}"
