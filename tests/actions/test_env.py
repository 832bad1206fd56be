"""What is done with registered environments: chosen, shown, opened in a shell, checked, removed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.environments import Environment, environments, register
from ckexplore.actions.report.telling import tell
from ckexplore.actions.versions import version_tags
from ckexplore.store import repos
from ckexplore.store.cid import MODULE_UIDS
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL, require
from ..store.making import make_entry, make_repository
from .conftest import Ask

SOFT = "1" * 16
Registered = Callable[..., Environment]


@pytest.fixture
def registered(workspace: Workspace, tmp_path: Path) -> Registered:
    """Register an environment: a small program that tells its version, and a variable."""

    def made(uid: str, name: str, version: str, tags: list[str], **more: Any) -> Environment:
        program = more.get("full_path") or tmp_path / f"bin/{name}-{version}"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#! /bin/sh\necho {name} {version}\n")
        program.chmod(0o755)
        spec = {
            "soft_uoa": f"tool.{name}",
            "soft_uid": more.get("soft", SOFT),
            "package_uid": more.get("package", ""),
            "name": f"The {name}",
            "meta": {"customize": {"env_prefix": f"CK_ENV_{name.upper()}"}},
            "extra_tags": [],
            "deps": more.get("deps", {}),
            "host": {"uoa": "linux-64", "uid": "", "dict": {"bits": "64"}},
            "choices": {},
        }
        found = {
            "full_path": str(program),
            "version": version,
            "tags": [*tags, *version_tags(version)],
            "env": {f"X_{name.upper()}": version},
            "bat": "",
            "customize": {},
            **dict.fromkeys(("name", "package_uid", "installed_to"), ""),
        }
        return register(workspace, uid * 16, spec, found, "once")

    return made


def uids(answer: dict[str, Any]) -> list[str]:
    assert answer["return"] == 0, answer
    return [one["data_uid"][0] for one in answer["env"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "dcba"),
        ({"tags": "tool"}, "dcba"),
        ({"tags": "tool,one"}, "ba"),
        ({"or_tags": "one,~old;three"}, "db"),
        ({"no_tags": "old,three"}, "cb"),
        ({"version": "2.10"}, "b"),
        ({"name": "The one"}, "ba"),
        ({"name": "the *o"}, "c"),
        ({"cid": "env:" + "c" * 16}, "c"),
        ({"cids": ["env:" + "a" * 16, "env:" + "d" * 16]}, "da"),
        ({"cid": "env:b*"}, "b"),
        ({"target_bits": "32"}, ""),
        ({"tags": "tmp"}, "e"),
        ({"cid": "env:" + "e" * 16}, "e"),
    ],
)
def test_environments_are_chosen_as_ck_chooses_them(
    ask: Ask, registered: Registered, options: dict[str, Any], expected: str
) -> None:
    registered("a", "one", "2.9", ["tool", "one", "old"])
    registered("b", "one", "2.10", ["tool", "one"])
    registered("c", "two", "1.0", ["tool", "two"])
    registered("d", "xthree", "3", ["tool", "three"])
    registered("e", "unfinished", "1", ["tool", "tmp"])
    shown = ask(**{"action": "show", "cid": "env", **({"cids": []} if "cid" in options else {}), **options})
    assert "".join(uids(shown)) == expected


def test_a_misspelt_uid_or_option_is_told(ask: Ask, registered: Registered) -> None:
    registered("a", "one", "1", ["tool"])
    assert ask(action="show", cid="env:" + "f" * 16)["return"] == 16
    assert "'tgas'" in ask(action="show", cid="env", tgas="x")["error"]
    assert "say which" in ask(action="rm", cid="env", force="yes")["error"]
    assert "no usable environment" in ask(action="virtual", cid="env", tags="nobody", shell_cmd="true")["error"]


def test_the_table_has_whole_uids_and_paths_and_the_tags_beside_or_below(ask: Ask, registered: Registered) -> None:
    one = registered("a", "one", "1.5", ["tool", "one"])
    answer = ask(action="show", cid="env")
    wide, narrow = tell("show", "env", answer, width=200), tell("show", "env", answer, width=40)
    assert all(text in wide[2] for text in ("a" * 16, "linux-64", "The one", "1.5", one.full_path, "one,"))
    assert "a" * 16 in narrow[2]
    assert one.full_path in narrow[2]
    assert narrow[3].startswith("  64bits,")
    assert answer["view"][0]["version_split"] == [1, 5]


def test_scripts_and_places_are_printed_and_no_escape_sequence_is(ask: Ask, registered: Registered) -> None:
    one = registered("a", "one", "1.5", ["tool", "one"])
    one.script.write_text(f"#! /bin/bash\n# {EVIL}\n")
    answer = ask(action="cat", cid="env:" + "a" * 16)
    assert answer["scripts"][0]["path"] == str(one.script)
    told = tell("cat", "env", answer)
    assert told[0] == "#! /bin/bash"
    assert "The one ver. 1.5" in told[2]
    assert not any("\x1b" in line or "\x9b" in line for line in told)
    assert tell("locate", "env", ask(action="locate", cid="env", tags="one")) == [one.full_path]
    assert "dict" in ask(action="cat", cid="program:matmul"), "elsewhere `cat` is `load`"


def test_removing_leaves_detected_software_and_takes_what_a_package_installed(
    ask: Ask, registered: Registered, workspace: Workspace
) -> None:
    detected = registered("a", "one", "1", ["tool"])
    tools = workspace.tools
    registered("b", "two", "1", ["tool"], package="9" * 16, full_path=tools / "two-1/bin/two")
    shared = registered("c", "three", "1", ["tool"], package="9" * 16, full_path=tools / "both/bin/three")
    registered("d", "four", "1", ["tool"], package="9" * 16, full_path=tools / "both/bin/four")
    kept = registered("e", "five", "1", ["tool"], package="9" * 16, full_path=tools / "five/five")
    registered("f", "six", "1", ["tool"], full_path=tools / "six/six")

    refused = ask(action="rm", cid="env:" + "b" * 16)
    assert (refused["return"], str(tools / "two-1") in refused["error"]) == (2, True)
    assert (tools / "two-1").is_dir()

    assert ask(action="rm", cid="env:" + "a" * 16, force="yes")["folders"] == []
    assert Path(detected.full_path).is_file()
    assert ask(action="delete", cid="env:" + "b" * 16, f="yes")["folders"] == [str(tools / "two-1")]
    assert not (tools / "two-1").exists()
    assert ask(action="clean", cid="env:" + "d" * 16, force="yes")["folders"] == [], "another is in the same folder"
    assert Path(shared.full_path).is_file()
    assert ask(action="rm", cid="env:" + "e" * 16, force="yes", keep="yes")["return"] == 0
    assert Path(kept.full_path).is_file()
    assert ask(action="rm", cid="env:" + "f" * 16, force="yes")["folders"] == [], "no package put it there"
    assert uids(ask(action="show", cid="env")) == ["c"]


@pytest.mark.parametrize("path", ["", "../outside/x", "x"])
def test_no_entry_can_name_a_folder_to_delete_outside_of_the_tools(
    ask: Ask, registered: Registered, workspace: Workspace, path: str
) -> None:
    one = registered("a", "one", "1", ["tool"], package="9" * 16)
    outside = workspace.home / "outside/x"
    outside.mkdir(parents=True)
    workspace.tools.mkdir(parents=True)
    (workspace.tools / "x").symlink_to(outside)
    meta = json.loads((one.script.parent / ".cm/meta.json").read_text())
    meta["customize"]["full_path"] = f"{workspace.tools}/{path}"
    (one.script.parent / ".cm/meta.json").write_text(json.dumps(meta))
    assert ask(action="rm", cid="env:" + "a" * 16, force="yes")["folders"] == []
    assert outside.is_dir()
    assert workspace.tools.is_dir()


def test_who_needs_what_is_removed_is_told(ask: Ask, registered: Registered) -> None:
    one = registered("a", "one", "1", ["tool"])
    registered("b", "two", "1", ["tool"], deps={"one": {"uoa": one.uid, "script": str(one.script)}})
    answer = ask(action="rm", cid="env:" + "a" * 16, force="yes")
    assert answer["needed_by"] == ["b" * 16]
    (row,) = ask(action="refresh", cid="env")["env"]
    assert (row["state"], "a" * 16 in row["reason"]) == ("gone", True)


def test_a_command_runs_in_all_chosen_environments_and_its_exit_code_is_the_answer(
    ask: Ask, registered: Registered
) -> None:
    require("bash")
    registered("a", "one", "1.9", ["tool", "one"])
    registered("b", "one", "1.10", ["tool", "one"])
    registered("c", "two", "3", ["tool", "two"], soft="2" * 16)
    command = 'echo "<$X_ONE$X_TWO>"; exit 7'
    answer = ask(action="virtual", cid="env", tags="tool,one", shell_cmd=command)
    assert (answer["return"], answer["exit_code"], answer["output"]) == (7, 7, "<1.10>\n"), "the highest version"
    for several in ({"tags": "one two"}, {"tags": "one;two"}, {"tags": "tool"}, {"tag_groups": "one,~old two"}):
        assert ask(action="virtual", cid="env", shell_cmd=command, **several)["output"] == "<1.103>\n"
    named = ["env:" + "a" * 16, "env:" + "c" * 16]
    assert ask(action="virtual", cids=named, shell_cmd=command)["output"] == "<1.93>\n"
    ended = ask(action="virtual", cid="env", tags="one", shell_cmd="kill -TERM $$")
    assert ended["return"] == 128 + 15
    assert "terminal" in ask(action="virtual", cid="env", tags="one")["error"]


def test_a_script_that_no_approved_job_wrote_is_asked_about(ask: Ask, registered: Registered) -> None:
    require("bash")
    one = registered("a", "one", "1", ["tool"])
    one.script.write_text(one.script.read_text() + "export X_ONE=another\n")
    values = {"action": "virtual", "cid": "env", "tags": "tool", "shell_cmd": "echo $X_ONE"}
    refused = ask(**values)
    assert (refused["return"], "not approved" in refused["error"]) == (2, True)
    planned = ask(**values, dry_run="yes")
    assert any(str(one.script) in file["path"] for file in planned["plan"]["stages"][0]["files"])
    assert ask(**values, yes="yes", expect=planned["approval"])["output"] == "another\n"
    one.script.write_text(one.script.read_text() + "export X_ONE=later\n")
    assert ask(**values, yes="yes", expect=planned["approval"])["return"] == 2


def test_the_line_that_sets_up_an_environment_is_given(ask: Ask, registered: Registered) -> None:
    one = registered("a", "one", "1.5", ["tool", "one"])
    answer = ask(action="set", cid="env", tags="one")
    assert (answer["env_uoa"], answer["bat"], answer["detected_version"]) == (one.uid, f". {one.script}\n", "1.5")
    assert answer["env"] == {"X_ONE": "1.5"}


@pytest.fixture
def soft(workspace: Workspace, tmp_path: Path) -> Path:
    """The soft entry of these tools, in a repository that is registered."""
    root = make_repository(tmp_path / "of-soft", "of-soft", "e" * 16)
    customize = {"soft_file": {"linux": "one-*"}, "soft_version_cmd": {"linux": " --version > $#filename#$"}}
    meta = {"soft_name": "One", "tags": ["tool"], "customize": customize}
    make_entry(root, "soft", "tool.one", SOFT, meta, module_uid=MODULE_UIDS["soft"])
    repos.register(workspace, root)
    return root


def refreshed(ask: Ask) -> dict[str, tuple[str, str]]:
    planned = ask(action="refresh", cid="env", dry_run="yes", sandbox="none")
    answer = ask(action="refresh", cid="env", yes="yes", expect=planned["approval"], sandbox="none")
    assert answer["return"] == 0, answer
    return {one["data_uid"][0]: (one["state"], one["found_version"]) for one in answer["env"]}


def test_software_that_changed_under_an_environment_is_found_and_marked(
    ask: Ask, registered: Registered, soft: Path, workspace: Workspace
) -> None:
    del soft
    one = registered("a", "one", "1.5", ["tool"])
    registered("b", "one", "2.0", ["tool"])
    gone = registered("c", "one", "3.0", ["tool"])
    registered("d", "one", "4.0", ["tool"], soft="d" * 16)
    Path(gone.full_path).unlink()
    refused = ask(action="refresh", cid="env:" + "a" * 16)
    assert (refused["return"], "not approved" in refused["error"]) == (2, True)
    expected = {"a": ("unchanged", "1.5"), "b": ("unchanged", "2.0"), "c": ("gone", ""), "d": ("unknown", "")}
    assert refreshed(ask) == expected

    program = Path(one.full_path)
    before = program.read_text()
    program.write_text(before.replace("1.5", "1.6"))
    assert refreshed(ask)["a"] == ("changed", "1.6")
    (row,) = ask(action="show", cid="env:" + "a" * 16)["env"]
    assert (row["usable"], row["stale"]) == (False, "it was version 1.5 and is 1.6 now")
    assert "(changed)" in "\n".join(tell("show", "env", ask(action="show", cid="env")))

    program.write_text(before)
    assert refreshed(ask)["a"] == ("unchanged", "1.5")
    assert next(found for found in environments(workspace) if found.uid == one.uid).usable


def test_what_files_alone_tell_is_answered_without_executing_anything(
    ask: Ask, registered: Registered, workspace: Workspace
) -> None:
    tools = workspace.tools
    one = registered("a", "one", "1.5", ["tool"], package="9" * 16, full_path=tools / "one/bin/one")
    registered("b", "two", "1.5", ["tool"], package="9" * 16, full_path=tools / "two/bin/two")
    told = {"data_uoa": SOFT, "customize": {"version": "1.7"}}
    (tools / "one/ck-install.json").write_text(json.dumps(told))
    answer = ask(action="refresh", cid="env")
    rows = {row["data_uid"][0]: (row["state"], row["found_version"]) for row in answer["env"]}
    assert rows == {"a": ("changed", "1.7"), "b": ("unchanged", "1.5")}
    assert "job" not in answer
    assert ask(action="show", cid="env:" + "a" * 16)["env"][0]["stale"] == "it was version 1.5 and is 1.7 now"
    assert one.script.is_file()
