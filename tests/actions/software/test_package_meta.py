"""What variations, versions and substitutions make of a package's meta, before anything is executed."""

from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.deps.dependency import Resolved
from ckexplore.actions.deps.inventory import Inventory
from ckexplore.actions.request import request_from
from ckexplore.actions.software.package_meta import Package, chosen_variations, folder_name, package_of
from ckexplore.store.errors import InvalidRequestError, NotFoundError
from ckexplore.store.workspace import Workspace

from ..hostile import Stranger

VARIATIONS = {
    "small": {"extra_env": {"SIZE": "s"}, "on_by_default": "yes"},
    "large": {"extra_env": {"SIZE": "l"}, "extra_tags": ["big", "slow"]},
    "fast": {"extra_env": {"SPEED": "1"}, "on_by_default": "yes", "extra_customize": {"extra_dir": "f"}},
    "steady": {"extra_env": {"SIZE": "s", "DRIFT": "0"}},
}


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def package(stranger: Stranger, meta: dict[str, Any], *asked: str, version: str = "", **options: Any) -> Package:
    if not (stranger.root / "package" / "p").exists():
        stranger.entry("package", "p", meta)
    cid = options.pop("cid", "package:p")
    inventory = Inventory(request_from(stranger.workspace, {"action": "install", "cid": cid, **options}))
    location, read = inventory.entry("package", "p")
    return package_of(inventory, location, read, asked, version)


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ([], ["fast", "small"]),
        (["large"], ["large", "fast"]),
        (["steady"], ["steady", "fast"]),
        (["small", "steady"], ["small", "steady", "fast"]),
        (["fast", "fast", "large"], ["fast", "large"]),
    ],
)
def test_default_variations_are_added_unless_what_was_asked_for_sets_the_same(
    stranger: Stranger, asked: list[str], chosen: list[str]
) -> None:
    assert list(package(stranger, {"variations": VARIATIONS}, *asked).variations) == chosen


def test_variations_that_set_one_variable_to_two_values_contradict(stranger: Stranger) -> None:
    with pytest.raises(InvalidRequestError, match=r"small and large of .* contradict"):
        package(stranger, {"variations": VARIATIONS}, "small", "large")
    with pytest.raises(InvalidRequestError, match=r"no variation 'tiny'; it has fast, large, small, steady"):
        package(stranger, {"variations": VARIATIONS}, "tiny")


def test_of_several_variations_none_of_which_is_a_default_the_first_is_taken(stranger: Stranger) -> None:
    several = {"one": {"extra_env": {"A": "1"}}, "two": {"extra_env": {"A": "2"}}}
    found = package(stranger, {"variations": several})
    assert found.variations == ("one",)
    assert chosen_variations(found.location, {"variations": {"one": {}}}, []) == []


def test_a_variation_sets_variables_customization_and_tags(stranger: Stranger) -> None:
    meta = {"tags": ["model"], "variations": VARIATIONS, "customize": {"install_env": {"SIZE": "m", "KEPT": "k"}}}
    found = package(stranger, meta, "large")
    assert found.install_env == {"SIZE": "l", "KEPT": "k", "SPEED": "1", "PACKAGE_VERSION": ""}
    assert found.choices == {"SIZE": "l", "SPEED": "1"}
    assert found.customize["extra_dir"] == "f"
    assert found.tags == ("model", "large", "big", "slow", "fast")


def test_values_of_starred_names_are_put_together_from_variables(stranger: Stranger) -> None:
    customize = {
        "version": "1.2",
        "*git_src_dir": "src-$<<PACKAGE_VERSION>>$",
        "install_env": {"NAME": "x", "*PACKAGE_NAME": "$<<NAME>>$-$<<PACKAGE_VERSION>>$.tgz", "RAW": "$<<NAME>>$"},
    }
    found = package(stranger, {"customize": customize})
    assert found.customize["git_src_dir"] == "src-1.2"
    assert found.install_env["PACKAGE_NAME"] == "x-1.2.tgz"
    assert found.install_env["RAW"] == "$<<NAME>>$"
    assert not any(name.startswith("*") for name in {**found.customize, **found.install_env})


