from pathlib import Path

import pytest

from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats import cmeta, recognise

from .making import artifacts, write, write_hostile

TOOL = "c393ba5c6fa14f66"


def repository(root: Path, more: str = "") -> Path:
    write(root / "_cmr.yaml", f"artifact: me@r,12e4567890123456\ncategory: repo,f4f792ab40c7498f\n{more}")
    return root


def test_a_repository_is_known_by_its_description(tmp_path: Path) -> None:
    assert recognise(tmp_path) == "plain"
    assert recognise(repository(tmp_path)) == "cmeta"
    assert cmeta.identity(tmp_path) == ("me@r", "12e4567890123456")


def test_a_broken_description_has_no_names_and_the_artifacts_are_found(tmp_path: Path) -> None:
    write(tmp_path / "_cmr.yaml", "artifact: [\n")
    write(tmp_path / "tool/a/_cmeta.json", {"artifact": "1" * 16, "category": f"tool,{TOOL}"})
    assert cmeta.identity(tmp_path) == ("", "")
    assert set(artifacts(cmeta, tmp_path)) == {"tool/a"}


def test_every_artifact_is_found_under_the_name_of_its_folder(tmp_path: Path) -> None:
    repository(tmp_path)
    text = f"artifact: 1234567890123456\ncategory: tool,{TOOL}\ntags: [x]\ndesc: A tool\nname: Tool\n"
    write(tmp_path / "tool/My-Tool/_cmeta.yaml", text)
    write(tmp_path / "note/n/_cmeta.json", {"artifact": f"ignored,{'2' * 16}", "category": "note"})
    found = artifacts(cmeta, tmp_path)
    one = found["tool/My-Tool"]
    assert (one.alias, one.uid, one.module, one.module_uid) == ("My-Tool", "1234567890123456", "tool", TOOL)
    assert (one.name, one.description, one.tags, one.format) == ("Tool", "A tool", ("x",), "cmeta")
    assert (found["note/n"].alias, found["note/n"].uid, found["note/n"].module) == ("n", "2" * 16, "note")


@pytest.mark.parametrize(("more", "expected"), [("subdir: in/it\n", {"in/it/tool/a"}), ("subdir: ../out\n", set())])
def test_categories_are_in_the_folder_that_the_description_names(tmp_path: Path, more: str, expected: set[str]) -> None:
    root = repository(tmp_path / "r", more)
    for base in (root, root / "in/it", tmp_path / "out"):
        write(base / "tool/a/_cmeta.json", {"artifact": "1" * 16, "category": f"tool,{TOOL}"})
    assert set(artifacts(cmeta, root)) == expected


@pytest.mark.parametrize("by_repository", [True, False])
def test_artifacts_in_sharded_folders_are_found(tmp_path: Path, by_repository: bool) -> None:
    repository(tmp_path, f"sharding_slices: {{{TOOL}: [2, 3]}}\n" if by_repository else "")
    own = {} if by_repository else {"sharding_slices": [2, 3]}
    write(tmp_path / "category/tool/_cmeta.json", {"artifact": TOOL, "category": "category,dd9ea50e7f76467f", **own})
    write(tmp_path / "tool/ab/cde/abcdefgh/_cmeta.json", {"artifact": "1" * 16, "category": f"tool,{TOOL}"})
    found = artifacts(cmeta, tmp_path)
    assert set(found) == {"category/tool", "tool/ab/cde/abcdefgh"}
    assert found["tool/ab/cde/abcdefgh"].alias == "abcdefgh"
    assert cmeta.touched(tmp_path, "tool/ab/cde/abcdefgh/_cmeta.json") is None
    assert list(cmeta.drift(tmp_path)) == []


def test_a_meta_that_cannot_be_read_is_an_artifact_with_its_reason(tmp_path: Path) -> None:
    repository(tmp_path)
    hostile = write_hostile(tmp_path / "tool", "_cmeta.yaml") | write_hostile(tmp_path / "note", "_cmeta.json")
    found = artifacts(cmeta, tmp_path)
    assert len(found) == 2 * len(hostile)
    assert all(one.problem and one.problem.isprintable() for one in found.values())


def test_the_description_of_an_artifact_is_part_of_its_meta(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "tool/a/_cmeta.json", {"artifact": "1" * 16, "category": f"tool,{TOOL}"})
    assert "_desc" not in cmeta.load_meta(tmp_path, "tool/a")
    write(tmp_path / "tool/a/_desc.yaml", "inherits: [base]\n")
    assert cmeta.load_meta(tmp_path, "tool/a")["_desc"] == {"inherits": ["base"]}
    write(tmp_path / "tool/a/_desc.yaml", "inherits: [\n")
    with pytest.raises(UnreadableError, match=r"_desc\.yaml:2"):
        cmeta.load_meta(tmp_path, "tool/a")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_cmr.yaml", None),
        ("in", None),
        ("in/tool", None),
        ("in/category/tool/_cmeta.yaml", None),
        ("in/tool/a", ("in/tool", "a")),
        ("in/tool/a/_cmeta.yaml", ("in/tool", "a")),
        ("in/tool/a/api_v1.py", ("", "")),
        ("tool/a/_cmeta.yaml", ("", "")),
        ("in/.git/index", ("", "")),
    ],
)
def test_a_changed_path_names_its_artifact(tmp_path: Path, path: str, expected: tuple[str, str] | None) -> None:
    repository(tmp_path, "subdir: in\n")
    assert cmeta.touched(tmp_path, path) == expected


def test_what_cmeta_passes_over_is_told(tmp_path: Path) -> None:
    repository(tmp_path)
    tool = f"tool,{TOOL}"
    write(tmp_path / "tool/a/_cmeta.json", {"artifact": "1" * 16, "category": tool})
    write(tmp_path / "tool/b/_cmeta.json", {"artifact": "1" * 16, "category": tool})
    write(tmp_path / "tool/c/_cmeta.json", {"artifact": "2" * 16, "category": "note,869929895d424d5c"})
    write(tmp_path / "tool/d/_cmeta.json", {"artifact": "no uid", "category": tool})
    write(tmp_path / "tool/e/_cmeta.json", {"artifact": "3" * 16, "category": tool})
    write(tmp_path / "tool/e/_cmeta.yaml", f"artifact: {'4' * 15}a\ncategory: {tool}\n")
    write(tmp_path / "tool/f/_desc.yaml", "")
    assert {(one.path, one.what) for one in cmeta.drift(tmp_path)} == {
        ("tool/b", f"has the UID {'1' * 16} of tool/a"),
        ("tool/c", "belongs to note, its folder to tool"),
        ("tool/d", "tool/d: its meta holds no UID"),
        ("tool/e", "has _cmeta.yaml and _cmeta.json: cMeta reads only _cmeta.yaml"),
        ("tool/f", "has no meta: it is no entry"),
    }
