"""The console of the command line: progress and job output as they come, and the question before anything runs."""

from __future__ import annotations

import sys

from ..actions.console import Console
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ..actions.console import Answer
    from ..actions.trust.question import Question
    from ..actions.trust.repository_trust import Survey


class TerminalConsole(Console):
    """Writes what comes from a job to standard output, line by line and made safe; progress to standard error."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._partial = b""
        self._progress_shown = False

    def progress(self, share: float | None, text: str) -> None:
        """Redraw one line of progress; nothing when standard error is no terminal."""
        if sys.stderr.isatty():
            percent = f"{share:4.0%} " if share is not None else ""
            sys.stderr.write(f"\r\x1b[K{percent}{safe_line(text, 70)}")
            sys.stderr.flush()
            self._progress_shown = True

    def output(self, data: bytes) -> None:
        """Print whole lines; of a line that was redrawn with carriage returns, what it showed last."""
        if self._quiet:
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            sys.stdout.write(_shown(line) + "\n")
        sys.stdout.flush()

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Show how far the job is."""
        for event in events:
            done, total = event.get("done"), event.get("total")
            if event.get("event") == "progress" and isinstance(done, int | float) and isinstance(total, int | float):
                self.progress(done / total if total else None, f"{done:g} of {total:g}")

    def attach(self, folder: Path) -> None:
        """Give this terminal to a running job until it is over or is left."""
        from ..actions.jobs.attaching import attach  # noqa: PLC0415

        sys.stdout.write(f"attached to job:{folder.name}; Ctrl-\\ leaves it, and it goes on\n")
        sys.stdout.flush()
        attach(folder)

    def confirm(self, question: Question) -> Answer:
        """Show the plan and ask; without a terminal the answer is no."""
        if not self._can_ask():
            return "cancel"
        from .asking import ask  # noqa: PLC0415

        return ask(question)

    def confirm_trust(self, survey: Survey) -> bool:
        """Show what would be trusted and ask; without a terminal the answer is no."""
        if not self._can_ask():
            return False
        from .asking import ask_trust  # noqa: PLC0415

        return ask_trust(survey)

    def _can_ask(self) -> bool:
        """Tell whether somebody sits here, and clear the line of progress for the question."""
        self._clear_progress()
        return not self._quiet and sys.stdin.isatty() and sys.stdout.isatty()

    def _clear_progress(self) -> None:
        if self._progress_shown:
            sys.stderr.write("\r\x1b[K")
            self._progress_shown = False

    def finish(self) -> None:
        """Print what is left of the last line and clear the progress."""
        self._clear_progress()
        if self._partial and not self._quiet:
            sys.stdout.write(_shown(self._partial) + "\n")
        self._partial = b""


def _shown(line: bytes) -> str:
    import re  # noqa: PLC0415

    text = line.rstrip(b"\r").rsplit(b"\r", 1)[-1].decode("utf-8", "replace")
    without_colours = re.sub(r"\x1b\[[0-9;:]*[mK]", "", text)
    return safe_line(without_colours)
