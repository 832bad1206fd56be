"""The console of the command line: progress and job output as they come, and the question before anything runs."""

from __future__ import annotations

import sys

from ..actions.console import Console, exit_code
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ..actions.console import Answer
    from ..actions.trust.question import Question
    from ..actions.trust.repository_trust import Survey
    from .live_output import LiveOutput
    from .plain_output import PlainOutput


class TerminalConsole(Console):
    """Writes what comes from a job to standard output, made safe; progress below it, or to standard error."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self.shows_output = not quiet
        self._output: LiveOutput | PlainOutput | None = None
        self._progress_shown = False

    def progress(self, share: float | None, text: str) -> None:
        """Redraw one line of progress, below the output where that is drawn; nothing where there is no terminal."""
        percent = f"{share:4.0%} " if share is not None else ""
        told = f"{percent}{safe_line(text, 1000)}"
        if self._output is not None and self._draws():
            self._output.note(told)
        elif sys.stderr.isatty():
            columns, _ = _size()
            shown = told if len(told) < columns else f"{told[: columns - 2]}…"
            sys.stderr.write(f"\r\x1b[K{shown}")
            sys.stderr.flush()
            self._progress_shown = True

    def _draws(self) -> bool:
        return not self._quiet and sys.stdout.isatty()

    def _opened(self) -> LiveOutput | PlainOutput:
        if self._output is None:
            self._output = _drawn() if self._draws() else _written()
        return self._output

    def output(self, data: bytes) -> None:
        """Draw what a job wrote."""
        if not self._quiet:
            self._clear_progress()
            self._opened().feed(data)

    def watch(self, folder: Path) -> bool:
        """Tell a job that begins how large this terminal is."""
        from ..actions.jobs.control import send_size  # noqa: PLC0415
        from ..store.errors import UnavailableError  # noqa: PLC0415

        if not self._draws():
            return True
        columns, rows = _size()
        try:
            send_size(folder, rows, columns)
        except UnavailableError:  # it has only just begun
            return False
        return True

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Show how far the job is."""
        for event in events:
            done, total = event.get("done"), event.get("total")
            if event.get("event") == "progress" and isinstance(done, int | float) and isinstance(total, int | float):
                self.progress(done / total if total else None, f"{done:g} of {total:g}")

    def attach(self, folder: Path) -> None:
        """Give this terminal to a running job until it is over or is left."""
        from ..actions.jobs.attaching import attach  # noqa: PLC0415

        attach(folder)

    def shell(self, argv: Sequence[str], *, interactive: bool) -> tuple[int, str]:
        """Run a shell in this terminal; Ctrl-C is for what runs in it."""
        if self._quiet:
            return super().shell(argv, interactive=interactive)
        import signal  # noqa: PLC0415  (seldom)
        import subprocess  # noqa: PLC0415

        self.finish()
        sys.stdout.flush()
        with subprocess.Popen(argv) as process:
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                code = process.wait()
            finally:
                signal.signal(signal.SIGINT, before)
        return exit_code(code), ""

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

    def confirm_removal(self, told: Sequence[str]) -> bool:
        """Show what would be deleted and ask; without a terminal the answer is no."""
        if not self._can_ask():
            return False
        from .asking import ask_removal  # noqa: PLC0415

        return ask_removal(told)

    def _can_ask(self) -> bool:
        """Tell whether somebody sits here, and clear the line of progress for the question."""
        self.finish()
        return not self._quiet and sys.stdin.isatty() and sys.stdout.isatty()

    def _clear_progress(self) -> None:
        if self._progress_shown:
            sys.stderr.write("\r\x1b[K")
            self._progress_shown = False

    def finish(self) -> None:
        """Print what is left of the last line and clear the progress."""
        self._clear_progress()
        if self._output is not None:
            self._output.finish()


def _size() -> tuple[int, int]:
    """Give the terminal's columns and rows."""
    import shutil  # noqa: PLC0415  (nothing quick shows progress)

    return shutil.get_terminal_size((80, 24))


def _drawn() -> LiveOutput:
    from .live_output import LiveOutput  # noqa: PLC0415  (only where a job is followed, in a terminal)

    return LiveOutput(sys.stdout)


def _written() -> PlainOutput:
    from .plain_output import PlainOutput  # noqa: PLC0415  (only where a job is followed)

    return PlainOutput(sys.stdout)
