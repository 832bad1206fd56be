"""Data sets of programs: small ones are the job's own, so that a program may write beside them; large ones are read."""

from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.program import program as programs
from ckexplore.actions.trust.sandbox import availability
from ckexplore.store.workspace import Workspace

from ...conftest import require
from ..hostile import Stranger

WRITES = "tr a-z A-Z < $#dataset_path#$$#dataset_filename#$ > $#dataset_path#$out; ls $#dataset_path#$"


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    stranger = Stranger(workspace, tmp_path / "stranger")
    commands = {"x": {"run_time": {"run_cmd_main": WRITES}, "dataset_tags": ["words"], "ignore_return_code": "no"}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_cmds": commands})
    return stranger


def words(stranger: Stranger) -> Path:
    meta = {"tags": ["words"], "dataset_files": ["a.txt"]}
    return stranger.entry("dataset", "w", meta, {"a.txt": "hello", "b/c.txt": "more"})


@pytest.mark.parametrize("sandbox", ["offline", "none"])
def test_a_program_may_write_beside_its_data_and_the_repository_stays_as_it_was(
    stranger: Stranger, sandbox: str
) -> None:
    if sandbox != "none" and not availability().usable:
        require("bwrap")
    folder = words(stranger)
    answer = stranger.approved("run", "program:p", sandbox=sandbox)
    assert answer["return"] == 0, answer
    assert "it wrote out" in stranger.log()
    assert sorted(one.name for one in folder.iterdir()) == [".cm", "a.txt", "b"]
    copy = Path(stranger.workspace.place("jobs")) / "job" / answer["job"] / "dataset" / "w"
    assert (copy / "out").read_text() == "HELLO"


def test_a_changed_file_of_a_small_data_set_voids_the_approval(stranger: Stranger) -> None:
    folder = words(stranger)
    before = stranger.plan("run", "program:p").approval
    (folder / "b/c.txt").write_text("other")
    assert stranger.plan("run", "program:p").approval != before


@pytest.mark.parametrize("why", ["large", "many files", "a link", "a link to a folder"])
def test_a_data_set_that_is_not_small_or_has_links_is_read_where_it_is(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    folder = words(stranger)
    if why == "large":
        monkeypatch.setattr(programs, "_COPIED_BYTES", 8)
    elif why == "many files":
        monkeypatch.setattr(programs, "_COPIED_FILES", 3)
    else:
        (folder / "link").symlink_to("a.txt" if why == "a link" else "b")
    stage = stranger.plan("run", "program:p").stages[0]
    told: dict[str, Any] = stage.input or {}
    assert (told["dataset"]["path"], told["dataset"]["private"]) == (str(folder), False)
    assert str(folder) not in [source for source, _ in stage.copies]


def test_another_data_set_is_no_reason_to_compile_again(stranger: Stranger) -> None:
    words(stranger)
    stranger.entry("dataset", "v", {"tags": ["other"], "dataset_files": ["b.txt"]}, {"b.txt": "x"})
    meta = {
        "source_files": ["a.c"],
        "run_cmds": {"x": {"run_time": {"run_cmd_main": "./a.out"}, "dataset_tags": ["words"]}},
    }
    stranger.entry("program", "compiled", meta, {"a.c": "int main() {}"})
    compilations = [stranger.plan("run", "program:compiled", dataset_uoa=name).stages[0] for name in ("w", "v")]
    assert compilations[0] == compilations[1]


def test_all_of_a_small_data_set_is_copied_and_what_is_left_beside_it_ends_no_run(stranger: Stranger) -> None:
    meta = {"tags": ["all"], "dataset_files": ["tmp/in.txt"]}
    stranger.entry("dataset", "d", meta, {"tmp/in.txt": "of tmp"})
    reads = "cat $#dataset_path#$$#dataset_filename#$; test -f $#dataset_path#$.cm/meta.json && echo has meta"
    leaves = f"{reads}; ln -s nowhere $#dataset_path#$link"
    commands = {"x": {"run_time": {"run_cmd_main": leaves}, "dataset_tags": ["all"], "ignore_return_code": "no"}}
    stranger.entry("program", "q", {"no_compile": "yes", "run_cmds": commands})
    answer = stranger.approved("run", "program:q")
    assert answer["return"] == 0, answer
    assert "of tmphas meta" in stranger.log()
    assert "it wrote link" in stranger.log()
