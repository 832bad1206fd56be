"""Actions of the module `annotation`: list, export and import what you wrote about artifacts."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...store import annotations, saved_searches
from ...store.annotations import Annotation
from ...store.errors import InvalidRequestError, RefusedError
from ...store.formats import ck_entries
from ...store.untrusted import safe_line
from ..annotating import given_file
from ..request import Request, refuse_unknown_options

__all__ = ["add", "export", "show"]

_FORMATS = ("json", "md", "csv")


def show(request: Request) -> dict[str, Any]:
    """Show what you wrote about artifacts; `--bookmarked` and `--tags=a,b` narrow, the newest bookmark comes first."""
    refuse_unknown_options(request, {"bookmarked", "tags"})
    wanted, uid = set(request.words("tags")), request.cid.artifact
    found = [one for one in _sorted(annotations.annotations(request.workspace).values()) if wanted <= set(one.tags)]
    if uid and uid != "*":
        found = [one for one in found if one.uid == uid.lower()]
    if request.flag("bookmarked"):
        found = sorted((one for one in found if one.bookmarked), key=lambda one: one.bookmarked, reverse=True)
    return {"annotations": [asdict(one) for one in found]}


def export(request: Request) -> dict[str, Any]:
    """Export all that you wrote, and your saved searches: `--file=FILE`, `--format=json|md|csv`; JSON loses nothing.

    A file that is there is overwritten only with `--force`; without `--file` everything goes to standard output.
    """
    refuse_unknown_options(request, {"file", "format", "force"})
    file = given_file(request) if "file" in request.options else None
    kind = _format(request, file)
    written = _sorted(annotations.annotations(request.workspace, as_written=kind == "json").values())
    searches = saved_searches.saved_searches(request.workspace)
    text = _text(kind, written, searches)
    answer = {
        "format": kind,
        "annotations": len(written),
        "searches": len(searches),
        "problems": [one.problem for one in written if one.problem],
    }
    if file is None:
        return {**answer, "text": text}
    _refuse_overwriting(request, file)
    ck_entries.write_text(file, text, mode=0o600)
    return {**answer, "file": safe_line(str(file))}


def add(request: Request) -> dict[str, Any]:
    """Import what `export annotation` wrote: `import annotation --file=FILE`. It is added to what you have.

    Nothing of yours is replaced: tags are joined, another note comes below yours, another search of the same name gets
    a number. Importing the same file again changes nothing.
    """
    from ..annotation_files import read_json  # noqa: PLC0415

    refuse_unknown_options(request, {"file"})
    file = given_file(request)
    theirs, searches = read_json(file)
    return {
        "file": safe_line(str(file)),
        "annotations": len(theirs),
        "changed": sum(annotations.merge(request.workspace, one) for one in theirs),
        "searches": len(searches),
        "added": sum(saved_searches.merge(request.workspace, one) for one in searches),
    }


def _sorted(found: Iterable[Annotation]) -> list[Annotation]:
    return sorted(found, key=lambda one: (one.cid, one.key))


def _format(request: Request, file: Path | None) -> str:
    """Give the format that is asked for, else that of the file's name, else JSON."""
    by_name = {".md": "md", ".csv": "csv"}.get(file.suffix.lower(), "json") if file else "json"
    kind = request.text("format", by_name)
    if kind not in _FORMATS:
        raise InvalidRequestError(f"--format={safe_line(kind, 40)} isn't known; use {', '.join(_FORMATS)}")
    return kind


def _text(kind: str, written: list[Annotation], searches: tuple[saved_searches.SavedSearch, ...]) -> str:
    from .. import annotation_files  # noqa: PLC0415  (msgspec, which the help doesn't need)

    make = {"json": annotation_files.as_json, "md": annotation_files.as_markdown, "csv": annotation_files.as_csv}
    return make[kind](written, searches)


def _refuse_overwriting(request: Request, file: Path) -> None:
    if not file.parent.is_dir():
        raise InvalidRequestError(f"{safe_line(str(file.parent))}: no such folder")
    if os.path.lexists(file) and not (request.flag("force") and file.is_file()):
        raise RefusedError(f"{safe_line(str(file))} is there already; say --force to overwrite it")
