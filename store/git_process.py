"""One git, started so that nothing but its arguments decides what it does, followed by its progress, ended whole.

The environment, not an option, is what also reaches the programs that git starts itself. Every one of them is in a
session of its own: Ctrl-C reaches us alone, and whoever cancels ends all of them at once.
"""

import contextlib
import math
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import Popen
from typing import IO, Any

from .errors import CkexploreError, UnavailableError
from .search_path import search_path
from .untrusted import safe_line

Progress = Callable[[float | None, str], None]
"""Called with the share done (0 to 1, never less within a stage, None when unknown) and a line of text.

Called at least every quarter of a second, news or not, though not always from the same thread: what it raises cancels.
"""

TRANSPORTS = ("https", "ssh", "git", "http")

_OLDEST_GIT = (2, 32)  # the first that GIT_CONFIG_GLOBAL keeps away from the user's own settings
_KEPT = {"GIT_SSL_CAINFO", "GIT_SSL_CAPATH"}  # whom this machine trusts
_PULSE = 0.25  # seconds; the longest between two signs of life
_SHORTEST = 0.05  # seconds; the shortest
_PATIENCE = 3.0  # seconds for git to remove its lock files
_LINE_LIMIT = 4096
_LINES_KEPT = 50

_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.symlinks": "true",
    "core.attributesFile": os.devnull,
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "credential.helper": "",
    "diff.external": "",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "gc.auto": "0",  # it would go on alone, in the background
    "maintenance.auto": "false",
    "http.sslVerify": "true",
    "http.lowSpeedLimit": "1",  # bytes a second: a dead connection ends, also when nobody is left to cancel it
    "http.lowSpeedTime": "120",  # seconds
    "safe.bareRepository": "explicit",
    "transfer.fsckObjects": "true",
    # What old tools wrote and does no harm: without these, many an old repository couldn't be cloned.
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "protocol.allow": "never",
    **{f"protocol.{name}.allow": "always" for name in TRANSPORTS},
}

# BatchMode: no question is asked. ControlMaster: no connection stays open behind our back.
_SSH = (
    "ssh -oBatchMode=yes -oControlMaster=no -oForwardAgent=no -oForwardX11=no -oClearAllForwardings=yes "
    "-oConnectTimeout=60 -oServerAliveInterval=30 -oServerAliveCountMax=4"
)


class GitFailedError(CkexploreError):
    """git ended with an error; the text is its reason."""


def run(
    words: Sequence[str],
    folder: Path,
    progress: Progress,
    *,
    environment: Mapping[str, str] | None = None,
    held: tuple[int, ...] = (),
) -> None:
    """Run one git command in `folder` to its end; `held` are descriptors that it and its children keep open.

    Raises UnavailableError (no git, or too old), GitFailedError with git's last words, and what `progress` raises:
    then, as after Ctrl-C, git and all that it started has ended.
    """
    git = _git()
    progress(None, f"git {words[0]}")
    ours = {**_environment(folder), **(environment or {})}
    # GitPython adds to our own environment, and only env(1) takes out of it: all but what has a value of ours.
    away = [f"-u{name}" for name in os.environ if name.startswith("GIT_") and name not in _KEPT | ours.keys()]
    started = git.Git(str(folder)).execute(
        ["env", *away, "git", *words],
        as_process=True,
        with_stdout=False,
        shell=False,
        env=ours,
        start_new_session=True,
        pass_fds=held,
    )
    process = started.proc
    try:
        reporter = _reporter(git, progress)
        _follow(process.stderr, reporter)
        if process.wait() != 0:
            raise GitFailedError(_last_words(reporter))
    finally:
        _end(process)


def _environment(folder: Path) -> dict[str, str]:
    """Make the environment that overrides every configuration file git would read."""
    environment = {
        "PATH": search_path(),  # git looks for its helpers and ssh there, in the folder of a clone
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": os.path.dirname(os.path.realpath(folder)),  # no repository around ours
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",  # empty, it hides core.askPass and SSH_ASKPASS
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_PROXY_COMMAND": "",  # empty, it hides core.gitProxy
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ALLOW_PROTOCOL": ":".join(TRANSPORTS),
        "GIT_SSH_COMMAND": _SSH,
        "GIT_SSH_VARIANT": "ssh",
        "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
    }
    for index, (key, value) in enumerate(_SETTINGS.items()):
        environment[f"GIT_CONFIG_KEY_{index}"] = key
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    return environment


