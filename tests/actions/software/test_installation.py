"""Packages are installed in real jobs: scripts, hooks, what is registered, and what a failure leaves."""

import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.environments import Environment, environments
from ckexplore.actions.software import package_plan
from ckexplore.store.errors import NotFoundError, UnavailableError
from ckexplore.store.removal import remove_tree
from ckexplore.store.workspace import Workspace

from ...conftest import require
from ...store.git_making import make_tree
from ..deps.making import FILE, here, installable
from ..hostile import Stranger
from .test_detection import in_shell

__all__ = ["here"]

UNIVERSAL = """
cd ${INSTALL_DIR}
if [ "${PACKAGE_WGET}" == "YES" ]; then wget --tries=1 "${PACKAGE_URL}/${PACKAGE_NAME}" || exit 1; fi
if [ "${PACKAGE_GIT}" == "YES" ]; then git clone -q ${PACKAGE_URL} src || exit 1; fi
if [ "${PACKAGE_UNTAR}" == "YES" ]; then tar xf ${PACKAGE_NAME} || exit 1; fi
return 0
"""
HOOKS = """
def pre_path(i):
    return {'return': 0, 'install_env': {'A': i['install_env']['OF_META'] + '-pre'}}

def post_deps(i):
    return {'return': 0, 'install_env': {'A': i['install_env']['A'] + '-deps'}}

def setup(i):
    i['tags'].append('tag-of-package')
    i['env']['OF_PACKAGE'] = i['version']
    return {'return': 0, 'install_env': {'B': i['install_env']['A'] + '-setup'}}

def post_setup(i):
    import os
    text = open(os.path.join(i['install_path'], 'ckx-file')).read()
    i['env']['SEEN'] = text.strip()
    return {'return': 0}
"""


@pytest.fixture
def stranger(workspace: Workspace, tmp_path: Path) -> Stranger:
    return Stranger(workspace, tmp_path / "stranger")


def installed(stranger: Stranger, cid: str, **options: Any) -> Environment:
    answer = stranger.approved("install", cid, **options)
    assert answer["return"] == 0, answer
    uid = answer["environment"].rpartition(":")[2]
    return next(one for one in environments(stranger.workspace) if one.uid == uid)


def left(stranger: Stranger) -> list[str]:
    """Name what is in the folder of installations, put aside or not."""
    tools = stranger.workspace.tools
    return sorted(path.name for path in tools.iterdir()) if tools.exists() else []


def test_scripts_and_hooks_of_a_package_make_an_environment_that_a_later_detection_adopts(stranger: Stranger) -> None:
    setup = (
        "def setup(i):\n    i['env']['SOFT_FILE'] = i['customize']['full_path']\n    return {'return': 0, 'bat': ''}\n"
    )
    soft = {"tags": ["it"], "customize": {"soft_file_universal": FILE, "limit_recursion_dir_search_all": 1}}
    stranger.entry("soft", "s", soft, {"customize.py": setup})
    stranger.entry("script", "shared", {}, {"custom.py": HOOKS, "go.sh": 'echo "$A|$B|$P" > $INSTALL_DIR/ckx-file\n'})
    borrowing = {"module_uoa": "script", "data_uoa": "shared"}
    meta = {
        "tags": ["it"],
        "soft_uoa": "s",
        "process_script": "go",
        "use_scripts_from_another_entry": borrowing,
        "params": {"P": "parameter"},
        "end_full_path": {"linux": f"nowhere$#sep#${FILE}", "macos": FILE},
        "end_full_path_universal": ["not-there", "$<<NAME>>$"],
        "customize": {"version": "1.2", "install_env": {"OF_META": "m", "NAME": FILE}},
    }
    stranger.entry("package", "p", meta)
    found = installed(stranger, "package:p")
    assert (found.version, Path(found.full_path).name) == ("1.2", FILE)
    assert Path(found.full_path).read_text() == "m-pre-deps|m-pre-deps-setup|parameter\n"
    assert {"it", "tag-of-package", "v1.2"} <= set(found.tags)
    told = in_shell(found, 'echo "$OF_PACKAGE $SEEN $SOFT_FILE"')
    assert told == f"1.2 m-pre-deps|m-pre-deps-setup|parameter {found.full_path}"
    assert sorted(path.name for path in Path(found.full_path).parent.iterdir()) == ["ck-install.json", FILE]

    remove_tree(found.script.parent)
    answer = stranger.approved("detect", "soft:s")
    assert answer["return"] == 0, answer
    adopted = next(one for one in environments(stranger.workspace) if one.uid == answer["environment"][-16:])
    assert (adopted.full_path, adopted.version) == (found.full_path, "1.2")
    assert adopted.meta["package_uoa"] == found.meta["package_uoa"]
    assert adopted.customize["install_env"]["B"] == "m-pre-deps-setup"


