"""The catalog: it says what the disk says, reads what changed and nothing else, and loses nothing of the user's."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tinydb import TinyDB

from ckexplore.actions import browsing
from ckexplore.store import annotations, repos, rows
from ckexplore.store.artifact import Artifact
from ckexplore.store.catalog import Catalog, Changes, Shelf
from ckexplore.store.formats import ck_index
from ckexplore.store.formats.folder import Folder
from ckexplore.store.registry import Repository
from ckexplore.store.workspace import Workspace

from .making import make_entry, make_repository


@pytest.fixture
def repository(workspace: Workspace, tmp_path: Path) -> Repository:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "resnet50", "1" * 16, {"tags": ["onnx", "vision"]})
    make_entry(root, "program", "bert", "2" * 16, {"tags": ["onnx", "language"]})
    make_entry(root, "soft", "compiler.gcc", "3" * 16, {"tags": ["compiler"]}, module_uid="b" * 16)
    return repos.register(workspace, root)


@pytest.fixture
def shelf(workspace: Workspace, repository: Repository) -> Shelf:
    opened = Catalog(workspace).shelf(repository)
    opened.rescan()
    return opened


@pytest.fixture
def metas_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entries whose meta is read from now on."""
    read: list[str] = []
    reading = ck_index.read_entries

    def noted(root: str, folder: Folder) -> Iterator[Artifact]:
        read.extend(f"{folder.path}/{name}" for name in folder.names)
        return reading(root, folder)

    monkeypatch.setattr(ck_index, "read_entries", noted)
    return read


def tags(shelf: Shelf) -> dict[str, tuple[str, ...]]:
    found = (rows.decode(row, shelf.repository, {}) for row in shelf.rows.values())
    return {one.alias: one.tags for one in found}


def change(repository: Repository, entry: str, *names: str) -> None:
    (repository.path / entry / ".cm/meta.json").write_text(json.dumps({"tags": names}))


def test_the_catalog_follows_the_disk(shelf: Shelf, repository: Repository) -> None:
    change(repository, "program/bert", "new")
    shutil.rmtree(repository.path / "program/resnet50")
    make_entry(repository.path, "dataset", "digits", "4" * 16, {"tags": ["data"]}, module_uid="c" * 16)
    changes = shelf.rescan()
    assert tags(shelf) == {"bert": ("new",), "compiler.gcc": ("compiler",), "digits": ("data",)}
    assert (len(changes.puts), len(changes.deletes)) == (2, 1)
    shutil.rmtree(repository.path / "soft")
    shelf.rescan()
    assert set(tags(shelf)) == {"bert", "digits"}


def test_a_rescan_without_changes_reads_no_meta(shelf: Shelf, metas_read: list[str]) -> None:
    assert not shelf.rescan()
    assert metas_read == []


def test_a_rescan_reads_what_changed_and_nothing_else(
    shelf: Shelf, repository: Repository, metas_read: list[str]
) -> None:
    change(repository, "program/bert", "new")
    shelf.rescan()
    assert metas_read == ["program/bert"]


def test_a_changed_file_is_looked_at_alone(shelf: Shelf, repository: Repository, metas_read: list[str]) -> None:
    change(repository, "program/bert", "new")
    changes = shelf.look_at(["program/bert/.cm/meta.json"])
    assert metas_read == ["program/bert"]
    assert len(changes.puts) == 1
    assert tags(shelf)["bert"] == ("new",)
    assert not shelf.rescan()


def test_entries_and_modules_that_come_and_go_are_seen_by_their_paths(shelf: Shelf, repository: Repository) -> None:
    make_entry(repository.path, "program", "gpt", "5" * 16, {"tags": ["language"]})
    shelf.look_at(["program/gpt", "program/.cm/alias-a-gpt"])
    assert "gpt" in tags(shelf)
    shutil.rmtree(repository.path / "program/gpt")
    shelf.look_at(["program/gpt"])
    assert "gpt" not in tags(shelf)
    make_entry(repository.path, "dataset", "digits", "4" * 16, module_uid="c" * 16)
    shelf.look_at(["dataset", "dataset/digits"])
    assert "digits" in tags(shelf)


def test_what_was_stored_is_there_at_once_the_next_time(
    workspace: Workspace, shelf: Shelf, repository: Repository, metas_read: list[str]
) -> None:
    again = Catalog(workspace).shelf(repository)
    assert dict(again.rows) == dict(shelf.rows)
    assert not again.rescan()
    assert metas_read == []


