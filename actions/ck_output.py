"""What CK's `out` asks for: an answer told as text, or as JSON, on standard output or in a file."""

from __future__ import annotations

import json
import sys

from ..store.errors import CkexploreError, InvalidRequestError
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .request import Request

SEPARATOR = "*** ### --- CK JSON SEPARATOR --- ### ***"
"""The line that the original CK prints before the JSON, for who reads it after a program's own output."""
_KINDS = ("con", "json", "json_with_sep", "json_file", "none", "")


def asked_output(values: Mapping[str, Any]) -> tuple[str, str]:
    """Give the kind of output that a request asks for and the file for it. Raises InvalidRequestError."""
    kind, file = (str(values.get(name) or "") for name in ("out", "out_file"))
    if kind not in _KINDS:
        raise InvalidRequestError(
            f"--out={safe_line(kind, 40)} isn't known; use --out=json, json_with_sep or json_file, or leave it out"
        )
    if kind == "json_file" and not file:
        raise InvalidRequestError("--out=json_file needs the name of the file: --out_file=FILE")
    return kind, file


def deliver(output: tuple[str, str], request: Request | None, answer: dict[str, Any]) -> dict[str, Any]:
    """Print or write an answer as it was asked for, and return it, or the error that came of that."""
    kind, file = output
    try:
        if kind.startswith("json"):
            write_json(kind, file, answer)
        elif kind == "con" and answer["return"]:
            _print(f"CK error: {safe_line(str(answer.get('error', '')))}!")
        elif kind == "con" and request is not None:
            print_told(request, answer)
    except CkexploreError as error:
        return {**answer, "return": error.code, "error": str(error)}
    return answer


def write_json(kind: str, file: str, answer: Mapping[str, Any]) -> None:
    """Write an answer as JSON: to a file, or to standard output, perhaps after a separator. Raises CkexploreError."""
    # ASCII only: no escape sequence or direction mark of a repository's text survives that.
    text = json.dumps(answer, indent=2, default=str) + "\n"
    if kind == "json_file":
        from pathlib import Path  # noqa: PLC0415

        from ..store.formats.ck_entries import write_text  # noqa: PLC0415

        write_text(Path(file).expanduser().absolute(), text)
        return
    if kind == "json_with_sep":
        _print(SEPARATOR)
    sys.stdout.write(text)


def print_told(request: Request, answer: Mapping[str, Any]) -> None:
    """Print an answer as text, every line safe for a terminal."""
    from .kernel import action_name  # noqa: PLC0415
    from .report import listing  # noqa: PLC0415

    action, brief = action_name(request), request.flag("min")
    if action in listing.TELLERS:
        lines = listing.tell(action, answer, brief, request.options)
    else:
        from .report.telling import tell  # noqa: PLC0415

        lines = tell(action, request.cid.module, answer, width=_width(), brief=brief)
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _width() -> int:
    import shutil  # noqa: PLC0415

    return shutil.get_terminal_size((100, 24)).columns
