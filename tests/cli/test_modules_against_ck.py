"""Modules that we write run in the original CK, and those that it writes run here (see `test_against_ck`)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access

from .test_against_ck import Home, ck

__all__ = ["ck"]  # the fixture


@pytest.fixture
def home(ck: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CKEXPLORE_HOME", str(tmp_path / "home"))
    return Home(ck, tmp_path / "home")


def ours(home: Home, action: str, cid: str, **values: Any) -> dict[str, Any]:
    answer = access({"action": action, "cid": cid, **values}, home.workspace)
    assert answer["return"] == 0, answer
    return answer


def approved(home: Home, action: str, cid: str, **values: Any) -> dict[str, Any]:
    approval = ours(home, action, cid, dry_run=True, **values)["approval"]
    return ours(home, action, cid, yes=True, expect=approval, **values)


def test_the_original_runs_lists_and_explains_a_module_of_ours(home: Home, ck: str) -> None:
    ours(home, "add", "module:octomizer", func="run,make-faster", desc="optimizes")
    ours(home, "add_action", "octomizer", func="tune", desc="tunes it")
    assert home.of_ck("find", "module:octomizer")["path"] == ours(home, "find", "module:octomizer")["path"]
    for action, function in (("run", "run"), ("make-faster", "make_faster"), ("tune", "tune")):
        done = home.printed(ck, action, "octomizer:x", "--a=b")
        assert (done.stdout, done.returncode) == (f"{function} octomizer:x\n", 0)
    assert set(home.of_ck("list_actions", "module:octomizer")["actions"]) == {"run", "make-faster", "tune"}
    assert "tunes it" in home.printed(ck, "list_actions", "octomizer").stdout
    told = home.printed(ck, "tune", "octomizer", "--help").stdout
    assert told.startswith("Description: tunes it\n")
    assert "(data_uoa) - an entry" in told


def test_a_module_of_the_originals_runs_here(home: Home, ck: str) -> None:
    assert home.printed(ck, "add", "module:theirs", "--quiet", "--func=go-now").returncode == 0
    assert home.printed(ck, "add_action", "module:theirs", "--func=more", "--desc=d").returncode == 0
    assert home.printed(ck, "add", "theirs:one", "--tags=t").returncode == 0
    for action in ("go-now", "more"):
        approved(home, action, "theirs:one", x="y")
        log = ours(home, "log", "job:last")["log"]
        given = json.loads(log[log.index("{") : log.rindex("}") + 1])
        assert {"action": action, "module_uoa": "theirs", "data_uoa": "one", "x": "y"}.items() <= given.items()


def test_either_adds_actions_to_the_others_module(home: Home, ck: str) -> None:
    home.printed(ck, "add", "module:theirs", "--quiet", "--func=go")
    ours(home, "add_action", "module:theirs", func="added-here")
    assert home.printed(ck, "added-here", "theirs:x").stdout == "added_here theirs:x\n"
    ours(home, "add", "module:mine", func="go")
    assert home.printed(ck, "add_action", "module:mine", "--func=added-there", "--desc=d").returncode == 0
    approved(home, "added-there", "mine:x")
    approved(home, "go", "mine:x")
    assert home.printed(ck, "go", "mine:x").stdout == "go mine:x\n"


def test_the_original_loads_what_a_module_added_here(home: Home, ck: str) -> None:
    code = Path(ours(home, "add", "module:keeper", func="keep")["code"])
    add = "ck.access({'action': 'add', 'module_uoa': 'keeper', 'data_uoa': i['data_uoa'], 'dict': {'tags': ['a']}})"
    code.write_text(
        f"work, ck = {{}}, None\ndef init(i):\n    return {{'return': 0}}\ndef keep(i):\n    return {add}\n"
    )
    approved(home, "keep", "keeper:here")
    assert home.printed(ck, "keep", "keeper:there").returncode == 0
    for name in ("here", "there"):
        assert home.both("load", f"keeper:{name}")[0]["dict"] == {"tags": ["a"]}
        of_ck, of_ours = home.both("find", f"keeper:{name}")
        assert of_ours == of_ck
