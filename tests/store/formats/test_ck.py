"""CK repositories as CK 1.x and 2.x write them."""

import json
import shutil
from pathlib import Path

import pytest

from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats import ck, ck_entries, ck_index

from ...conftest import EVIL
from ..making import make_entry, make_repository, scan


def test_every_entry_with_its_alias_uid_name_and_tags_is_found(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "susan", "1" * 16, {"tags": ["image", "c"]})
    make_entry(root, "dataset", "photo", "2" * 16, {"tags": "image,pgm"}, module_uid="b" * 16)
    found = {(row.module, row.alias, row.uid, row.name, row.tags) for row in scan("ck", root)}
    assert found == {
        ("program", "susan", "1" * 16, "name of susan", ("image", "c")),
        ("dataset", "photo", "2" * 16, "name of photo", ("image", "pgm")),
    }


def test_an_entry_named_by_its_uid_needs_no_alias_file(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "a", "1" * 16)
    meta = root / "program" / ("c" * 16) / ".cm" / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text("{}")
    assert [row.title for row in scan("ck", root) if not row.alias] == ["c" * 16]


def test_folders_without_alias_files_are_no_modules(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "a", "1" * 16)
    (root / "docs" / "x" / ".cm").mkdir(parents=True)
    assert [row.module for row in scan("ck", root)] == ["program"]


def test_a_broken_meta_is_a_broken_artifact_and_the_rest_is_indexed(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "broken", "1" * 16, '{"tags": [')
    make_entry(root, "program", "sound", "2" * 16, {"tags": ["x"]})
    rows = {row.alias: row for row in scan("ck", root)}
    assert "meta.json:1" in rows["broken"].problem
    assert not rows["sound"].problem


def test_a_link_that_leads_out_is_not_followed_and_one_to_a_neighbour_is(tmp_path: Path) -> None:
    root, outside = make_repository(tmp_path / "r", "r"), make_repository(tmp_path / "outside", "outside")
    entry = make_entry(root, "program", "sound", "1" * 16, {"tags": ["x"]})
    secret = make_entry(outside, "program", "secret", "2" * 16, {"tags": ["secret"]})
    meta = make_entry(root, "program", "meta", "3" * 16) / ".cm"
    shutil.rmtree(meta)
    meta.symlink_to(secret / ".cm", target_is_directory=True)
    for name, target in {"neighbour": entry, "out": secret}.items():
        (root / "program" / name).symlink_to(target, target_is_directory=True)
        (root / "program" / ".cm" / f"alias-a-{name}").write_text("4" * 16 + "\n")
    (root / "module").symlink_to(outside / "program", target_is_directory=True)
    (root / ".cm" / "alias-a-module").write_text("5" * 16 + "\n")
    rows = {(row.module, row.alias): row for row in scan("ck", root)}
    assert {alias for _, alias in rows} == {"sound", "meta", "neighbour"}
    assert rows["program", "neighbour"].tags == ("x",)
    assert "isn't followed" in rows["program", "meta"].problem
    assert not any("secret" in row.tags for row in rows.values())
    assert ck.look_up(root / "program", "neighbour")
    assert ck.look_up(root / "program", "out") is None
    assert ck.look_up(root, "module") is None
    assert ck.listed(root, "program", ["out", "sound"]).names == ("sound",)
    told = {one.path: one.what for one in ck.drift(root)}
    assert "leads out" in told["program/out"]
    assert "leads out" in told["module"]


def test_text_of_a_repository_is_safe_from_the_beginning(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "a", "1" * 16, {"tags": [EVIL], "desc": EVIL})
    row = next(scan("ck", root))
    assert all(text.isprintable() for text in (*row.tags, row.description))


def test_a_written_entry_is_read_back(tmp_path: Path) -> None:
    ck_entries.create_repository(tmp_path, "local", "9" * 16)
    entry = ck_entries.create_entry(tmp_path, "experiment", {"tags": ["x"]}, alias="mine", name="Mine")
    row = next(scan("ck", tmp_path))
    assert (row.module, row.alias, row.name, row.tags) == ("experiment", "mine", "Mine", ("x",))
    assert row.uid == ck.uid_of_alias(tmp_path / "experiment", "mine")
    ck_entries.remove_entry(entry)
    assert list(scan("ck", tmp_path)) == []
    assert not list((tmp_path / "experiment" / ".cm").iterdir())


def test_writing_an_entry_again_keeps_its_uid(tmp_path: Path) -> None:
    first = ck_entries.create_entry(tmp_path, "experiment", {}, alias="mine")
    uid = ck.uid_of_alias(first.parent, "mine")
    ck_entries.create_entry(tmp_path, "experiment", {"tags": ["new"]}, alias="mine")
    assert ck.uid_of_alias(first.parent, "mine") == uid


