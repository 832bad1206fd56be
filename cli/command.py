"""One CK command from the command line: words into a request, its answer onto the terminal, its code as exit code."""

from __future__ import annotations

from ..actions.ck_output import asked_output, print_told, write_json
from ..actions.grammar import request_of_words
from ..actions.kernel import answer
from ..actions.request import request_from
from ..store.errors import CkexploreError
from ..store.quick import TYPE_CHECKING
from ..store.workspace import workspace_from_environment
from .terminal_console import TerminalConsole

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_command(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    values = request_of_words(words)
    kind, file = asked_output({**values, "out": values.pop("out", "") or "con"})
    values.pop("out_file", None)
    as_json = kind.startswith("json")
    console = TerminalConsole(quiet=kind != "con")
    request = None
    try:
        request = request_from(workspace_from_environment(), values, console)
        result = answer(request)
    except CkexploreError as error:
        console.finish()
        if as_json:
            write_json(kind, file, {**error.details, "return": error.code, "error": str(error)})
        elif kind == "con" and request is not None and request.only_looks and error.details:
            print_told(request, error.details)
        if not as_json or kind == "json_file":
            raise
        return error.code
    console.finish()
    if as_json:
        write_json(kind, file, {"return": 0, **result})
    elif kind == "con":
        print_told(request, result)
    return int(result.get("return", 0))  # of a shell, that of its last command
