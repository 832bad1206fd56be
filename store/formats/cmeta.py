"""cMeta repositories (`_cmr.yaml`, `_cmeta.yaml` or `_cmeta.json`), as cMeta 0.3x writes them.

    <repository>/_cmr.yaml                              artifact: "alias,uid", subdir, sharding_slices
    <repository>/<subdir>/<category>/<alias>/_cmeta.yaml   else _cmeta.json; artifact: UID, category: "alias,uid"
    <repository>/<subdir>/<category>/<alias>/_desc.yaml    what the artifact does and needs

An artifact's alias is the name of its folder. With `sharding_slices` [2, 3], from the category's meta or by category
UID from the repository's, it lies in `<category>/<2 letters>/<3 letters>/<alias>`.
This file needs the standard library only, so that recognising a repository costs nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnreadableError
from .automation_layout import Layout, Name, clean_path, split_name

if TYPE_CHECKING:
    from ..artifact import Artifact
    from .drift import Drift
    from .folder import Folder
    from .point import Point
    from .shape import Shape
    from .yaml_meta import Fields


def names_in_two_fields(fields: "Fields") -> tuple[Name, Name]:
    """Take the UID of an artifact, whose alias is its folder's name, and alias and UID of its category."""
    return ("", split_name(fields.text("artifact"))[1]), split_name(fields.text("category"))


LAYOUT = Layout(
    format="cmeta",
    tool="cMeta",
    descriptions=("_cmr.yaml",),
    metas=("_cmeta.yaml", "_cmeta.json"),
    merged=False,
    describing=("desc", "description", "title"),
    names=names_in_two_fields,
)
DESCRIPTION_OF_ARTIFACT = "_desc.yaml"
DESCRIPTION_KEY = "_desc"
_CATEGORY = "category"


def recognises(root: Path) -> bool:
    """A cMeta repository has `_cmr.yaml`."""
    return os.path.isfile(f"{root}/{LAYOUT.descriptions[0]}")


def identity(root: Path) -> tuple[str, str]:
    """Give alias and UID of the repository's description; empty where it has none."""
    return split_name(str(_description(root).get("artifact") or ""))


def _description(root: Path) -> dict[str, Any]:
    """Read `_cmr.yaml`; empty when it can't be read, which the listing of drift tells."""
    from .yaml_meta import load_meta as load  # noqa: PLC0415

    try:
        return load(str(root), LAYOUT.descriptions, merged=LAYOUT.merged)
    except UnreadableError:
        return {}


def _base(description: dict[str, Any]) -> str:
    """Give the folder that categories are in, empty for the root itself."""
    return clean_path(str(description.get("subdir") or ""))


def _slices(root: Path, description: dict[str, Any], folder: str) -> int:
    """Tell how many levels of folders lie between a category and its artifacts."""
    from .yaml_meta import load_meta as load  # noqa: PLC0415

    base, _, category = folder.rpartition("/")
    own = f"{root}/{base}/{_CATEGORY}/{category}"
    try:
        meta = load(own, LAYOUT.metas, merged=LAYOUT.merged)
    except UnreadableError:  # the category is described in another repository
        return 0
    shared = description.get("sharding_slices")
    by_category = shared.get(split_name(str(meta.get("artifact")))[1]) if isinstance(shared, dict) else None
    slices = by_category or meta.get("sharding_slices")
    return len(slices) if isinstance(slices, list) else 0


def folders(root: Path, known: "Mapping[str, str] | None" = None) -> "Iterator[Folder]":
    """List the categories with their artifacts and the signatures of their meta; no artifact's meta is read."""
    del known
    from .automation_entries import possible_automations  # noqa: PLC0415
    from .folder import folder_of  # noqa: PLC0415

    description = _description(root)
    for path in possible_automations(root, _base(description)):
        folder = folder_of(root, path, _names(root, path, _slices(root, description, path)), LAYOUT.metas)
        if folder.names:
            yield folder


def _names(root: Path, folder: str, levels: int) -> Iterator[str]:
    from .automation_entries import sub_folders  # noqa: PLC0415

    for name in sub_folders(root, folder):
        if levels:
            yield from (f"{name}/{below}" for below in _names(root, f"{folder}/{name}", levels - 1))
        else:
            yield name


def touched(root: Path, path: str) -> tuple[str, str] | None:
    """Name the category's folder and the artifact's that a changed file belongs to; None for all that moves folders."""
    from .automation_entries import joined, touched_entry  # noqa: PLC0415

    description = _description(root)
    base = _base(description)
    if path in LAYOUT.descriptions or (base and f"{base}/".startswith(f"{path}/")):
        return None
    if base and not path.startswith(f"{base}/"):
        return "", ""
    category = path[len(base) :].strip("/").split("/")[0]
    if category == _CATEGORY or _slices(root, description, joined(base, category)):
        return None
    return touched_entry(root, base, path, LAYOUT)


def listed(root: Path, folder: str, names: Sequence[str]) -> "Folder":
    """List some artifacts of a category again, those that are still there."""
    from .automation_entries import entries_of  # noqa: PLC0415

    return entries_of(root, folder, names, LAYOUT)


def read(root: Path, folder: "Folder") -> Iterator["Artifact"]:
    """Read a folder's artifacts; one whose meta can't be read comes as a broken artifact."""
    from .automation_entries import read_entries  # noqa: PLC0415

    return read_entries(root, folder, LAYOUT)


def load_meta(root: Path, path: str) -> dict[str, Any]:
    """Read an artifact's whole meta, that of `_desc.yaml` under the key `_desc`. Raises UnreadableError."""
    from .yaml_meta import load_file  # noqa: PLC0415
    from .yaml_meta import load_meta as load  # noqa: PLC0415

    meta = load(f"{root}/{path}", LAYOUT.metas, merged=LAYOUT.merged)
    described = f"{root}/{path}/{DESCRIPTION_OF_ARTIFACT}"
    return {**meta, DESCRIPTION_KEY: load_file(described)} if os.path.lexists(described) else meta


def shape(module: str, meta: dict[str, Any]) -> "Shape":
    """Give what an artifact inherits and uses in the common shape."""
    from .cmeta_shape import shape_of  # noqa: PLC0415

    return shape_of(meta.get(DESCRIPTION_KEY))


def points(root: Path, path: str) -> "Iterator[Point]":
    """Give no points: cMeta has no format of its own for results."""
    return iter(())


def drift(root: Path) -> "Iterator[Drift]":
    """Find what cMeta passes over in silence: metas that it doesn't list, names that contradict each other."""
    from .automation_drift import drift_of  # noqa: PLC0415

    return drift_of(root, folders(root), LAYOUT)
