"""`detect platform` and its parts: CK's keys, the choice of `platform.init`, and the kernel's variables."""

import json
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.kernel_settings import kernel_settings
from ckexplore.actions.platform_init import folder_of_scripts
from ckexplore.actions.report.telling import tell
from ckexplore.store import repos
from ckexplore.store.cid import MODULE_UIDS
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL
from ..store.making import make_entry, make_repository
from .conftest import Ask

INIT = MODULE_UIDS["platform.init"]


@pytest.fixture
def initialisations(workspace: Workspace, tmp_path: Path) -> Path:
    """A repository with two entries of `platform.init` for Linux and one for macOS, registered."""
    root = make_repository(tmp_path / "of-env", "of-env", "e" * 16)
    for number, (alias, meta) in enumerate(
        {
            "generic-linux": {"tags": ["os-linux"]},
            "generic-linux-dummy": {"tags": ["os-linux"], "sort": -100},
            "generic-macos": {"tags": ["os-macos"]},
        }.items()
    ):
        entry = make_entry(root, "platform.init", alias, f"{number}" * 16, meta, module_uid=INIT)
        (entry / "ck-set-cpu-performance").write_text("#! /bin/bash\ntouch executed\n")
    described = {"ck_name": "linux", "bits": "64", "tags": ["linux", "standard"]}
    for number, alias in enumerate(("linux-64", "linux-arm64")):
        make_entry(root, "os", alias, f"a{number}" * 8, described, module_uid=MODULE_UIDS["os"])
    repos.register(workspace, root)
    return root


def remembered(workspace: Workspace) -> Any:
    return json.loads((workspace.local / "cfg/local-platform/.cm/meta.json").read_text())


def test_a_machine_is_described_under_the_keys_of_ck(ask: Ask) -> None:
    answer = ask(action="detect", cid="platform")
    assert answer["return"] == 0
    keys = {"os_uoa", "os_uid", "os_dict", "host_os_uoa", "host_os_uid", "host_os_dict", "devices", "device_id"}
    assert keys <= answer.keys()
    features = answer["features"]
    assert {"os", "os_misc", "cpu", "cpu_misc", "cpu_unique", "gpu", "gpu_misc", "platform", "npu"} <= features.keys()
    assert features["os"]["ck_os_uoa"] == answer["os_uoa"]
    assert features["os"]["name"]
    assert int(features["cpu"]["num_proc"]) >= 1
    assert features["memory"].get("total_bytes", 1) > 0
    assert f"host-os-{answer['os_uoa']}" in features["host_tags"]


@pytest.mark.parametrize("part", ["os", "cpu", "gpu", "gpgpu", "nn", "npu", "dsp"])
def test_each_part_is_described_alone_and_told_in_lines(ask: Ask, part: str) -> None:
    answer = ask(action="detect", cid=f"platform.{part}", quiet="yes", host_os="", target_os="")
    assert answer["return"] == 0
    assert part in answer["features"]
    assert any(line.startswith("OS name:") for line in tell("detect", f"platform.{part}", answer))


def test_the_uid_of_a_module_does_as_its_alias(ask: Ask) -> None:
    assert ask(action="detect", cid=MODULE_UIDS["platform.os"])["features"]["os"]["name"]


def test_the_chosen_scripts_are_remembered_where_ck_remembers_them_and_not_executed(
    ask: Ask, workspace: Workspace, initialisations: Path
) -> None:
    before = ask(action="detect", cid="platform.os")
    system = before["os_uoa"]
    assert before["platform_init_offered"] == ["generic-linux-dummy", "generic-linux"]
    folder = initialisations / "platform.init/generic-linux-dummy"
    chosen = ask(action="detect", cid="platform.os", platform_init_uoa="generic-linux-dummy")
    assert chosen["target_add_path"] == [str(folder)]
    assert chosen["target_add_path_string"] == f"export PATH={folder}:$PATH\n"
    assert chosen["platform_init_scripts"] == ["ck-set-cpu-performance"]
    assert remembered(workspace) == {"platform_init_uoa": {system: "generic-linux-dummy"}}
    assert ask(action="detect", cid="platform")["target_add_path"] == [str(folder)]
    assert folder_of_scripts(workspace, system) == folder
    assert not list(initialisations.rglob("executed"))


