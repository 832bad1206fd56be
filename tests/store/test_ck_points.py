"""The points of CK experiments: written as CK does, and read from whatever CK and its users left on disk."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.store.formats import ck
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.formats.ck_flat_keys import flatten, statistics_over, unflattened
from ckexplore.store.formats.ck_points import add_point, load_point, point_count, point_uids, points
from ckexplore.store.formats.ck_repetitions import middle_of
from ckexplore.store.formats.point import Point

from ..conftest import EVIL

UID = "0123456789abcdef"


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    return create_entry(tmp_path, "experiment", {"points": "0"}, alias="e")


def write(entry: Path, part: str, value: Any, uid: str = UID) -> Path:
    path = entry / f"ckp-{uid}.{part}.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def measured(*times: float, **more: Any) -> dict[str, Any]:
    return {"characteristics_list": [{"run": {"t": time}} for time in times], "choices": {"n": 1}, **more}


def one(entry: Path) -> Point:
    (point,) = points(entry)
    return point


# Writing


def test_a_point_comes_back_as_it_was_stored(entry: Path) -> None:
    uid = add_point(entry, {"n": 4}, {"cpu": "x"}, [{"run": {"execution_time": 0.5}}])
    point = one(entry)
    assert (point.uid, point.choices, point.features) == (uid, {"n": 4}, {"cpu": "x"})
    assert point.characteristics == {"run": {"execution_time": 0.5}}
    assert (point.problem, point.source) == ("", f"ckp-{uid}.0001.json")
    assert ck.entry_meta(entry)["points"] == "1"
    assert load_point(entry, uid) == point


def test_points_come_in_the_order_they_were_added(entry: Path) -> None:
    uids = [add_point(entry, {"n": n}, {}, [{"run": {"t": n}}]) for n in range(5)]
    assert [point.uid for point in points(entry)] == uids == point_uids(entry)


def test_flat_keys_and_statistics_are_cks(entry: Path) -> None:
    uid = add_point(entry, {"n": 4}, {}, [{"run": {"t": 1.0}}, {"run": {"t": 3.0}}])
    flat = json.loads((entry / f"ckp-{uid}.flat.json").read_text())
    assert flat["##choices#n"] == 4
    assert flat["##characteristics#run#t#min"] == 1.0
    assert flat["##characteristics#run#t#mean"] == 2.0
    assert flat["##characteristics#run#t#repeats"] == 2


def test_lists_are_numbered_and_long_vectors_packed() -> None:
    assert flatten({"a": [1, {"b": 2}]}, "##x") == {"##x#a@0": 1, "##x#a@1#b": 2}
    assert flatten({"a": [0.5] * 100}, "##x")["##x#a"].startswith("@@0.5,0.5")


# Several repetitions


def test_a_point_tells_the_middle_of_its_repetitions(entry: Path) -> None:
    add_point(entry, {}, {}, [{"run": {"t": time, "ok": True, "label": f"r{time}"}} for time in (1.0, 9.0, 2.0)])
    assert one(entry).characteristics == {"run": {"t": 2.0, "ok": True, "label": "r2.0"}}


def test_what_only_the_first_repetition_tells_counts_as_well(entry: Path) -> None:
    value = measured(1.0, 3.0)
    value["characteristics_list"][0]["compile"] = {"binary_size": 131140}
    value["characteristics_list"].append({"run": None})
    write(entry, "0001", value)
    assert one(entry).characteristics == {"run": {"t": 2.0}, "compile": {"binary_size": 131140}}


def test_sub_points_are_more_repetitions_of_the_same_point(entry: Path) -> None:
    write(entry, "0001", measured(5.0, 6.0))
    write(entry, "0002", measured(1.0, 2.0, 3.0))
    assert one(entry).characteristics == {"run": {"t": 3.0}}
    assert point_count(entry) == 1


def test_tables_are_told_row_by_row_and_vectors_by_the_last_one() -> None:
    repetitions = [{"layers": [{"t": 1}, {"t": 10}], "v": [1, 2]}, {"layers": [{"t": 3}, {"t": 30}], "v": [3]}]
    assert middle_of(repetitions) == {"layers": [{"t": 2}, {"t": 20}], "v": [3]}
    assert middle_of([{"layers": [{"t": 1}]}, {"layers": []}]) == {"layers": []}


# What is on disk


def test_a_point_of_statistics_only_is_read_from_them(entry: Path) -> None:
    run = {"vector": [1.5] * 100, "state": {"x": 1}}
    repetitions = [{"run": {"t": time, **run}, "ok": True} for time in (1.0, 2.0, 9.0)]
    flat = {**statistics_over(repetitions), "##choices#flags#base": "-O3", "##features#cpu#name": "x"}
    write(entry, "flat", flat)
    point = one(entry)
    assert point.characteristics == {"run": {"t": 2.0, **run}, "ok": True}
    assert (point.choices, point.features) == ({"flags": {"base": "-O3"}}, {"cpu": {"name": "x"}})
    assert (point.problem, point.source) == ("", f"ckp-{UID}.flat.json")


def test_statistics_of_choices_are_told_as_choices() -> None:
    flat = {
        "##choices#n#min": 4,
        "##choices#n#all": [4],
        "##choices#n#all_unique": [4],
        "##choices#n#repeats": 1,
        "##choices#os#min": "linux",
        "##choices#os#repeats": 3,
        "##choices#os#min_imp": 0,
        "##features#batch#min": 2,
        "##features#range#max": 5,
    }
    assert unflattened(flat) == {
        "choices": {"n": 4, "os": "linux"},
        "features": {"batch": 2, "range": {"max": 5}},
    }


def test_choices_come_from_the_features_file_where_the_measured_ones_lack_them(entry: Path) -> None:
    write(entry, "0001", {"characteristics_list": [{"run": {"t": 1}}]})
    write(entry, "features", {"choices": {"n": 2}, "features": {"cpu": "x"}})
    point = one(entry)
    assert (point.choices, point.features, point.problem) == ({"n": 2}, {"cpu": "x"}, "")


def test_features_alone_are_no_point(entry: Path) -> None:
    write(entry, "features", {"choices": {"n": 2}})
    write(entry, "desc", {})
    write(entry, "0001", measured(1.0), "not-a-uid")
    assert list(points(entry)) == []
    assert point_count(entry) == 0


def test_one_dict_in_place_of_the_list_is_one_repetition(entry: Path) -> None:
    write(entry, "0001", {"characteristics_list": {"run": {"t": 1}}})
    write(entry, "0001", {"characteristics": {"run": {"t": 2}}}, "f" * 16)
    assert sorted(point.characteristics["run"]["t"] for point in points(entry)) == [1, 2]


def test_no_number_is_told_that_cant_be_reckoned_with(entry: Path) -> None:
    text = '{"characteristics_list": [{"run": {"a": NaN, "b": [1, Infinity], "c": 1e999, "d": 1, "e": %s}}]}' % (
        "9" * 400
    )
    write(entry, "0001", text)
    assert one(entry).characteristics == {"run": {"a": None, "b": [1, None], "c": None, "d": 1, "e": None}}
    assert middle_of([{"a": float("nan")}, {"a": 3.0}, {"a": 5.0}]) == {"a": 4.0}


def test_packed_vectors_are_unpacked_and_broken_ones_left_as_text(entry: Path) -> None:
    write(entry, "0001", {"characteristics_list": [{"run": {"a": "@@1.0,2.5", "b": "@@0.0,-nan", "c": "@@"}}]})
    assert one(entry).characteristics == {"run": {"a": [1.0, 2.5], "b": "@@0.0,-nan", "c": "@@"}}


def test_older_points_come_first_whatever_their_uids(entry: Path) -> None:
    for number, uid in enumerate(("c" * 16, "a" * 16, "b" * 16)):
        os.utime(write(entry, "0001", measured(1.0), uid), ns=(0, number))
    assert [uid[0] for uid in point_uids(entry)] == ["c", "a", "b"]


def test_hundreds_of_points_cost_one_stat_each_and_counting_them_none(
    entry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        for part in ("0001", "0002", "flat", "features"):
            write(entry, part, "", f"{number:016x}")
    looked_at: list[Any] = []
    lstat = os.lstat
    monkeypatch.setattr(os, "lstat", lambda path, **more: looked_at.append(path) or lstat(path, **more))
    monkeypatch.setattr(os, "stat", None)
    assert point_count(entry) == 300
    assert looked_at == []
    assert len(point_uids(entry)) == 300
    assert len(looked_at) == 300


# What can't be read


def test_a_broken_point_says_why_and_the_others_are_read(entry: Path) -> None:
    add_point(entry, {}, {}, [{"run": {"t": 1.0}}])
    write(entry, "0001", "{", "a" * 16)
    assert sorted(bool(point.problem) for point in points(entry)) == [False, True]


def huge(path: Path) -> None:
    path.write_text("{")
    os.truncate(path, 100 << 20)


HOSTILE: dict[str, Callable[[Path], Any]] = {
    "broken": lambda path: path.write_text('{"a": 1'),
    "empty": lambda path: path.write_text(""),
    "a-list": lambda path: path.write_text("[1]"),
    "deep": lambda path: path.write_text('{"characteristics_list": ' + "[" * 100_000),
    "deep-object": lambda path: path.write_text('{"a": ' * 5_000 + "1" + "}" * 5_000),
    "nul": lambda path: path.write_bytes(b"\0"),
    "not-utf-8": lambda path: path.write_bytes(b'{"a": \xff'),
    "huge": huge,
    "fifo": os.mkfifo,
    "loop": lambda path: path.symlink_to(path.name),
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "folder": Path.mkdir,
}


@pytest.mark.parametrize("part", ["0001", "flat"])
@pytest.mark.parametrize("what", HOSTILE)
def test_what_stands_in_place_of_a_point_is_a_problem(entry: Path, what: str, part: str) -> None:
    HOSTILE[what](entry / f"ckp-{UID}.{part}.json")
    point = one(entry)
    assert UID in point.problem
    assert point.problem.isprintable()
    assert point.characteristics == {}
    assert load_point(entry, UID) == point


def test_a_broken_sub_point_leaves_the_statistics_to_tell(entry: Path) -> None:
    write(entry, "0001", "{")
    write(entry, "flat", statistics_over([{"run": {"t": 4.0}}]))
    point = one(entry)
    assert point.problem
    assert point.characteristics == {"run": {"t": 4.0}}


def test_very_many_sub_points_are_read_within_bounds(entry: Path) -> None:
    for number in range(150):
        write(entry, f"{number + 1:04}", measured(float(number)))
    point = one(entry)
    assert "150 sub-points" in point.problem
    assert point.characteristics == {"run": {"t": 49.5}}


def test_a_point_or_an_entry_that_isnt_there_is_told(entry: Path) -> None:
    assert "no point" in load_point(entry, UID).problem
    assert load_point(entry, "../../\x1b").problem.isprintable()
    assert list(points(entry / "nowhere")) == []
    assert point_count(entry / "nowhere") == 0


def test_evil_text_in_a_point_is_safe(entry: Path) -> None:
    value = measured(1.0, choices={EVIL: EVIL}, features={"a": [EVIL]})
    value["characteristics_list"][0]["run"][EVIL] = EVIL
    write(entry, "0001", value)
    text = json.dumps([one(entry).choices, one(entry).features, one(entry).characteristics], ensure_ascii=False)
    assert not {"\x1b", "\u202e", "\x9b"} & set(text)
    assert "\\u001b" not in text


# Any value

KEY = st.text(alphabet="abcxyz_", min_size=1, max_size=4).filter(lambda key: key not in {"min", "max", "all", "exp"})
LEAF = st.booleans() | st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False) | st.just("text")
TREE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEY, inner, min_size=1, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(KEY, TREE, min_size=1, max_size=4))
def test_what_was_made_flat_comes_back(value: dict[str, Any]) -> None:
    assert unflattened(flatten(value, "##choices")) == {"choices": value}


@settings(deadline=None)
@given(st.dictionaries(st.text(alphabet="#@ab1min", max_size=12), LEAF, max_size=6))
def test_any_flat_keys_give_some_value(flat: dict[str, Any]) -> None:
    json.dumps(unflattened(flat))


@settings(deadline=None)
@given(st.lists(st.dictionaries(KEY, TREE, max_size=3), min_size=1, max_size=4))
def test_any_repetitions_have_a_middle_with_every_key(repetitions: list[dict[str, Any]]) -> None:
    middle = middle_of(repetitions)
    assert middle.keys() == {key for one in repetitions for key in one}
    for key, value in middle.items():
        given_values = [one[key] for one in repetitions if key in one]
        if all(isinstance(one, float) for one in given_values):
            assert min(given_values) <= value <= max(given_values)
