"""A stage in its sandbox, for tests: a home with secrets, a workspace in it, a job, and real bubblewrap."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ckexplore.actions.plan import Sandbox, Stage
from ckexplore.actions.trust.sandbox import Availability, Command, availability, sandboxed
from ckexplore.store.workspace import Workspace

from ...conftest import require

JOB, OTHER_JOB = "0123456789abcdef", "fedcba9876543210"
SECRET = "the-secret-of-the-home"


@dataclass
class Box:
    """One job of a workspace, whose stages are run as the supervisor does."""

    home: Path
    workspace: Workspace
    available: Availability
    variables: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] | None = None
    """What the process of a stage does before it becomes bubblewrap."""

    @property
    def job(self) -> Path:
        return self.workspace.jobs / "job" / JOB

    @property
    def place(self) -> Path:
        return self.job / "stages" / "0"

    @property
    def copy(self) -> Path:
        return self.job / "copy"

    def stage(
        self,
        *argv: str,
        profile: str = "offline",
        reads: tuple[str, ...] = (),
        writes: tuple[str, ...] | None = None,
        environments: tuple[str, ...] = (),
    ) -> Stage:
        """Make a stage; it may change `copy` unless `writes` says otherwise."""
        sandbox = Sandbox(profile, reads, (str(self.copy),) if writes is None else writes, environments)
        return Stage("a stage", argv, (), cwd=str(self.job), environment=self.variables, sandbox=sandbox)

    def command(self, stage: Stage) -> Command:
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.home), "CKEXPLORE_STAGE": str(self.place)}
        return sandboxed(self.workspace, stage, {**kept, **stage.environment}, self.available)

    def run(
        self,
        *argv: str,
        profile: str = "offline",
        reads: tuple[str, ...] = (),
        writes: tuple[str, ...] | None = None,
        environments: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a stage to its end; what it writes, errors too, is its `stdout`."""
        stage = self.stage(*argv, profile=profile, reads=reads, writes=writes, environments=environments)
        command = self.command(stage)
        with command.filtered() as (words, held):
            return subprocess.run(
                words,
                env=command.environment,
                cwd=stage.cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
                pass_fds=held,
                preexec_fn=self.before,
            )

    def start(self, *argv: str, profile: str = "offline") -> subprocess.Popen[bytes]:
        """Start a stage in a session of its own; whoever calls ends it."""
        command = self.command(self.stage(*argv, profile=profile))
        assert "--unshare-pid" in command.argv
        return subprocess.Popen(command.argv, env=command.environment, start_new_session=True)


@pytest.fixture
def box(workspace: Workspace, tmp_path: Path) -> Box:
    """A box in an empty workspace, and secrets all around it."""
    require("bwrap")
    available = availability()
    if not available.usable:
        pytest.skip(available.reason)
    made = Box(tmp_path, workspace, available)
    for folder in (made.place, made.copy, workspace.tools, workspace.local / "notes", tmp_path / ".ssh"):
        folder.mkdir(parents=True)
    other = workspace.jobs / "job" / OTHER_JOB
    for folder in (other / "stages" / "0", workspace.home / "trust"):
        folder.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / ".ssh", workspace.local / "notes", other, workspace.home / "trust", made.job):
        (folder / "secret.txt").write_text(SECRET)
    return made


def processes_with(text: str) -> list[int]:
    """List the processes that have a text among their arguments."""
    found: list[int] = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if text.encode() in words:
                found.append(int(name))
    return found


def wait_until_gone(text: str) -> list[int]:
    """Wait, a few seconds at most, until no process has a text among its arguments; give those that were left."""
    deadline = time.monotonic() + 5
    while (left := processes_with(text)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


def wait_until_there(path: Path) -> None:
    """Wait, a few seconds at most, until a file is there."""
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} was never made"
        time.sleep(0.01)
