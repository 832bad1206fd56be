"""A script is run by its own tool, as an approved job that binds to all that can be executed."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access, kernel
from ckexplore.actions.jobs.queue import submit
from ckexplore.actions.jobs.record import JobState
from ckexplore.actions.plan import Plan
from ckexplore.actions.request import request_from
from ckexplore.store.workspace import Workspace

from ...conftest import require
from ..waiting import ended
from .making import Scripts, stand_in


@pytest.fixture(params=["cm", "mlc"])
def scripts(request: pytest.FixtureRequest, workspace: Workspace, tmp_path: Path) -> Scripts:
    made = Scripts(workspace, tmp_path / "them", request.param)
    made.script("os", "detect,os", {"run.sh": "echo os"})
    made.script("other", "other", {"run.sh": "echo other"})
    made.script("top", "top", {"run.sh": "echo top"}, deps=[{"tags": "detect,os"}], variations={"x": {}})
    made.register()
    return made


@pytest.fixture
def tool(scripts: Scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the tool, the only one that is found."""
    monkeypatch.setattr("ckexplore.actions.scripts.tool._beside", lambda _program: "")
    path = stand_in(tmp_path / "bin", scripts.format)
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    return path


def plan(scripts: Scripts, **values: Any) -> Plan:
    asked = {"action": "run", "module_uoa": "script", "data_uoa": "top", **values}
    return kernel.plan(request_from(scripts.workspace, asked))


def run(scripts: Scripts, made: Plan) -> tuple[JobState, str]:
    folder = submit(scripts.workspace, made)
    return ended(folder), (folder / "output.log").read_text()


def test_a_missing_tool_is_named_with_the_command_that_installs_it(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ckexplore.actions.scripts.tool._beside", lambda _program: "")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / scripts.format).write_text("#!/bin/sh\n# another program of this name\n")
    (tmp_path / scripts.format).chmod(0o755)
    answer = access({"action": "run", "cid": "script:top"}, scripts.workspace)
    assert answer["return"] > 0
    assert f"{sys.executable} -m pip install 'ckexplore[{scripts.format}]'" in answer["error"]
    assert "\n" not in answer["error"]


def test_the_plan_shows_the_tree_and_covers_the_files_of_the_scripts_in_it(scripts: Scripts, tool: Path) -> None:
    made = plan(scripts)
    assert [line.strip() for line in made.stages[0].commands[2:]] == ["top", "os"]
    assert str(tool) in made.stages[0].commands[0]
    files = {file.path.removeprefix(f"{scripts.root}/") for file in made.files}
    assert {"script/top/run.sh", "script/os/run.sh"} <= files
    assert not any("other" in path for path in files)
    (scripts.root / "script" / "os" / "run.sh").write_text("echo changed")
    assert plan(scripts).approval != made.approval
    state = ended(submit(scripts.workspace, made))
    assert (state.state, "changed since it was approved" in state.error) == ("failed", True)


def test_the_tool_gets_variations_inputs_and_a_home_with_these_scripts_alone(scripts: Scripts, tool: Path) -> None:
    state, log = run(scripts, plan(scripts, variations="x", count="4", **{"env.A": "1"}))
    assert state.state == "done", log
    words = next(line for line in log.splitlines() if line.startswith("words:"))
    assert words.startswith("words: run script ")
    assert words.rstrip().endswith("--tags=_x --count=4 --env.A=1 --quiet")
    assert {"script/top", "script/os"} <= set(log.split())
    assert "script/other" not in log
    _, log = run(scripts, plan(scripts, data_uoa="other"))
    assert "script/top" not in log, "the folders of links are those of this run"


def test_a_script_that_runs_others_by_its_own_code_may_run_all_of_its_repository(scripts: Scripts, tool: Path) -> None:
    code = "x = {'action': 'run', 'tags': 'other'}"
    scripts.script("free", "free", {"customize.py": code})
    assert any("script/other/" in file.path for file in plan(scripts, data_uoa="free").files)


def test_unknown_variations_start_nothing(scripts: Scripts, tool: Path) -> None:
    answer = access({"action": "run", "cid": "script:top", "variations": "y"}, scripts.workspace)
    assert "no variation 'y'; there are x" in answer["error"]


def test_a_planted_link_in_the_home_isnt_written_through(scripts: Scripts, tool: Path, tmp_path: Path) -> None:
    made = plan(scripts)
    home = Path((made.stages[0].input or {})["home"])
    outside = tmp_path / "outside"
    (outside / "kept").mkdir(parents=True)
    (outside / "file").write_text("mine")
    home.mkdir(parents=True)
    (home / "repos.json").symlink_to(outside / "file")
    (home / "views").symlink_to(outside)
    state, log = run(scripts, made)
    assert state.state == "done", log
    assert (outside / "file").read_text() == "mine"
    assert (outside / "kept").is_dir()


def test_a_cm_script_without_its_automation_says_which_repository_has_it(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Scripts(workspace, tmp_path / "alone", "cm")
    shutil.rmtree(made.root / "automation")
    made.script("top", "top")
    made.register()
    monkeypatch.setenv("PATH", f"{stand_in(tmp_path / 'bin', 'cm').parent}:/usr/bin:/bin")
    answer = access({"action": "run", "cid": "script:top"}, workspace)
    assert "add repo --url=https://github.com/mlcommons/cm4mlops" in answer["error"]


def test_the_real_tool_runs_it_and_its_output_is_the_job_s(scripts: Scripts) -> None:
    if not (Path(sys.executable).parent / scripts.format).exists():
        require(scripts.format)
    state, log = run(scripts, plan(scripts))
    assert state.state == "done", log
    assert "top" in log.splitlines()
