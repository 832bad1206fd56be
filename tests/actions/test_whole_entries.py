"""What somebody approved is all that can be executed of an entry: every file of it, and none that came later."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.actions.jobs.queue import submit
from ckexplore.actions.trust.question import question
from ckexplore.store.errors import RefusedError, UnreadableError
from ckexplore.store.removal import remove_tree
from ckexplore.store.workspace import Workspace

from .hostile import Stranger
from .waiting import ended

_MAIN = "try:\n    import extra\nexcept ImportError:\n    pass\n"
HIDDEN = [".hidden.sh", "notes.txt", ".config/rc", "inner/.gdbinit", "no-suffix"]


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


@pytest.mark.parametrize("name", HIDDEN)
def test_a_program_s_approval_is_void_when_any_file_of_it_changes(stranger: Stranger, name: str) -> None:
    entry = stranger.program("p", f"bash ../{name}", {name: "echo one"})
    before = stranger.plan("run", "program:p")
    assert str(entry / name) in {file.path for file in before.files}
    (entry / name).write_text("echo two")
    assert stranger.plan("run", "program:p").approval != before.approval
    state = ended(submit(stranger.workspace, before))
    assert (state.state, "changed since it was approved" in state.error) == ("failed", True)
    assert "two" not in stranger.log()


@pytest.mark.parametrize(("module", "action"), [("soft", "detect"), ("package", "install")])
@pytest.mark.parametrize("name", ["lib.sh", ".hidden", "inner/data.txt", "tmp/x", ".cm/more.sh"])
def test_so_is_that_of_a_detection_and_of_an_installation(
    stranger: Stranger, module: str, action: str, name: str
) -> None:
    files = {name: "echo one", "customize.py": "", "install.sh": f". $PACKAGE_DIR/{name}"}
    meta = {"soft_uoa": "s", "process_script": "install", "customize": {"soft_file_universal": "sh"}}
    stranger.entry("soft", "s", {"customize": {"soft_file_universal": "sh"}})
    entry = stranger.entry(module, "e", meta, files)
    before = stranger.plan(action, f"{module}:e")
    (entry / name).write_text("echo two")
    assert stranger.plan(action, f"{module}:e").approval != before.approval
    (entry / name).write_text("echo one")
    assert stranger.plan(action, f"{module}:e").approval == before.approval
    (entry / f"{name}.new").write_text("")
    assert ended(submit(stranger.workspace, before)).state == "failed"


def test_a_linked_entry_s_files_are_covered_where_they_are(stranger: Stranger) -> None:
    linked = stranger.entry("program", "lib", {}, {"tmp/x": "echo one", ".y": "echo one"})
    commands = {"x": {"run_time": {"run_cmd_main": "bash $LIB/tmp/x; bash $LIB/.y"}}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_cmds": commands, "ck_to_env": {"LIB": "program:lib"}})
    before = stranger.plan("run", "program:p")
    for name in ("tmp/x", ".y", "new"):
        (linked / name).write_text("echo two")
        assert stranger.plan("run", "program:p").approval != before.approval
        assert ended(submit(stranger.workspace, before)).state == "failed"
        if name == "new":
            (linked / name).unlink()
        else:
            (linked / name).write_text("echo one")
    assert stranger.plan("run", "program:p").approval == before.approval


@pytest.mark.parametrize("name", ["code.py", "run.sh"])
def test_programs_in_a_data_set_are_covered(stranger: Stranger, name: str) -> None:
    data = stranger.entry("dataset", "d", {"tags": ["it"]}, {name: "", "image.pgm": ""})
    commands = {"x": {"dataset_tags": ["it"], "run_time": {"run_cmd_main": f"bash $CK_DATASET_PATH/{name}"}}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_cmds": commands})
    before = stranger.plan("run", "program:p")
    (data / name).write_text("echo two")
    assert stranger.plan("run", "program:p").approval != before.approval
    assert ended(submit(stranger.workspace, before)).state == "failed"


def test_a_file_that_came_after_the_approval_voids_it_in_a_replay_as_well(stranger: Stranger) -> None:
    entry = stranger.program("p", "python3 ../main.py", {"main.py": _MAIN})
    assert stranger.approved("run", "program:p")["return"] == 0
    (entry / "extra.py").write_text("print('executed')\n")
    replay = {"action": "replay", "cid": "job:last"}
    approval = access({**replay, "dry_run": True}, stranger.workspace)["approval"]
    answer = access({**replay, "yes": True, "expect": approval}, stranger.workspace)
    assert answer["return"] != 0
    assert "extra.py" in answer["error"]
    assert "executed" not in stranger.log()


def test_a_link_is_covered_with_where_it_leads_and_the_question_says_so(stranger: Stranger, tmp_path: Path) -> None:
    entry = stranger.program("p", "bash ../run; readlink ../run", {"a.sh": "echo one", "b.sh": "echo two"})
    (entry / "run").symlink_to("a.sh")
    before = stranger.plan("run", "program:p")
    assert any("a symbolic link to a.sh" in file.problem for file in question(stranger.workspace, before).files)
    assert stranger.approved("run", "program:p")["return"] == 0
    assert "one\na.sh" in stranger.log()
    (entry / "run").unlink()
    (entry / "run").symlink_to("b.sh")
    assert stranger.plan("run", "program:p").approval != before.approval
    assert ended(submit(stranger.workspace, before)).state == "failed"
    (entry / "run").unlink()
    (entry / "run").write_bytes(b"symbolic link\0a.sh")
    assert ended(submit(stranger.workspace, before)).state == "failed"


def test_the_private_copy_has_the_folders_modes_and_times_and_nothing_else_is_made(stranger: Stranger) -> None:
    script = {"run.sh": "#!/bin/sh\nls -1A ..; ls -d ../empty ../inner; stat -c %Y ../inner/x; test ! -e ../tmp/left\n"}
    entry = stranger.program("p", "../run.sh", {**script, "inner/x": "", "tmp/left": "", "inner/tmp/y": ""})
    (entry / "run.sh").chmod(0o755)
    (entry / "empty").mkdir()
    os.utime(entry / "inner/x", (1_000_000_000, 1_000_000_000))
    os.mkfifo(entry / "fifo")
    answer = stranger.approved("run", "program:p")
    assert answer["return"] == 0, answer
    lines = stranger.log().split("\n")
    assert {"run.sh", "inner", "empty", "tmp", "1000000000"} <= set(lines)
    assert not {"fifo", ".cm"} & set(lines)


def test_an_entry_that_is_nested_without_end_or_has_too_many_files_is_refused_with_a_sentence(
    stranger: Stranger,
) -> None:
    entry = stranger.program("p", "true")
    here = os.open(entry, os.O_RDONLY)
    try:
        for _ in range(30):  # together longer than a path can be
            os.mkdir("d" * 200, dir_fd=here)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
    finally:
        os.close(here)
    with pytest.raises((RefusedError, UnreadableError)):
        stranger.plan("run", "program:p")


def test_a_file_of_an_entry_that_nobody_could_read_through_is_hashed_without_being_held(stranger: Stranger) -> None:
    entry = stranger.program("p", "true")
    with (entry / "weights.bin").open("wb") as stream:
        stream.truncate(100 << 20)
    assert any(file.path.endswith("weights.bin") for file in stranger.plan("run", "program:p").files)
    with (entry / "weights.bin").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(RefusedError, match="GiB"):
        stranger.plan("run", "program:p")


def test_a_data_set_whose_folders_are_nested_deep_can_be_planned_with(stranger: Stranger) -> None:
    data = stranger.entry("dataset", "d", {"tags": ["it"]})
    commands = {"x": {"dataset_tags": ["it"], "run_time": {"run_cmd_main": "true"}}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_cmds": commands})
    make = "import os\nfor _ in range(1_500):\n    os.mkdir('d')\n    os.chdir('d')\n"
    subprocess.run([sys.executable, "-c", make], cwd=data, check=True)
    try:
        assert stranger.plan("run", "program:p").files
    finally:
        remove_tree(data)  # which whoever cleans up after tests can't
