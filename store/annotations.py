"""What the user writes about artifacts: own tags, a note, a bookmark, kept in the user's own repository.

    local/annotation/<UID>/.cm/meta.json   own_tags, bookmarked (ISO time), module_uid, artifact (its CID then)
    local/annotation/<UID>/note.md         the note, a file that can be edited by hand

<UID> is the artifact's, so its copies in other repositories share the annotation, and it survives a deleted catalog.
Where an artifact of another module has the same UID, the second one's entry has a UID made of both, and names the
artifact's as `artifact_uid`.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cid import is_uid
from .errors import CkexploreError, InvalidRequestError
from .formats import ck, ck_entries
from .own_entries import changing
from .uid import derived_uid
from .untrusted import read_text, safe_line, safe_text, safe_value
from .workspace import Workspace

if TYPE_CHECKING:
    from .artifact import Artifact

MODULE = "annotation"
NOTE = "note.md"
NOTE_LIMIT = 256 << 10
"""The most bytes that a note has."""

_DESCRIPTION = "what the user wrote about artifacts: tags, notes, bookmarks"
_PART = "\n\n---\n\n"  # between notes that came together
_KEYS = {"own_tags", "bookmarked", "artifact", "module_uid", "artifact_uid"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the user wrote about one artifact: `note` is Markdown, `bookmarked` an ISO time or empty.

    `cid` says where the artifact was when something was last written about it; `problem` says what can't be read. All
    text is safe for a terminal, unless the note was asked for as it was written.
    """

    uid: str
    module_uid: str = ""
    cid: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    bookmarked: str = ""
    problem: str = ""
    altered: bool = False
    """Whether the note has characters that were replaced by visible signs, so that it can't be written back."""

    @property
    def key(self) -> str:
        """The `key` of the artifact that it is about."""
        return f"{self.module_uid}:{self.uid}"

    def __bool__(self) -> bool:
        """Tell whether it says anything."""
        return bool(self.tags or self.note or self.bookmarked)


# Reading


