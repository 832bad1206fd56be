"""Soft entries are detected in real jobs: hooks, versions, set-up, and what an environment then is."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.environments import Environment, environments
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL, require
from ..deps.making import here
from ..hostile import Stranger

__all__ = ["here"]

HOOKS = """
import os

def dirs(i):
    return {'return': 0, 'dirs': [one + '/deep' for one in i['dirs'] if one.endswith('elsewhere')]}

def limit(i):
    return {'return': 0, 'list': [path for path in i['list'] if 'unwanted' not in path]}

def version_cmd(i):
    return {'return': 0, 'cmd': '"' + i['full_path'] + '" --version > $#filename#$'}

def parse_version(i):
    return {'return': 0, 'version': i['output'][0].split('=')[1]}

def setup(i):
    cus, env = i['customize'], i['env']
    folder = os.path.dirname(i['customize']['full_path'])
    cus['path_bin'] = folder
    cus['path_lib'] = folder + '/my lib'
    cus['path_install'] = os.path.dirname(folder)
    env['TOOL_VERSION'] = i['version']
    env['TOOL_NUMBERS'] = '-'.join(map(str, i['version_split']))
    i['tags'].append('tag-of-setup')
    cus['soft_extra_name'] = ' (found)'
    return {'return': 0, 'bat': 'export FROM_BAT="a b"\\n'}
"""


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def tool(path: Path, version: str, *, executable: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#! /bin/sh\ntouch {path}.executed\necho version={version}\n")
    path.chmod(0o755 if executable else 0o644)
    return path


def detected(stranger: Stranger, name: str, **options: Any) -> Environment:
    answer = stranger.approved("detect", f"soft:{name}", **options)
    assert answer["return"] == 0, answer
    uid = answer["environment"].rpartition(":")[2]
    return next(one for one in environments(stranger.workspace) if one.uid == uid)


def in_shell(environment: Environment, command: str, *arguments: str) -> str:
    words = [require("bash"), "-c", f'PATH=/usr/bin:/bin LD_LIBRARY_PATH= LIBRARY_PATH=; . "$0" "$@"; {command}']
    done = subprocess.run([*words, str(environment.script), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_hook_takes_part_and_env_sh_brings_it_all_into_a_shell(stranger: Stranger, tmp_path: Path) -> None:
    tool(tmp_path / "elsewhere/deep/a/bin/ckx-x", "1.9.1")
    best = tool(tmp_path / "elsewhere/deep/b/bin/ckx-x", "1.10")
    tool(tmp_path / "elsewhere/deep/unwanted/bin/ckx-x", "3.0")
    unexecuted = tool(tmp_path / "elsewhere/deep/c/bin/ckx-x", "4.0", executable=False)
    customize = {"soft_file_universal": "ckx-x", "limit_recursion_dir_search_all": 3, "env_prefix": "CK_ENV_TOOL_X"}
    meta = {"tags": ["x"], "soft_name": "Tool X", "customize": customize, "env": {"OF_META": "m"}}
    stranger.entry("soft", "x", meta, {"customize.py": HOOKS})
    tool(tmp_path / "elsewhere/bin/ckx-x", "5.0")
    found = detected(stranger, "x", extra_tags="mine", search_dirs=str(tmp_path / "elsewhere"))
    assert (found.full_path, found.version) == (str(best), "1.10")
    assert {"x", "mine", "tag-of-setup", "v1", "v1.10"} <= set(found.tags)
    assert found.meta["customize"]["version_split"] == [1, 10]
    assert not Path(f"{unexecuted}.executed").exists()
    assert not (tmp_path / "elsewhere/deep/unwanted/bin/ckx-x.executed").exists()
    root = tmp_path / "elsewhere/deep/b"
    told = in_shell(found, 'echo "$CK_ENV_TOOL_X|$CK_ENV_TOOL_X_BIN|$CK_ENV_TOOL_X_LIB|$CK_ENV_TOOL_X_SET"')
    assert told == f"{root}|{root}/bin|{root}/bin/my lib|1"
    assert in_shell(found, "command -v ckx-x") == str(best)
    assert in_shell(found, 'echo "$LD_LIBRARY_PATH|$LIBRARY_PATH"') == f"{root}/bin/my lib:|{root}/bin/my lib:"
    assert in_shell(found, 'echo "$TOOL_VERSION $TOOL_NUMBERS $OF_META $FROM_BAT"') == "1.10 1-10 m a b"
    assert in_shell(found, 'PATH=/usr/bin; . "$0"; echo $PATH') == "/usr/bin"
    assert in_shell(found, 'PATH=/usr/bin; . "$0" 1; echo $PATH') == f"{root}/bin:/usr/bin"


def test_versions_asked_for_choose_among_what_is_found(stranger: Stranger, tmp_path: Path) -> None:
    for version in ("1.0", "2.0", "3.0"):
        tool(tmp_path / f"d/v{version}/ckx-y", version)
    customize = {
        "soft_file_universal": "ckx-y",
        "limit_recursion_dir_search_all": 1,
        "soft_version_cmd": {"linux": "--version > $#filename#$", "macos": "--version > $#filename#$"},
    }
    parse = "def parse_version(i):\n    return {'return': 0, 'version': i['output'][0].split('=')[1]}\n"
    stranger.entry("soft", "y", {"customize": customize}, {"customize.py": parse})
    where = {"search_dir": str(tmp_path / "d")}
    two = detected(stranger, "y", version_from="1.5", version_to="2.5", **where)
    assert two.version == "2.0"
    none = stranger.approved("detect", "soft:y", version_from="4", **where)
    assert none["return"] == 16
    assert "none has a version that fits" in none["error"]
    assert [one.version for one in environments(stranger.workspace)] == ["2.0"]


def test_a_script_of_another_entry_sets_up_and_calls_what_it_names(stranger: Stranger, here: str) -> None:
    setup = """
