"""Whoever asked: where progress and output go, and who confirms a plan. Silent unless somebody sits there."""

from __future__ import annotations

from ..store.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any, Literal

    from .trust.question import Question
    from .trust.repository_trust import Survey

    Answer = Literal["cancel", "once", "always"]


class Console:
    """The silent one: shows nothing, confirms nothing. The command line and the TUI bring their own."""

    shows_output = False
    """Whether what a job wrote is seen where it is given to `output`."""

    def progress(self, share: float | None, text: str) -> None:
        """Show how far something is: `share` from 0 to 1, None when unknown."""

    def output(self, data: bytes) -> None:
        """Show what a job wrote; raw bytes, not safe for a terminal."""

    def watch(self, folder: Path) -> bool:
        """Take note that a job begins whose output will be shown; False when it should be asked again."""
        del folder
        return True

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Show what a job told."""

    def attach(self, folder: Path) -> None:
        """Give the terminal to the running job in a folder. Raises UnavailableError where there is none."""
        from ..store.errors import UnavailableError  # noqa: PLC0415

        raise UnavailableError(f"attach needs a terminal of its own: ckexplore attach job:{folder.name}")

    def shell(self, argv: Sequence[str], *, interactive: bool) -> tuple[int, str]:
        """Run a shell, and give its exit code and what it printed where nobody has seen that.

        Raises UnavailableError for an interactive one where there is no terminal for it.
        """
        import subprocess  # noqa: PLC0415

        if interactive:
            from ..store.errors import UnavailableError  # noqa: PLC0415

            raise UnavailableError("a shell needs a terminal of its own; --shell_cmd='…' runs one command without")
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return exit_code(done.returncode), done.stdout.decode("utf-8", "surrogateescape")

    def confirm(self, question: Question) -> Answer:
        """Ask a person whether a plan may be executed: "cancel", "once", or "always" for exactly this content.

        Where `question.unsandboxed` is set, the answer has to be confirmed a second time.
        """
        del question
        return "cancel"

    def confirm_trust(self, survey: Survey) -> bool:
        """Ask a person whether a repository is trusted at its present content."""
        del survey
        return False

    def confirm_removal(self, told: Sequence[str]) -> bool:
        """Ask a person whether what these lines tell, all safe to show, may be deleted."""
        del told
        return False


def exit_code(code: int) -> int:
    """Give the exit code that a shell tells: of what a signal ended, 128 and its number."""
    return code if code >= 0 else 128 - code


SILENT = Console()