def test_what_else_is_configured_stays_and_another_choice_replaces_the_first(
    ask: Ask, workspace: Workspace, initialisations: Path
) -> None:
    del initialisations
    ask(action="detect", cid="platform.os", platform_init_uoa="generic-linux-dummy")
    path = workspace.local / "cfg/local-platform/.cm/meta.json"
    path.write_text(json.dumps({**remembered(workspace), "of": "another"}))
    other = ask(action="detect", cid="platform.os", platform_init_uoa="-", update_platform_init="yes")
    assert "target_add_path" not in other
    assert remembered(workspace) == {"of": "another", "platform_init_uoa": {other["os_uoa"]: "-"}}


def test_scripts_that_no_repository_has_are_not_chosen(ask: Ask, workspace: Workspace) -> None:
    answer = ask(action="detect", cid="platform.os", platform_init_uoa="nobody")
    assert answer["return"] == 16
    assert "nobody" in answer["error"]
    assert not (workspace.local / "cfg").exists()


def test_another_machine_and_telling_others_are_refused_in_one_line(ask: Ask, initialisations: Path) -> None:
    meta = {"ck_name": "android", "remote": "yes", "bits": "64"}
    make_entry(initialisations, "os", "android", "b" * 16, meta, module_uid=MODULE_UIDS["os"])
    answer = ask(action="detect", cid="platform", target_os="android")
    assert "another machine" in answer["error"]
    alone = ask(action="detect", cid="platform", target_os="android", skip_info_collection="yes")
    assert (alone["os_uoa"], alone["os_dict"], alone["features"]["os"]["name"]) == ("android", meta, "")
    assert "tells nobody" in ask(action="detect", cid="platform", exchange="yes")["error"]
    assert "has no option" in ask(action="detect", cid="platform", exchagne="yes")["error"]


def test_what_a_repository_calls_itself_reaches_no_terminal(ask: Ask, initialisations: Path) -> None:
    make_entry(initialisations, "platform.init", "evil", "c" * 16, {"tags": ["os-linux"]}, module_uid=INIT)
    folder = initialisations / "platform.init/evil"
    (folder / f"ck-{EVIL.replace('/', '').replace(chr(0), '')}").write_text("")
    answer = ask(action="detect", cid="platform.os", platform_init_uoa="evil")
    assert all("\x1b" not in text and "\x9b" not in text for text in answer["platform_init_scripts"])


def test_a_variable_of_the_kernel_is_kept_where_ck_keeps_it(ask: Ask, workspace: Workspace) -> None:
    assert kernel_settings(workspace)["install_to_env"] == ""
    answer = ask(action="setup", cid="kernel", **{"var.install_to_env": "yes", "var.install_env#CK_X": "1"})
    assert answer["changed"]["install_to_env"] == {"from": "", "to": "yes"}
    assert kernel_settings(workspace)["install_to_env"] == "yes"
    assert kernel_settings(workspace)["install_env"] == {"CK_X": "1"}
    loaded = ask(action="load", cid="kernel:default")
    assert (loaded["module_uid"], loaded["dict"]["install_to_env"]) == ("b1e99f6461424276", "yes")
    assert " * install_to_env = yes" in tell("show", "kernel", ask(action="show", cid="kernel"))
    told = tell("setup", "kernel", ask(action="setup", cid="kernel", **{"var.install_to_env": ""}))
    assert ' * install_to_env = "" (changed from yes)' in told
    assert ask(action="set", cids=["kernel", "var.debug"])["settings"] == {"debug": ""}


def test_a_variable_inside_a_text_is_refused_and_changes_nothing(ask: Ask, workspace: Workspace) -> None:
    answer = ask(action="setup", cid="kernel", **{"var.debug#x": "1"})
    assert (answer["return"], "is a text" in answer["error"]) == (1, True)
    assert not (workspace.local / "kernel/default").exists()
