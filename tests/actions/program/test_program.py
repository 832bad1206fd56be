"""What of a program's meta is a plan: commands, data sets, entries it takes from, and names that lead elsewhere."""

from pathlib import Path
from typing import Any

import pytest

from ckexplore.store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ckexplore.store.workspace import Workspace

from ..hostile import Stranger

RUN = {"run_time": {"run_cmd_main": "true"}}


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def ran(stranger: Stranger, cid: str = "program:p", **options: Any) -> dict[str, Any]:
    """Give what the child process of the run would be told."""
    return stranger.plan("run", cid, **options).stages[-1].input or {}


def program(stranger: Stranger, name: str = "p", **meta: Any) -> Path:
    return stranger.entry("program", name, {"no_compile": "yes", "run_cmds": {"x": RUN}, **meta})


def test_the_first_command_by_its_sort_is_run_unless_another_is_asked_for(stranger: Stranger) -> None:
    program(stranger, run_cmds={"b": RUN, "a": {**RUN, "sort": "9"}, "c": {**RUN, "sort": -1}, "empty": {}})
    assert ran(stranger)["command"] == "c"
    assert ran(stranger, cmd_key="b")["command"] == "b"
    with pytest.raises(NotFoundError, match="no command 'd'; it has a, b, c"):
        ran(stranger, cmd_key="d")
    with pytest.raises(NotFoundError, match="its command empty has no run_cmd_main"):
        ran(stranger, cmd_key="empty")


def test_a_data_set_is_found_by_tags_or_name_and_its_file_by_name(stranger: Stranger) -> None:
    stranger.entry("dataset", "one", {"tags": ["image"], "dataset_files": ["a.pgm", "b.pgm"]}, {"a.pgm": "x"})
    stranger.entry("dataset", "two", {"tags": ["image", "large"], "dataset_files": ["c.pgm"]})
    uid = (stranger.root / "dataset/.cm/alias-a-two").read_text().strip()
    program(stranger, run_cmds={"x": {**RUN, "dataset_tags": ["image"]}, "y": RUN})
    told = ran(stranger)
    assert told["dataset"]["files"] == ["a.pgm", "b.pgm"]
    assert told["variables"] == {"CK_DATASET_PATH": "$#job_path#$/dataset/one/", "CK_DATASET_FILENAME": "a.pgm"}
    assert ran(stranger, dataset_file="b.pgm")["dataset"]["files"] == ["b.pgm", "a.pgm"]
    assert ran(stranger, extra_dataset_tags="large")["dataset"]["uid"] == uid
    assert ran(stranger, dataset_uoa="two")["dataset"]["files"] == ["c.pgm"]
    assert ran(stranger, dataset_uoa=uid)["dataset"]["uid"] == uid
    assert ran(stranger, cmd_key="y")["dataset"] is None
    for wrong, told in (
        ({"dataset_uoa": "three"}, "named 'three'"),
        ({"extra_dataset_tags": "huge"}, "with the tags huge, image"),
        ({"dataset_file": "../a.pgm"}, r"no file '\.\./a\.pgm'; it has a\.pgm, b\.pgm"),
    ):
        with pytest.raises(NotFoundError, match=told):
            ran(stranger, **wrong)


def test_a_program_has_what_its_base_has_and_may_use_its_files(stranger: Stranger) -> None:
    base = stranger.entry("program", "base", {"no_compile": "yes", "run_vars": {"A": "1", "B": "1"}}, {"f": "x"})
    program(stranger, "inheriting", _base_entry="program:base", run_vars={"B": "2"})
    assert ran(stranger, "program:inheriting")["variables"] == {"A": "1", "B": "2"}
    program(stranger, "borrowing", base_uoa="base")
    stage = stranger.plan("run", "program:borrowing").stages[0]
    assert stage.copies == ((str(base), f"{stage.cwd.removesuffix('/tmp')}"),)
    assert str(base / "f") in {file.path for file in stage.files}
    program(stranger, "lost", base_uoa="nowhere")
    with pytest.raises(NotFoundError, match="lost is based on program:nowhere"):
        ran(stranger, "program:lost")


