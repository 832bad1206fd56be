"""The original ck 2.6.4 on a home of its own, used as a script would use it: quiet, and nobody there to answer."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from parity_attempts import Attempt, Found, has_traceback, last_line, outcome_of
from parity_homes import PreparedHome, environments
from parity_process import Ended, bounded, isolation
from parity_subjects import Subject, repository_info

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_UNANSWERED = "EOFError: EOF when reading a line"
_QUESTION = re.compile(r"([^\n]*?)\s*Traceback \(most recent call last\)")
# What is asked although everybody said --quiet, the first thing offered, and the option that would have said it.
_OFFERS = (
    ("cmd_key", re.compile(r"More than one commmand line is found.*?^0\) (\S+) \(", re.M | re.S)),
    ("dataset_uoa", re.compile(r"More than one dataset entry is found.*?^0\) [^\n]*\((\w{16})\)$", re.M | re.S)),
)


class Original:
    """ck in `folder`, with copies of the repositories there, because ck builds programs inside them."""

    def __init__(self, ck: Path, folder: Path, roots: Sequence[Path]) -> None:
        self._ck, self._folder, self._given = ck, folder, roots
        self.roots = [folder / "repositories" / root.name for root in roots]
        self._home = PreparedHome(folder)
        self._isolated = isolation()

    def renew(self) -> None:
        """Make the home again what it was after its preparation."""
        self._home.renew()

    def prepare(self) -> None:
        """Copy the repositories, register them, and let ck look at the platform, which asks otherwise."""
        for given, root in zip(self._given, self.roots, strict=True):
            if not root.is_dir():
                shutil.copytree(given, root, symlinks=True)
        (self._folder / "output").mkdir(exist_ok=True)
        self._home.prepare(self._register)

    def soft(self, subject: Subject, seconds: float) -> Attempt:
        """Detect one software from a home where nothing is registered."""
        self.renew()
        ended = self.command(f"soft-{subject.uid}", seconds, "detect", subject.cid)
        local = self._home.path / "CK" / "local"
        found = tuple(one for one in environments(local) if one.soft == subject.uid)
        return attempt_of("registered" if ended.code == 0 and found else "", [ended], found=found)

    def program(self, subject: Subject, seconds: float) -> Attempt:
        """Compile and run one program, in the home that those before it have filled."""
        compiled = self.command(f"program-{subject.uid}-compile", seconds, "compile", subject.cid)
        if compiled.code != 0:
            return attempt_of("", [compiled])
        told, asked = [compiled], ""
        answers = {"repeat": "1", "skip_calibration": "yes"}
        while True:
            words = [f"--{name}={value}" for name, value in answers.items()]
            ran = self.command(f"program-{subject.uid}-run", seconds, "run", subject.cid, *words)
            told.append(ran)
            offered = offer(ran.output, answers)
            if ran.code == 0 or not offered:
                break
            asked = asked or question(ran.output)
            answers |= offered
        good = ran.code == 0 and "execution likely failed" not in ran.output.lower()
        return attempt_of("run" if good else "", told, asked=asked)

    def _register(self) -> None:
        for name in ("CK/local", "user"):
            (self._home.path / name).mkdir(parents=True, exist_ok=True)
        told = [(repository_info(root), root) for root in self.roots]
        named = {info["data_alias"]: info["data_uid"] for info, _ in told}
        known = {info["data_uid"]: info | {"dict": info["dict"] | {"path": str(root)}} for info, root in told}
        local = self._home.path / "CK" / "local"
        (local / ".ck.cache_repo_uoa.json").write_text(json.dumps(named))
        (local / ".ck.cache_repo_info.json").write_text(json.dumps(known))
        self.command("platform", 100, "detect", "platform.os", "--platform_init_uoa=generic-linux-dummy")

    def command(self, name: str, seconds: float, *words: str) -> Ended:
        """Give one command in the home as it is; its output goes to the file of that name."""
        environment = {
            "HOME": str(self._home.path / "user"),
            "CK_REPOS": str(self._home.path / "CK"),
            "CK_TOOLS": str(self._home.path / "CK-TOOLS"),
            "PATH": f"{self._ck.parent}:{_SYSTEM_PATH}",
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",  # a question stands before what becomes of it
        }
        return bounded(
            [str(self._ck), *words, "--quiet"],
            isolated=self._isolated,
            folder=self._home.path / "user",
            environment=environment,
            seconds=seconds,
            output=self._folder / "output" / f"{name}.txt",
        )


def offer(output: str, answers: dict[str, str]) -> dict[str, str]:
    """Give the option that would have answered what ck asked, with the first of what it offered; nothing if none."""
    if _UNANSWERED not in output:
        return {}
    found = ((name, pattern.search(output)) for name, pattern in _OFFERS if name not in answers)
    return next(({name: match[1]} for name, match in found if match), {})


def question(output: str) -> str:
    """Give what ck asked at last when nobody was there; empty when it asked nothing."""
    if _UNANSWERED not in output:
        return ""
    match = _QUESTION.search(output)
    return match[1].strip() if match else "?"


def attempt_of(good: str, told: Sequence[Ended], *, found: tuple[Found, ...] = (), asked: str = "") -> Attempt:
    """Judge what ck said; `good` is the outcome when it went well."""
    last = told[-1]
    unanswered = question(last.output)
    if good:
        outcome, reason = good, ""
    elif last.code is None:
        outcome, reason = "timed out", last_line(last.output)
    elif unanswered:
        outcome, reason = "asked", unanswered
    elif has_traceback(last.output):
        outcome, reason = "traceback", last_line(last.output)
    else:
        reason = _reason(last.output)
        outcome = outcome_of(reason)
    return Attempt(
        outcome=outcome,
        reason=reason,
        found=found,
        asked=unanswered or asked,
        traceback="command" if has_traceback(last.output) and not unanswered else "",
        seconds=sum(one.seconds for one in told),
        processor=sum(one.processor for one in told),
    )


def _reason(output: str) -> str:
    """Give the line that says best why ck gave up: its own, with what its warning before it names."""
    lines = [line.strip() for line in output.splitlines()]
    errors = [line for line in lines if line.startswith(("CK error:", "Program execution likely"))]
    if not errors:
        return last_line(output)
    missing = [line for line in lines if line.startswith("WARNING: no registered CK environment was found for")]
    named = re.search(r'found for "([^"]*)" dependency with tags="([^"]*)"', missing[-1]) if missing else None
    return f"{errors[-1]} [{named[2]}]" if named and "installation failed" in errors[-1] else errors[-1]
