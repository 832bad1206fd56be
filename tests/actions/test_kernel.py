import json
from pathlib import Path

import pytest

from ckexplore.actions.kernel import access, actions_of, known_modules
from ckexplore.store.workspace import Workspace

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


def test_own_tags_are_found_by_search_and_can_be_taken_back(ask: Ask) -> None:
    ask(action="tag", cid="program:matmul", tags="mine,todo")
    assert [one["data_uoa"] for one in ask(action="search", module_uoa="program", tags="mine")["lst"]] == ["matmul"]
    assert ask(action="tag", cid="program:matmul", remove="mine")["own_tags"] == ["todo"]


def test_nothing_of_a_browsed_repository_can_be_deleted(ask: Ask, samples: Path) -> None:
    answer = ask(action="rm", cid="program:matmul", force=True)
    assert answer["return"] == 2
    assert (samples / "program/matmul/.cm/meta.json").exists()


def test_the_platform_is_described_without_executing_anything(workspace: Workspace) -> None:
    features = access({"action": "detect", "module_uoa": "platform"}, workspace)["features"]
    assert features["cpu"]["processors"] >= 1
    assert features["os"]["name"]
    assert not workspace.jobs.exists()


def test_every_action_says_what_it_does() -> None:
    for module in known_modules():
        for name, action in actions_of(module).items():
            assert action.__doc__, f"{name} {module}"
