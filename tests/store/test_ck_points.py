import json
from pathlib import Path

from ckexplore.store.formats import ck
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.formats.ck_points import add_point, flatten, points


def test_a_point_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    entry = create_entry(tmp_path, "experiment", {"points": "0"}, alias="e")
    uid = add_point(entry, {"n": 4}, {"cpu": "x"}, [{"run": {"execution_time": 0.5}}])
    point = next(points(entry))
    assert (point.uid, point.choices, point.features) == (uid, {"n": 4}, {"cpu": "x"})
    assert point.characteristics == {"run": {"execution_time": 0.5}}
    assert ck.load_meta(entry)["points"] == "1"


def test_points_come_in_the_order_they_were_added(tmp_path: Path) -> None:
    entry = create_entry(tmp_path, "experiment", {}, alias="e")
    uids = [add_point(entry, {"n": n}, {}, [{"run": {"t": n}}]) for n in range(5)]
    assert [point.uid for point in points(entry)] == uids


def test_flat_keys_and_statistics_are_cks(tmp_path: Path) -> None:
    entry = create_entry(tmp_path, "experiment", {}, alias="e")
    uid = add_point(entry, {"n": 4}, {}, [{"run": {"t": 1.0}}, {"run": {"t": 3.0}}])
    flat = json.loads((entry / f"ckp-{uid}.flat.json").read_text())
    assert flat["##choices#n"] == 4
    assert flat["##characteristics#run#t#min"] == 1.0
    assert flat["##characteristics#run#t#mean"] == 2.0
    assert flat["##characteristics#run#t#repeats"] == 2


def test_lists_are_numbered_and_long_vectors_packed() -> None:
    assert flatten({"a": [1, {"b": 2}]}, "##x") == {"##x#a@0": 1, "##x#a@1#b": 2}
    assert flatten({"a": [0.5] * 100}, "##x")["##x#a"].startswith("@@0.5,0.5")


def test_a_broken_point_says_why_and_the_others_are_read(tmp_path: Path) -> None:
    entry = create_entry(tmp_path, "experiment", {}, alias="e")
    add_point(entry, {}, {}, [{"run": {"t": 1.0}}])
    (entry / "ckp-aaaaaaaaaaaaaaaa.0001.json").write_text("{")
    problems = [bool(point.problem) for point in points(entry)]
    assert sorted(problems) == [False, True]
