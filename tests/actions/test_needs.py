"""What a program needs is told before anything runs, also where it isn't met."""

import json
from pathlib import Path

import pytest

from ckexplore.actions.deps.tree import UnmetError
from ckexplore.actions.kernel import plan
from ckexplore.actions.plan import Need
from ckexplore.actions.request import request_from
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .conftest import Ask

NOWHERE = {"compiler": {"name": "A compiler of yore", "tags": "compiler,of-yore", "sort": 1}}


@pytest.fixture
def needy(workspace: Workspace) -> str:
    """A program that needs a compiler that nobody has."""
    meta = {"run_cmds": {"default": {"run_time": {"run_cmd_main": "./a.out"}}}, "compile_deps": NOWHERE}
    create_entry(workspace.local, "program", meta, alias="needy")
    return "program:needy"


def test_a_look_at_what_cant_run_gives_the_tree_with_the_reasons(ask: Ask, needy: str) -> None:
    for action in ("run", "compile"):
        answer = ask(action=action, cid=needy, dry_run=True)
        assert answer["return"] == 1
        assert answer["error"] == answer["unmet"][0]
        (need,) = answer["needs"]
        assert (need["key"], need["state"], need["problem"]) == ("compiler", "unmet", answer["error"])
        assert "of-yore" in answer["error"]
        assert "add a repository" in answer["error"]
        json.dumps(answer)


def test_what_cant_run_raises_one_line_and_keeps_the_tree(ask: Ask, workspace: Workspace, needy: str) -> None:
    del ask
    with pytest.raises(UnmetError, match="of-yore") as caught:
        plan(request_from(workspace, {"action": "run", "cid": needy}))
    assert "\n" not in str(caught.value)
    assert [one.state for one in caught.value.needs] == ["unmet"]


def test_a_detection_and_an_installation_that_cant_begin_tell_the_tree(ask: Ask, workspace: Workspace) -> None:
    tags = ["lib", "old"]
    meta = {"tags": tags, "deps": NOWHERE, "customize": {"soft_file": {"linux": "x"}}, "auto_detect": "yes"}
    create_entry(workspace.local, "soft", meta, alias="lib.old")
    create_entry(workspace.local, "package", {"tags": tags, "deps": NOWHERE, "soft_uoa": "lib.old"}, alias="lib-old")
    for values in ({"action": "detect", "cid": "soft:lib.old"}, {"action": "install", "cid": "package:lib-old"}):
        answer = ask(**values, dry_run=True)
        assert answer["return"] == 1
        assert [one["key"] for one in answer["needs"]] == ["compiler"]


def test_a_tree_names_every_environment_that_fits_and_a_chosen_one_is_taken(
    ask: Ask, workspace: Workspace, tmp_path: Path
) -> None:
    gcc = require("gcc")
    (tmp_path / "gcc").symlink_to(gcc)
    for path in (gcc, str(tmp_path / "gcc")):
        assert ask(action="detect", cid="soft:compiler.gcc", full_path=path, yes=True)["return"] == 0
    request = {"action": "compile", "cid": "program:matmul"}
    (need,) = plan(request_from(workspace, request)).needs
    assert {one.full_path for one in need.fitting} == {gcc, str(tmp_path / "gcc")}
    other = next(one for one in need.fitting if one.uid != need.used)
    (chosen,) = plan(request_from(workspace, {**request, "deps.compiler": other.uid})).needs
    assert (chosen.used, chosen.choices, chosen.state) == (other.uid, 2, "met")


def test_what_is_needed_again_tells_its_own_needs_once(ask: Ask, workspace: Workspace) -> None:
    def customize(name: str) -> dict:
        return {"soft_file": {"linux": name}, "check_that_exists": "yes"}

    require("sh")
    deps: dict = {}
    for level in range(6):  # each needs the one below twice: 64 branches where nothing is told but once
        tags = ["level", f"level{level}"]
        meta = {"tags": tags, "deps": deps, "customize": customize("sh"), "auto_detect": "yes"}
        create_entry(workspace.local, "soft", meta, alias=f"level{level}")
        deps = {name: {"tags": ",".join(tags), "name": name} for name in ("one", "two")}
    create_entry(workspace.local, "program", {"compile_deps": deps, "run_cmds": {"default": {}}}, alias="deep")
    answer = ask(action="compile", cid="program:deep", dry_run=True)
    assert "plan" in answer, answer

    def count(needs: list[dict]) -> int:
        return sum(1 + count(one["needs"]) for one in needs)

    assert 6 <= count(answer["plan"]["needs"]) <= 24


def test_a_need_knows_which_environment_it_uses() -> None:
    assert Need("k", "n", "t", "met", "local:env:00aa, /usr/bin/x").used == "00aa"
    assert Need("k", "n", "t", "planned", "r:soft:x").used == ""
