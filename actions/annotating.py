"""The actions that write something about an artifact, the same on every module: tag, note, bookmark.

What is written goes into the user's own repository; `show annotation` lists it, `export annotation` takes it along.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..store import annotations
from ..store.cid import Cid
from ..store.errors import InvalidRequestError
from ..store.untrusted import read_text, safe_line
from .common import one_location
from .request import Request, refuse_unknown_options

if TYPE_CHECKING:
    from ..store.artifact import Artifact

__all__ = ["bookmark", "note", "tag"]


def tag(request: Request) -> dict[str, Any]:
    """Set your own tags of an artifact: `--tags=a,b` replaces them, `--add=c`, `--remove=a`."""
    artifact = _artifact(request)
    refuse_unknown_options(request, {"tags", "add", "remove"})
    if not {"tags", "add", "remove"} & request.options.keys():
        raise InvalidRequestError(f"say which tags: ckexplore tag {artifact.module}:{artifact.title} --add=mine")
    tags = request.words("tags") if "tags" in request.options else None
    add, remove = request.words("add"), request.words("remove")
    written = annotations.annotate(request.workspace, artifact, tags=tags, add=add, remove=remove)
    return {**_names(artifact), "own_tags": list(written.tags)}


def note(request: Request) -> dict[str, Any]:
    """Print your note about an artifact; write it with `--text=…` or `--file=FILE` (Markdown), or `--remove` it."""
    artifact = _artifact(request)
    refuse_unknown_options(request, {"text", "file", "remove"})
    text = _given_note(request)
    if text is None:
        written = annotations.annotation_of(request.workspace, artifact)
    else:
        written = annotations.annotate(request.workspace, artifact, note=text)
    if written.problem:
        raise InvalidRequestError(written.problem)
    file = annotations.note_file(request.workspace, artifact)
    return {**_names(artifact), "note": written.note, "file": str(file), "changed": text is not None}


def bookmark(request: Request) -> dict[str, Any]:
    """Bookmark an artifact, or take the bookmark back with `--remove`; `show annotation --bookmarked` lists them."""
    artifact = _artifact(request)
    refuse_unknown_options(request, {"remove"})
    written = annotations.annotate(request.workspace, artifact, bookmarked=not request.flag("remove"))
    return {**_names(artifact), "bookmarked": written.bookmarked}


def given_file(request: Request) -> Path:
    """Give the file that `--file` names. Raises InvalidRequestError when it names none."""
    name = request.text("file")
    if name in ("", "yes"):  # "yes" is what `--file` alone says; a file of that name is `./yes`
        raise InvalidRequestError(f"say which file: ckexplore {request.action} {_short(request.cid)} --file=FILE")
    try:
        return Path(name).expanduser().resolve()
    except (RuntimeError, ValueError) as error:  # no such user, a loop of links, a NUL
        raise InvalidRequestError(f"{safe_line(name)}: not the path of a file ({error})") from error


def _given_note(request: Request) -> str | None:
    given = [name for name in ("text", "file", "remove") if name in request.options]
    if len(given) > 1:
        raise InvalidRequestError(f"--{given[0]} and --{given[1]} together say two things; give one of them")
    if "file" in given:
        return read_text(given_file(request), annotations.NOTE_LIMIT)
    return request.text("text") if "text" in given else "" if request.flag("remove") else None


def _artifact(request: Request) -> "Artifact":
    """Give the artifact that a request names. Raises InvalidRequestError for several."""
    from ..store.artifact import Artifact  # noqa: PLC0415  (seldom needed)

    if len(request.cids) > 1:
        raise InvalidRequestError(f"{request.action} needs one artifact, and {_short(request.cids[1])} is another")
    found = one_location(request)
    alias, repository = safe_line(found.alias), found.repository.alias
    return Artifact(found.uid, alias, safe_line(found.module), found.module_uid, "", repository=repository)


def _short(cid: Cid) -> str:
    return safe_line(str(cid).rstrip(":"), 120)


def _names(artifact: "Artifact") -> dict[str, Any]:
    """Give an artifact's names as CK calls them."""
    return {
        "repo_uoa": artifact.repository,
        "module_uoa": artifact.module,
        "module_uid": artifact.module_uid,
        "data_uoa": artifact.title,
        "data_uid": artifact.uid,
    }
