"""The command line as a user has it: a process, its output, its exit code."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.cli.version import VERSION
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL, require
from ..store.making import make_entry, make_repository

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def run(workspace: Workspace) -> Run:
    def run_command(*words: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [sys.executable, "-m", "ckexplore.cli.main", *words],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CKEXPLORE_HOME": str(workspace.home)},
            check=False,
        )
        assert "Traceback" not in done.stderr
        if check:
            assert done.returncode == 0, done.stderr
        return done

    return run_command


def test_version_and_help_come_without_a_home(run: Run, workspace: Workspace) -> None:
    assert run("--version").stdout == f"ckexplore {VERSION}\n"
    text = run("--help").stdout
    for action in ("search", "detect", "install", "run", "pull"):
        assert re.search(rf"^  {action} +\w", text, re.MULTILINE)
    assert "--variations=" in run("install", "package", "--help").stdout
    assert not workspace.home.exists()


def test_a_repository_is_added_browsed_and_searched(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    make_entry(root, "soft", "compiler.gcc", "1" * 16, {"tags": ["compiler", "gcc"]})
    make_entry(root, "soft", "lib.x", "2" * 16, {"tags": ["lib"]})
    assert run("add", "repo", f"--path={root}").stdout == f"mine: 2 artifacts in {root} (ck format)\n"
    assert run("ls", "repo").stdout.split() == ["local", "mine", "jobs", "trust"]
    assert run("ls", "soft:compiler.*").stdout == "compiler.gcc\n"
    assert run("find", "soft:lib.x").stdout == f"{root}/soft/lib.x\n"
    assert run("search", "soft", "--tags=compiler,gcc").stdout == "mine:soft:compiler.gcc\n"
    assert run("list_tags", "soft").stdout.split() == ["compiler", "gcc", "lib"]
    assert json.loads(run("load", "soft:lib.x", "--min").stdout)["dict"] == {"tags": ["lib"]}
    answer = json.loads(run("ls", "soft", "--out=json").stdout)
    assert answer["return"] == 0
    assert {one["data_uid"] for one in answer["lst"]} == {"1" * 16, "2" * 16}


def test_a_broken_meta_is_reported_with_its_path_and_the_rest_is_there(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    make_entry(root, "soft", "broken", "1" * 16, '{"tags": [')
    make_entry(root, "soft", "sound", "2" * 16, {"tags": ["x"]})
    added = run("add", "repo", f"--path={root}").stdout
    assert "soft/broken/.cm/meta.json:1: not valid JSON" in added
    assert run("search", "--tags=x").stdout == "mine:soft:sound\n"
    failed = run("load", "soft:broken", check=False)
    assert failed.returncode == 1
    assert "meta.json:1" in failed.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["serch", "program"], 16, "did you mean search"),
        (["find", "nosuch:x"], 16, "no module 'nosuch'"),
        (["add", "repo", "--path=/no/such/folder"], 16, "no such folder"),
        (["add", "repo"], 1, "--path=DIR"),
        (["/no/such/folder"], 16, "no such folder"),
        (["pull", "repo:x", "--url=ext::sh -c id"], 1, "not an address that is cloned"),
        (["run", "program"], 1, "say which program"),
        (["show", "experiment"], 1, "say which experiment"),
        (["--no-such-option"], 1, "unknown option"),
        (["search", "--tag=gcc"], 1, "did you mean tags"),
        (["search", "--tags"], 1, "say which tags"),
        (["ls", '@@@{"cids": 5}'], 1, "must be a list"),
    ],
)
def test_what_cant_be_done_is_one_sentence_and_a_code(run: Run, words: list[str], code: int, told: str) -> None:
    done = run(*words, check=False)
    assert done.returncode == code
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    as_json = run(*words, "--out=json", check=False)
    if not words[0].startswith(("/", "-")):
        assert json.loads(as_json.stdout)["return"] == code


def test_debug_shows_where_an_error_came_from(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ckexplore.cli.main", "find", "a:b", "--debug"],
        capture_output=True,
        text=True,
        env={**os.environ, "CKEXPLORE_HOME": str(workspace.home)},
        check=False,
    )
    assert "Traceback" in done.stderr
    assert done.returncode != 0


def test_hostile_text_never_reaches_the_terminal_raw(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    name = EVIL.replace("\0", "").replace("/", "")
    make_entry(root, "soft", name, "1" * 16, {"tags": [EVIL, "x"], "desc": EVIL})
    run("add", "repo", f"--path={root}")
    for words in (["ls", "soft"], ["search", "--tags=x"], ["list_tags"], ["load", f"soft:{'1' * 16}"]):
        output = run(*words).stdout
        assert "evil" in output
        assert not set(output) & set("\x1b\x07\x9b\u202e\x00\x7f")
    asked = run("find", f"soft:{name}x", check=False).stderr
    assert not set(asked) & set("\x1b\x07\x9b\u202e\x00\x7f")


def test_a_plan_with_hostile_text_is_shown_safely(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    command = {"run_time": {"run_cmd_main": f"echo {EVIL}"}}
    meta = {"no_compile": "yes", "run_cmds": {f"key{EVIL}": command}, "run_vars": {"A": EVIL}}
    make_entry(root, "program", "weird", "1" * 16, meta)
    run("add", "repo", f"--path={root}")
    output = run("run", "program:weird", "--dry-run").stdout
    assert "would execute" in output
    assert not set(output) & set("\x1b\x07\x9b\u202e\x00\x7f")


def test_names_that_are_not_utf_8_are_listed_and_hide_nothing(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    make_entry(root, "soft", "sound", "1" * 16, {"tags": ["x"]})
    entry = make_entry(root, "soft", os.fsdecode(b"bad\xff"), "2" * 16, {"tags": ["x"]})
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / os.fsdecode(b"script\xfe.sh")).write_text("#!/bin/sh\n")
    run("add", "repo", f"--path={root}")
    run("add", "repo", f"--path={tmp_path / 'plain'}")
    assert run("search", "--tags=x").stdout.split() == ["mine:soft:sound", "mine:soft:bad\\xff"]
    assert run("ls", "plain:*:*").stdout == "script\\xfe.sh\n"
    assert json.loads(run("search", "soft", "--tags=x", "--out=json").stdout)["lst"][1]["path"] == str(entry)


def test_a_broken_description_is_a_broken_artifact(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    (root / ".ckr.json").write_text("{")
    make_entry(root, "soft", "sound", "1" * 16)
    added = run("add", "repo", f"--path={root}").stdout
    assert ".ckr.json:1: not valid JSON" in added


def test_find_with_wildcards_gives_every_path(run: Run, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "r", "mine")
    for number, alias in enumerate(("lib.a", "lib.b", "other")):
        make_entry(root, "soft", alias, f"{number:016x}")
    run("add", "repo", f"--path={root}")
    assert set(run("find", "soft:lib.*").stdout.split()) == {f"{root}/soft/lib.a", f"{root}/soft/lib.b"}
    assert run("load", "soft:lib.*", check=False).returncode == 1
    assert run("ls", "soft:nothing").stdout == ""


def test_ctrl_c_ends_the_job_and_the_command(workspace: Workspace, samples: Path) -> None:
    import signal

    del samples
    command = [sys.executable, "-m", "ckexplore.cli.main", "run", "program:image-classification-onnx"]
    process = subprocess.Popen(
        [*command, "--cmd_key=latency", "--env.CK_MINIMUM_SECONDS=120"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CKEXPLORE_HOME": str(workspace.home)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    assert process.stdout is not None
    while "run program:" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "cancelled" in told
    states = [json.loads(path.read_text()) for path in (workspace.jobs / "job").glob("*/state.json")]
    assert [state["state"] for state in states] == ["cancelled"]


def test_output_into_a_closed_pipe_is_no_error(workspace: Workspace) -> None:
    script = f"{sys.executable} -m ckexplore.cli.main --help | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_a_confirmation_is_asked_on_a_terminal_and_no_is_the_default(workspace: Workspace, tmp_path: Path) -> None:
    import pty

    require("gcc")
    root = make_repository(tmp_path / "r", "mine")
    script = "def setup(i):\n    return {'return': 0, 'bat': ''}\n"
    meta = {"customize": {"soft_file": {"linux": "gcc"}, "soft_version_cmd": {"linux": "--version > $#filename#$"}}}
    entry = make_entry(root, "soft", "compiler.gcc", "1" * 16, meta)
    (entry / "customize.py").write_text(script)
    env = {**os.environ, "CKEXPLORE_HOME": str(workspace.home), "TERM": "xterm"}
    command = [sys.executable, "-m", "ckexplore.cli.main"]
    subprocess.run([*command, "add", "repo", f"--path={root}"], env=env, check=True, capture_output=True)
    for answer, code in ((b"\n", 2), (b"o\n", 0)):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [*command, "detect", "soft:compiler.gcc"], stdin=slave, stdout=slave, stderr=slave, env=env
        )
        os.close(slave)
        shown = b""
        while b"[r]ead the files" not in shown:
            shown += os.read(master, 4096)
        assert b"customize.py" in shown
        os.write(master, answer)
        while True:
            try:
                shown = os.read(master, 4096)
            except OSError:
                break
            if b'Type "unsandboxed"' in shown:  # where there is no bubblewrap
                os.write(master, b"unsandboxed\n")
        os.close(master)
        assert process.wait() == code


def test_a_look_at_what_cant_run_prints_the_tree_and_exits_with_1(run: Run, workspace: Workspace) -> None:
    create_entry(workspace.local, "program", {"compile_deps": {"cc": {"tags": "of-yore"}}}, alias="needy")
    looked = run("compile", "program:needy", "--dry-run", check=False)
    assert looked.returncode == 1
    assert "✘ cc: cc (of-yore)\n       UNMET: " in looked.stdout
    assert looked.stderr.startswith("ckexplore: ")
    asked = run("compile", "program:needy", check=False)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == looked.stderr
    answer = run("compile", "program:needy", "--dry-run", "--out=json", check=False)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["return"], told["error"]) == (1, 1, told["unmet"][0])
    assert told["needs"][0]["state"] == "unmet"
