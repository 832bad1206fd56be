"""Programs whose own Python imports `ck.kernel`: they see repositories and the user's experiments, and add nothing."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.program import kernel_use
from ckexplore.actions.trust.sandbox import availability
from ckexplore.store.formats.ck_entries import create_entry, create_repository
from ckexplore.store.workspace import Workspace

from ...conftest import require
from ..hostile import Stranger

ASKS = """
import sys, json
import ck.kernel as ck

def asked(**i):
    return ck.access(i)

ck.out("tool is at " + asked(action="find", module_uoa="script", data_uoa="tool")["path"])
ck.out("points of " + " ".join(one["data_uoa"] for one in asked(action="search", module_uoa="experiment")["lst"]))
ck.out(asked(action="add", module_uoa="experiment", data_uoa="mine")["error"])
ck.out(asked(action="run", module_uoa="program", data_uoa="p")["error"])
"""


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def log_of(stranger: Stranger, command: str, code: str, **options: Any) -> tuple[dict[str, Any], str]:
    stranger.program("p", f"{command} ../ask.py", {"ask.py": code})
    answer = stranger.approved("run", "program:p", **options)
    return answer, stranger.log()


@pytest.mark.parametrize("sandbox", ["offline", "none"])
@pytest.mark.parametrize("python", [sys.executable, "machine's"])
def test_a_program_asks_cks_kernel_and_sees_repositories_and_experiments(
    stranger: Stranger, workspace: Workspace, sandbox: str, python: str
) -> None:
    if sandbox != "none" and not availability().usable:
        require("bwrap")
    if python == "machine's":
        python = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
        if not Path(python).exists():
            pytest.skip(f"no {python} here")
    tool = stranger.entry("script", "tool", {})
    create_repository(workspace.local, "local", "9a3280b14a4285c9")
    create_entry(workspace.local, "experiment", {"tags": []}, alias="earlier")
    _, log = log_of(stranger, python, ASKS, sandbox=sandbox)
    assert f"tool is at {tool}" in log
    assert "points of earlier" in log
    assert "inside a program nothing is added or changed" in log
    assert "run program:p isn't done inside a program" in log
    assert not (workspace.local / "experiment/mine").exists()


def test_a_person_reads_what_such_a_program_sees_before_it_runs(stranger: Stranger) -> None:
    stranger.program("p", "true", {"sub/ask.py": "if True:\n    from ck import kernel\n"})
    stage = stranger.plan("run", "program:p").stages[0]
    assert "imports ck.kernel: it sees the registered CK repositories (stranger)" in stage.commands[-1]
    stranger.program("q", "true", {"ask.py": "import check.kernel\nprint('import ck.kernel')\n"})
    assert not any("ck.kernel" in line for line in stranger.plan("run", "program:q").stages[0].commands)


def test_another_python_is_told_which_one_has_the_kernel(stranger: Stranger, tmp_path: Path) -> None:
    pretends = "import sys\nsys.version_info = (2, 7, 18)\nimport ck.kernel\n"
    answer, log = log_of(stranger, shutil.which("python3") or sys.executable, pretends, sandbox="none")
    assert answer["return"] == 1
    assert "on which CKexplore runs, and this is Python 2.7" in log


def test_of_many_experiments_it_sees_the_newest(
    stranger: Stranger, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_repository(workspace.local, "local", "9a3280b14a4285c9")
    for number in range(3):
        entry = create_entry(workspace.local, "experiment", {"tags": []}, alias=f"e{number}")
        os.utime(entry, (number, number))
    monkeypatch.setattr(kernel_use, "MOST_OWN_ENTRIES", 2)
    stranger.program("p", "true", {"ask.py": "import ck.kernel\n"})
    stage = stranger.plan("run", "program:p").stages[0]
    assert stage.commands[-1].endswith("and the 2 newest of your 3 experiments")
    assert [one["alias"] for one in (stage.input or {})["kernel"]["own"]] == ["e2", "e1"]
