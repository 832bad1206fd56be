"""CM and CMX repositories (`cmr.yaml`, `_cm.yaml` and `_cm.json`), as cmind 1 to 4 write them.

    <repository>/cmr.yaml                                 and/or cmr.json: alias, uid, prefix, prefix_cmx
    <repository>/<prefix>/<automation>/<entry>/_cm.yaml   and/or _cm.json, whose keys lie over those of the YAML file

The entries of an automation belong together by `automation_uid`; the folders' names are only usual. `_base` names an
entry to inherit from: "entry" of the same automation, or "automation::entry".
This file needs the standard library only, so that recognising a repository costs nothing.
"""

from __future__ import annotations

import os

from ..errors import UnreadableError
from ..quick import TYPE_CHECKING
from .automation_layout import Layout, clean_path, names_in_four_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ..artifact import Artifact
    from .drift import Drift
    from .folder import Folder
    from .point import Point
    from .shape import Shape
    from .yaml_meta import Fields

LAYOUT = Layout(
    format="cm",
    tool="cm",
    descriptions=("cmr.yaml", "cmr.json"),
    metas=("_cm.yaml", "_cm.json"),
    merged=True,
    describing=("desc", "description", "title", "category"),
    names=names_in_four_fields,
)
EXPERIMENT = "experiment"


def recognises(root: Path) -> bool:
    """A CM repository has `cmr.yaml` or `cmr.json`."""
    return any(os.path.isfile(f"{root}/{name}") for name in LAYOUT.descriptions)


def identity(root: Path) -> tuple[str, str]:
    """Give `alias` and `uid` of the repository's description; empty where it has none."""
    fields = _description(root)
    return fields.text("alias"), fields.text("uid").lower()


def _description(root: Path) -> Fields:
    """Read `cmr.yaml` with `cmr.json` over it; what is wrong with them, the listing of drift shows."""
    from .yaml_meta import read_fields  # noqa: PLC0415

    return read_fields(str(root), LAYOUT.descriptions, merged=LAYOUT.merged)[0]


def bases(root: Path) -> list[str]:
    """Give the folders that automations are in: `prefix`, for CMX also `prefix_cmx`; empty for the root itself."""
    fields = _description(root)
    found = [clean_path(fields.text("prefix"))]
    if fields.text("prefix_cmx"):
        found.append(clean_path(fields.text("prefix_cmx")))
    return list(dict.fromkeys(found))


def folders(root: Path, known: Mapping[str, str] | None = None) -> Iterator[Folder]:
    """List the automations' folders with their entries and the signatures of their meta; no meta is read."""
    del known
    from .automation_entries import automation_folders  # noqa: PLC0415

    for base in bases(root):
        for folder in automation_folders(root, base, LAYOUT):
            if _are_experiments(folder.path):
                from .cm_experiments import signed_with_folder  # noqa: PLC0415

                folder = signed_with_folder(root, folder)  # noqa: PLW2901
            yield folder


def _are_experiments(folder: str) -> bool:
    return folder.rpartition("/")[2] == EXPERIMENT


def touched(root: Path, path: str) -> tuple[str, str] | None:
    """Name the automation's folder and the entry's that a changed file belongs to; None for all that moves folders."""
    from .automation_entries import joined, touched_entry  # noqa: PLC0415

    if path in LAYOUT.descriptions:
        return None
    for base in sorted(bases(root), key=len, reverse=True):  # one may lie in the other
        experiments = joined(base, EXPERIMENT)
        if path.startswith(f"{experiments}/"):
            return experiments, path.removeprefix(f"{experiments}/").split("/")[0]
        if not base or path.startswith(f"{base}/"):
            return touched_entry(root, base, path, LAYOUT)
        if f"{base}/".startswith(f"{path}/"):
            return None
    return "", ""


def listed(root: Path, folder: str, names: Sequence[str]) -> Folder:
    """List some entries of an automation's folder again, those that are still there."""
    from .automation_entries import entries_of  # noqa: PLC0415

    found = entries_of(root, folder, names, LAYOUT)
    if _are_experiments(folder):
        from .cm_experiments import signed_with_results  # noqa: PLC0415

        return signed_with_results(root, found)
    return found


def read(root: Path, folder: Folder) -> Iterator[Artifact]:
    """Read a folder's entries; one whose meta can't be read comes as a broken artifact."""
    from .automation_entries import artifact  # noqa: PLC0415
    from .yaml_meta import fields_of, read_fields  # noqa: PLC0415

    for name, signature in folder.entries():
        path = f"{folder.path}/{name}"
        fields, problem = read_fields(f"{root}/{path}", LAYOUT.metas, merged=LAYOUT.merged)
        if fields.text("base") and not problem:
            try:
                fields = fields_of(load_meta(root, path))
            except UnreadableError as error:
                problem = str(error)
        yield artifact((folder.path, name), signature, fields, problem, LAYOUT)


def load_meta(root: Path, path: str) -> dict[str, Any]:
    """Read an entry's meta, with what it inherits by `_base`. Raises UnreadableError."""
    from .cm_inheritance import inherited  # noqa: PLC0415
    from .yaml_meta import load_meta as load  # noqa: PLC0415

    meta = load(f"{root}/{path}", LAYOUT.metas, merged=LAYOUT.merged)
    return inherited(root, bases(root), path, meta) if "_base" in meta else meta


def shape(module: str, meta: dict[str, Any]) -> Shape:
    """Give dependencies, variations and versions of an entry in the common shape."""
    from .cm_shape import shape_of  # noqa: PLC0415

    return shape_of(meta)


def points(root: Path, path: str) -> Iterator[Point]:
    """Read an experiment's points, one at a time; none for what isn't an experiment."""
    from .yaml_meta import read_fields  # noqa: PLC0415

    fields, _ = read_fields(f"{root}/{path}", LAYOUT.metas, merged=LAYOUT.merged)
    folder = path.rpartition("/")[0].rpartition("/")[2]
    if (LAYOUT.names(fields)[1][0] or folder) != EXPERIMENT:
        return
    from .cm_results import points as points_of  # noqa: PLC0415

    yield from points_of(root / path)


def drift(root: Path) -> Iterator[Drift]:
    """Find what cm passes over in silence: metas that it doesn't list, names that contradict each other."""
    from .automation_drift import drift_of  # noqa: PLC0415

    return drift_of(root, folders(root), LAYOUT)
