"""Whoever asked: where progress and output go, and who confirms a plan. Silent unless somebody sits there."""

from __future__ import annotations

from ..store.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .plan import Plan


class Console:
    """The silent one: shows nothing, confirms nothing. The command line and the TUI bring their own."""

    def progress(self, share: float | None, text: str) -> None:
        """Show how far something is: `share` from 0 to 1, None when unknown."""

    def output(self, data: bytes) -> None:
        """Show what a job wrote; raw bytes, not safe for a terminal."""

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Show what a job told."""

    def confirm(self, plan: Plan) -> bool:
        """Ask a person whether this may be executed."""
        del plan
        return False


SILENT = Console()
