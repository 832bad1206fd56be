"""`virtual env` on a terminal of its own: a real pty between the person and the shell."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

from ckexplore.actions.environments import register
from ckexplore.store.workspace import Workspace

from ..actions.test_environments import SPEC, found
from ..conftest import require


def read_until(master: int, text: str) -> str:
    shown = ""
    while text not in shown:
        try:
            shown += os.read(master, 4096).decode("utf-8", "replace")
        except OSError as error:  # the shell is gone
            raise AssertionError(f"{text!r} was never shown, but {shown!r}") from error
    return shown


def interrupt_until(master: int, text: str) -> None:
    """Type Ctrl-C until a text is shown: bash forgets one that comes while it starts a command."""
    shown = ""
    for _ in range(60):
        os.write(master, b"\x03")
        while select.select([master], [], [], 1.0)[0]:
            shown += os.read(master, 4096).decode("utf-8", "replace")
            if text in shown:
                return
    raise AssertionError(f"{text!r} was never shown, but {shown!r}")


def test_a_shell_has_the_environment_survives_an_interrupt_and_its_exit_code_is_ours(
    workspace: Workspace, tmp_path: Path
) -> None:
    require("bash")
    (tmp_path / ".bashrc").write_text("PS1='ready> '\nexport CK_X=of-bashrc\n")
    register(workspace, "2" * 16, SPEC, found(CK_X="of-env"), "once")
    command = [sys.executable, "-m", "ckexplore.cli.main", "virtual", "env", "--tags=mine"]
    master, slave = pty.openpty()
    with subprocess.Popen(["setsid", "--ctty", "--wait", *command], stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        assert "a shell with x 1.2; `exit` leaves it" in read_until(master, "ready> ")
        os.write(master, b"(echo be''gun; sleep 1000; echo never)\n")
        read_until(master, "begun")
        interrupt_until(master, "ready> ")
        os.write(master, b'echo "<$CK_X>"; exit 9\n')
        read_until(master, "<of-env>")
        assert process.wait(60) == 9
    os.close(master)
