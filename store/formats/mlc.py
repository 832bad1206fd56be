"""mlcflow repositories (`meta.yaml` at the root and in the items), as mlcflow 1 writes them.

    <repository>/meta.yaml                                 alias, uid
    <repository>/{script,cache,experiment}/<item>/meta.yaml   else meta.json

Other folders are never looked at by mlcflow. Of an item with both files only the YAML one counts.
This file needs the standard library only, so that recognising a repository costs nothing.
"""

from __future__ import annotations

import os
import re

from ..errors import UnreadableError
from ..quick import TYPE_CHECKING
from ..untrusted import read_text
from .automation_layout import Layout, names_in_four_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ..artifact import Artifact
    from .drift import Drift
    from .folder import Folder
    from .point import Point
    from .shape import Shape

LAYOUT = Layout(
    format="mlc",
    tool="mlcflow",
    descriptions=("meta.yaml",),
    metas=("meta.yaml", "meta.json"),
    merged=False,
    describing=("desc", "description", "title", "category"),
    names=names_in_four_fields,
    by_folder=True,
)
FOLDERS = ("script", "cache", "experiment")
_ALIAS, _UID = (re.compile(rf"^[ \t{{]*[\"']?{key}[\"']?[ \t]*:", re.MULTILINE) for key in ("alias", "uid"))
_DESCRIPTION_LIMIT = 1 << 16


def recognises(root: Path) -> bool:
    """An mlcflow repository has one of the three folders, and a `meta.yaml` with an alias and a UID."""
    description = f"{root}/{LAYOUT.descriptions[0]}"
    if not os.path.isfile(description) or not any(os.path.isdir(f"{root}/{name}") for name in FOLDERS):
        return False
    try:
        text = read_text(description, _DESCRIPTION_LIMIT)
    except UnreadableError:
        return False
    return bool(_ALIAS.search(text) and _UID.search(text))


def identity(root: Path) -> tuple[str, str]:
    """Give `alias` and `uid` of the repository's meta; empty where it has none."""
    from .yaml_meta import read_fields  # noqa: PLC0415

    fields, _ = read_fields(str(root), LAYOUT.descriptions, merged=LAYOUT.merged)
    return fields.text("alias"), fields.text("uid").lower()


def folders(root: Path, known: Mapping[str, str] | None = None) -> Iterator[Folder]:
    """List the scripts, caches and experiments with the signatures of their meta; no meta is read."""
    del known
    from .automation_entries import automation_folders  # noqa: PLC0415

    return (folder for folder in automation_folders(root, "", LAYOUT) if folder.path in FOLDERS)


def touched(root: Path, path: str) -> tuple[str, str] | None:
    """Name the folder and the item that a changed file belongs to; None for all that moves folders."""
    from .automation_entries import touched_entry  # noqa: PLC0415

    return touched_entry(root, "", path, LAYOUT) if path.partition("/")[0] in FOLDERS else ("", "")


def listed(root: Path, folder: str, names: Sequence[str]) -> Folder:
    """List some items of a folder again, those that are still there."""
    from .automation_entries import entries_of  # noqa: PLC0415

    return entries_of(root, folder, names, LAYOUT)


def read(root: Path, folder: Folder) -> Iterator[Artifact]:
    """Read a folder's items; one whose meta can't be read comes as a broken artifact."""
    from .automation_entries import read_entries  # noqa: PLC0415

    return read_entries(root, folder, LAYOUT)


def load_meta(root: Path, path: str) -> dict[str, Any]:
    """Read an item's whole meta. Raises UnreadableError."""
    from .yaml_meta import load_meta as load  # noqa: PLC0415

    return load(f"{root}/{path}", LAYOUT.metas, merged=LAYOUT.merged)


def shape(module: str, meta: dict[str, Any]) -> Shape:
    """Give dependencies, variations and versions of an item in the common shape, which are written as in CM."""
    from .cm_shape import shape_of  # noqa: PLC0415

    return shape_of(meta)


def points(root: Path, path: str) -> Iterator[Point]:
    """Give no points: mlcflow keeps the states of a machine before and after a run, not results."""
    return iter(())


def drift(root: Path) -> Iterator[Drift]:
    """Find what mlcflow passes over in silence: metas that it doesn't list, names that contradict each other."""
    from .automation_drift import drift_of  # noqa: PLC0415

    return drift_of(root, folders(root), LAYOUT)