def test_a_variable_may_name_the_folder_of_an_entry(stranger: Stranger) -> None:
    labels = stranger.entry("dataset", "labels", {})
    value = "$#path_to_cid=dataset:labels#$$#sep#$names.txt"
    found = package(stranger, {"customize": {"install_env": {"LABELS": value}}})
    assert found.install_env["LABELS"] == f"{labels}/names.txt"
    other = Stranger(stranger.workspace, stranger.root.with_name("other"))
    other.entry("package", "q", {"customize": {"install_env": {"X": "$#path_to_cid=dataset:nowhere#$"}}})
    with pytest.raises(NotFoundError, match="wants the folder of dataset:nowhere"):
        inventory = Inventory(request_from(stranger.workspace, {"action": "install", "cid": "package:q"}))
        package_of(inventory, *inventory.entry("package", "q"), ())


def test_what_the_user_sets_is_for_the_package_that_was_asked_for(stranger: Stranger) -> None:
    meta = {"customize": {"install_env": {"A": "1", "B": "1", "C": "1"}}}
    given = {"env.A": "2", "ienv.B": "2", "install_env": {"C": "2"}, "extra_tags": "mine"}
    asked = package(stranger, meta, **given)
    assert [asked.install_env[name] for name in "ABC"] == ["2", "2", "2"]
    assert "mine" in asked.tags
    needed = package(stranger, meta, cid="program:x", **given)
    assert [needed.install_env[name] for name in "ABC"] == ["1", "1", "1"]
    assert "mine" not in needed.tags


def dependency(key: str, name: str, version: str = "1", **meta: Any) -> Resolved:
    return Resolved(key, name, meta, provider="x:soft:compiler.gcc", version=version)


@pytest.mark.parametrize(
    ("meta", "dependencies", "name"),
    [
        ({}, [], "p-1.0-linux-64"),
        ({"suggested_path": "lib a/b"}, [], "lib-a-b-1.0-linux-64"),
        ({"customize": {"no_ver_in_suggested_path": "yes", "no_os_in_suggested_path": "yes"}}, [], "p"),
        ({"variations": {"b": {}, "a": {}}, "asked": ["b", "a"]}, [], "p-1.0-a-b-linux-64"),
        ({}, [dependency("compiler", "C")], "p-1.0-gcc-linux-64"),
        ({"customize": {"no_compiler_in_suggested_path": "yes"}}, [dependency("compiler", "C")], "p-1.0-linux-64"),
        ({}, [dependency("lib", "The Lib", "2", add_to_path="yes")], "p-1.0-the-lib-2-linux-64"),
    ],
)
def test_the_folder_of_an_installation_is_named_as_ck_names_it(
    stranger: Stranger, meta: dict[str, Any], dependencies: list[Resolved], name: str
) -> None:
    asked = meta.pop("asked", [])
    meta = {**meta, "customize": {"version": "1.0", **meta.get("customize", {})}}
    assert folder_name(package(stranger, meta, *asked), dependencies, "linux-64") == name


@pytest.mark.parametrize("path", ["..", ".", "../..", "/", " ", "../../home", "a/../../..", "\x1b[2J"])
def test_no_package_is_installed_into_another_folder_than_one_of_its_own(stranger: Stranger, path: str) -> None:
    stranger.entry("soft", "s", {})
    nothing = {"no_ver_in_suggested_path": "yes", "no_os_in_suggested_path": "yes"}
    stranger.entry("package", "q", {"soft_uoa": "s", "suggested_path": path, "customize": nothing})
    (stage,) = stranger.plan("install", "package:q").stages
    (folder,) = map(Path, stage.fresh)
    assert folder.resolve().parent == stranger.workspace.tools.resolve()
    assert not folder.name.startswith(".")
