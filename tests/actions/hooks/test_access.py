"""What hooks get when they ask CK's kernel for other entries: those that the plan names, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import ck_stand_in
from ckexplore.actions.deps.inventory import Inventory
from ckexplore.actions.hooks.access import answer
from ckexplore.actions.request import request_from
from ckexplore.actions.software.mentioned import as_entries, mentioned
from ckexplore.store.workspace import Workspace

from ..hostile import Stranger
from .specs import HOST

CODE = """
def hook(i):
    ck = i['ck_kernel']
    ck.access({'action': 'run', 'module_uoa': 'script', 'data_uoa': 'first', 'code': 'tool', 'func': 'f'})
    ck.access({'action': 'find', 'cid': 'package:second'})
    name = 'computed'
    return ck.access({'action': 'load', 'module_uoa': 'package', 'data_uoa': name})
"""
TOOL = """
def f(i):
    return {'return': 0, 'got': sorted(i), 'kernel': ck is i['ck_kernel']}
def g(i):
    return {'return': 3, 'error': 'no'}
def h(i):
    return ck.access({'action': 'load', 'module_uoa': 'package', 'data_uoa': 'third'})
"""


@pytest.fixture
def entries(workspace: Workspace, tmp_path: Path) -> list[dict[str, str]]:
    stranger = Stranger(workspace, tmp_path / "stranger")
    stranger.entry("script", "first", {}, {"tool.py": TOOL})
    for name in ("second", "third", "computed"):
        stranger.entry("package", name, {"of": name})
    script = stranger.entry("soft", "s", {}, {"customize.py": CODE}) / "customize.py"
    inventory = Inventory(request_from(workspace, {"action": "detect", "cid": "soft:s"}))
    return as_entries(mentioned(inventory, [str(script), "", str(tmp_path / "nowhere.py")]))


def test_the_entries_that_code_names_are_offered_and_those_that_their_code_names(
    entries: list[dict[str, str]],
) -> None:
    assert {f"{one['module']}:{one['alias']}" for one in entries} == {"script:first", "package:second", "package:third"}


def test_entries_are_found_and_loaded_by_name_and_uid_and_others_are_declined(entries: list[dict[str, str]]) -> None:
    second = next(one for one in entries if one["alias"] == "second")
    for asked in (
        {"action": "load", "module_uoa": "package", "data_uoa": "second"},
        {"action": "load", "module_uoa": second["module_uid"], "data_uoa": second["uid"]},
        {"action": "load", "cid": "package:second"},
        {"action": "load", "cid": "repo:package:second"},
    ):
        told = answer(asked, entries)
        assert (told["return"], told["dict"]["of"], told["path"]) == (0, "second", second["path"])
    for asked in ({"data_uoa": "computed", "module_uoa": "package"}, {"cid": "package:../second"}, {"cid": "x"}):
        assert answer({"action": "find", **asked}, entries)["return"] == 16
    assert answer({"action": "rm", "module_uoa": "package", "data_uoa": "second"}, entries)["return"] == 1


def test_functions_of_other_entries_are_called_and_what_they_answer_is_checked(entries: list[dict[str, str]]) -> None:
    def called(**changes: Any) -> dict[str, Any]:
        asked = {"action": "run", "module_uoa": "script", "data_uoa": "first", "code": "tool", "func": "f", "dict": {}}
        return answer({**asked, **changes}, entries)

    told = called(dict={"a": 1})
    assert (told["return"], told["got"], told["kernel"]) == (0, ["a", "ck_kernel"], True)
    assert called(func="g") == {"return": 1, "error": "script failed (no)"}
    assert "function x not found" in called(func="x")["error"]
    assert "can't find module code" in called(code="none")["error"]
    assert called(data_uoa="second")["return"] == 16


def test_numbers_are_compared_within_a_threshold(tmp_path: Path) -> None:
    for name, numbers in (("a", [1.0, 2.0]), ("b", [1.0, 2.05]), ("c", [1.0])):
        (tmp_path / name).write_text(json.dumps(numbers))
    (tmp_path / "broken").write_text("[1")

    def compared(one: str, two: str) -> dict[str, Any]:
        files = {"file1": str(tmp_path / one), "file2": str(tmp_path / two), "abs_threshold": "0.1"}
        return answer({"action": "check_numerical", "module_uoa": "program.output", **files}, [])

    assert compared("a", "b")["failed"] is False
    assert compared("a", "c")["fail_reason"] == "2 numbers against 1"
    assert compared("a", "broken")["return"] == 1
    values = {"action": "check_numerical", "module_uoa": "program.output", "dict1": [1], "dict2": [2]}
    assert answer(values, [])["fail_reason"] == "0) 1 vs 2"


def test_the_operating_system_s_module_answers_as_ck_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"action": "lib_path_export_script", "module_uoa": "os", "host_os_dict": HOST["dict"], "lib_path": "/l"}
    script = answer(asked, [])["script"]
    assert 'export LD_LIBRARY_PATH="/l":$LD_LIBRARY_PATH' in script
    assert 'export LIBRARY_PATH="/l":$LIBRARY_PATH' in script
    told = answer({"action": "shell", "module_uoa": "os", "cmd": "echo a; exit 3", "split_to_list": "yes"}, [])
    assert (told["return_code"], told["stdout_lst"]) == (3, ["a", ""])
    assert answer({"action": "convert_to_cygwin_path", "module_uoa": "os", "path": "/x"}, [])["path"] == "/x"
    (tmp_path / "a").mkdir()
    (tmp_path / "a/lib.so").touch()
    asked = {"action": "list_all_files", "module_uoa": "soft", "path": str(tmp_path), "file_name": "lib.so"}
    assert answer({**asked, "recursion_level_max": 1}, [])["list"] == [f"{tmp_path}/a/lib.so"]
    monkeypatch.setitem(ck_stand_in.work, "host", {"os_uoa": "linux-64"})
    assert answer({"action": "detect", "module_uoa": "platform.os"}, [])["os_uoa"] == "linux-64"
