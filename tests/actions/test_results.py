"""What a program left behind is read and recorded, and leads neither reader nor writer out of its folder."""

import json
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.actions.measured import measured
from ckexplore.store import repos
from ckexplore.store.formats.ck_points import points
from ckexplore.store.untrusted import load_json_object
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


def test_numbers_that_nobody_can_reckon_with_are_left_out_of_what_was_measured(tmp_path: Path) -> None:
    timer = tmp_path / "timer.json"
    timer.write_text('{"execution_time": 1.5, "huge": ' + "9" * 400 + ', "nan": NaN, "latencies_s": [1, 1e999]}')
    told = load_json_object(timer)
    assert measured(told) == {"execution_time": 1.5, "latencies_s": [1, None]}


def test_the_points_of_an_experiment_of_cm_are_shown(workspace: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "r"
    run = root / "experiment" / "mine" / "2024"
    run.mkdir(parents=True)
    (root / "cmr.yaml").write_text("alias: r\nuid: 0123456789abcdef\n")
    (run.parent / "_cm.json").write_text(
        '{"alias": "mine", "uid": "1111111111111111", "automation_alias": "experiment"}'
    )
    (run / "cm-result.json").write_text('[{"speed": 2.5}]')
    repos.register(workspace, root)
    shown = access({"action": "show", "cid": "experiment:mine"}, workspace)
    assert [one["characteristics"] for one in shown["points"]] == [{"run": {"speed": 2.5}}]
