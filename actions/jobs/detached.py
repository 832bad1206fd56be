"""Starting processes that outlive whoever started them: a job's supervisor, and the queue's dispatcher."""

import fcntl
import importlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from ...store.errors import CkexploreError
from ...store.workspace import Workspace

DISPATCHER_LOCK = "dispatcher"
_COMMAND_LINE = "ckexplore.cli.main"


def start_supervisor(workspace: Workspace, folder: Path) -> None:
    """Start the supervisor of a job; when this returns it holds the job's lock. Raises CkexploreError."""
    _start(workspace, "supervisor", folder, folder / "supervisor.log")


def start_dispatcher(workspace: Workspace) -> None:
    """Start the queue's dispatcher unless it runs. Raises CkexploreError."""
    folder = workspace.home / "queue"
    with (folder / DISPATCHER_LOCK).open("ab") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return
    _start(workspace, "dispatcher", folder, folder / "dispatcher.log")


def _start(workspace: Workspace, module: str, folder: Path, log: Path) -> None:
    """Run a module of ours that forks and ends at once: what goes on is nobody's child and gets no hang-up of ours."""
    environment = {**os.environ, "CKEXPLORE_HOME": str(workspace.home)}
    start = _forked if _is_command_line() else _executed
    try:
        with log.open("wb") as stream:
            code = start(module, folder, stream, environment)
    except OSError as error:
        raise CkexploreError(f"the {module} of {folder} can't be started ({error.strerror})") from error
    if code:
        raise CkexploreError(f"the {module} of {folder} can't be started; {log} says why")


def _is_command_line() -> bool:
    """Tell whether this process is `ckexplore` itself, for one command and without threads.

    Whoever else calls us has objects of which a copy must not be cleaned up, and perhaps locks.
    """
    started = sys.modules["__main__"]
    name = getattr(getattr(started, "__spec__", None), "name", "")
    called = getattr(getattr(started, "main", None), "__module__", "")
    return _COMMAND_LINE in (name, called) and threading.active_count() == 1


def _executed(module: str, folder: Path, log: IO[bytes], environment: dict[str, str]) -> int:
    """Run the module in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", f"ckexplore.actions.jobs.{module}", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
        env=environment,
        start_new_session=True,
        check=False,
    )
    return done.returncode


def _forked(module: str, folder: Path, log: IO[bytes], environment: dict[str, str]) -> int:
    """Run the module in a copy of this process, which has imported most of it: that halves what a start takes."""
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # terminals and locks are the other's
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [module, str(folder)]
        importlib.import_module(f".{module}", __package__).main()
        code = 0
    except BaseException:
        import traceback  # noqa: PLC0415

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def detach(lock: Path, *, wait: bool = True) -> int:
    """Hold a lock for life, and go on as a process of our own, deaf to hang-ups; give the lock's descriptor.

    The parent ends here, once the child holds the lock: there is no moment without it. Raises BlockingIOError when
    another holds the lock and it is not to be waited for.
    """
    descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return descriptor
