"""The console of requests that threads of the browser carry out: progress goes to the title line."""

import time

from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from ..actions.console import Console
from ..store.errors import CancelledError
from ..store.untrusted import safe_line
from . import messages

_EVERY = 0.1  # seconds between two tellings


class ThreadConsole(Console):
    """Posts progress as messages; a worker that was cancelled ends at its next word."""

    def __init__(self, target: MessagePump) -> None:
        self._target, self._told = target, 0.0

    def progress(self, share: float | None, text: str) -> None:
        """Post how far something is. Raises CancelledError when the worker was cancelled."""
        if get_current_worker().is_cancelled:
            raise CancelledError("cancelled")
        if time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            percent = f"{share:.0%} " if share is not None else ""
            self._target.post_message(messages.Progressed(f"{percent}{safe_line(text, 60)}"))
