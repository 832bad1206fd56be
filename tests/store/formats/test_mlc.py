from pathlib import Path

import pytest

from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats import mlc, recognise

from .making import SCRIPT, artifacts, script, signatures, write, write_hostile


def repository(root: Path) -> Path:
    write(root / "meta.yaml", "alias: me@r\nuid: 12e4567890123456\ngit: true\n")
    (root / "script").mkdir()
    return root


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ("alias: a\nuid: b\n", "mlc"),
        ('{\n    "alias": "local",\n    "name": "MLC local repository",\n    "uid": "9a3280b14a4285c9"\n}', "mlc"),
        ("package:\n  name: a conda recipe\n", "plain"),
        ("alias: a\n", "plain"),
        ("", "plain"),
        (b"\x00" * 100_000, "plain"),
    ],
)
def test_a_repository_is_known_by_names_in_its_meta(tmp_path: Path, content: str | bytes, known: str) -> None:
    write(tmp_path / "meta.yaml", content)
    assert recognise(tmp_path) == "plain"
    (tmp_path / "cache").mkdir()
    assert recognise(tmp_path) == known


def test_a_repository_has_the_names_in_its_meta(tmp_path: Path) -> None:
    assert mlc.identity(repository(tmp_path)) == ("me@r", "12e4567890123456")


def test_scripts_caches_and_experiments_are_found_and_nothing_else(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/get-x/meta.yaml", script("get-x", "1" * 16, tags=["get"], name="X", category="Tools"))
    cached = {"alias": None, "uid": "2" * 16, "tags": ["get", "version-1.10"], "script-item": "1" * 16}
    write(tmp_path / "cache/get-x_22222222/meta.json", cached)
    write(tmp_path / "experiment/e/meta.json", {"alias": "e", "uid": "3" * 16, "tags": []})
    write(tmp_path / "automation/script/meta.json", script("script", "4" * 16))
    found = artifacts(mlc, tmp_path)
    assert set(found) == {"script/get-x", "cache/get-x_22222222", "experiment/e"}
    one = found["script/get-x"]
    assert (one.alias, one.uid, one.module, one.module_uid) == ("get-x", "1" * 16, "script", SCRIPT)
    assert (one.name, one.tags, one.description, one.format) == ("X", ("get",), "Tools", "mlc")
    assert found["cache/get-x_22222222"].alias == "get-x_22222222"
    assert found["cache/get-x_22222222"].module == "cache"
    assert found["cache/get-x_22222222"].tags == ("get", "version-1.10")


def test_of_two_metas_only_the_yaml_one_counts(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/meta.yaml", script("a", "1" * 16))
    write(tmp_path / "script/a/meta.json", script("b", "2" * 16, name="unread"))
    one = artifacts(mlc, tmp_path)["script/a"]
    assert (one.alias, one.uid, one.name) == ("a", "1" * 16, "")
    assert "name" not in mlc.load_meta(tmp_path, "script/a")
    assert [one.what for one in mlc.drift(tmp_path)] == ["has meta.yaml and meta.json: mlcflow reads only meta.yaml"]


def test_a_meta_that_cannot_be_read_is_an_artifact_with_its_reason(tmp_path: Path) -> None:
    repository(tmp_path)
    hostile = write_hostile(tmp_path / "script", "meta.yaml") | write_hostile(tmp_path / "cache", "meta.json")
    found = artifacts(mlc, tmp_path)
    assert len(found) == 2 * len(hostile)
    assert all(one.problem and one.problem.isprintable() for one in found.values())


def test_a_meta_that_is_not_there_cannot_be_loaded(tmp_path: Path) -> None:
    repository(tmp_path)
    with pytest.raises(UnreadableError, match=r"has neither meta\.yaml nor meta\.json"):
        mlc.load_meta(tmp_path, "script/gone")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("script", None),
        ("cache", None),
        ("script/a", ("script", "a")),
        ("script/a/meta.yaml", ("script", "a")),
        ("cache/a/meta.json", ("cache", "a")),
        ("script/a/run.sh", ("", "")),
        ("cache/a/mlc-cached-state.json", ("", "")),
        ("automation/script/meta.json", ("", "")),
        ("meta.yaml", ("", "")),
        (".git/index", ("", "")),
    ],
)
def test_a_changed_path_names_its_item(tmp_path: Path, path: str, expected: tuple[str, str] | None) -> None:
    repository(tmp_path)
    assert mlc.touched(tmp_path, path) == expected


def test_items_listed_again_are_those_still_there(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/meta.yaml", script("a", "1" * 16))
    folder = mlc.listed(tmp_path, "script", ["a", "gone"])
    assert dict(zip(folder.names, folder.signatures, strict=True)) == {"a": signatures(mlc, tmp_path)["script/a"]}


def test_items_have_no_points(tmp_path: Path) -> None:
    assert list(mlc.points(tmp_path, "experiment/e")) == []


def test_what_mlcflow_passes_over_is_told(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/meta.yaml", script("a", "1" * 16))
    write(tmp_path / "script/b/meta.yaml", script("b", "1" * 16))
    write(tmp_path / "script/c/meta.yaml", script("other", "2" * 16))
    write(tmp_path / "script/d/run.sh", "")
    write(tmp_path / "cache/e/meta.json", {"uid": "3" * 16, "tags": []})
    write(tmp_path / "automation/script/meta.json", script("script", "4" * 16))
    assert {(one.path, one.what) for one in mlc.drift(tmp_path)} == {
        ("script/b", f"has the UID {'1' * 16} of script/a"),
        ("script/c", "its alias is other, its folder is named otherwise"),
        ("script/d", "has no meta: it is no entry"),
        ("automation/script/meta.json", "is where mlcflow doesn't look: it lists no such entry"),
    }
