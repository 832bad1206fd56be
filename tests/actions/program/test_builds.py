"""Builds are kept and used again while nothing changed that went into them; real programs, compiled and run."""

import json
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.actions.environments import environments
from ckexplore.actions.kernel import plan as plan_of
from ckexplore.actions.plan import ExecutedFile, Plan
from ckexplore.actions.program.builds import approval_of_build
from ckexplore.actions.request import request_from
from ckexplore.actions.trust.approval import standing
from ckexplore.store import repos
from ckexplore.store.workspace import Workspace

from ...conftest import SAMPLES, require
from ..hostile import Stranger

SOURCE = """
#include <stdio.h>
#include "answer.h"
int main(void) {
    FILE* out = fopen("result.txt", "w");
    fprintf(out, "%d\\n", ANSWER + EXTRA);
    return fclose(out);
}
"""
JAVA = 'public class Hello { public static void main(String[] a) { System.out.println("from java " + a[0]); } }\n'


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def titles(plan: Plan) -> list[str]:
    return [stage.title.partition(" ")[0] for stage in plan.stages]


def ran(stranger: Stranger, cid: str = "program:c", **options: Any) -> dict[str, Any]:
    answer = stranger.approved("run", cid, **options)
    assert answer["return"] == 0, answer
    return answer


def test_a_build_is_used_again_until_a_source_a_flag_or_the_compiler_changes(stranger: Stranger) -> None:
    require("gcc")
    workspace = stranger.workspace
    repos.register(workspace, SAMPLES / "ckx-ml")
    run_time = {"run_cmd_main": "$#BIN_FILE#$", "run_correctness_output_files": ["result.txt"]}
    meta = {
        "source_files": ["main.c"],
        "include_dirs": ["inc"],
        "build_compiler_vars": {"EXTRA": "2"},
        "compile_deps": {"compiler": {"tags": "compiler,lang-c", "name": "C compiler"}},
        "run_cmds": {"x": {"run_time": run_time}},
    }
    entry = stranger.entry("program", "c", meta, {"main.c": SOURCE, "inc/answer.h": "#define ANSWER 40\n"})
    first = ran(stranger)
    assert first["characteristics"]["compile"]["binary_size"] > 0
    assert first["output"].startswith("recorded")

    plan = stranger.plan("run", "program:c")
    assert titles(plan) == ["run"]
    again = ran(stranger)
    assert again["characteristics"]["compile"] == first["characteristics"]["compile"]
    assert again["output"] == "as recorded before"
    assert titles(stranger.plan("run", "program:c", rebuild=True)) == ["compile", "run"]
    assert titles(stranger.plan("run", "program:c", flags="-O1")) == ["compile", "run"]
    assert titles(stranger.plan("run", "program:c", **{"compiler_vars.EXTRA": "3"})) == ["compile", "run"]
    assert titles(stranger.plan("run", "program:c", static=True)) == ["compile", "run"]

    differs = stranger.approved("run", "program:c", **{"compiler_vars.EXTRA": "3"})
    assert "result.txt differs from the output that was recorded before" in differs["error"]
    ran(stranger, overwrite_reference_output=True, **{"compiler_vars.EXTRA": "3"})
    (recorded,) = workspace.local.glob("program.output/*/x--1/result.txt")
    assert recorded.read_text() == "43\n"

    (environment,) = environments(workspace)
    script = environment.script.read_text()
    environment.script.write_text(script + "export MORE=1\n")
    assert titles(stranger.plan("run", "program:c")) == ["compile", "run"]
    environment.script.write_text(script)
    assert titles(stranger.plan("run", "program:c")) == ["run"]
    (entry / "inc/answer.h").write_text("#define ANSWER 41\n")
    assert titles(stranger.plan("run", "program:c")) == ["compile", "run"]
    (entry / "inc/answer.h").write_text("#define ANSWER 40\n")

    built = [file for file in stranger.plan("run", "program:c").files if "/builds/" in file.path]
    assert {Path(file.path).name for file in built} >= {"a.out", "main.o"}
    assert all(approval_of_build(workspace, file) for file in built)
    binary = next(file.place for file in built if file.path.endswith("/a.out"))
    binary.write_bytes(binary.read_bytes() + b"\0")
    (binary.parent / "more.so").write_text("x")
    changed = {
        Path(file.path).name: approval_of_build(workspace, file) for file in stranger.plan("run", "program:c").files
    }
    assert (changed["a.out"], changed["more.so"]) == ("", "")
    assert changed["main.o"]