def setup(i):
    ck = i['ck_kernel']
    found = ck.access({'action': 'run', 'module_uoa': 'script', 'data_uoa': 'shared', 'code': 'common',
                       'func': 'describe', 'dict': {'name': i['soft_uoa']}})
    if found['return'] > 0:
        return found
    i['env']['DESCRIBED'] = found['text']
    other = ck.access({'action': 'load', 'module_uoa': 'package', 'data_uoa': 'not' + '-named'})
    i['env']['OTHER'] = str(other['return'])
    return {'return': 0, 'bat': ''}
"""
    describe = "def describe(i):\n    return {'return': 0, 'text': 'this is ' + i['name']}\n"
    stranger.entry("script", "shared", {}, {"common.py": describe})
    stranger.entry("package", "not-named", {})
    stranger.entry("soft", "lender", {"customize": {}}, {"customize.py": setup})
    borrowing = {"module_uoa": "soft", "data_uoa": "lender"}
    meta = {"customize": {"soft_file_universal": here}, "use_customize_script_from_another_entry": borrowing}
    stranger.entry("soft", "borrower", meta)
    plan = stranger.plan("detect", "soft:borrower")
    hashed = {file.path.rpartition("stranger/")[2] for file in plan.files}
    assert {"script/shared/common.py", "soft/lender/customize.py", "soft/borrower/.cm/meta.json"} <= hashed
    found = detected(stranger, "borrower")
    assert in_shell(found, 'echo "$DESCRIBED, $OTHER"') == "this is borrower, 16"


def test_hooks_that_fail_are_told_in_one_line_and_register_nothing(stranger: Stranger, here: str) -> None:
    for name, code in {
        "raises": "def setup(i):\n    raise ValueError(" + repr(EVIL) + ")\n",
        "answers": "def setup(i):\n    return {'return': 1, 'error': " + repr(EVIL) + "}\n",
    }.items():
        stranger.entry("soft", name, {"customize": {"soft_file_universal": here}}, {"customize.py": code})
        answer = stranger.approved("detect", f"soft:{name}")
        assert answer["return"] == 1
        assert f"{name}/customize.py: setup()" in answer["error"]
        assert not set(answer["error"]) & set("\x1b\x07\x9b\u202e\x00\n")
    assert list(environments(stranger.workspace)) == []
