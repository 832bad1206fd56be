"""Whether bubblewrap can be used here, asked where it can, where it can't, and where it can only in part."""

import subprocess
import sys
from pathlib import Path

import pytest

from ckexplore.actions.trust.bubblewrap import Availability, availability, why_not

from ...conftest import require
from .box import Box, box

__all__ = ("box",)

_ASK = "from ckexplore.actions.trust.bubblewrap import availability; print(availability())"
_EVERYTHING = ("--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--unshare-user", "--unshare-pid")


def _asked_in(*options: str) -> Availability:
    """Ask in a container of our own."""
    argv = [require("bwrap"), *_EVERYTHING, *options, "--", sys.executable, "-P", "-c", _ASK]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip("no sandbox can be made here, so none in another")
    return eval(done.stdout, {"Availability": Availability})


def test_a_usable_one_tells_where_it_is_and_its_version(box: Box) -> None:
    found = box.available
    assert (found.usable, found.path) == (True, require("bwrap"))
    assert found.version[0].isdigit()


@pytest.mark.parametrize("path", [".", "", "relative"])
def test_one_that_lies_in_the_folder_where_we_are_is_not_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    for folder in (tmp_path, tmp_path / "relative"):
        folder.mkdir(exist_ok=True)
        (folder / "bwrap").write_text(f"#!/bin/sh\n: > {tmp_path}/executed\n")
        (folder / "bwrap").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{path}:{tmp_path}/nothing")
    assert not availability().usable
    assert not (tmp_path / "executed").exists()


def test_one_that_is_not_installed_tells_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = availability()
    assert not found.usable
    assert found.reason.startswith("bubblewrap isn't installed; ")
    assert "apt-get install bubblewrap" in found.reason


def test_where_namespaces_are_forbidden_it_is_not_usable_and_says_so() -> None:
    if "--disable-userns" not in subprocess.check_output([require("bwrap"), "--help"], text=True):
        pytest.skip("this bubblewrap can't forbid namespaces")
    found = _asked_in("--proc", "/proc", "--disable-userns")
    assert not found.usable
    assert "bubblewrap can't be used" in found.reason
    assert "namespace" in found.reason


def test_where_no_new_proc_can_be_mounted_the_old_one_is_shown_and_that_is_said(box: Box) -> None:
    found = _asked_in(
        "--proc", "/proc", "--tmpfs", "/proc/fs"
    )  # a /proc with something in front of it, as in containers
    assert (found.usable, found.fresh_proc) == (True, False)
    assert "names of all processes" in found.reason
    box.available = found
    done = box.run("bash", "-c", "readlink /proc/self; cat /proc/1/environ; touch /proc/sys/x; echo still here")
    assert done.stdout.endswith("still here\n")
    assert "Permission denied" in done.stdout


@pytest.mark.parametrize(
    ("switch", "value", "words"),
    [
        ("sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("sys/user/max_user_namespaces", "0", "user.max_user_namespaces"),
        ("sys/kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor"),
    ],
)
def test_a_switch_of_the_kernel_that_forbids_namespaces_is_named(
    tmp_path: Path, switch: str, value: str, words: str
) -> None:
    told = "bwrap: setting up uid map: Permission denied\n"
    assert words not in why_not(told, str(tmp_path))
    path = tmp_path / switch
    path.parent.mkdir(parents=True)
    path.write_text(f"{value}\n")
    assert words in why_not(told, str(tmp_path))
    path.write_text("50000\n")
    assert words not in why_not(told, str(tmp_path))
