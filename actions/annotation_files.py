"""What the user wrote, as a file: JSON to be read back without a loss, Markdown for people, CSV for spreadsheets."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ..store.annotations import NOTE_LIMIT, Annotation, iso_time
from ..store.errors import InvalidRequestError
from ..store.saved_searches import SavedSearch, checked
from ..store.untrusted import load_json_object, safe_line
from .report.table import csv_text, markdown_table

VERSION = 1
_LIMIT = 64 << 20  # bytes: tens of thousands of notes

_Uid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
_Line = Annotated[str, msgspec.Meta(max_length=2_000)]


class _Annotation(msgspec.Struct):
    uid: _Uid
    module_uid: _Line = ""
    cid: _Line = ""
    tags: tuple[_Line, ...] = ()
    note: Annotated[str, msgspec.Meta(max_length=NOTE_LIMIT)] = ""
    bookmarked: _Line = ""


class _Search(msgspec.Struct):
    name: _Line
    query: _Line = ""
    scope: _Line = ""
    order: _Line = ""


class _Document(msgspec.Struct):
    format: Literal["ckexplore annotations"]
    version: int
    annotations: tuple[_Annotation, ...] = ()
    searches: tuple[_Search, ...] = ()


Annotations = Sequence[Annotation]
Searches = Sequence[SavedSearch]


def as_json(annotations: Annotations, searches: Searches) -> str:
    """Give everything as JSON, in ASCII: notes as they were written can't do anything to a terminal."""
    document = {
        "format": "ckexplore annotations",
        "version": VERSION,
        "annotations": [asdict(one) for one in annotations],
        "searches": [asdict(one) for one in searches],
    }
    return json.dumps(document, indent=2) + "\n"


def read_json(file: Path) -> tuple[list[Annotation], list[SavedSearch]]:
    """Read what `as_json` wrote, all of it checked. Raises UnreadableError or InvalidRequestError."""
    name = safe_line(str(file))
    value = load_json_object(file, _LIMIT)
    if value.get("format") == "ckexplore annotations" and value.get("version") != VERSION:
        raise InvalidRequestError(f"{name}: written by another version of ckexplore, which this one can't read")
    try:
        document = msgspec.convert(value, _Document)
    except msgspec.ValidationError as error:
        raise InvalidRequestError(f"{name}: not an export of annotations ({safe_line(str(error), 300)})") from error
    for number, one in enumerate(document.annotations):
        if one.bookmarked and not iso_time(one.bookmarked):
            raise InvalidRequestError(f"{name}: bookmarked isn't an ISO time at `$.annotations[{number}]`")
    found = [
        Annotation(one.uid, one.module_uid, one.cid, one.tags, one.note, one.bookmarked) for one in document.annotations
    ]
    return found, [checked(SavedSearch(one.name, one.query, one.scope, one.order)) for one in document.searches]


def as_markdown(annotations: Annotations, searches: Searches) -> str:
    """Give everything as Markdown: a heading for each artifact, its note as a quotation, the searches as a table."""
    lines = ["# Annotations", ""]
    for one in annotations:
        lines += _markdown_lines(one)
    if searches:
        rows = [(one.name, one.query, one.scope, one.order) for one in searches]
        lines += ["# Saved searches", "", markdown_table(("name", "query", "scope", "order"), rows)]
    return "\n".join(lines).rstrip() + "\n"


def _markdown_lines(one: Annotation) -> Iterable[str]:
    yield f"## {_code(one.cid or one.uid)}"
    yield ""
    yield f"- UID {_code(one.uid)}"
    if one.tags:
        yield f"- tags {', '.join(map(_code, one.tags))}"
    if one.bookmarked:
        yield f"- bookmarked {one.bookmarked}"
    if one.problem:
        yield f"- problem: {_code(one.problem)}"
    yield ""
    if one.note:
        yield from (f"> {line}".rstrip() for line in one.note.split("\n"))
        yield ""


def _code(text: str) -> str:
    """Give a text as a code span that nothing in it can end (CommonMark 6.1)."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def as_csv(annotations: Annotations, searches: Searches) -> str:
    """Give everything as one table in CSV; no text in it is a formula to a spreadsheet."""
    header = ("kind", "name", "uid", "module_uid", "tags", "bookmarked", "note", "query", "scope", "order", "problem")
    rows = [("annotation", *_cells(one), "", "", "", one.problem) for one in annotations]
    rows += [("search", one.name, "", "", "", "", "", one.query, one.scope, one.order, "") for one in searches]
    return csv_text(header, rows)


def _cells(one: Annotation) -> tuple[str, ...]:
    return one.cid, one.uid, one.module_uid, ",".join(one.tags), one.bookmarked, one.note
