"""Repositories without meta, read by the names of their files."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckexplore.store.artifact import Artifact
from ckexplore.store.catalog import Catalog
from ckexplore.store.formats import plain, plain_walk, recognise
from ckexplore.store.formats.git_origin import origin
from ckexplore.store.formats.plain_kinds import file_kind
from ckexplore.store.formats.shape import Shape
from ckexplore.store.registry import Repository
from ckexplore.store.rows import place
from ckexplore.store.untrusted import from_storable
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL, SAMPLES, require
from .making import artifacts, signatures


def write(root: Path, *names: str, text: str = "") -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def rows(root: Path) -> dict[str, Artifact]:
    return artifacts(plain, root)


# What is found


def test_any_folder_is_read_plainly(tmp_path: Path) -> None:
    assert recognise(tmp_path) == "plain"
    assert rows(tmp_path) == {}
    assert not plain.recognises(tmp_path / "nowhere")
    assert plain.identity(tmp_path) == ("", "")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README.md", ("document", "readme")),
        ("docs/LICENCE", ("document", "licence")),
        ("artifact-appendix.md", ("document", "appendix")),
        ("CITATION.cff", ("document", "citation")),
        ("Dockerfile", ("container", "docker")),
        ("docker/Dockerfile.gpu", ("container", "docker")),
        ("apptainer.def", ("container", "container")),
        ("requirements-dev.txt", ("software", "manifest")),
        ("rust/Cargo.toml", ("software", "manifest")),
        ("Makefile", ("program", "make")),
        ("run.sh", ("program", "shell")),
        ("deep/down/run.sh", ("program", "shell")),
        ("main.py", ("program", "python")),
        ("scripts/plots/figure1.py", ("program", "python")),
        ("notebooks/a.ipynb", ("program", "notebook")),
        ("weights/net.ONNX", ("model", "onnx")),
        ("package/module.py", None),
        ("scripts/__init__.py", None),
        (".hidden.sh", None),
        ("paper.pdf", None),
        ("sh", None),
    ],
)
def test_a_files_name_tells_what_it_is(path: str, kind: tuple[str, str] | None) -> None:
    assert file_kind(path) == kind


def test_the_papers_artifact_is_read_by_the_names_of_its_files() -> None:
    found = rows(SAMPLES / "paper-artifact")
    expected = {"program": 8, "document": 2, "container": 1, "software": 1, "dataset": 1, "result": 1}
    assert Counter(row.module for row in found.values()) == expected
    assert not any(row.problem for row in found.values())
    assert found["data"].description == "2 files"
    assert found["README.md"].description.startswith("Ordered Lookups")


def test_folders_of_data_and_results_are_one_artifact_each(tmp_path: Path) -> None:
    write(tmp_path, "data/README.md", "data/run.sh", "a/Results/x/run.sh", "a/Results/b.csv", "empty/keep")
    (tmp_path / "expected").mkdir()
    found = rows(tmp_path)
    assert {path: (row.module, row.description) for path, row in found.items()} == {
        "data": ("dataset", "2 files"),
        "a/Results": ("result", "1 file, 1 folder"),
        "expected": ("result", "empty"),
    }


def test_what_is_hidden_made_or_of_others_is_left_out(tmp_path: Path) -> None:
    left_out = (".git", ".venv", "node_modules", "a/__pycache__", "vendor", "third_party", "build")
    write(tmp_path, *(f"{folder}/README.md" for folder in left_out), "a/README.md")
    assert set(rows(tmp_path)) == {"a/README.md"}


@pytest.mark.parametrize(
    ("name", "text", "description"),
    [
        ("README.md", "\n[![badge](x)](y)\n<p>x</p>\n\n# A title #\nwords\n", "A title"),
        ("README.rst", "=====\nTitle\n=====\n", "Title"),
        ("LICENSE", "                Apache License\n", "Apache License"),
        ("run.sh", "#!/bin/sh\n\n# Runs all of it\nset -e\n", "Runs all of it"),
        ("main.py", '"""Measure it.\n\nAt length."""\n', "Measure it."),
        ("main.py", "import os\n# later\n", ""),
        ("Dockerfile", "# The image\nFROM x\n", "The image"),
        ("a.ipynb", '{"cells": []}', ""),
        ("README", "", ""),
    ],
)
def test_documents_and_programs_are_described_by_their_first_words(
    tmp_path: Path, name: str, text: str, description: str
) -> None:
    write(tmp_path, name, text=text)
    assert rows(tmp_path)[name].description == description


def test_there_is_no_meta_no_shape_and_no_point(tmp_path: Path) -> None:
    write(tmp_path, "README.md")
    assert plain.load_meta(tmp_path, "README.md") == {}
    assert plain.shape("document", {}) == Shape()
    assert list(plain.points(tmp_path, "README.md")) == list(plain.drift(tmp_path)) == []


# UIDs


def clone(root: Path, url: str) -> Path:
    git = require("git")
    write(root, "README.md", "scripts/run.py")
    subprocess.run([git, "init", "-q", str(root)], check=True)
    for name, address in (("upstream", "https://example.org/u/u"), ("origin", url)):
        subprocess.run([git, "-C", str(root), "remote", "add", name, address], check=True)
    return root


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/Some/repo",
        "https://name:password@example.org/Some/repo.git",
        "git@example.org:Some/repo.git",
        "ssh://git@Example.org:22/Some/repo/",
        "git://example.org/Some/repo.git/",
    ],
)
def test_two_checkouts_of_a_repository_hold_the_same_artifacts(tmp_path: Path, url: str) -> None:
    first, second = clone(tmp_path / "a", "https://example.org/Some/repo.git"), clone(tmp_path / "b", url)
    assert origin(second) == "example.org/Some/repo"
    assert [row.uid for row in rows(first).values()] == [row.uid for row in rows(second).values()]


def test_other_repositories_and_other_paths_have_other_uids(tmp_path: Path) -> None:
    roots = [clone(tmp_path / "a", "https://example.org/a"), clone(tmp_path / "b", "https://example.org/b")]
    roots += [write(tmp_path / "c", "README.md", "scripts/run.py"), write(tmp_path / "d", "README.md")]
    uids = [row.uid for root in roots for row in rows(root).values()]
    assert len(uids) == 7 == len(set(uids))
    assert [row.uid for root in roots for row in rows(root).values()] == uids


@pytest.mark.parametrize("config", ["", "[core]\n", '[remote "origin"]\n', "\0\0", '[remote "origin"]\nurl =\n', "[["])
def test_without_an_origin_the_place_identifies_the_repository(tmp_path: Path, config: str) -> None:
    write(tmp_path, "README.md")
    uid = rows(tmp_path)["README.md"].uid
    write(tmp_path, ".git/config", text=config)
    assert origin(tmp_path) == ""
    assert rows(tmp_path)["README.md"].uid == uid


def test_a_clone_of_a_folder_is_identified_by_that_folder(tmp_path: Path) -> None:
    write(tmp_path, ".git/config", text='[remote "origin"]\n\turl = /home/x/repo.git\n')
    assert origin(tmp_path) == "/home/x/repo"


# Changes


def test_a_rescan_without_changes_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "README.md", "a/run.sh", "data/x.csv")
    before = signatures(plain, tmp_path)
    monkeypatch.setattr(os, "open", None)  # whoever reads a file calls this
    assert signatures(plain, tmp_path) == before


@pytest.mark.parametrize(
    ("path", "belongs"),
    [
        ("README.md", ("", "README.md")),
        ("a/run.sh", ("a", "run.sh")),
        ("a/notes.txt", ("", "")),
        ("data/x.csv", ("", "data")),
        ("a/results/deep/down/x.csv", ("a", "results")),
        ("a/results", ("a", "results")),
        ("a", None),
        (".git/index", ("", "")),
        ("a/node_modules/x/README.md", ("", "")),
        ("gone", None),
        ("a/gone.sh", None),
    ],
)
def test_a_changed_path_names_its_artifact(tmp_path: Path, path: str, belongs: tuple[str, str] | None) -> None:
    write(tmp_path, "README.md", "a/run.sh", "a/notes.txt", "data/x.csv", "a/results/deep/down/x.csv")
    assert plain.touched(tmp_path, path) == belongs


def test_the_catalog_follows_every_kind_of_change(workspace: Workspace, tmp_path: Path) -> None:
    root = write(tmp_path / "r", "README.md", "a/run.sh", "a/b/run.sh", "data/x.csv")
    shelf = Catalog(workspace).shelf(Repository("r", "0123456789abcdef", root, "plain"))

    def paths() -> set[str]:
        return {place(row)[0] for row in shelf.rows.values()}

    shelf.rescan()
    assert paths() == {"README.md", "a/run.sh", "a/b/run.sh", "data"}
    assert not shelf.rescan()
    write(root, "README.md", text="# New words\n")
    (row,) = shelf.look_at(["README.md"]).puts.values()
    assert b"New words" in row
    write(root, "data/y.csv")
    (row,) = shelf.look_at(["data/y.csv"]).puts.values()
    assert b"2 files" in row
    write(root, "new/run.sh")
    shelf.look_at(["new/run.sh"])
    shutil.rmtree(root / "a")
    shelf.look_at(["a"])
    assert paths() == {"README.md", "data", "new/run.sh"}
    (root / "README.md").unlink()
    shelf.look_at(["README.md"])
    assert paths() == {"data", "new/run.sh"}
    assert not shelf.rescan()


# Bounds


def test_what_is_left_out_is_told_in_place_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_walk, "ENTRIES", 10)
    write(tmp_path, "README.md", "a/run.sh")
    assert "." not in rows(tmp_path)
    write(tmp_path, *(f"b/{number}.txt" for number in range(20)), "b/c/run.sh")
    found = rows(tmp_path)
    assert {"README.md", "a/run.sh"} <= set(found)  # what is near the root comes first
    row = found["."]
    assert (row.module, row.alias) == ("repo", tmp_path.name)
    assert row.problem.startswith("index incomplete; more than 10 files and folders")
    assert "b" in row.problem
    shutil.rmtree(tmp_path / "b")
    assert "." not in rows(tmp_path)


def test_too_deep_folders_are_told(tmp_path: Path) -> None:
    folders = [f"d{number}" for number in range(20)]
    write(tmp_path, *("/".join([*folders[:depth], "run.sh"]) for depth in range(20)))
    found = rows(tmp_path)
    assert len(found) == plain_walk.DEPTH + 2
    assert f"deeper than {plain_walk.DEPTH} folders: d0/d1/" in found["."].problem


def test_the_catalog_shows_an_incomplete_index_until_it_is_complete(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "r", "README.md", *(f"b/{number}.sh" for number in range(20)))
    catalog, repository = Catalog(workspace), Repository("r", "0123456789abcdef", root, "plain")
    with monkeypatch.context() as bounded:
        bounded.setattr(plain_walk, "ENTRIES", 10)
        problems = [row.problem for row in catalog.artifacts(repository) if row.problem]
        assert len(problems) == 1
    found = catalog.artifacts(repository)
    assert len(found) == 21
    assert not any(row.problem for row in found)


def test_a_folder_that_cant_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "README.md", "closed/run.sh")
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if os.fspath(path).endswith("/closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(plain_walk.os, "scandir", refusing)
    assert rows(tmp_path)["."].problem == "index incomplete; can't be listed: closed"


# Hostile files


def huge(path: Path) -> None:
    path.write_bytes(b"#")
    os.truncate(path, 100 << 20)


def without_permission(path: Path) -> None:
    path.write_text("# x\n")
    path.chmod(0)


@pytest.mark.parametrize("make", [huge, without_permission])
@pytest.mark.parametrize("name", ["README.md", "run.sh", "Dockerfile"])
def test_a_file_that_cant_be_read_is_shown_with_its_reason(
    tmp_path: Path, make: Callable[[Path], None], name: str
) -> None:
    if make is without_permission and os.geteuid() == 0:
        pytest.skip("the superuser may read every file")
    make(tmp_path / name)
    row = rows(tmp_path)[name]
    assert name in row.problem
    assert row.uid


def test_links_pipes_and_devices_are_passed_over(tmp_path: Path) -> None:
    root = write(tmp_path / "r", "README.md", "sub/run.sh")
    write(tmp_path / "outside", "README.md")
    os.mkfifo(root / "LICENSE")
    (root / "loop").symlink_to(".")
    (root / "run.sh").symlink_to("run.sh")
    (root / "Dockerfile").symlink_to("/etc/passwd")
    (root / "outside").symlink_to(tmp_path / "outside")
    (root / "data").symlink_to(tmp_path / "outside")
    assert set(rows(root)) == {"README.md", "sub/run.sh"}
    assert plain.listed(root, "", ["LICENSE", "run.sh", "Dockerfile", "data", "README.md"]).names == ("README.md",)


def test_a_file_that_goes_while_it_is_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "README.md")
    (folder,) = plain.folders(tmp_path)
    (tmp_path / "README.md").unlink()
    (row,) = plain.read(tmp_path, folder)
    assert "README.md: can't be read" in row.problem


def test_evil_names_and_texts_are_safe(tmp_path: Path) -> None:
    names = [os.fsdecode(b"README\xff\x1b]0;x\x07.md"), "read\u202eme.sh", "results/\x1b[2J", "\x1bdir/run.sh"]
    write(tmp_path, *names, text=f"# {EVIL}\n")
    found = rows(tmp_path)
    assert len(found) == 4
    for row in found.values():
        for text in (row.alias, row.name, row.description, row.problem, *row.tags):
            assert text.isprintable()
        assert (tmp_path / from_storable(row.path)).exists()