def _git() -> Any:
    program = shutil.which("git", path=search_path())
    if program is None:
        raise UnavailableError("git isn't installed; install it (Debian: apt-get install git) and try again")
    os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program  # asked for its version as soon as it is imported
    try:
        import git  # noqa: PLC0415  (8 times the start-up of Python itself)
    except ImportError as error:
        raise UnavailableError(f"git can't be used: {safe_line(str(error), 300)}") from error
    found = git.Git().version_info
    if found < _OLDEST_GIT:
        needed, has = (".".join(map(str, one)) for one in (_OLDEST_GIT, found))
        raise UnavailableError(f"git {has} is too old to be used safely; install git {needed} or newer")
    return git


def _follow(stream: IO[bytes], reporter: Any) -> None:
    """Read each line as it comes and tell the news now and then, until every writer has closed the stream."""
    told = 0.0
    for line in _lines(stream):
        reporter.take(line)
        if (now := time.monotonic()) - told >= _SHORTEST:  # a server may send thousands of lines a second
            reporter.tell()
            told = now
    reporter.tell()


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Give lines, ended by a line feed or a carriage return and cut at a limit; an empty one when nothing came."""
    rest = b""
    while (part := _part(stream, _PULSE)) != b"":
        *whole, rest = (rest + (part or b"")).replace(b"\r", b"\n").split(b"\n")
        rest = rest[:_LINE_LIMIT]
        yield from (line[:_LINE_LIMIT].decode("utf-8", "replace") for line in whole or [b""])
    if rest:
        yield rest.decode("utf-8", "replace")


def _part(stream: IO[bytes], seconds: float) -> bytes | None:
    """Read what is there: None when nothing came in time, no bytes at the end."""
    waiting = select.poll()  # unlike select(), it takes descriptors above 1023
    waiting.register(stream, select.POLLIN)
    return os.read(stream.fileno(), 1 << 16) if waiting.poll(seconds * 1000) else None


def _end(process: "Popen[bytes]") -> None:
    """End what hasn't ended by itself, with all its children: asked first, for git removes its lock files then."""
    if process.returncode is not None:
        return
    try:
        _signal(process, signal.SIGTERM)
        _drain(process)
    finally:
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: "Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # gone, or (macOS) only zombies are left
        os.killpg(process.pid, number)


def _drain(process: "Popen[bytes]") -> None:
    """Wait until nobody writes any more, which is when the last of them has ended, but not for ever."""
    latest = time.monotonic() + _PATIENCE
    while process.stderr is not None and time.monotonic() < latest and _part(process.stderr, _PULSE) != b"":
        pass


def _reporter(git: Any, progress: Progress) -> Any:
    stages = {
        git.RemoteProgress.COUNTING: "counting",
        git.RemoteProgress.COMPRESSING: "compressing",
        git.RemoteProgress.RECEIVING: "receiving",
        git.RemoteProgress.RESOLVING: "resolving",
        git.RemoteProgress.CHECKING_OUT: "checking out",
    }

    class Reporter(git.RemoteProgress):  # its base exists only after the late import
        def __init__(self) -> None:
            super().__init__()
            self._highest: dict[int, float] = {}
            self._news: tuple[float | None, str] = (None, "connecting")

        def take(self, line: str) -> None:
            # git has called this stage by another name since 2.25, which GitPython doesn't know.
            self._parse_progress_line(line.replace("Updating files:", "Checking out files:", 1).rstrip())
            del self.other_lines[:-_LINES_KEPT], self.error_lines[:-_LINES_KEPT]

        def tell(self) -> None:
            progress(*self._news)

        def update(self, op_code, cur_count, max_count=None, message="") -> None:
            stage = op_code & self.OP_MASK
            share = _share(cur_count, max_count)
            if share is not None:
                share = self._highest[stage] = max(share, self._highest.get(stage, 0.0))
            self._news = (share, safe_line(f"{stages.get(stage, 'working')} {message}".strip(), 200))

    return Reporter()


def _share(count: Any, of: Any) -> float | None:
    """Give the part that is done; a server may send any digits: more than there is, or too many for a number."""
    done, total = float(count or 0), float(of or 0)
    return min(done / total, 1.0) if total > 0 and math.isfinite(done) and math.isfinite(total) else None


def _last_words(reporter: Any) -> str:
    """Give git's reason: its own errors first, then what the other side said of errors, then its last line."""
    told = [line for line in reporter.other_lines if line.strip()]
    reasons = [*reporter.error_lines, *(line for line in told if "fatal:" in line or "error:" in line), *told[-1:]]
    return safe_line(reasons[0].strip(), 300) if reasons else "git gave no reason"
