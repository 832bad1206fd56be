"""What a script of CM or mlcflow needs is told as a tree, from its metas alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL
from .making import Scripts


@pytest.fixture(params=["cm", "mlc"])
def scripts(request: pytest.FixtureRequest, workspace: Workspace, tmp_path: Path, monkeypatch) -> Scripts:
    for variable in ("CM_REPOS", "MLC_REPOS"):
        monkeypatch.delenv(variable, raising=False)
    return Scripts(workspace, tmp_path / "them", request.param)


def shown(scripts: Scripts, name: str, **options: Any) -> dict[str, Any]:
    scripts.register()
    answer = access({"action": "show", "module_uoa": "script", "data_uoa": name, **options}, scripts.workspace)
    assert answer["return"] == 0, answer
    return answer


def states(answer: dict[str, Any]) -> dict[str, str]:
    """Give the state of each script below the root, the first one of each."""
    found: dict[str, str] = {}
    for one in answer["tree"][1:]:
        found.setdefault((one["script"] or one["tags"]).rpartition(":")[2], one["state"])
    return found


def test_dependencies_are_followed_down_in_their_order(scripts: Scripts) -> None:
    scripts.script("os", "detect,os")
    scripts.script("python", "get,python", deps=[{"tags": "detect,os"}])
    scripts.script("late", "late")
    needed = {"post_deps": [{"tags": "late"}], "deps": [{"tags": "get,python", "names": ["python"]}]}
    scripts.script("top", "top", **needed)
    lines = shown(scripts, "top")["needs"]
    assert [line.split("  (")[0] for line in lines] == ["top", "  python", "    os", "  late"]


def test_a_dependency_that_no_script_meets_says_so(scripts: Scripts) -> None:
    scripts.script("top", "top", deps=[{"tags": "get,nothing"}])
    answer = shown(scripts, "top")
    assert states(answer) == {"get,nothing": "missing"}
    assert "no known script" in answer["needs"][1]


def test_conditions_are_decided_by_variables_as_the_tools_do(scripts: Scripts) -> None:
    for name in ("a", "b", "c", "d", "e"):
        scripts.script(name, f"get,{name}")
    scripts.script(
        "top",
        "top",
        default_env={"X_ON": "yes", "X_KIND": "fast"},
        deps=[
            {"tags": "get,a", "enable_if_env": {"X_ON": ["on"]}},
            {"tags": "get,b", "enable_if_env": {"X_KIND": ["slow", "slower"]}},
            {"tags": "get,c", "skip_if_env": {"X_ON": [True], "X_KIND": ["fast"]}},
            {"tags": "get,d", "enable_if_any_env": {"X_ABSENT": ["yes"], "X_KIND": ["FAST"]}},
            {"tags": "get,e", "skip_if_any_env": {"X_ABSENT": ["yes"], "X_KIND": ["slow"]}},
        ],
    )
    assert states(shown(scripts, "top")) == {"a": "runs", "b": "skipped", "c": "skipped", "d": "runs", "e": "runs"}
    answer = shown(scripts, "top", **{"env.X_KIND": "slow", "env.X_ON": "no"})
    assert states(answer) == {"a": "skipped", "b": "runs", "c": "runs", "d": "skipped", "e": "skipped"}


def test_what_a_run_decides_is_open(scripts: Scripts) -> None:
    scripts.script("os", "detect,os", new_env_keys=["HOST_*"])
    scripts.script("a", "get,a")
    scripts.script("b", "get,b")
    code = {"customize.py": "def preprocess(i):\n    i['env']['WANTED'] = 'yes'\n"}
    scripts.script(
        "top",
        "top",
        code,
        deps=[
            {"tags": "get,a", "enable_if_env": {"HOST_FLAVOR": ["x"]}},
            {"tags": "detect,os"},
            {"tags": "get,b", "enable_if_env": {"HOST_FLAVOR": ["x"]}},
        ],
        prehook_deps=[{"tags": "get,a", "enable_if_env": {"WANTED": ["yes"]}}],
    )
    tree = shown(scripts, "top")["tree"][1:]
    assert [(one["tags"], one["state"]) for one in tree] == [
        ("get,a", "skipped"),
        ("detect,os", "runs"),
        ("get,b", "open"),
        ("get,a", "open"),
    ]


def test_variations_bring_defaults_bases_dependencies_and_values(scripts: Scripts) -> None:
    scripts.script("data", "get,data", variations={"size.#": {"env": {"SIZE": "#"}}, "tiny": {}})
    scripts.script("cuda", "get,cuda")
    variations = {
        "cpu": {"group": "device", "default": True},
        "gpu": {"group": "device", "base": ["big"], "deps": [{"tags": "get,cuda"}]},
        "big": {"adr": {"data": {"tags": "_size.100"}}},
        "size.#": {"ad": {"data": {"tags": "_size.#"}}},
        "gpu,tiny": {"env": {"KIND": "odd"}},
        "tiny": {},
    }
    scripts.script("top", "top", deps=[{"tags": "get,data", "names": ["data"]}], variations=variations)
    assert shown(scripts, "top")["on"] == ["cpu"]
    answer = shown(scripts, "top", variations="gpu")
    assert answer["on"] == ["big", "gpu"]
    assert states(answer) == {"data": "runs", "cuda": "runs"}
    assert answer["tree"][1]["variations"] == ["size.100"]
    assert shown(scripts, "top", tags="_size.7")["tree"][1]["variations"] == ["size.7"]
    assert "only one variation" in shown(scripts, "top", variations="gpu,cpu")["problem"]
    assert "no variation 'gpuu'" in shown(scripts, "top", variations="gpuu")["problem"]


def test_tags_find_the_script_and_say_which_others_meet_them(scripts: Scripts) -> None:
    scripts.script("llvm", "get,compiler,llvm", variations={"clang": {}})
    scripts.script("gcc", "get,compiler,gcc")
    scripts.script("top", "top", deps=[{"tags": "get,compiler"}, {"tags": "get,compiler,_clang"}])
    tree = shown(scripts, "top")["tree"]
    assert [one["script"].rpartition(":")[2] for one in tree[1:]] == ["gcc", "llvm"]
    assert [len(one["others"]) for one in tree[1:]] == [1, 0]
    assert shown(scripts, "", tags="get,compiler,-gcc")["script"].endswith("llvm")


def test_tags_that_fit_with_variations_that_dont_are_told_apart(scripts: Scripts) -> None:
    scripts.script("gcc", "get,compiler,gcc")
    scripts.register()
    asked = {"action": "show", "module_uoa": "script"}
    fitting = access({**asked, "tags": "get,compiler,_none"}, scripts.workspace)
    assert "has all variations none; `ckexplore show them:script:gcc`" in fitting["error"]
    assert "has the tags got" in access({**asked, "tags": "got"}, scripts.workspace)["error"]


def test_tags_from_variables_reach_a_dependency(scripts: Scripts) -> None:
    scripts.script("model", "get,model", variations={"resnet": {}, "bert": {}})
    dependency = {"tags": "get,model", "update_tags_from_env_with_prefix": {"_": ["MODEL"]}}
    scripts.script("top", "top", default_env={"MODEL": "resnet"}, input_mapping={"model": "MODEL"}, deps=[dependency])
    assert shown(scripts, "top")["tree"][1]["variations"] == ["resnet"]
    assert shown(scripts, "top", model="bert")["tree"][1]["variations"] == ["bert"]


def test_variables_of_a_script_alone_stay_with_it(scripts: Scripts) -> None:
    prefix = {"cm": "CM", "mlc": "MLC"}[scripts.format]
    scripts.script("a", "get,a")
    conditional = [{"tags": "get,a", "enable_if_env": {name: ["yes"]}} for name in (f"{prefix}_GIT_X", "MINE", "ALL")]
    scripts.script("middle", "middle", deps=[{**one, "names": [f"n{n}"]} for n, one in enumerate(conditional)])
    values = {f"{prefix}_GIT_X": "yes", "MINE": "yes", "ALL": "yes"}
    scripts.script("top", "top", env=values, local_env_keys=["MI*"], deps=[{"tags": "middle"}])
    assert [one["state"] for one in shown(scripts, "top")["tree"][2:]] == ["skipped", "skipped", "runs"]


def test_versions_and_their_own_dependencies_are_taken(scripts: Scripts) -> None:
    scripts.script("old", "get,old")
    scripts.script("lib", "get,lib", default_version="2", versions={"1": {"deps": [{"tags": "get,old"}]}, "2": {}})
    scripts.script("top", "top", deps=[{"tags": "get,lib", "version": "1"}])
    answer = shown(scripts, "top")
    assert states(answer) == {"lib": "runs", "old": "runs"}
    assert states(shown(scripts, "lib")) == {}
    assert shown(scripts, "lib")["default_version"] == "2"


def test_circles_and_repetitions_end(scripts: Scripts) -> None:
    scripts.script("a", "get,a", deps=[{"tags": "get,b"}, {"tags": "get,b", "names": ["again"]}])
    scripts.script("b", "get,b", deps=[{"tags": "get,a"}])
    tree = shown(scripts, "a")["tree"]
    assert [one["state"] for one in tree] == ["runs", "runs", "circle", "again"]


def test_a_tree_that_grows_without_end_is_cut(scripts: Scripts) -> None:
    deps = [{"tags": "get,more", "env": {"N": "<<<N>>>x"}, "inherit_variation_tags": True} for _ in range(4)]
    deps = [{**one, "tags": f"get,more,_v{number}"} for number, one in enumerate(deps)]
    scripts.script("more", "get,more", deps=deps, variations={f"v{number}": {} for number in range(4)})
    assert len(shown(scripts, "more")["tree"]) < 20_000


def test_a_cached_result_is_told(scripts: Scripts, tmp_path: Path) -> None:
    scripts.script("lib", "get,lib", variations={"x": {}})
    scripts.script("top", "top", deps=[{"tags": "get,lib,_x"}, {"tags": "get,lib"}])
    home, name, key = (
        ("CM/repos/local", "_cm.json", "associated_script_artifact_uid")
        if scripts.format == "cm"
        else ("MLC/repos/local", "meta.json", "associated_script_item_uid")
    )
    entry = tmp_path / home / "cache" / "c0ffee"
    entry.mkdir(parents=True)
    meta = {"uid": "c" * 16, "tags": ["get", "lib", "_x"], key: b"lib".hex().ljust(16, "0")}
    (entry / name).write_text(json.dumps(meta))
    assert [one["cached"] for one in shown(scripts, "top")["tree"]] == ["", "c" * 16, "c" * 16]
    (entry / name).write_text(json.dumps({**meta, "tags": ["get", "lib", "_x", "tmp"]}))
    assert {one["cached"] for one in shown(scripts, "top")["tree"]} == {""}


def test_inputs_variables_and_what_is_handed_on_are_shown(scripts: Scripts) -> None:
    scripts.script(
        "top",
        "top",
        default_env={"N": "4"},
        input_mapping={"count": "N"},
        input_description={"count": {"desc": "how many", "choices": ["4", "8"]}},
        new_env_keys=["OUT_*"],
    )
    answer = shown(scripts, "top")
    about = {"name": "count", "variable": "N", "text": "how many", "default": "4", "choices": "4, 8"}
    assert (answer["inputs"], answer["hands_on"], answer["variables"]) == ([about], ["OUT_*"], {"N": "4"})


def test_a_script_of_ck_is_another_thing(workspace: Workspace, tmp_path: Path) -> None:
    from ckexplore.store import repos

    from ...store.making import make_entry, make_repository

    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "script", "s", "1" * 16)
    repos.register(workspace, root)
    for action in ("run", "show"):
        answer = access({"action": action, "cid": "script:s"}, workspace)
        assert answer["return"] > 0
        assert "no script of CM or mlcflow" in answer["error"]


KEYS = (
    *("deps", "post_deps", "variations", "default_variations", "env", "default_env", "versions", "adr", "const"),
    *("update_meta_if_env", "input_mapping", "input_description", "new_env_keys", "default_version"),
)


@pytest.mark.parametrize("value", [EVIL, ["x"], {"a": {"b": 1}}, None, 7, True, [[["x"]]], [{"tags": None}], ""])
@pytest.mark.parametrize("key", [*KEYS, "tags of a dependency"])
def test_no_meta_breaks_it(scripts: Scripts, key: str, value: Any) -> None:
    meta: dict[str, Any] = {key: value} if key in KEYS else {"deps": [{"tags": value, "env": value}]}
    scripts.script("top", "top", **meta)
    answer = shown(scripts, "top")
    told = json.dumps(answer, ensure_ascii=False)
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)


def test_nothing_of_a_script_is_executed_to_tell(scripts: Scripts, tmp_path: Path) -> None:
    code = f"import os\nos.mkdir({os.fspath(tmp_path / 'traces')!r})\n"
    scripts.script("top", "top", {"customize.py": code, "run.sh": f"mkdir {tmp_path}/traces"})
    shown(scripts, "top")
    assert not (tmp_path / "traces").exists()
