"""One CK command from the command line: words into a request, its answer onto the terminal, its code as exit code."""

from __future__ import annotations

import json
import sys

from ..actions.grammar import request_of_words
from ..actions.kernel import ALIASES, answer
from ..actions.report import listing
from ..actions.request import request_from
from ..store.errors import CkexploreError, InvalidRequestError
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import safe_line
from ..store.workspace import workspace_from_environment
from .terminal_console import TerminalConsole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..actions.request import Request


def run_command(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    values = request_of_words(words)
    out = values.pop("out", "con")
    if out not in ("con", "json"):
        raise InvalidRequestError(f"--out={safe_line(str(out), 40)} isn't known; use --out=json, or leave it out")
    as_json = out == "json"
    console = TerminalConsole(quiet=as_json)
    try:
        request = request_from(workspace_from_environment(), values, console)
        result = answer(request)
    except CkexploreError as error:
        console.finish()
        if not as_json:
            raise
        _print_json({"return": error.code, "error": str(error)})
        return error.code
    console.finish()
    if as_json:
        _print_json({"return": 0, **result})
    else:
        _print(request, result)
    return 0


def _print_json(value: dict[str, Any]) -> None:
    # ASCII only: no escape sequence or direction mark of a repository's text survives that.
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def _print(request: Request, result: dict[str, Any]) -> None:
    action, brief = ALIASES.get(request.action, request.action), request.flag("min")
    if action in listing.TELLERS:
        lines = listing.tell(action, result, brief)
    else:
        from ..actions.report.telling import tell  # noqa: PLC0415

        lines = tell(action, request.cid.module, result, width=_width(), brief=brief)
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _width() -> int:
    import shutil  # noqa: PLC0415

    return shutil.get_terminal_size((100, 24)).columns