def test_a_base_entry_is_merged_below_dicts_key_by_key_and_lists_replaced(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    base = {"tags": ["base"], "env": {"A": "1", "B": "2"}, "list": [1, 2], "_base_entry": "common"}
    make_entry(root, "program", "common", "3" * 16, {"deep": {"x": 1}})
    make_entry(root, "program", "template", "1" * 16, base)
    own = {"_base_entry": "program:template", "_base_entry#": "a comment", "env": {"B": "3"}, "list": [3]}
    make_entry(root, "program", "mine", "2" * 16, own)
    meta = ck.load_meta(root, "program/mine")
    assert meta == {"tags": ["base"], "env": {"A": "1", "B": "3"}, "list": [3], "deep": {"x": 1}}
    assert {row.alias: row.tags for row in scan("ck", root)}["mine"] == ("base",)


@pytest.mark.parametrize("base", ["nowhere", "nomodule:x", "../../outside", "mine"])
def test_a_base_entry_that_leads_nowhere_or_in_a_circle_is_a_problem(tmp_path: Path, base: str) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "mine", "2" * 16, {"_base_entry": base})
    with pytest.raises(UnreadableError, match="base"):
        ck.load_meta(root, "program/mine")
    (row,) = scan("ck", root)
    assert "base" in row.problem


def test_split_folders_are_looked_into(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    (root / ".ckr.json").write_text(json.dumps({"data_alias": "r", "dict": {"split_dirs": {"program": 3}}}))
    make_entry(root, "program", "susan", "1" * 16, {"tags": ["x"]})
    make_entry(root, "program", "ab", "2" * 16)
    for name, place in (("susan", "sus"), ("ab", "_")):
        (root / "program" / place).mkdir()
        (root / "program" / name).rename(root / "program" / place / name)
    rows = {row.alias: row for row in scan("ck", root)}
    assert {alias: row.path for alias, row in rows.items()} == {"susan": "program/sus/susan", "ab": "program/_/ab"}
    assert rows["susan"].uid == "1" * 16
    assert not any(row.problem for row in rows.values())


def test_a_meta_under_its_name_of_old_is_read(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    entry = make_entry(root, "program", "old", "1" * 16, {"tags": ["x"]})
    (entry / ".cm/meta.json").rename(entry / ".cm/data.json")
    (row,) = scan("ck", root)
    assert (row.tags, row.problem) == (("x",), "")


def test_drift_between_alias_files_and_folders_is_told(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "sound", "1" * 16)
    make_entry(root, "program", "unknown", "2" * 16)
    (root / "program/.cm/alias-a-unknown").unlink()
    (root / "program/.cm/alias-a-stale").write_text("3" * 16 + "\n")
    (root / "program/.cm/alias-a-sound").write_text("4" * 16 + "\n")
    (root / "program/tmp").mkdir()
    told = {one.path: one.what for one in ck_index.drift(root)}
    assert "isn't there" in told["program/.cm/alias-a-stale"]
    assert "4" * 16 in told["program/.cm/alias-a-sound"]
    assert "no alias file" in told["program/unknown"]
    assert "no entry" in told["program/tmp"]
    assert [row.alias for row in scan("ck", root)] == ["sound"]


def test_a_sound_repository_has_no_drift(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "sound", "1" * 16)
    assert list(ck_index.drift(root)) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("program/x/.cm/meta.json", ("program", "x")),
        ("program/x/README.md", ("program", "x")),
        ("program/.cm/alias-a-x", ("program", "x")),
        ("program/.cm/alias-u-0123456789abcdef", ("", "")),
        ("program", None),
        (".cm/alias-a-program", None),
        (".ckr.json", None),
        ("README.md", ("", "")),
        ("docs/x/manual.md", ("", "")),
    ],
)
def test_a_changed_file_belongs_to_an_entry_or_to_everything(
    tmp_path: Path, path: str, expected: tuple[str, str] | None
) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "x", "1" * 16)
    assert ck.touched(root, path) == expected


def test_a_listing_that_is_spared_says_the_same_as_a_whole_one(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    for number, name in enumerate(("a", "b", "c")):
        make_entry(root, "program", name, f"{number:016x}")
    (root / "program/tmp").mkdir()
    known = {folder.path: folder.digest() for folder in ck.folders(root)}

    def same() -> bool:
        spared = {folder.path: folder for folder in ck.folders(root, known)}
        whole = {folder.path: folder for folder in ck.folders(root)}
        assert spared == whole
        return {path: folder.digest() for path, folder in whole.items()} == known

    assert same()
    (root / "program/b/.cm/meta.json").write_text('{"tags": ["changed"]}')
    assert not same()
    make_entry(root, "program", "d", "4" * 16)
    assert not same()
    known = {folder.path: folder.digest() for folder in ck.folders(root)}
    (root / "program/.cm/alias-a-d").unlink()
    assert not same()
