"""The entries of repositories of CM, mlcflow and cMeta: `<automation>/<entry>/<meta file>`, and no alias files.

A folder is an entry when a meta file is in it. Links are followed as long as they stay in the repository.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..artifact import Artifact
from ..cid import is_uid
from ..errors import RefusedError
from ..uid import module_uid
from ..untrusted import inside, safe_line, storable
from .automation_layout import Layout
from .folder import Folder, Signature, folder_of

if TYPE_CHECKING:
    from .yaml_meta import Fields

_NEVER_AUTOMATIONS = {".git"}
_NOTHING = "", ""
_TAG_LIMIT = 120


# Listing


def automation_folders(root: Path, base: str, layout: Layout) -> Iterator[Folder]:
    """List the folders below `base` that hold entries, with the signatures of their meta files."""
    for path in possible_automations(root, base):
        folder = folder_of(root, path, sub_folders(root, path), layout.metas)
        if folder.names:
            yield folder


def possible_automations(root: Path, base: str) -> Iterator[str]:
    """List the folders below `base` in which entries may be; none if `base` leads out of the repository."""
    if is_folder_within(root, base):
        yield from (joined(base, name) for name in sub_folders(root, base) if name not in _NEVER_AUTOMATIONS)


def entries_of(root: Path, folder: str, names: Iterable[str], layout: Layout) -> Folder:
    """List some entries of one folder, those that are there."""
    there = [name for name in names if is_folder_within(root, f"{folder}/{name}")]
    return folder_of(root, folder, there, layout.metas)


def sub_folders(root: Path, path: str) -> list[str]:
    """List the folders in a folder, as the disk does; a link counts when it leads to a folder of the repository."""
    try:
        with os.scandir(root / path) as listed:
            return [
                one.name
                for one in listed
                if one.is_dir(follow_symlinks=False)
                or (one.is_symlink() and is_folder_within(root, joined(path, one.name)))
            ]
    except OSError:
        return []


def is_folder_within(root: Path, path: str) -> bool:
    """Tell whether this is a folder of the repository, or a link to one."""
    try:
        return inside(root, path).is_dir()
    except (RefusedError, OSError, RuntimeError):  # it leads out, or in a circle
        return False


def joined(base: str, name: str) -> str:
    """Put two parts of a path together, the first of which may be empty."""
    return f"{base}/{name}" if base else name


def touched_entry(root: Path, base: str, path: str, layout: Layout) -> tuple[str, str] | None:
    """Name the folder and the entry that a changed file or folder below `base` belongs to, as `Format.touched` does."""
    automation, *below = (path.removeprefix(f"{base}/") if base else path).split("/")
    if automation in _NEVER_AUTOMATIONS or (len(below) < 2 and os.path.isfile(root / path)):
        return _NOTHING
    if not below:
        return None
    name, *files = below
    if not files or files[0] in layout.metas:
        return joined(base, automation), name
    return _NOTHING


# Reading


def read_entries(root: Path, folder: Folder, layout: Layout) -> Iterator[Artifact]:
    """Read the entries of a folder; one whose meta can't be read comes as a broken artifact."""
    from .yaml_meta import read_fields  # noqa: PLC0415  (PyYAML, which a listing doesn't need)

    for name, signature in folder.entries():
        fields, problem = read_fields(f"{root}/{folder.path}/{name}", layout.metas, merged=layout.merged)
        yield artifact((folder.path, name), signature, fields, problem, layout)


def artifact(place: tuple[str, str], signature: Signature, fields: "Fields", problem: str, layout: Layout) -> Artifact:
    """Make an artifact of the fields of a meta. What they don't say, the folders' names do."""
    folder, entry = place
    (alias, uid), (automation, automation_id) = layout.names(fields)
    module = automation or folder.rpartition("/")[2]
    name, description = _one_line(fields.text("name", "title")), _one_line(fields.text(*layout.describing))
    return Artifact(
        uid=uid.lower() if is_uid(uid) else "",
        alias=safe_line(alias or alias_of_folder(entry)),
        module=safe_line(module),
        module_uid=automation_id.lower() if is_uid(automation_id) else module_uid(module),
        path=storable(f"{folder}/{entry}"),
        name=safe_line(name, 200),
        tags=_safe_tags(fields.texts("tags")),
        description=safe_line(description, 300) if description != name else "",
        problem=problem or without_uid(f"{folder}/{entry}", uid),
        format=layout.format,
        signature=signature,
    )


def _safe_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    together = "".join(tags)
    if not (together.isascii() and together.isprintable() and len(together) <= _TAG_LIMIT):
        tags = tuple(safe_line(tag, _TAG_LIMIT) for tag in tags)
    return tuple(dict.fromkeys(tags))


def alias_of_folder(entry: str) -> str:
    """Give the alias that the folder of an entry stands for; none if it is named by a UID."""
    name = entry.rpartition("/")[2]
    return "" if is_uid(name) else name


def without_uid(path: str, uid: str) -> str:
    """Say what is wrong with the UID of an entry; the empty text if nothing is."""
    if is_uid(uid):
        return ""
    said = f"holds the UID {safe_line(uid, 60)}, which isn't 16 hexadecimal digits" if uid else "holds no UID"
    return f"{safe_line(path)}: its meta {said}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