def test_a_build_of_ours_that_was_changed_needs_an_approval(workspace: Workspace) -> None:
    require("gcc")
    repos.register(workspace, SAMPLES / "ckx-ml")
    values = {"action": "compile", "cid": "program:matmul"}
    answer = access(values, workspace)
    assert answer["return"] == 0, answer
    plan = plan_of(request_from(workspace, {**values, "action": "run", "cmd_key": "naive"}))
    assert (titles(plan), standing(workspace, plan) is not None) == (["run"], True)
    binary = next(file.place for file in plan.files if file.path.endswith("/a.out"))
    binary.write_bytes(b"#! /bin/sh\nid\n")
    plan = plan_of(request_from(workspace, {**values, "action": "run", "cmd_key": "naive"}))
    assert standing(workspace, plan) is None
    for path in (f"{binary}/../a.out", "/builds/x/files/a", f"{workspace.place('builds')}/x/files/../../y"):
        assert approval_of_build(workspace, ExecutedFile(path, "0" * 64)) == ""


def test_a_compilation_may_leave_links_and_names_of_any_bytes(stranger: Stranger, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    left = f"ln -s {tmp_path}/secret leads-out; mkfifo pipe; printf x > $'\\xff.o'; mkdir -p d"
    left += "; echo 'echo built' > d/run.sh"
    meta = {
        "use_compile_script": "yes",
        "compile_cmds": {"default": {"cmd": left}},
        "target_file": "none",
        "run_cmds": {"x": {"run_time": {"run_cmd_main": "bash d/run.sh > out.txt; cat out.txt"}}},
    }
    stranger.entry("program", "c", meta)
    ran(stranger)
    assert "built" in stranger.log()
    builds = stranger.workspace.home / "builds"
    kept = [path.name for path in builds.rglob("*") if not path.is_dir()]
    assert "run.sh" in kept
    assert not {"leads-out", "pipe"} & set(kept)
    assert titles(stranger.plan("run", "program:c")) == ["run"]
    ran(stranger)
    assert "built" in stranger.log()


def test_a_java_program_is_compiled_and_run(stranger: Stranger) -> None:
    require("javac")
    require("java")
    meta = {
        "source_files": ["Hello.java"],
        "compile_cmds": {"default": {"cmd": "javac -d . $#source_file#$"}},
        "link_cmds": {"default": {"cmd": "jar cf hello.jar Hello.class"}},
        "no_target_file": "yes",
        "run_cmds": {"x": {"run_time": {"run_cmd_main": "java -cp hello.jar Hello $#arg#$"}}},
    }
    stranger.entry("program", "j", meta, {"Hello.java": JAVA})
    ran(stranger, "program:j", **{"run_cmd_substitutes.arg": "duke"})
    assert "from java duke" in stranger.log()


def test_what_a_program_leaves_in_place_of_its_answer_is_not_believed(stranger: Stranger, tmp_path: Path) -> None:
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps({"characteristics": {"forged": 1}}))
    stranger.program("fifo", "mkfifo $CKEXPLORE_STAGE/output.json")
    stranger.program("link", f"ln -s {forged} $CKEXPLORE_STAGE/output.json")
    for name in ("fifo", "link"):
        answer = ran(stranger, f"program:{name}")
        assert answer["characteristics"]["run"]["run_success"] == "yes"
        assert "forged" not in answer["characteristics"]["run"]
    assert json.loads(forged.read_text()) == {"characteristics": {"forged": 1}}


def test_a_look_at_what_clean_would_forget_forgets_nothing(workspace: Workspace) -> None:
    (workspace.home / "builds/one").mkdir(parents=True)
    looked = access({"action": "clean", "cid": "program", "dry_run": True}, workspace)
    assert (looked["builds"], looked["removed_builds"]) == (1, 0)
    assert access({"action": "clean", "cid": "program"}, workspace)["removed_builds"] == 1