def test_when_a_detection_fails_the_package_after_it_is_installed_in_the_same_job(stranger: Stranger) -> None:
    elsewhere = "def dirs(i):\n    return {'return': 0, 'dirs': i['dirs']}\n"
    soft = {"tags": ["it"], "auto_detect": "yes", "customize": {"soft_file_universal": "ckx-file-nobody-has"}}
    stranger.entry("soft", "s", soft, {"customize.py": elsewhere})
    installable(stranger, "p", "s", ["it"])
    commands = {"x": {"run_time": {"run_cmd_main": "true"}}}
    stranger.entry("program", "q", {"no_compile": "yes", "run_deps": {"it": {"tags": "it"}}, "run_cmds": commands})
    plan = stranger.plan("run", "program:q")
    assert [stage.title for stage in plan.stages] == ["detect soft:s", "install package:p", "run program:q x"]
    answer = stranger.approved("run", "program:q")
    assert answer["return"] == 0, answer
    assert [one["title"] for one in answer["not_met"]] == ["detect soft:s"]
    assert [one["title"] for one in answer["environments"]] == ["install package:p"]
    assert [stage.title for stage in stranger.plan("run", "program:q").stages] == ["run program:q x"]


def test_a_failed_installation_leaves_nothing_and_a_failed_reinstallation_the_former_one(stranger: Stranger) -> None:
    stranger.entry("soft", "s", {"customize": {}})
    meta = {"soft_uoa": "s", "process_script": "install", "end_full_path_universal": FILE}
    script = "echo half > $INSTALL_DIR/ckx-file\n[ $FAIL == NO ] || { echo 'Error: no such luck'; exit 3; }\n"
    stranger.entry("package", "p", {**meta, "customize": {"install_env": {"FAIL": "YES"}}}, {"install.sh": script})
    failed = stranger.approved("install", "package:p")
    assert "installation failed: Error: no such luck" in failed["error"]
    assert (left(stranger), list(environments(stranger.workspace))) == ([], [])
    first = installed(stranger, "package:p", **{"env.FAIL": "NO"})
    Path(first.full_path).with_name("mine").write_text("kept")
    names = left(stranger)
    assert stranger.approved("install", "package:p")["return"] == 1
    assert left(stranger) == names
    (still,) = environments(stranger.workspace)
    assert still.usable
    assert Path(first.full_path).with_name("mine").read_text() == "kept"