def test_entries_that_variables_and_sources_name_belong_to_the_plan(stranger: Stranger) -> None:
    linked = stranger.entry("script", "linked", {}, {"tool.sh": "true"})
    taken = stranger.entry("program", "taken", {}, {"shared.c": "int x;"})
    line = {"run_time": {"run_cmd_main": "cat $#ck_take_from_{taken}#$shared.c; ls $<<TOOLS>>$"}}
    program(stranger, ck_to_env={"TOOLS": "script:linked"}, run_cmds={"x": line})
    stage = stranger.plan("run", "program:p").stages[0]
    assert (stage.input or {})["variables"]["TOOLS"] == str(linked)
    assert (stage.input or {})["taken"] == {"taken": str(taken)}
    assert {str(linked / "tool.sh"), str(taken / "shared.c")} <= {file.path for file in stage.files}
    assert {str(linked), str(taken)} <= set(stage.whole_folders)


def test_variables_come_from_program_command_and_request(stranger: Stranger) -> None:
    command = {**RUN, "run_vars": {"B": "command", "C": "command"}}
    program(stranger, run_vars={"A": "program", "B": "program"}, run_cmds={"x": command})
    assert ran(stranger, **{"env.C": "asked"})["variables"] == {"A": "program", "B": "command", "C": "asked"}
    for wrong in ("x", "-1", "1.5", "\u00b2", "9" * 30):
        with pytest.raises(InvalidRequestError, match="is no number of repetitions"):
            ran(stranger, repeat=wrong)


def test_words_after_two_dashes_go_to_the_compiler_of_compile_and_to_the_program_of_run(stranger: Stranger) -> None:
    program(stranger, no_compile="no", source_files=["a.c"])
    words = ["-DX=a b", "-Wall"]
    compilation, run = stranger.plan("run", "program:p", unparsed=words).stages
    assert not any("-Wall" in line for line in compilation.commands)
    assert run.commands[-1].endswith("true '-DX=a b' -Wall")
    asked = stranger.plan("compile", "program:p", unparsed=words).stages[0]
    assert any(line.endswith("'-DX=a b' -Wall") for line in asked.commands)


def test_a_program_runs_in_a_folder_below_its_files_or_among_them(stranger: Stranger) -> None:
    program(stranger)
    assert stranger.plan("run", "program:p").stages[0].cwd.endswith("/copy/p/tmp")
    stage = stranger.plan("run", "program:p", process_in_tmp="no").stages[0]
    assert (stage.cwd[-7:], (stage.input or {})["above"]) == ("/copy/p", "")
    program(stranger, "q", process_in_tmp="no")
    assert stranger.plan("run", "program:q").stages[0].cwd.endswith("/copy/q")


@pytest.mark.parametrize(
    "meta",
    [
        {"run_cmds": {"x": {"run_time": {"run_cmd_main": "true", "pre_process_via_ck": {"script_name": "{out}"}}}}},
        {"run_cmds": {"x": {"run_time": {"run_cmd_main": "true", "post_process_via_ck": {"script_name": "{out}"}}}}},
        {"no_compile": "no", "use_preprocess_compilation_scripts": {"script_name": "{out}"}},
        {"run_cmds": {"x": {**RUN, "dataset_tags": ["bad"]}}},
    ],
    ids=["before", "after", "compilation", "data set"],
)
@pytest.mark.parametrize("out", ["../../../private/secret", "/private/secret", "link/secret"])
def test_a_name_or_a_link_that_leads_out_of_an_entry_makes_no_plan(
    stranger: Stranger, tmp_path: Path, meta: dict[str, Any], out: str
) -> None:
    import json

    private = tmp_path / "private"
    private.mkdir()
    (private / "secret.py").write_text("def setup(i): pass\n")
    (private / "secret").write_text("s")
    out = out.replace("/private", str(private)) if out.startswith("/") else out
    data = stranger.entry("dataset", "d", {"tags": ["bad"], "dataset_files": [out]})
    entry = program(stranger, **json.loads(json.dumps(meta).replace("{out}", out)))
    for folder in (entry, data):
        (folder / "link").symlink_to(private)
    with pytest.raises(CkexploreError) as raised:
        stranger.plan("run", "program:p")
    assert "\n" not in str(raised.value)