def test_two_catalogs_on_one_home_see_each_other(workspace: Workspace, shelf: Shelf, repository: Repository) -> None:
    other = Catalog(workspace).shelf(repository)
    change(repository, "program/bert", "new")
    shelf.rescan()
    changes = other.refresh()
    assert len(changes.puts) == 1
    assert tags(other)["bert"] == ("new",)
    assert not other.rescan()
    assert not other.refresh()


def test_the_catalog_is_a_tinydb_database(workspace: Workspace, shelf: Shelf) -> None:
    shelf.close()
    path = next(path for path in workspace.catalog.glob("*.json") if shelf.repository.uid in path.name)
    with TinyDB(path) as database:
        (name,) = (name for name in database.tables() if name.startswith("artifacts-"))
        assert {row["alias"] for row in database.table(name)} == {"resnet50", "bert", "compiler.gcc"}


def test_a_damaged_catalog_is_rebuilt(workspace: Workspace, shelf: Shelf, repository: Repository) -> None:
    shelf.close()
    for path in workspace.catalog.glob("*.json"):
        path.write_bytes(b'{"artifacts-2": {\n"1": {"uid"')
    assert len(Catalog(workspace).artifacts(repository)) == 3


def test_own_tags_survive_a_deleted_catalog(workspace: Workspace, repository: Repository) -> None:
    del repository
    bert = next(row for row in browsing.rows(workspace) if row.alias == "bert")
    annotations.set_own_tags(workspace, bert, ["mine", " to read ", "mine"])
    shutil.rmtree(workspace.catalog)
    tagged = next(row for row in browsing.rows(workspace) if row.alias == "bert" and row.module == "program")
    assert tagged.own_tags == ("mine", "to read")
    annotations.set_own_tags(workspace, bert, [])
    assert not any(row.own_tags for row in browsing.rows(workspace))


def test_a_catalog_that_cannot_be_stored_goes_on_from_memory(workspace: Workspace, repository: Repository) -> None:
    workspace.catalog.mkdir(parents=True, exist_ok=True)
    workspace.catalog.rmdir()
    workspace.catalog.write_text("a file where the folder should be")
    shelf = Catalog(workspace).shelf(repository)
    assert len(shelf.rescan().puts) == 3
    assert "can't be stored" in shelf.problem
    change(repository, "program/bert", "new")
    assert len(shelf.look_at(["program/bert/.cm/meta.json"]).puts) == 1
    assert tags(shelf)["bert"] == ("new",)


def test_a_catalog_of_a_newer_version_is_left_alone_and_browsing_goes_on(
    workspace: Workspace, shelf: Shelf, repository: Repository
) -> None:
    shelf.close()
    path = next(path for path in workspace.catalog.glob("*.json") if repository.uid in path.name)
    stored = json.loads(path.read_text())
    header = next(name for name in stored if not name.startswith(("artifacts", "folders")))
    newer = json.dumps({**stored, header: _newer(stored[header])}).encode()
    path.write_bytes(newer)
    again = Catalog(workspace).shelf(repository)
    assert len(again.rescan().puts) == 3
    assert "newer" in again.problem
    assert path.read_bytes() == newer


def _newer(value: object) -> object:
    if isinstance(value, dict):
        return {key: _newer(one) for key, one in value.items()}
    return value + 1_000 if isinstance(value, int) else value


def test_a_repository_whose_folder_is_gone_has_no_rows_until_it_is_back(shelf: Shelf, repository: Repository) -> None:
    away = repository.path.with_name("away")
    repository.path.rename(away)
    assert not shelf.rescan()
    assert dict(shelf.rows) == {}
    away.rename(repository.path)
    assert len(shelf.rows) == 3


def test_a_broken_entry_is_shown_with_file_line_and_reason(workspace: Workspace, repository: Repository) -> None:
    (repository.path / "program/bert/.cm/meta.json").write_text('{"tags":\n [}')
    (broken,) = (row for row in Catalog(workspace).artifacts(repository) if row.problem)
    assert "program/bert/.cm/meta.json:2" in broken.problem
    assert rows.is_broken(rows.encode(broken))


def test_changes_add_up() -> None:
    changes = Changes({1: b"a", 2: b"b"}, {3})
    changes.add(Changes({3: b"c"}, {2}))
    assert changes == Changes({1: b"a", 3: b"c"}, {2})
