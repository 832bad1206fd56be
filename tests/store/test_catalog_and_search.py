import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import TinyDB

from ckexplore.actions import browsing
from ckexplore.store import annotations, repos
from ckexplore.store.artifact import Artifact
from ckexplore.store.catalog import Catalog
from ckexplore.store.search import SearchIndex, parse_query
from ckexplore.store.workspace import Workspace

from .making import make_entry, make_repository


@pytest.fixture
def repository(workspace: Workspace, tmp_path: Path) -> repos.Repository:
    root = make_repository(tmp_path / "r", "r")
    make_entry(root, "program", "resnet50", "1" * 16, {"tags": ["onnx", "vision"]})
    make_entry(root, "program", "bert", "2" * 16, {"tags": ["onnx", "language"]})
    make_entry(root, "soft", "compiler.gcc", "3" * 16, {"tags": ["compiler"]}, module_uid="b" * 16)
    return repos.register(workspace, root)


def test_the_catalog_follows_the_disk(workspace: Workspace, repository: repos.Repository) -> None:
    catalog = Catalog(workspace)
    assert len(catalog.artifacts(repository)) == 3
    assert catalog.stored(repository) == catalog.artifacts(repository)
    (repository.path / "program/bert/.cm/meta.json").write_text(json.dumps({"tags": ["new"]}))
    shutil.rmtree(repository.path / "program/resnet50")
    assert {row.alias: row.tags for row in catalog.artifacts(repository)} == {
        "bert": ("new",),
        "compiler.gcc": ("compiler",),
    }


def test_the_catalog_is_a_tinydb_database(workspace: Workspace, repository: repos.Repository) -> None:
    Catalog(workspace).artifacts(repository)
    path = next(path for path in workspace.catalog.glob("*.json") if repository.uid in path.name)
    with TinyDB(path) as database:
        assert {row["alias"] for row in database.table("artifacts-1")} == {"resnet50", "bert", "compiler.gcc"}


def test_a_damaged_catalog_is_rebuilt(workspace: Workspace, repository: repos.Repository) -> None:
    Catalog(workspace).artifacts(repository)
    for path in workspace.catalog.glob("*.json"):
        path.write_bytes(b'{"artifacts-1": {"1": {"uid"')
    assert len(Catalog(workspace).artifacts(repository)) == 3


def test_own_tags_survive_a_deleted_catalog(workspace: Workspace, repository: repos.Repository) -> None:
    bert = next(row for row in browsing.rows(workspace) if row.alias == "bert")
    annotations.set_own_tags(workspace, bert, ["mine", " to read ", "mine"])
    shutil.rmtree(workspace.catalog)
    tagged = next(row for row in browsing.rows(workspace) if row.alias == "bert" and row.module == "program")
    assert tagged.own_tags == ("mine", "to read")
    annotations.set_own_tags(workspace, bert, [])
    assert not any(row.own_tags for row in browsing.rows(workspace))


def index_of(*rows: tuple[str, str, tuple[str, ...]]) -> SearchIndex:
    return SearchIndex(
        [
            Artifact(uid=f"{n:016x}", alias=alias, module=module, module_uid="", path="", tags=tags, repository="r")
            for n, (alias, module, tags) in enumerate(rows)
        ]
    )


INDEX = index_of(("resnet50", "program", ("onnx", "vision")), ("bert", "program", ("onnx",)), ("gcc", "soft", ("c",)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2]),
        ("ONNX", [0, 1]),
        ("onnx net", [0]),
        ("tag:onnx", [0, 1]),
        ("tag:on", [0, 1]),
        ("tag:nx", []),
        ("-tag:on", [0, 1, 2]),
        ("-tag:onnx", [2]),
        ("module:program -vision", [1]),
        ("repo:r gcc", [2]),
        ("tag:", [0, 1, 2]),
        ("nothing", []),
    ],
)
def test_words_are_anded_and_facets_narrow(query: str, found: list[int]) -> None:
    assert INDEX.search(query) == found


def test_facets_count_what_is_shown() -> None:
    assert INDEX.counts("tag", INDEX.search("")) == [("onnx", 2), ("c", 1), ("vision", 1)]
    assert INDEX.counts("module", INDEX.search("onnx")) == [("program", 2)]


@given(st.text())
def test_any_text_is_a_query(query: str) -> None:
    parse_query(query)
    assert set(INDEX.search(query)) <= {0, 1, 2}
