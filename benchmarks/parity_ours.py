"""Ours on a home of its own, from the command line as a script would use it: the repositories trusted as they are."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from parity_attempts import TRACEBACK, Attempt, Found, has_traceback, last_line, outcome_of
from parity_homes import PreparedHome, environments
from parity_process import Ended, bounded, isolation
from parity_subjects import Subject, repository_info

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PREPARATION = 300.0  # seconds for one step of it
_UNANSWERED = "EOFError"
_LOG = 256 * 1024  # bytes of a log that are read
_SHORT = ("--repeat=1", "--skip_calibration=yes")  # ck's options: once, however short that is


class Ours:
    """ckexplore in `folder`; the repositories stay where they are."""

    def __init__(self, program: Path, folder: Path, roots: Sequence[Path]) -> None:
        self._program, self._folder, self.roots = program, folder, roots
        self._home = PreparedHome(folder)
        self._isolated = isolation()

    def renew(self) -> None:
        """Make the home again what it was after its preparation."""
        self._home.renew()

    def prepare(self) -> None:
        """Register the repositories, and trust each at its present content."""
        (self._folder / "output").mkdir(parents=True, exist_ok=True)
        self._home.prepare(self._register)

    def soft(self, subject: Subject, seconds: float) -> Attempt:
        """Detect one software from a home where nothing is registered."""
        self.renew()
        before = self._jobs()
        ended = self.command(f"soft-{subject.uid}", seconds, "detect", subject.cid)
        found = tuple(one for one in environments(self._ck_home / "local") if one.soft in (subject.uid, subject.alias))
        lacking = "" if found else "it ended well but registered nothing"
        return attempt_of("registered", ended, self._logs(before), found=found, lacking=lacking)

    def program(self, subject: Subject, seconds: float) -> Attempt:
        """Compile and run one program, in the home that those before it have filled."""
        before = self._jobs()
        ended = self.command(f"program-{subject.uid}", 2 * seconds, "run", subject.cid, *_SHORT)
        return attempt_of("run", ended, self._logs(before))

    @property
    def _ck_home(self) -> Path:
        return self._home.path / "ck"

    def _register(self) -> None:
        (self._home.path / "user").mkdir()
        for number, root in enumerate(self.roots):
            self._prepared(number, "add", "repo", f"--path={root}")
            trust = ("trust", f"repo:{repository_info(root)['data_uid']}")
            surveyed = self._prepared(number, *trust, "--dry-run")
            self._prepared(number, *trust, "--yes", f"--expect={surveyed['approval']}")

    def _prepared(self, number: int, *words: str) -> dict[str, Any]:
        ended = self.command(f"prepare-{number}", _PREPARATION, *words)
        answer = answer_of(ended.output)
        if answer is None or answer.get("return") != 0:
            raise RuntimeError(f"`ckexplore {' '.join(words)}` failed: {last_line(ended.output)}")
        return answer

    def command(self, name: str, seconds: float, *words: str) -> Ended:
        """Give one command in the home as it is; its output goes to the file of that name."""
        environment = {
            "HOME": str(self._home.path / "user"),
            "CKEXPLORE_HOME": str(self._ck_home),
            "PATH": _SYSTEM_PATH,
            "LANG": "C.UTF-8",
        }
        return bounded(
            [str(self._program), *words, "--out=json"],
            isolated=self._isolated,
            folder=self._home.path / "user",
            environment=environment,
            seconds=seconds,
            output=self._folder / "output" / f"{name}.txt",
        )

    def _jobs(self) -> set[Path]:
        return set((self._ck_home / "jobs" / "job").glob("*"))

    def _logs(self, before: set[Path]) -> str:
        """Give the ends of what the jobs wrote that weren't there before."""
        logs = [job / "output.log" for job in sorted(self._jobs() - before)]
        return "\n".join(log.read_bytes()[-_LOG:].decode("utf-8", "replace") for log in logs if log.is_file())


def attempt_of(good: str, ended: Ended, log: str, *, found: tuple[Found, ...] = (), lacking: str = "") -> Attempt:
    """Judge what ckexplore answered and what its jobs logged.

    `good` is the outcome when it went well, `lacking` says why it didn't although the answer says so.
    """
    answer = answer_of(ended.output)
    error = str(answer.get("error", "")) if answer else ""
    if ended.code is None:
        outcome, reason = "timed out", last_line(log) or last_line(ended.output)
    elif has_traceback(ended.output):
        outcome, reason = "traceback", last_line(ended.output)
    elif answer is None:
        outcome, reason = "failed", f"its answer isn't JSON: {last_line(ended.output)}"
    elif answer.get("return") == 0 and ended.code == 0:
        outcome, reason = ("failed", lacking) if lacking else (good, "")
    else:
        outcome, reason = outcome_of(error), error
    return Attempt(
        outcome=outcome,
        reason=reason,
        found=found,
        asked=asked_in(log),
        traceback="command" if has_traceback(ended.output) else "job" if has_traceback(log) else "",
        seconds=ended.seconds,
        processor=ended.processor,
    )


def answer_of(output: str) -> dict[str, Any] | None:
    """Give the JSON object that the output is; None when it is anything else."""
    try:
        answer = json.loads(output)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def asked_in(log: str) -> str:
    """Give the line of a job's log at which a program read from a closed input; empty when none did."""
    before, unanswered, _ = log.partition(_UNANSWERED)
    if not unanswered:
        return ""
    return last_line(before.rpartition(TRACEBACK)[0]) or _UNANSWERED
