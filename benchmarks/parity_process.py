"""A command that can neither ask, nor reach the network, nor outlive its time: what it said, and what it used.

It runs in name spaces of its own with this file as their first process, which collects everything that the command
started, so that the processor time is that of the whole tree and nothing is left when it has ended.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST = 16 << 20  # bytes of an output that are read, its end
_GRACE = 10.0  # seconds that the first process has to end the others
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code (None: out of time), its output, seconds by the clock and of processors."""

    code: int | None
    output: str
    seconds: float
    processor: float


def isolation() -> tuple[str, ...]:
    """Give the words before a command that take the network and foreign processes from it.

    Raises RuntimeError where the system doesn't allow that.
    """
    own_user = () if os.geteuid() == 0 else ("--map-root-user",)
    words = ("unshare", *own_user, "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(
            f"nothing can be cut off from the network here, `{' '.join(words)}` fails: {error}"
        ) from error
    return words


def bounded(
    argv: Sequence[str],
    *,
    isolated: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    output: Path,
) -> Ended:
    """Run a command for so many seconds at most, its input closed; what it writes goes to the file `output`.

    `isolated` is what `isolation` gave.
    """
    report = output.with_suffix(".report")
    report.unlink(missing_ok=True)
    first = (sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(report), str(seconds), *argv)
    started = time.monotonic()
    with output.open("wb") as written:
        process = subprocess.Popen(
            [*isolated, *first],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
        )
        try:
            process.wait(seconds + _GRACE)
        except subprocess.TimeoutExpired:
            pass  # then there is no report, which says the same
        finally:
            process.kill()
            process.wait()
    told = {"code": None, "processor": 0.0, "seconds": time.monotonic() - started}
    with contextlib.suppress(FileNotFoundError):
        told = json.loads(report.read_text())
        report.unlink()
    return Ended(told["code"], _text(output), told["seconds"], told["processor"])


def _text(path: Path) -> str:
    """Give the end of a file: a program may write more than anybody wants in memory."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _MOST))
        return file.read().decode("utf-8", "replace")


def _first_process(report: Path, seconds: float, argv: Sequence[str]) -> None:
    """Be the first process of the name space: start the command, collect all, end all, write the report."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGALRM, _out_of_time)
    started = time.monotonic()
    child = os.posix_spawnp(argv[0], list(argv), os.environ)
    code: int | None = None
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        while code is None:
            number, status = os.waitpid(-1, 0)
            if number == child:
                code = os.waitstatus_to_exitcode(status)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TimeoutError:
        code = None
    elapsed = time.monotonic() - started
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # everything in this name space but its first process
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {"code": code, "seconds": elapsed, "processor": used.ru_utime + used.ru_stime}
    report.write_text(json.dumps(told))


def _out_of_time(_number: int, _frame: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    _first_process(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