def test_an_archive_and_a_git_repository_come_from_a_mirror(stranger: Stranger, tmp_path: Path) -> None:
    require("git")
    mirror = tmp_path / "mirror"
    make_tree(mirror / "tool", answer="of git\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / FILE).write_text("of an archive\n")
    require("tar")
    with tarfile.open(mirror / "file-1.2.tgz", "w:gz") as archive:
        archive.add(tmp_path / "x" / FILE, FILE)
    stranger.entry("soft", "s", {"customize": {}})
    stranger.entry("script", "universal", {}, {"install.sh": UNIVERSAL})
    common = {
        "soft_uoa": "s",
        "process_script": "install",
        "use_scripts_from_another_entry": {"module_uoa": "script", "data_uoa": "universal"},
    }
    fetched = {
        "PACKAGE_URL": "https://example.invalid/releases",
        "*PACKAGE_NAME": "file-$<<PACKAGE_VERSION>>$.tgz",
        "PACKAGE_WGET": "YES",
        "PACKAGE_UNTAR": "YES",
    }
    customize = {"version": "1.2", "install_env": fetched}
    stranger.entry("package", "a", {**common, "customize": customize, "end_full_path_universal": FILE})
    cloned = {"PACKAGE_URL": "https://example.invalid/tool.git", "PACKAGE_GIT": "YES"}
    customize = {"install_env": cloned, "use_git_revision": "yes", "git_src_dir": "src"}
    stranger.entry("package", "b", {**common, "customize": customize, "end_full_path_universal": "src/answer"})
    one = installed(stranger, "package:a", mirror=str(mirror))
    assert Path(one.full_path).read_text() == "of an archive\n"
    two = installed(stranger, "package:b", mirror=str(mirror))
    assert Path(two.full_path).read_text() == "of git\n"
    assert two.customize["git_info"]["revision"]
    with pytest.raises(NotFoundError, match=r"has none of file-1\.2\.tgz"):
        stranger.plan("install", "package:a", mirror=str(tmp_path))


@pytest.mark.parametrize("url", ["https://example.invalid/..", "https://example.invalid/.", "git://../..git"])
def test_a_mirror_gives_nothing_from_outside_of_it(stranger: Stranger, tmp_path: Path, url: str) -> None:
    (tmp_path / "mirror").mkdir()
    stranger.entry("soft", "s", {"customize": {}})
    for name, fetched in {"git": {"PACKAGE_GIT": "YES"}, "file": {"PACKAGE_WGET": "YES", "PACKAGE_NAME": ".."}}.items():
        install_env = {"PACKAGE_URL": url, **fetched}
        installable(stranger, name, "s", ["it"], customize={"install_env": install_env})
        with pytest.raises(NotFoundError):
            stranger.plan("install", f"package:{name}", mirror=str(tmp_path / "mirror"))


def test_an_archive_gets_the_name_that_the_script_expects(stranger: Stranger, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "v2.tgz").write_text("x")
    stranger.entry("soft", "s", {"customize": {}})
    fetched = {"PACKAGE_URL": "https://example.invalid/v2.tgz", "PACKAGE_NAME": "", "PACKAGE_WGET": "YES"}
    installable(stranger, "p", "s", ["it"], customize={"install_env": fetched})
    (stage,) = stranger.plan("install", "package:p", mirror=str(tmp_path / "mirror")).stages
    assert stage.copies == ((str(tmp_path / "mirror/v2.tgz"), f"{stage.cwd}/v2.tgz"),)
    (tmp_path / "mirror" / "releases").mkdir()  # no archive, though the URL ends so
    fetched = {"PACKAGE_URL": "https://example.invalid/releases", "PACKAGE_NAME": "t.tgz", "PACKAGE_WGET": "YES"}
    installable(stranger, "q", "s", ["it"], customize={"install_env": fetched})
    with pytest.raises(NotFoundError, match="none of t"):
        stranger.plan("install", "package:q", mirror=str(tmp_path / "mirror"))


def test_without_network_one_line_says_what_has_to_be_fetched(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger.entry("soft", "s", {"customize": {}})
    fetched = {"PACKAGE_URL": "https://example.invalid", "PACKAGE_NAME": "t.tgz", "PACKAGE_WGET": "YES"}
    installable(stranger, "p", "s", ["it"], customize={"install_env": fetched})
    monkeypatch.setattr(package_plan, "network_is_there", lambda: False)
    with pytest.raises(UnavailableError) as raised:
        stranger.plan("install", "package:p")
    told = str(raised.value)
    assert "has to fetch https://example.invalid/t.tgz and there is no network here" in told
    assert "--mirror=FOLDER" in told
    assert "\n" not in told
    installable(stranger, "q", "s", ["it"], customize={"install_env": {"URL": "a", "PACKAGE_URL": "/a/folder"}})
    assert stranger.plan("install", "package:q").stages


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("curl: (6) Could not resolve host: x.invalid", "has to fetch something and there is no network for it here"),
        (
            "connection broken by 'NewConnectionError(...)'\nERROR: No matching distribution found for mxnet==1.2",
            "has to fetch mxnet==1.2 and there is no network for it here",
        ),
        (
            "configure: error: No usable m4 in $PATH or /usr/5bin\nError: Configuration failed",
            "needs m4, which isn't here",
        ),
        ("x.sh: line 3: ninja: command not found", "needs ninja, which isn't here"),
    ],
)
def test_a_script_that_misses_something_says_so_in_one_line(stranger: Stranger, says: str, told: str) -> None:
    stranger.entry("soft", "s", {"customize": {}})
    script = f"cat <<'END'\n{says}\nEND\nexit 6\n"
    meta = {"soft_uoa": "s", "process_script": "install", "end_full_path_universal": FILE}
    stranger.entry("package", "p", meta, {"install.sh": script})
    answer = stranger.approved("install", "package:p")
    assert f"package:p {told}" in answer["error"]
    assert left(stranger) == []


def test_pip_takes_wheels_from_the_mirror(stranger: Stranger, tmp_path: Path) -> None:
    (tmp_path / "my wheels").mkdir()
    with zipfile.ZipFile(tmp_path / "my wheels/tiny_thing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_thing/__init__.py", "version = '1.0'\n")
        described = "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n"
        wheel.writestr("tiny_thing-1.0.dist-info/METADATA", described)
        wheel.writestr(
            "tiny_thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny_thing-1.0.dist-info/RECORD", "")
    stranger.entry("soft", "s", {"customize": {}})
    script = f"{sys.executable} -m pip install -q --target=${{INSTALL_DIR}}/lib tiny-thing || exit 1\n"
    meta = {"soft_uoa": "s", "process_script": "install", "end_full_path_universal": "lib/tiny_thing/__init__.py"}
    stranger.entry("package", "p", meta, {"install.sh": script})
    assert installed(stranger, "package:p", mirror=str(tmp_path / "my wheels")).full_path.endswith(
        "tiny_thing/__init__.py"
    )
    with pytest.raises(NotFoundError, match="there is no such folder"):
        stranger.plan("install", "package:p", mirror=str(tmp_path / "nowhere"))
