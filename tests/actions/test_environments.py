"""What is written into an `env.sh` is sourced by a shell: names and values can't become commands."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.actions.environments import env_script, environments, register
from ckexplore.store.errors import FailedError
from ckexplore.store.workspace import Workspace

from ..conftest import require
from ..store.making import make_entry, make_repository
from .conftest import Ask

SPEC: dict[str, Any] = {
    "soft_uoa": "lib.x",
    "soft_uid": "1" * 16,
    "package_uid": "",
    "name": "x",
    "meta": {"customize": {"env_prefix": "CK_ENV_LIB_X"}},
    "extra_tags": ["mine"],
    "deps": {},
    "host": {"uoa": "linux-64", "uid": "", "dict": {"bits": "64"}},
    "choices": {},
}
PREFIX = "CK_ENV_LIB_X"


def found(**env: str) -> dict[str, Any]:
    told = {"full_path": "/bin/sh", "version": "1.2", "tags": ["lib"], "env": env, "bat": "", "customize": {}}
    return {**told, "name": "x", "package_uid": "", "installed_to": ""}


def sourced(script: str, name: str) -> str:
    bash = require("bash")
    done = subprocess.run([bash, "-c", f'{script}\nprintf %s "${name}"'], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_any_value_without_references_comes_back_as_it_was(value: str) -> None:
    if "$" not in value:
        assert sourced(env_script(PREFIX, SPEC, found(A=value)), "A") == value


def test_references_are_expanded_and_commands_are_not(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    value = f"$(touch {mark}) `touch {mark}` ${{x:=$(touch {mark})}} $B ${{B}}"
    text = sourced("B=b\n" + env_script(PREFIX, SPEC, found(A=value)), "A")
    assert text == f"$(touch {mark}) `touch {mark}` ${{x:=$(touch {mark})}} b b"
    assert not mark.exists()


@pytest.mark.parametrize("name", ["A;id", "A=1 B", "$(id)", "", "1A", "A-B"])
def test_a_name_that_is_none_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(FailedError, match="that is no name"):
        register(workspace, "2" * 16, SPEC, found(**{name: "x"}), "once")
    assert list(environments(workspace)) == []


def test_a_package_of_others_on_a_soft_entry_of_ours_is_not_taken_for_ours(ask: Ask, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "hostile", "hostile")
    meta = {"soft_uoa": "model.onnx", "tags": ["x"], "customize": {"install_env": {"A": "$(id)"}}}
    make_entry(root, "package", "model-x", "9" * 16, meta, module_uid="1dc07ee0f4742028")
    assert ask(action="add", cid="repo", path=str(root))["return"] == 0
    answer = ask(action="install", cid="package:model-x")
    assert answer["return"] == 2
    assert "not approved" in answer["error"]


def test_an_environment_is_read_back_with_its_tags_and_version(workspace: Workspace) -> None:
    register(workspace, "2" * 16, SPEC, found(A="x"), "once")
    (one,) = environments(workspace)
    assert {"lib", "mine", "host-os-linux-64", "64bits"} <= set(one.tags)
    assert (one.uid, one.version, one.full_path, one.usable) == ("2" * 16, "1.2", "/bin/sh", True)
