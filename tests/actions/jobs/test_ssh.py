"""A job that was started over SSH goes on when the connection is cut, through a real sshd on loopback."""

import getpass
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ckexplore.actions.jobs import record, stopping
from ckexplore.actions.jobs.queue import submit
from ckexplore.store.workspace import Workspace

from ...conftest import require
from ..waiting import ended, until
from .plans import plan_for


@dataclass(frozen=True)
class Server:
    """An sshd for this user alone."""

    folder: Path
    port: int

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        """Run a command over a connection of its own, with a terminal."""
        options = [
            *("-tt", "-F", "none", "-i", str(self.folder / "user"), "-p", str(self.port)),
            *("-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oLogLevel=ERROR", "-oBatchMode=yes"),
        ]
        words = ["ssh", *options, f"{getpass.getuser()}@127.0.0.1", command]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Start an sshd that lets this user in with a new key."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    sshd = require("sshd")
    require("ssh")
    folder = tmp_path / "sshd"
    folder.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "user.pub",
        "StrictModes": "no",
        "UsePAM": "no",
        "PermitRootLogin": "yes",
        "PidFile": "none",
    }
    config = folder / "config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    log = folder / "log"
    process = subprocess.Popen([sshd, "-D", "-f", config, "-E", log])
    until(lambda: "Server listening" in log.read_text() if log.exists() else False)
    yield Server(folder, port)
    process.terminate()
    process.wait()


def test_a_job_outlives_the_connection_that_started_it(server: Server, workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    plan = plan_for(f"seq 50; while [ ! -e {gate} ]; do sleep 0.05; done; seq 51 100; exit 5")
    before = submit(workspace, plan)
    until(lambda: record.read_state(before).state == "running")
    stopping.cancel(workspace, before)
    words = f"{sys.executable} -m ckexplore.cli.main replay job:{before.name} --yes --expect={plan.approval}"
    connection = server.start(f"env CKEXPLORE_HOME={workspace.home} {words}")
    assert connection.stdout is not None
    seen = b""
    while b"\n50\r" not in seen:
        piece = os.read(connection.stdout.fileno(), 65536)
        assert piece, seen
        seen += piece
    folder = record.all_jobs(workspace)[0]
    assert folder != before
    connection.kill()  # nothing is said to the other side: the connection is cut
    connection.communicate()
    assert record.read_state(folder).state == "running"
    gate.touch()
    assert ended(folder).exit_code == 5
    command = [sys.executable, "-m", "ckexplore.cli.main", "log", f"job:{folder.name}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in shown.splitlines() if line.isdigit()]
    assert lines == [str(number) for number in range(1, 101)]
    assert "ended with exit code 5" in shown
