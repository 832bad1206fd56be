"""What came of the attempts: kept one by one, as rows of a table, and counted by reason."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from parity_subjects import Subject

GOOD = ("registered", "run")
_COLUMNS = (
    *("module", "name", "uid", "repository", "outcome", "reason", "path", "version", "doubtful", "asked"),
    *("traceback", "seconds", "processor_seconds"),
)
# Parts of a path that belong to somebody else: what lies there is no software for others to use.
_FOREIGN = {
    *("_vendor", "third_party", "vendor", "google-cloud-sdk", "node_modules"),
    *("doc", "i18n", "info", "licenses", "lintian", "locale", "man"),
}
_ENDINGS = (  # what a reason says, and the outcome that it is
    ("unsupported", r"OS family is not supported|not (?:meant )?for this (?:operating system|OS|platform)"),
    (
        "missing",
        r"not (?:automatically )?found|not resolved|not installed|missing|no network|can't find|have a name of file"
        r"|no (?:known|registered|artifact|file|software|package|environment|related|name)\b"
        r"|package installation failed|\bneeds\b",
    ),
)
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Found:
    """One registered environment: of which soft (UID), which file, which version."""

    soft: str
    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An outcome, in one line why it isn't the wished one, and what the attempt cost in seconds.

    Outcomes: registered, run; unsupported (another system), missing, failed, asked, traceback, timed out.
    `asked` says what was asked; `traceback` is "command" or "job": who printed one.
    """

    outcome: str
    reason: str
    found: tuple[Found, ...]
    asked: str
    traceback: str
    seconds: float
    processor: float

    @property
    def doubtful(self) -> str:
        """The part of a found path that makes it a wrong hit, most probably."""
        return next((part for one in self.found for part in Path(one.path).parts if part in _FOREIGN), "")


def outcome_of(reason: str) -> str:
    """Say what a reason means: `unsupported`, `missing`, else `failed`."""
    return next((outcome for outcome, pattern in _ENDINGS if re.search(pattern, reason)), "failed")


def has_traceback(text: str) -> bool:
    """Say whether Python printed a traceback."""
    return TRACEBACK in text


def last_line(text: str) -> str:
    """Give the last line that has words in it."""
    return next((line.strip() for line in reversed(text.splitlines()) if re.search(r"\w", line)), "")


class Attempts:
    """The attempts below a folder, a file each, so that a sweep goes on where it was ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def kept(self, subject: Subject) -> Attempt | None:
        """Give what came of it, None when it wasn't tried yet."""
        try:
            values = json.loads(self._file(subject).read_text())
        except FileNotFoundError:
            return None
        return Attempt(**values | {"found": tuple(Found(**one) for one in values["found"])})

    def keep(self, subject: Subject, attempt: Attempt) -> None:
        """Write it down."""
        file = self._file(subject)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".new").write_text(json.dumps(asdict(attempt), indent=1))
        file.with_suffix(".new").replace(file)

    def _file(self, subject: Subject) -> Path:
        return self._folder / subject.module / f"{subject.uid}.json"


Row = tuple[Subject, Attempt]


def write_table(file: Path, rows: Iterable[Row]) -> None:
    """Write the rows as CSV."""
    with file.open("w", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(_COLUMNS)
        for subject, attempt in rows:
            path = ";".join(one.path for one in attempt.found)
            version = ";".join(one.version for one in attempt.found)
            writer.writerow(
                (
                    *(subject.module, subject.alias, subject.uid, subject.repository, attempt.outcome, attempt.reason),
                    *(path, version, attempt.doubtful, attempt.asked, attempt.traceback),
                    *(f"{attempt.seconds:.2f}", f"{attempt.processor:.2f}"),
                )
            )


def summary(rows: Sequence[Row]) -> list[str]:
    """Give lines: how many of each outcome, then the reasons, those that differ only in names and numbers as one."""
    lines: list[str] = []
    for module in sorted({subject.module for subject, _ in rows}):
        of_module = [attempt for subject, attempt in rows if subject.module == module]
        outcomes = Counter(attempt.outcome for attempt in of_module)
        told = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common())
        lines += [f"{module}: {len(of_module)} tried: {told}", *_faults(of_module)]
        reasons = Counter((one.outcome, general(one.reason)) for one in of_module if one.outcome not in GOOD)
        lines += [f"  {number:4d}  {outcome:11s}  {reason}" for (outcome, reason), number in reasons.most_common()]
    return lines


def _faults(attempts: Sequence[Attempt]) -> list[str]:
    counted = {
        "wrong hits, most probably": sum(bool(one.doubtful) for one in attempts),
        "asked something": sum(bool(one.asked) for one in attempts),
        "printed a traceback": sum(one.traceback == "command" for one in attempts),
        "whose job's log has a traceback": sum(one.traceback == "job" for one in attempts),
        "out of time": sum(one.outcome == "timed out" for one in attempts),
        "without a reason in one line": sum(
            one.outcome not in GOOD and (not one.reason or "\n" in one.reason) for one in attempts
        ),
    }
    return [f"  {number:4d}  {name}" for name, number in counted.items()]


def general(reason: str) -> str:
    """Give a reason without the names, paths and numbers that make it this one's."""
    text = re.sub(r"""'[^']*'|"[^"]*"|\(job:\w+\)""", "…", reason)
    text = re.sub(r"\S*/\S*|\S*[\w]\.[\w]\S*|\b\w+:\S+", "…", text)
    return re.sub(r"\d+", "N", text)[:140]


def differences(ours: Sequence[Row], theirs: Sequence[Row]) -> list[str]:
    """Name what one of two sweeps reached and the other didn't, with the other's reason."""
    other = {subject.uid: attempt for subject, attempt in theirs}
    lines: list[str] = []
    for subject, attempt in ours:
        its = other.get(subject.uid)
        if its is not None and (attempt.outcome in GOOD) != (its.outcome in GOOD):
            sign, lacking = ("+", its) if attempt.outcome in GOOD else ("-", attempt)
            lines.append(f"{sign} {subject.module}:{subject.alias}: {lacking.outcome}: {lacking.reason[:160]}")
    return sorted(lines)
