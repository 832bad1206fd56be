import json
from pathlib import Path

from ckexplore.store.formats import ck, ck_entries

from ..conftest import EVIL
from .making import make_entry, make_repository


def test_every_entry_with_its_alias_uid_name_and_tags_is_found(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "susan", "1" * 16, {"tags": ["image", "c"]})
    make_entry(root, "dataset", "photo", "2" * 16, {"tags": "image,pgm"}, module_uid="b" * 16)
    found = {(row.module, row.alias, row.uid, row.name, row.tags) for row in ck.scan(root, {})}
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
    assert [row.title for row in ck.scan(root, {}) if not row.alias] == ["c" * 16]


def test_folders_without_alias_files_are_no_modules(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "a", "1" * 16)
    (root / "docs" / "x" / ".cm").mkdir(parents=True)
    assert [row.module for row in ck.scan(root, {})] == ["program"]


def test_a_broken_meta_is_a_broken_artifact_and_the_rest_is_indexed(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "broken", "1" * 16, '{"tags": [')
    make_entry(root, "program", "sound", "2" * 16, {"tags": ["x"]})
    rows = {row.alias: row for row in ck.scan(root, {})}
    assert "meta.json:1" in rows["broken"].problem
    assert not rows["sound"].problem


def test_text_of_a_repository_is_safe_from_the_beginning(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "a", "1" * 16, {"tags": [EVIL], "desc": EVIL})
    row = next(ck.scan(root, {}))
    assert all(text.isprintable() for text in (*row.tags, row.description))


def test_an_unchanged_entry_is_not_read_again(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "r")
    entry = make_entry(root, "program", "a", "1" * 16, {"tags": ["x"]})
    first = {row.path: row for row in ck.scan(root, {})}
    again = list(ck.scan(root, first))
    assert again[0] is first["program/a"]
    (entry / ".cm/meta.json").write_text(json.dumps({"tags": ["changed"]}))
    assert next(ck.scan(root, first)).tags == ("changed",)


def test_a_written_entry_is_read_back(tmp_path: Path) -> None:
    ck_entries.create_repository(tmp_path, "local", "9" * 16)
    entry = ck_entries.create_entry(tmp_path, "experiment", {"tags": ["x"]}, alias="mine", name="Mine")
    row = next(ck.scan(tmp_path, {}))
    assert (row.module, row.alias, row.name, row.tags) == ("experiment", "mine", "Mine", ("x",))
    assert row.uid == ck.uid_of_alias(tmp_path / "experiment", "mine")
    ck_entries.remove_entry(entry)
    assert list(ck.scan(tmp_path, {})) == []
    assert not list((tmp_path / "experiment" / ".cm").iterdir())


def test_writing_an_entry_again_keeps_its_uid(tmp_path: Path) -> None:
    first = ck_entries.create_entry(tmp_path, "experiment", {}, alias="mine")
    uid = ck.uid_of_alias(first.parent, "mine")
    ck_entries.create_entry(tmp_path, "experiment", {"tags": ["new"]}, alias="mine")
    assert ck.uid_of_alias(first.parent, "mine") == uid
