"""Looking for many pieces of software at once: each is found, missing or failed, and the job goes on."""

import re
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.console import Console
from ckexplore.actions.kernel import answer, plan
from ckexplore.actions.report.detection_telling import is_several, outcome_of
from ckexplore.actions.report.telling import tell
from ckexplore.actions.request import request_from
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .conftest import Ask
from .hostile import Stranger

BATCH = {"action": "detect", "cid": "soft:try.*"}


class Watching(Console):
    """Keeps what is told of the progress."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def progress(self, share: float | None, text: str) -> None:
        del share
        self.told.append(text)


@pytest.fixture
def batch(ask: Ask, workspace: Workspace, tmp_path: Path) -> None:
    """Four entries: a shell that is found, one that isn't there, one whose hook fails, one that can't be planned."""
    del ask
    require("sh")
    stranger = Stranger(workspace, tmp_path / "stranger")
    wrong = "def setup(i):\n    raise ValueError('no set-up')\n"
    for name, file, more, files in (
        ("try.found", "sh", {}, {}),
        ("try.missing", "ckexplore-has-no-such-file", {}, {}),
        ("try.failing", "sh", {}, {"customize.py": wrong}),
        ("try.needy", "sh", {"deps": {"cc": {"tags": "of-yore"}}}, {}),
    ):
        stranger.entry("soft", name, {"customize": {"soft_file_universal": file}, **more}, files)


def test_each_is_found_missing_or_failed_and_the_table_says_why(workspace: Workspace, batch: None) -> None:
    del batch
    console = Watching()
    expected = plan(request_from(workspace, BATCH)).approval
    request = request_from(workspace, {**BATCH, "yes": True, "expect": expected}, console)
    result = answer(request)
    outcome = outcome_of(result)
    assert [name for name, _, _ in outcome.found] == ["try.found"]
    assert [name for name, _ in outcome.missing] == ["try.missing", "try.needy"]
    assert [name for name, _ in outcome.failed] == ["try.failing"]
    reasons = dict((*outcome.missing, *outcome.failed))
    assert "no file named ckexplore-has-no-such-file" in reasons["try.missing"]
    assert "of-yore" in reasons["try.needy"]
    assert "no set-up" in reasons["try.failing"]
    lines = tell("detect", "soft", result, width=70)
    assert all(len(line) <= 70 for line in lines)
    assert lines[-1].startswith("1 found, 2 missing, 1 failed (job:")
    assert any(re.fullmatch(r"[123] of 3 detect soft:try\.(found|missing|failing)", told) for told in console.told)


def test_software_that_isnt_here_has_cks_code_for_that(workspace: Workspace, batch: None, ask: Ask) -> None:
    del batch
    request = {"action": "detect", "cid": "soft:try.missing"}
    expected = plan(request_from(workspace, request)).approval
    assert ask(**request, yes=True, expect=expected)["return"] == 16


def test_a_batch_that_finds_nothing_is_told_as_well() -> None:
    result: dict[str, Any] = {
        "not_met": [{"title": "detect soft:x", "reason": "X:\n no file", "exit_code": 16}],
        "job": "00ff",
        "seconds": 1.0,
    }
    lines = tell("detect", "soft", result, width=60)
    assert "x  X: no file" in lines
    assert lines[-1] == "0 found, 1 missing, 0 failed (job:00ff, 1 s)"


def test_one_detection_is_told_in_one_line() -> None:
    one = {"environment": "local:env:00aa", "full_path": "/usr/bin/gcc", "version": "12.2.0"}
    result = {**one, "environments": [{"title": "detect soft:compiler.gcc", **one}], "job": "00ff", "seconds": 1.0}
    assert not is_several(result)
    assert tell("detect", "soft", result) == ["", "registered local:env:00aa: /usr/bin/gcc 12.2.0"]
