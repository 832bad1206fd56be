"""Which environment, soft entry or package meets a dependency, told before anything is executed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.actions.deps.dependency import Resolved, problems
from ckexplore.actions.deps.inventory import Inventory
from ckexplore.actions.deps.resolver import Resolver
from ckexplore.actions.deps.tree import tree_of
from ckexplore.actions.environments import Environment, environments, register
from ckexplore.actions.plan import Need
from ckexplore.actions.request import request_from
from ckexplore.actions.versions import version_tags
from ckexplore.store.errors import CkexploreError, UnavailableError
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL
from ..hostile import Stranger
from .making import FILE, here, installable

__all__ = ["here"]


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def registered(stranger: Stranger, uid: str, tags: str, version: str = "1", **more: Any) -> Environment:
    """Register an environment of a small file; `deps` names others by their keys."""
    file = stranger.root.with_name(f"file-{uid}")
    file.write_text(uid)
    needs = {key: {"uoa": one * 16, "script": "x"} for key, one in more.get("deps", {}).items()}
    spec = {
        "soft_uoa": "x",
        "soft_uid": "f" * 16,
        "package_uid": "",
        "name": more.get("name", "x"),
        "meta": {},
        "extra_tags": [],
        "deps": needs,
        "host": {"uoa": "linux-64", "uid": "", "dict": {}},
        "choices": {},
    }
    found = {"full_path": str(file), "version": version, "tags": [*tags.split(","), *version_tags(version)]}
    found |= {"env": {}, "bat": "", "customize": more.get("customize", {}), "name": "x", "package_uid": ""}
    return register(stranger.workspace, uid * 16, spec, {**found, "installed_to": ""}, "once")


def resolver(stranger: Stranger, **options: Any) -> Resolver:
    request = request_from(stranger.workspace, {"action": "run", "cid": "program:p", **options})
    return Resolver(Inventory(request))


def resolved(stranger: Stranger, deps: dict[str, Any], **options: Any) -> list[Resolved]:
    variables = options.pop("variables", {})
    return resolver(stranger, **options).resolve(deps, "program:p", variables=variables)


def chosen(found: Sequence[Resolved]) -> str:
    return "".join(one.uids[0][0] if one.uids and one.environment else "-" for one in found)


@pytest.mark.parametrize(
    ("meta", "uid"),
    [
        ({"tags": "tool"}, "c"),
        ({"tags": "tool", "version_to": [1, 9]}, "a"),
        ({"tags": "tool,v2.10"}, "c"),
        ({"tags": "tool", "no_tags": "new"}, "b"),
        ({"tags": "tool", "or_tags": "old;nothing"}, "a"),
        ({"tags": "tool", "or_tags": "~new,~old"}, "b"),
        ({"tags": "nothing"}, "-"),
    ],
)
def test_of_the_environments_that_fit_the_highest_version_is_taken(
    stranger: Stranger, meta: dict[str, Any], uid: str
) -> None:
    registered(stranger, "a", "tool,old", "1.9")
    registered(stranger, "b", "tool", "2.9")
    registered(stranger, "c", "tool,new", "2.10")
    assert chosen(resolved(stranger, {"k": meta})) == uid


def test_the_sort_and_the_name_of_software_come_before_its_version(stranger: Stranger) -> None:
    registered(stranger, "a", "tool", "1", customize={"sort": 10})
    registered(stranger, "b", "tool", "3")
    assert chosen(resolved(stranger, {"k": {"tags": "tool"}})) == "a"


def test_software_that_changed_or_whose_own_software_is_gone_is_not_taken(stranger: Stranger) -> None:
    changed = registered(stranger, "a", "tool", "9")
    registered(stranger, "b", "tool", "8", deps={"lib": "e"})
    registered(stranger, "c", "tool", "1")
    Path(changed.full_path).write_text("another version")
    assert chosen(resolved(stranger, {"k": {"tags": "tool"}})) == "c"


def test_dependencies_are_resolved_in_their_order_and_conditions_leave_some_out(stranger: Stranger) -> None:
    for uid in "abcd":
        registered(stranger, uid, f"tool-{uid}")
    deps = {
        "last": {"tags": "tool-a", "sort": 20},
        "first": {"tags": "tool-b", "sort": "-5"},
        "left-out": {"tags": "tool-c", "enable_if_env": [{"WITH_C": "YES"}]},
        "elsewhere": {"tags": "tool-c", "only_for_host_os_tags": ["windows"]},
        "tagged": {"tags": "tool", "update_tags_if_env": {"tool-d": [{"D": "1"}]}, "sort": 30},
        "no dictionary": "x",
    }
    registered(stranger, "e", "tool,tool-d")
    found = resolved(stranger, deps, variables={"D": "1"})
    assert [one.key for one in found] == ["first", "last", "tagged"]
    assert chosen(found) == "bae"


def test_the_user_chooses_by_uid_and_adds_tags(stranger: Stranger) -> None:
    registered(stranger, "a", "tool", "1")
    registered(stranger, "b", "tool,special", "2")
    registered(stranger, "c", "tool", "3")
    deps = {"k": {"tags": "tool"}, "other": {"tags": "tool"}}
    assert chosen(resolved(stranger, deps)) == "cc"
    assert chosen(resolved(stranger, deps, **{"deps.k": "a" * 16})) == "ac"
    assert chosen(resolved(stranger, deps, **{"deps.k": f"local:env:{'A' * 16}"})) == "ac"
    assert chosen(resolved(stranger, deps, **{"dep_add_tags.k": "special"})) == "bc"
    (wrong, _) = resolved(stranger, deps, **{"deps.k": EVIL})
    assert "show env" in wrong.problem
    assert "\n" not in wrong.problem
    assert "\x1b" not in wrong.problem


def test_a_dependency_hands_matching_tags_on(stranger: Stranger) -> None:
    registered(stranger, "a", "python,v3.9", "3.9", customize={"sort": 5})
    registered(stranger, "b", "lib,python-v3.9", "1")
    registered(stranger, "c", "lib", "2")
    handing = {"tags": "python", "pass_matching_tags_to": {"v3.9": "lib"}}
    assert chosen(resolved(stranger, {"python": handing, "x": {"tags": "lib", "sort": 1}})) == "ac"
    registered(stranger, "d", "lib,v3.9", "1")
    assert chosen(resolved(stranger, {"python": handing, "lib": {"tags": "lib", "sort": 1}})) == "ad"


def test_what_was_made_with_other_software_than_is_used_here_is_not_taken(stranger: Stranger) -> None:
    registered(stranger, "a", "compiler,old", "1")
    registered(stranger, "b", "compiler,new", "2")
    registered(stranger, "c", "lib", "1", deps={"compiler": "a"})
    registered(stranger, "d", "lib", "2", deps={"compiler": "b"})
    old = {"tags": "compiler,old"}
    lib = {"tags": "lib", "sort": 1}
    assert chosen(resolved(stranger, {"compiler": old, "lib": lib})) == "ac"
    assert chosen(resolved(stranger, {"compiler": {"tags": "compiler"}, "lib": lib})) == "bd"
    assert chosen(resolved(stranger, {"compiler": old, "lib": {**lib, "skip_pruning_by_other_deps": "yes"}})) == "ad"
    assert chosen(resolved(stranger, {"compiler": {**old, "skip_reuse": "yes"}, "lib": lib})) == "ad"


def test_the_same_tags_under_two_keys_are_each_compared_with_what_is_used_there(stranger: Stranger) -> None:
    registered(stranger, "a", "compiler,old", "1")
    registered(stranger, "b", "lib", "2", deps={"compiler": "f"})
    registered(stranger, "f", "compiler,new", "2")
    registered(stranger, "c", "lib", "1", deps={"compiler": "a"})
    one = resolver(stranger)
    free = one.resolve({"lib": {"tags": "lib"}}, "program:p")
    bound = one.resolve({"compiler": {"tags": "compiler,old"}, "lib": {"tags": "lib", "sort": 1}}, "program:p")
    assert (chosen(free), chosen(bound)) == ("b", "ac")


def test_the_tree_tells_what_is_met_by_what(stranger: Stranger) -> None:
    registered(stranger, "a", "compiler", "1.5")
    registered(stranger, "b", "lib", "2", deps={"compiler": "a"})
    (need,) = tree_of(resolved(stranger, {"k": {"tags": "lib", "name": "Lib\x1b[2J"}}))
    assert (need.state, need.version, need.choices) == ("met", "2", 1)
    assert "\x1b" not in need.name
    (inner,) = need.needs
    assert (inner.key, inner.state, inner.version) == ("compiler", "met", "1.5")


# What would make an environment


def planned(stranger: Stranger, cid: str = "program:p", **options: Any) -> tuple[list[str], tuple[Need, ...]]:
    plan = stranger.plan("run", cid, **options)
    return [stage.title for stage in plan.stages], plan.needs


def program(stranger: Stranger, **deps: dict[str, Any]) -> None:
    commands = {"x": {"run_time": {"run_cmd_main": "true"}}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_deps": deps, "run_cmds": commands})


def test_software_that_is_here_comes_before_a_package_and_that_before_nothing(stranger: Stranger, here: str) -> None:
    detected = {"tags": ["a"], "auto_detect": "yes", "customize": {"soft_file_universal": here}}
    absent = {"tags": ["b"], "auto_detect": "yes", "customize": {"soft_file_universal": "nowhere-at-all"}}
    stranger.entry("soft", "s-here", detected)
    stranger.entry("soft", "s-absent", absent)
    installable(stranger, "p-a", "s-here", ["a"])
    installable(stranger, "p-b", "s-absent", ["b"])
    program(stranger, one={"tags": "a", "sort": 1}, two={"tags": "b", "sort": 2})
    titles, needs = planned(stranger)
    assert titles == ["detect soft:s-here", "install package:p-b", "run program:p x"]
    assert [(one.state, one.provider) for one in needs] == [
        ("planned", "stranger:soft:s-here"),
        ("planned", "stranger:package:p-b"),
    ]


def test_what_several_need_is_made_once(stranger: Stranger, here: str) -> None:
    stranger.entry(
        "soft", "c", {"tags": ["compiler"], "auto_detect": "yes", "customize": {"soft_file_universal": here}}
    )
    needs = {"compiler": {"tags": "compiler", "name": "C"}}
    for name in ("a", "b"):
        stranger.entry("soft", f"lib-{name}", {"customize": {}})
        installable(stranger, f"lib-{name}", f"lib-{name}", [f"lib-{name}"], deps=needs)
    program(stranger, a={"tags": "lib-a"}, b={"tags": "lib-b"}, compiler={"tags": "compiler", "sort": -1})
    titles, tree = planned(stranger)
    assert titles == ["detect soft:c", "install package:lib-a", "install package:lib-b", "run program:p x"]
    assert {one.provider for one in tree[1].needs} == {"stranger:soft:c"}


def test_a_package_is_made_with_the_software_that_its_user_uses(stranger: Stranger) -> None:
    registered(stranger, "a", "compiler,old", "1")
    registered(stranger, "b", "compiler,new", "2")
    stranger.entry("soft", "lib", {"customize": {}})
    installable(stranger, "lib", "lib", ["lib"], deps={"compiler": {"tags": "compiler", "name": "C"}})
    program(stranger, compiler={"tags": "compiler,old"}, lib={"tags": "lib", "sort": 1})
    _, (_, lib) = planned(stranger)
    assert [one.provider.rpartition(":")[2][0] for one in lib.needs if one.provider] == ["a"]
    stranger.entry("soft", "lib2", {"customize": {}})
    installable(stranger, "lib2", "lib2", ["lib2"], deps={"compiler": {"tags": "compiler,new", "name": "C"}})
    plan = stranger.plan("install", "package:lib2")
    assert plan.needs[0].provider.startswith("local:env:bbbb")


def test_variations_that_a_dependency_wants_are_the_packages(stranger: Stranger) -> None:
    stranger.entry("soft", "m", {"customize": {}})
    several = {"tiny": {"extra_env": {"SIZE": "t"}}, "huge": {"extra_env": {"SIZE": "h"}}}
    installable(stranger, "m", "m", ["model"], variations=several)
    program(stranger, model={"tags": "model"})
    (stage, _) = stranger.plan("run", "program:p", **{"dep_add_tags.model": "huge"}).stages
    assert (stage.input or {})["package"]["install_env"]["SIZE"] == "h"
    (problem,) = problems(resolved(stranger, {"k": {"tags": "model,tiny,huge"}}))
    assert "contradict" in problem


def test_of_several_packages_and_versions_the_highest_that_fits_is_taken(stranger: Stranger) -> None:
    stranger.entry("soft", "m", {"customize": {}})
    installable(stranger, "one", "m", ["model"], customize={"supported_versions": ["1.9", "1.10", "2.0"]})
    installable(stranger, "two", "m", ["model"], customize={"version": "1.11"})
    installable(stranger, "three", "m", ["model", "bad"], customize={"version": "3.0"})

    def version(**meta: Any) -> tuple[str, str]:
        (found,) = resolved(stranger, {"k": {"tags": "model", "no_tags": "bad", **meta}})
        assert not found.problem, found.problem
        return found.provider.rpartition(":")[2], (found.stages[0].input or {})["package"]["version"]

    assert version() == ("one", "2.0")
    assert version(version_to=[1, 12]) == ("two", "1.11")
    assert version(version_from=[1, 2], version_to=[1, 10]) == ("one", "1.10")
    (none,) = resolved(stranger, {"k": {"tags": "model", "version_from": [9]}})
    assert "needs k" in none.problem


def test_a_package_that_is_not_for_this_system_or_has_a_problem_is_passed_over(stranger: Stranger) -> None:
    stranger.entry("soft", "m", {"customize": {}})
    installable(stranger, "a", "m", ["model"], only_for_host_os_tags=["windows"], sort=9)
    installable(stranger, "b", "m", ["model"], problem="yes", sort=8)
    installable(stranger, "c", "m", ["model"], sort=7)
    (found,) = resolved(stranger, {"k": {"tags": "model"}})
    assert found.provider == "stranger:package:c"
    with pytest.raises(UnavailableError, match="other systems"):
        stranger.plan("install", "package:a")
    with pytest.raises(UnavailableError, match="known problem"):
        stranger.plan("install", "package:b")


def test_an_unmet_dependency_gives_one_line_that_says_who_needs_what(stranger: Stranger) -> None:
    absent = {"tags": ["rare", EVIL], "auto_detect": "yes", "customize": {"soft_file_universal": f"no/{EVIL}"}}
    stranger.entry("soft", "s", absent)
    stranger.entry("soft", "lib", {"customize": {}})
    installable(stranger, "lib", "lib", ["lib"], deps={"rare": {"tags": "rare", "name": f"Rare{EVIL}"}})
    program(stranger, lib={"tags": "lib"})
    with pytest.raises(CkexploreError) as raised:
        stranger.plan("run", "program:p")
    told = str(raised.value)
    assert "stranger:package:lib needs Rare" in told
    assert "\n" not in told
    assert not set(told) & set("\x1b\x07\x9b\u202e\x00")
    answer = access({"action": "run", "cid": "program:p", "dry_run": True}, stranger.workspace)
    assert answer["unmet"] == [told]
    assert answer["needs"][0]["state"] == "unmet"


def test_dependencies_in_a_circle_are_told(stranger: Stranger) -> None:
    stranger.entry("soft", "a", {"customize": {}})
    installable(stranger, "a", "a", ["a"], deps={"b": {"tags": "b"}})
    installable(stranger, "b", "a", ["b"], deps={"a": {"tags": "a"}})
    program(stranger, a={"tags": "a"})
    with pytest.raises(UnavailableError, match="do they go in a circle"):
        stranger.plan("run", "program:p")


def test_what_the_user_says_of_the_software_asked_for_isnt_said_of_what_it_needs(stranger: Stranger, here: str) -> None:
    inner = {"tags": ["inner"], "auto_detect": "yes", "customize": {"soft_file_universal": here}}
    stranger.entry("soft", "inner", inner)
    needs = {"inner": {"tags": "inner"}}
    stranger.entry("soft", "outer", {"customize": {"soft_file_universal": FILE}, "deps": needs})
    file = stranger.root.with_name("the-file")
    file.write_text("x")
    first, second = stranger.plan("detect", "soft:outer", full_path=str(file), extra_tags="mine").stages
    assert (first.title, second.title) == ("detect soft:inner", "detect soft:outer")
    told = [(one["full_path"], one["extra_tags"]) for one in (first.input or {}, second.input or {})]
    assert told == [("", []), (str(file), ["mine"])]
    assert (first.input or {})["search_dir"] == []


def test_what_the_user_sets_for_a_package_isnt_set_for_the_packages_it_needs(stranger: Stranger) -> None:
    stranger.entry("soft", "m", {"customize": {}})
    installable(stranger, "inner", "m", ["inner"], customize={"install_env": {"A": "1"}})
    installable(stranger, "outer", "m", ["outer"], deps={"inner": {"tags": "inner"}})
    first, second = stranger.plan("install", "package:outer", **{"env.A": "2", "extra_tags": "mine"}).stages
    packages = [(one.input or {})["package"] for one in (first, second)]
    assert [one["install_env"]["A"] for one in packages] == ["1", "2"]
    assert ["mine" in one["tags"] for one in packages] == [False, True]
    assert list(environments(stranger.workspace)) == []
