"""What a program writes into its output files is shown while it runs."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ckexplore.actions.hooks import following
from ckexplore.store.errors import FailedError

from ...conftest import require


def test_output_is_shown_before_the_program_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require("bash")
    monkeypatch.chdir(tmp_path)
    shown: list[bytes] = []

    def write(data: bytes) -> None:
        shown.append(data)
        if b"first" in b"".join(shown):  # only now the program can go on
            Path("go").touch()

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=SimpleNamespace(write=write, flush=lambda: None)))
    line = "echo first > out; until [ -e go ]; do sleep 0.02; done; echo last >> out; echo error > err; exit 7"
    assert following.run(["bash", "-c", line], ["out", "err", "none"]) == 7
    assert b"".join(shown) == b"first\nlast\nerror\n"
    assert following.last_lines("out") == ["first", "last"]


def test_what_is_no_file_is_neither_shown_nor_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    require("bash")
    monkeypatch.chdir(tmp_path)
    assert following.run(["bash", "-c", "mkfifo out; mkdir err; sleep 0.3"], ["out", "err"]) == 0
    following.show("out")
    assert following.last_lines("out") == following.last_lines("err") == following.last_lines("none") == []
    assert capfdbinary.readouterr().out == b""
    with pytest.raises(FailedError, match="can't be started"):
        following.run(["/no/such/program"])
