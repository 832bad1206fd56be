"""What a dependency asks for: tags, groups of tags, versions, systems and conditions on variables, as in CK."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.deps.query import (
    Query,
    allows,
    fits,
    is_for,
    is_wanted,
    matches,
    query_of,
    split_tags,
    tags_for_system,
)
from ckexplore.actions.environments import Environment
from ckexplore.store.formats.ck import order_of

LINUX = {"tags": ["linux", "unix"], "ck_name": "linux", "ck_name2": "linux"}

TAG = st.sampled_from("abcde")
TAGS = st.frozensets(TAG)


def query(**meta: Any) -> Query:
    return query_of("k", meta, ())


def environment(*tags: str, version: str = "") -> Environment:
    return Environment("1" * 16, tags, {"customize": {"version": version}}, Path("env.sh"))


@pytest.mark.parametrize(
    ("or_tags", "tags", "allowed"),
    [
        ("", "a", True),
        ("a", "a,b", True),
        ("a", "b", False),
        ("a,b", "a", False),
        ("a,b;c", "c", True),
        ("~a", "b", True),
        ("~a", "a", False),
        ("b,~a", "a,b", False),
        ("b,~a;a", "a,b", True),
        (" a , ~b ;; c", "a", True),
        (["a", "~b"], "a,b", False),
    ],
)
def test_one_group_of_or_tags_must_be_there_whole_and_none_of_its_tags_with_a_tilde(
    or_tags: Any, tags: str, allowed: bool
) -> None:
    assert allows(query(or_tags=or_tags), set(tags.split(","))) is allowed


@given(st.lists(st.lists(st.tuples(TAG, st.booleans()), min_size=1), min_size=1), TAGS)
def test_or_tags_are_a_disjunction_of_conjunctions(groups: list[list[tuple[str, bool]]], tags: frozenset[str]) -> None:
    text = ";".join(",".join(f"~{tag}" if unwanted else tag for tag, unwanted in group) for group in groups)
    expected = any(all((tag in tags) != unwanted for tag, unwanted in group) for group in groups)
    assert allows(query(or_tags=text), set(tags)) is expected


@given(TAGS, TAGS, TAGS)
def test_an_environment_fits_with_all_wanted_tags_and_no_unwanted_one(
    wanted: frozenset[str], unwanted: frozenset[str], tags: frozenset[str]
) -> None:
    asked = query(tags=",".join(wanted), no_tags=",".join(unwanted))
    assert fits(asked, environment(*tags)) is (wanted <= tags and not unwanted & tags)


def test_what_is_half_made_fits_nothing() -> None:
    assert fits(query(tags="a"), environment("a"))
    assert not fits(query(tags="a"), environment("a", "tmp"))


@pytest.mark.parametrize(
    ("bounds", "version", "fitting"),
    [
        ({"version_from": [1, 2]}, "1.2", True),
        ({"version_from": [1, 2]}, "1.2.0", True),
        ({"version_from": [1, 2]}, "1.10", True),
        ({"version_from": [1, 2]}, "1.1.9", False),
        ({"version_to": [1, 2]}, "1.2.0", True),
        ({"version_to": [1, 2]}, "1.2.1", False),
        ({"version_from": "1.2", "version_to": "2"}, "1.9", True),
        ({"version_from": "1.2", "version_to": "2"}, "", False),
        ({"version_from": []}, "", True),
    ],
)
def test_versions_are_compared_number_by_number_and_bounds_are_inclusive(
    bounds: dict[str, Any], version: str, fitting: bool
) -> None:
    assert fits(query(tags="a", **bounds), environment("a", version=version)) is fitting


@pytest.mark.parametrize(
    ("value", "tags"),
    [("a,b", ["a", "b"]), (" a , ,b,", ["a", "b"]), (["a", " b"], ["a", "b"]), ("", []), (None, []), (7, ["7"])],
)
def test_tags_are_read_from_a_text_or_a_list(value: Any, tags: list[str]) -> None:
    assert split_tags(value) == tags


@pytest.mark.parametrize(
    ("conditions", "variables", "holding"),
    [
        ([{"A": "1"}], {"A": "1"}, True),
        ([{"A": "1"}], {"A": 1}, True),
        ({"A": "1"}, {"A": "1"}, True),
        ([{"A": "1", "B": "2"}], {"A": "1"}, False),
        ([{"A": "1"}, {"B": ["2", "3"]}], {"B": "3"}, True),
        ([{"A": ""}], {}, True),
        ([{"A": ["x", ""]}], {}, True),
        ([], {"A": "1"}, False),
        ("A", {"A": "1"}, False),
    ],
)
def test_one_of_several_conditions_on_variables_must_hold_whole(
    conditions: Any, variables: dict[str, Any], holding: bool
) -> None:
    assert matches(conditions, variables) is holding


@pytest.mark.parametrize(
    ("meta", "variables", "wanted"),
    [
        ({}, {}, True),
        ({"enable_if_env": [{"A": "1"}]}, {}, False),
        ({"enable_if_env": [{"A": "1"}]}, {"A": "1"}, True),
        ({"enable_if_env": [{"A": "1"}], "enabled": "yes"}, {}, True),
        ({"disable_if_env": [{"A": "1"}]}, {}, True),
        ({"disable_if_env": [{"A": "1"}]}, {"A": "1"}, False),
        ({"enable_if_env": [{"A": "1"}], "disable_if_env": [{"B": "1"}]}, {"A": "1"}, True),
        ({"enable_if_env": [{"A": "1"}], "disable_if_env": [{"B": "1"}]}, {"A": "1", "B": "1"}, False),
        ({"enabled": "yes", "disable_if_env": [{"B": "1"}]}, {"B": "1"}, False),
        ({"only_for_host_os_tags": ["windows"]}, {}, False),
        ({"only_for_target_os_tags": ["windows", "linux"]}, {}, True),
        ({"only_for_host_os": ["linux-64"]}, {}, True),
        ({"only_for_target_os": ["macos-64"]}, {}, False),
        ({"only_for_target_os": "macos-64"}, {}, True),
    ],
)
def test_a_dependency_counts_on_its_systems_and_with_its_variables(
    meta: dict[str, Any], variables: dict[str, Any], wanted: bool
) -> None:
    assert is_wanted(meta, LINUX, "linux-64", variables) is wanted


def test_an_entry_for_another_system_isnt_for_this_one() -> None:
    assert is_for({"only_for_host_os_tags": ["unix"]}, LINUX, "linux-64")
    assert not is_for({"only_for_host_os_tags": ["unix"], "only_for_target_os": ["x"]}, LINUX, "linux-64")


def test_systems_and_variables_add_tags() -> None:
    meta = {
        "update_tags_if_env": {"cuda,gpu": [{"GPU": "YES"}], "cpu": [{"GPU": ["NO", ""]}]},
        "update_tags_by_host_platform": {"linux": "on-linux", "win": "on-windows"},
        "update_tags_by_target_platform2": {"linux": "for-linux"},
        "update_tags_by_target_os_uoa": {"linux-64": "for-64"},
    }
    found = tags_for_system(meta, LINUX, "linux-64", {"GPU": "YES"})
    assert found == ["cuda", "gpu", "on-linux", "for-linux", "for-64"]
    assert "cpu" in tags_for_system(meta, LINUX, "linux-64", {})


def test_added_tags_belong_to_the_query_and_what_is_known_of_an_answer_does_not() -> None:
    asked = query_of("compiler", {"name": "C\x1b[2J", "tags": "a,b", "uoa": "x", "dict": {"y": 1}}, ["b", "c"])
    assert asked.tags == ("a", "b", "c")
    assert asked.meta.keys() == {"name", "tags"}
    assert "\x1b" not in asked.name


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=4))
def test_whatever_a_meta_says_is_read(value: Any) -> None:
    names = ("tags", "or_tags", "no_tags", "version_from", "version_to", "name", "enable_if_env", "only_for_host_os")
    meta: dict[str, Any] = dict.fromkeys((*names, "update_tags_if_env", "update_tags_by_host_platform", "sort"), value)
    fits(query_of("k", meta, ()), environment("a", version="1"))
    is_wanted(meta, LINUX, "linux-64", {})
    tags_for_system(meta, LINUX, "linux-64", {})
    order_of(meta)


@pytest.mark.parametrize(("value", "number"), [(3, 3.0), ("10", 10.0), ("x", 0.0), (None, 0.0), ([], 0.0)])
def test_a_sort_is_a_number_or_its_text(value: Any, number: float) -> None:
    assert order_of({"sort": value}) == number
