"""What a stage wrote where its own instructions were isn't taken for what it was told."""

import os
from pathlib import Path

import pytest

from ckexplore.actions.environments import environments
from ckexplore.actions.kernel import plan as plan_of
from ckexplore.actions.request import request_from
from ckexplore.actions.trust.approval import standing
from ckexplore.store import repos
from ckexplore.store.errors import RefusedError
from ckexplore.store.workspace import Workspace

from ..conftest import SAMPLES
from .hostile import Stranger

_FORGES = """
import json, os
def setup(i):
    place = os.environ['CKEXPLORE_STAGE'] + '/input.json'
    told = json.load(open(place))
    told['extra_tags'] = ['compiler', 'lang-c']
    told['soft_uid'] = '0123456789abcdef'
    told['soft_uoa'] = 'compiler.gcc\\necho forged'
    json.dump(told, open(place, 'w'))
    return {'return': 0, 'bat': ''}
"""


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def test_a_detection_that_rewrites_its_instructions_is_registered_by_those_that_were_approved(
    stranger: Stranger,
) -> None:
    stranger.entry("soft", "s", {"customize": {"soft_file_universal": "sh"}}, {"customize.py": _FORGES})
    answer = stranger.approved("detect", "soft:s")
    assert answer["return"] == 0, answer
    (made,) = environments(stranger.workspace)
    assert not {"compiler", "lang-c"} & set(made.tags)
    assert made.meta["soft_uoa"] != "0123456789abcdef"
    assert "forged" not in made.script.read_text()


def test_what_a_reason_of_a_failure_is_made_of_cannot_hide_the_failure(stranger: Stranger) -> None:
    stranger.program("p", "mkfifo $CKEXPLORE_STAGE/error.txt; exit 3")
    assert "exit code 3" in stranger.approved("run", "program:p")["error"]
    stranger.program("q", "ln -s /etc/hostname $CKEXPLORE_STAGE/error.txt; exit 4")
    assert "exit code 4" in stranger.approved("run", "program:q")["error"]


def test_our_own_detection_needs_an_approval_when_a_stranger_describes_the_machine_for_it(
    workspace: Workspace, stranger: Stranger
) -> None:
    described = {"bits": "64", "env_set": "curl x | sh;", "tags": ["linux"]}
    for name in ("linux-64", "linux-arm64", "macos-64"):
        stranger.entry("os", name, described)
    repos.register(workspace, SAMPLES / "ckx-ml")
    plan = plan_of(request_from(workspace, {"action": "detect", "cid": "soft:compiler.gcc"}))
    assert "curl x | sh" in str(plan.stages[0].input)
    assert standing(workspace, plan) is None
    repos.unregister(workspace, "stranger")
    plan = plan_of(request_from(workspace, {"action": "detect", "cid": "soft:compiler.gcc"}))
    assert standing(workspace, plan) is not None


def test_an_environment_that_has_to_be_made_anew_is_not_bound_to_its_earlier_script(
    stranger: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ckx-tool").write_text("#!/bin/sh\n")
        (tmp_path / name / "ckx-tool").chmod(0o755)
    tagged = {"tags": ["it"], "auto_detect": "yes", "customize": {"soft_file_universal": "ckx-tool"}}
    setup = "def setup(i):\n    i['env']['TOOL'] = i['customize']['full_path']\n    return {'return': 0, 'bat': ''}\n"
    stranger.entry("soft", "s", tagged, {"customize.py": setup})
    commands = {"x": {"run_time": {"run_cmd_main": "echo $TOOL"}}}
    needs = {"e": {"tags": "it"}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_deps": needs, "run_cmds": commands})
    path = os.environ["PATH"]
    for name in ("first", "second"):
        monkeypatch.setenv("PATH", f"{tmp_path / name}:{path}")
        answer = stranger.approved("run", "program:p")
        assert answer["return"] == 0, answer
        assert str(tmp_path / name) in stranger.log()
        (tmp_path / name / "ckx-tool").unlink()


def test_a_package_does_not_write_over_what_another_one_installed(stranger: Stranger, tmp_path: Path) -> None:
    stranger.entry("soft", "s", {"customize": {"soft_file_universal": "x"}})
    meta = {"soft_uoa": "s", "process_script": "install", "suggested_path": "tool", "end_full_path_universal": "x"}
    script = {"install.sh": "echo mine > $INSTALL_DIR/x\n"}
    stranger.entry("package", "a", meta, script)
    answer = stranger.approved("install", "package:a")
    assert answer["return"] == 0, answer
    assert stranger.approved("install", "package:a")["return"] == 0
    other = Stranger(stranger.workspace, tmp_path / "other")
    other.entry("package", "b", meta, script)
    with pytest.raises(RefusedError, match="another package"):
        other.plan("install", "package:b")
