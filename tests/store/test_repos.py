import json
from pathlib import Path

import pytest

from ckexplore.store import repos
from ckexplore.store.errors import InvalidRequestError, NotFoundError
from ckexplore.store.workspace import Workspace

from .making import make_entry, make_repository


def test_a_registered_repository_is_known_until_it_is_forgotten(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine", "e" * 16)
    added = repos.register(workspace, root)
    assert (added.alias, added.uid, added.format) == ("mine", "e" * 16, "ck")
    assert [one.alias for one in repos.repositories(workspace)] == ["local", "mine", "jobs", "trust"]
    repos.unregister(workspace, "mine")
    assert [one.alias for one in repos.repositories(workspace)] == ["local", "jobs", "trust"]
    assert (root / ".ckr.json").exists()


def test_adding_a_repository_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    repos.register(workspace, root)
    repos.register(workspace, root)
    assert [one.alias for one in repos.repositories(workspace)].count("mine") == 1


def test_two_repositories_of_one_name_need_two_names(workspace: Workspace, tmp_path: Path) -> None:
    repos.register(workspace, make_repository(tmp_path / "a", "mine", "a" * 16))
    other = make_repository(tmp_path / "b", "mine", "b" * 16)
    with pytest.raises(InvalidRequestError, match="choose another name"):
        repos.register(workspace, other)
    assert repos.register(workspace, other, "yours").alias == "yours"


def test_one_repository_in_two_places_is_refused_and_the_first_stays(workspace: Workspace, tmp_path: Path) -> None:
    repos.register(workspace, make_repository(tmp_path / "a", "mine", "a" * 16))
    with pytest.raises(InvalidRequestError, match="registered already, as mine"):
        repos.register(workspace, make_repository(tmp_path / "b", "mine", "a" * 16), "second")
    assert [one.alias for one in repos.repositories(workspace)] == ["local", "mine", "jobs", "trust"]


def test_a_repository_of_any_format_goes_by_its_own_name_or_by_its_folders(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "cm").mkdir()
    (tmp_path / "cm/cmr.yaml").write_text(f"alias: mlcommons@mine\nuid: {'c' * 16}\n")
    added = repos.register(workspace, tmp_path / "cm")
    assert (added.alias, added.uid, added.format) == ("mlcommons@mine", "c" * 16, "cm")
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/README.md").write_text("# Paper")
    assert repos.register(workspace, tmp_path / "paper").alias == "paper"
    assert [one.alias for one in repos.repositories(workspace)] == ["local", "mlcommons@mine", "paper", "jobs", "trust"]


def test_the_original_ck_learns_of_split_folders_from_the_registry(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine", "e" * 16)
    (root / ".ckr.json").write_text(json.dumps({"data_uid": "e" * 16, "dict": {"split_dirs": {"soft": 2}, "url": "x"}}))
    repos.register(workspace, root)
    cache = json.loads((workspace.local / ".ck.cache_repo_info.json").read_text())
    assert cache["e" * 16]["dict"] == {"path": str(root), "ckexplore_format": "ck", "split_dirs": {"soft": 2}}


def test_a_folder_that_is_registered_is_not_opened_again(workspace: Workspace, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    repos.register(workspace, root)
    for folders in ((root,), (root, root), (workspace.local, root)):
        known = repos.repositories(workspace.browsing(*folders))
        assert [one.alias for one in known] == ["local", "mine", "jobs", "trust"]
    other = make_repository(tmp_path / "other", "other", "1" * 16)
    opened = repos.repositories(workspace.browsing(other, other))
    assert [(one.alias, one.origin) for one in opened] == [
        ("local", "own"),
        ("mine", "registered"),
        ("other", "folder"),
        ("jobs", "own"),
        ("trust", "own"),
    ]


def test_what_isnt_a_repository_is_refused_in_a_sentence(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such folder"):
        repos.register(workspace, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidRequestError, match="empty folder"):
        repos.register(workspace, tmp_path / "empty")


def test_a_folder_of_repositories_opens_each_of_them(tmp_path: Path) -> None:
    make_repository(tmp_path / "all" / "a", "a", "a" * 16)
    make_repository(tmp_path / "all" / "b", "b", "b" * 16)
    assert [one.alias for one in repos.open_folder(tmp_path / "all")] == ["a", "b"]


def test_browsing_a_folder_writes_nothing_into_it(tmp_path: Path) -> None:
    from ckexplore.actions import browsing

    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "a", "1" * 16)
    before = sorted(str(path) for path in root.rglob("*"))
    workspace = Workspace(tmp_path / "home").browsing(root)
    assert [row.alias for row in browsing.rows(workspace)] == ["a"]
    assert sorted(str(path) for path in root.rglob("*")) == before


def test_an_unknown_repository_suggests_the_closest_name(workspace: Workspace, tmp_path: Path) -> None:
    repos.register(workspace, make_repository(tmp_path / "r", "ctuning-programs"))
    with pytest.raises(NotFoundError, match="did you mean ctuning-programs"):
        repos.find(workspace, "ctuning-program")
