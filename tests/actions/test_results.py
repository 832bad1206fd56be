"""What a program left behind is read and recorded, and leads neither reader nor writer out of its folder."""

import json
from pathlib import Path

import pytest

from ckexplore.store.formats.ck_points import points
from ckexplore.store.workspace import Workspace

from .hostile import Stranger

SECRET = "the-token-of-the-home"


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    secret = tmp_path / "private"
    secret.mkdir()
    (secret / "hosts.json").write_text(json.dumps({"token": SECRET}))
    return Stranger(workspace, tmp_path / "stranger")


def _recorded(workspace: Workspace) -> str:
    return "".join(path.read_text() for path in (workspace.local / "experiment").rglob("*.json"))


@pytest.mark.parametrize("timer", ["{private}/hosts.json", "../../../../../../../private/hosts.json"])
def test_measurements_that_the_meta_places_elsewhere_are_not_read(
    stranger: Stranger, workspace: Workspace, tmp_path: Path, timer: str
) -> None:
    stranger.program("p", "true", fine_grain_timer_file=timer.format(private=tmp_path / "private"))
    answer = stranger.approved("run", "program:p")
    assert answer["return"] != 0
    assert SECRET not in json.dumps(answer) + _recorded(workspace)


@pytest.mark.parametrize("left", ["cd .. && rmdir tmp && ln -s {private} tmp", "ln -s {private}/hosts.json hosts.json"])
def test_a_link_that_a_program_leaves_in_place_of_its_measurements_is_not_followed(
    stranger: Stranger, workspace: Workspace, tmp_path: Path, left: str
) -> None:
    command = left.format(private=tmp_path / "private")
    stranger.program("p", command, fine_grain_timer_file="hosts.json")
    answer = stranger.approved("run", "program:p")
    assert answer["return"] != 0
    assert SECRET not in json.dumps(answer) + _recorded(workspace)


def test_the_name_of_a_command_leads_to_no_other_folder(stranger: Stranger, workspace: Workspace) -> None:
    run = {"run_time": {"run_cmd_main": "true"}}
    aim = workspace.local / "env" / "0123456789abcdef"
    (aim / ".cm").mkdir(parents=True)
    (aim / ".cm/meta.json").write_text("{}")
    commands = {"x": run, f"x/../../env/{aim.name}": run}
    stranger.entry("program", "p", {"no_compile": "yes", "run_cmds": commands})
    assert stranger.approved("run", "program:p", cmd_key="x")["return"] == 0
    answer = stranger.approved("run", "program:p", cmd_key=f"x/../../env/{aim.name}")
    assert answer["return"] != 0
    assert list(aim.glob("ckp-*")) == []
    assert len(list(points(workspace.local / "experiment" / "p.x"))) == 1