def own_tags(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Map the UID of every artifact that the user tagged to its own tags, no notes read.

    Artifacts of several modules that have the same UID are mapped to the tags of all of them.
    """
    found: dict[str, tuple[str, ...]] = {}
    for _, uid, meta in _sound_entries(workspace):
        if tags := _tags(meta.get("own_tags")):
            found[uid] = _tags((*found.get(uid, ()), *tags))
    return found


def annotations(workspace: Workspace, *, as_written: bool = False) -> dict[str, Annotation]:
    """Map the `key` of every artifact that the user wrote about to what was written.

    `as_written` gives the notes not made safe for a terminal, for a writer that escapes everything itself. An entry
    whose meta can't be read is left out: the catalog shows it as a broken artifact.
    """
    found: dict[str, Annotation] = {}
    for entry, uid, meta in _sound_entries(workspace):
        one = _annotation(entry, uid, meta, as_written)
        if one or one.problem:
            found.setdefault(one.key, one)
    return found


def annotation_of(workspace: Workspace, artifact: "Artifact", *, as_written: bool = False) -> Annotation:
    """Give what the user wrote about one artifact, without reading the others; an empty annotation if nothing."""
    empty = Annotation(artifact.uid, artifact.module_uid, artifact.cid)
    try:
        entry = _entry_of(workspace.local / MODULE, artifact.uid, artifact.module_uid)
        meta = _stored_meta(entry)
    except CkexploreError as error:
        return replace(empty, problem=str(error))
    if not meta:
        return empty
    return replace(_annotation(entry, artifact.uid, meta, as_written), module_uid=artifact.module_uid)


def note_file(workspace: Workspace, artifact: "Artifact") -> Path:
    """Name the file that an artifact's note is in, or would be. Raises UnreadableError for a broken entry."""
    return _entry_of(workspace.local / MODULE, artifact.uid, artifact.module_uid) / NOTE


def _sound_entries(workspace: Workspace) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Yield folder, UID of the artifact, and meta of each entry whose meta can be read, in the order of the names."""
    folder = workspace.local / MODULE
    for _, entry_uid, name in sorted(ck.entries(folder), key=lambda found: found[2]):
        try:
            meta = ck.own_meta(folder / name)
        except CkexploreError:  # shown as a broken artifact of its own
            continue
        stated = _line(meta, "artifact_uid").lower()
        uid = stated if is_uid(stated) else entry_uid
        if uid:
            yield folder / name, uid, meta


def _line(meta: dict[str, Any], name: str) -> str:
    value = meta.get(name, "")
    return safe_line(value) if isinstance(value, str) else ""


def _annotation(entry: Path, uid: str, meta: dict[str, Any], as_written: bool) -> Annotation:
    note, problem = _read_note(entry / NOTE)
    bookmarked = iso_time(meta.get("bookmarked", ""))
    if meta.get("bookmarked") and not bookmarked:
        problem = problem or f"{safe_line(str(entry / ck.META))}: bookmarked isn't a time such as 2026-01-31T12:00:00"
    return Annotation(
        uid=uid,
        module_uid=_line(meta, "module_uid"),
        cid=_line(meta, "artifact"),
        tags=_tags(meta.get("own_tags")),
        note=note if as_written else safe_text(note),
        bookmarked=bookmarked,
        problem=problem,
        altered=not as_written and safe_text(note) != note,
    )


def _read_note(path: Path) -> tuple[str, str]:
    """Give a note, and why it can't be read."""
    if not os.path.lexists(path):
        return "", ""
    try:
        return _canonical(read_text(path, NOTE_LIMIT)), ""
    except CkexploreError as error:
        return "", str(error)


def iso_time(value: Any) -> str:
    """Give an ISO time in its one usual form; empty for anything else."""
    try:
        return datetime.fromisoformat(value).isoformat() if isinstance(value, str) else ""
    except ValueError:
        return ""


def _tags(value: Any) -> tuple[str, ...]:
    """Give tags in the one form in which they are stored and shown: no tag twice, none empty, none with a comma."""
    found = value if isinstance(value, list | tuple) else [value] if isinstance(value, str) else ()
    # Made safe before they are cut: the signs that stand for unprintable characters are longer than these.
    parts = [part for tag in found for part in safe_line(str(tag)).split(",")]
    return tuple(dict.fromkeys(tag for tag in ck.tags_of({"tags": parts}) if tag))


# Writing


def annotate(
    workspace: Workspace,
    artifact: "Artifact",
    *,
    tags: Iterable[str] | None = None,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    note: str | None = None,
    bookmarked: bool | None = None,
) -> Annotation:
    """Replace what is given and keep the rest, and return the annotation as stored; an empty one is removed.

    `tags` replaces all of them; then those of `add` come, and those of `remove` go. A bookmark has the time of its
    setting. Raises InvalidRequestError (no UID, a note too long), CkexploreError.
    """
    note = None if note is None else _canonical(note)
    _check(artifact.uid, artifact.cid, note or "")
    with changing(workspace, MODULE, _DESCRIPTION) as folder:
        entry = _entry_of(folder, artifact.uid, artifact.module_uid)
        meta = _stored_meta(entry)
        present = _tags(meta.get("own_tags")) if tags is None else tuple(tags)
        unwanted = _tags(tuple(remove))
        meta["own_tags"] = [one for one in _tags((*present, *add)) if one not in unwanted]
        if bookmarked is not None:
            meta["bookmarked"] = (iso_time(meta.get("bookmarked")) or _now()) if bookmarked else ""
        about = Annotation(artifact.uid, artifact.module_uid, artifact.cid)
        _store(entry, about, artifact.title, meta, note)
    return annotation_of(workspace, artifact)


def set_own_tags(workspace: Workspace, artifact: "Artifact", tags: Iterable[str]) -> tuple[str, ...]:
    """Replace the user's tags of an artifact, and return them as stored. Raises as `annotate` does."""
    return annotate(workspace, artifact, tags=tags).tags


def merge(workspace: Workspace, theirs: Annotation) -> bool:
    """Add what another annotation of the same artifact says, and tell whether that was anything new.

    Tags are joined, a note that isn't there yet comes below the present one, a bookmark keeps its present time.
    Raises InvalidRequestError (the notes together are too long), CkexploreError.
    """
    cid, module_uid = safe_line(theirs.cid), safe_line(theirs.module_uid)
    theirs = replace(theirs, cid=cid, module_uid=module_uid, note=_canonical(theirs.note))
    _check(theirs.uid, theirs.cid, theirs.note)
    with changing(workspace, MODULE, _DESCRIPTION) as folder:
        entry = _entry_of(folder, theirs.uid, theirs.module_uid)
        meta = _stored_meta(entry)
        ours = _annotation(entry, theirs.uid, meta, as_written=True)
        if ours.problem:
            raise CkexploreError(f"{ours.problem}; mend or remove it, then try again")
        tags = _tags((*ours.tags, *theirs.tags))
        note = _joined(ours.note, theirs.note)
        bookmarked = ours.bookmarked or iso_time(theirs.bookmarked)
        if (tags, note, bookmarked) == (ours.tags, ours.note, ours.bookmarked):
            return False
        _check(theirs.uid, theirs.cid, note)
        about = replace(theirs, module_uid=theirs.module_uid or ours.module_uid, cid=ours.cid or theirs.cid)
        title = about.cid.rpartition(":")[2]
        _store(entry, about, title, {**meta, "own_tags": list(tags), "bookmarked": bookmarked}, note)
    return True


def _check(uid: str, cid: str, note: str) -> None:
    if not is_uid(uid):
        raise InvalidRequestError(f"{safe_line(cid)} has no UID, so nothing can be attached to it")
    if len(note.encode("utf-8", "surrogateescape")) >= NOTE_LIMIT:
        raise InvalidRequestError(
            f"the note about {safe_line(cid)} would be longer than {NOTE_LIMIT >> 10} KiB, the most that a note has"
        )


def _canonical(note: str) -> str:
    """Give a note in the one form in which writing and reading it changes nothing."""
    note = re.sub("\r\n?", "\n", note)
    note = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", note)  # halves of characters, no text in any encoding
    note = note.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")  # bytes that make characters
    return note.rstrip().lstrip("\ufeff\n")


def _joined(ours: str, theirs: str) -> str:
    """Put those parts of their note below ours that aren't there yet."""
    if not ours or not theirs:
        return ours or theirs
    framed = f"{_PART}{ours}{_PART}"
    return _PART.join([ours, *(part for part in theirs.split(_PART) if f"{_PART}{part}{_PART}" not in framed)])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _entry_of(folder: Path, uid: str, module_uid: str) -> Path:
    """Give the folder of an artifact's annotation, there or not. Raises UnreadableError for a broken one."""
    own = folder / derived_uid(MODULE, module_uid, uid)
    if os.path.lexists(own / ck.META):
        return own
    named = ck.look_up(folder, uid)  # its folder may have an alias: somebody gave it one with CK
    first = folder / (named[2] if named else uid)
    stated = _line(_stored_meta(first), "module_uid")
    return own if stated and module_uid and stated != module_uid else first


def _stored_meta(entry: Path) -> dict[str, Any]:
    """Read an entry's meta; empty when there is none. Raises UnreadableError."""
    return ck.own_meta(entry) if os.path.lexists(entry / ck.META) else {}


def _store(entry: Path, about: Annotation, title: str, meta: dict[str, Any], note: str | None) -> None:
    """Write an entry; one that says nothing more is removed. The note is kept when none (None) is given."""
    if note == "":
        (entry / NOTE).unlink(missing_ok=True)
    if not note and not meta.get("own_tags") and not meta.get("bookmarked") and _is_ours_alone(entry, meta):
        if entry.is_dir():
            ck_entries.remove_entry(entry)
        return
    meta = {key: value for key, value in safe_value(meta).items() if value or key not in _KEYS}
    meta |= {"artifact": about.cid, "module_uid": about.module_uid}
    alias = "" if is_uid(entry.name) else entry.name
    uid = ck.uid_of_alias(entry.parent, alias) if alias else entry.name
    if uid != about.uid:
        meta["artifact_uid"] = about.uid
    ck_entries.create_entry(entry.parent.parent, MODULE, meta, alias=alias, uid=uid, name=title)
    if note:
        ck_entries.write_text(entry / NOTE, note + "\n", mode=0o600)  # a review is nobody else's business


def _is_ours_alone(entry: Path, meta: dict[str, Any]) -> bool:
    """Tell whether nothing is in an entry but what was written here: what the user put there by hand stays."""
    return meta.keys() <= _KEYS and (not entry.is_dir() or set(os.listdir(entry)) <= {".cm"})
