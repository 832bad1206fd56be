"""Artifacts by CIDs and tags, in the order in which CK lists them, as the disk has them now.

Of modules that are named, every entry's meta is read, as CK does. What spans modules comes out of the catalog.
"""

from __future__ import annotations

import os

from .cid import has_wildcard
from .errors import UnreadableError
from .formats import ck
from .lookup import inherited, locate
from .quick import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .cid import Cid
    from .lookup import Location
    from .registry import Repository
    from .workspace import Workspace

    OwnTags = Mapping[str, tuple[str, ...]]
    """The user's own tags, by the UIDs of the artifacts."""


def tagged(
    workspace: Workspace, known: Sequence[Repository], cids: Sequence[Cid], tags: Iterable[str] = ()
) -> Iterator[tuple[Location, tuple[str, ...]]]:
    """Yield what one of the CIDs matches and has all these tags, exactly; with its tags, the user's last.

    As in CK nothing is found whose meta can't be read.
    """
    own, wanted = _own_tags(workspace), set(tags)
    if all(cid.module and not has_wildcard(cid.module) for cid in cids):
        found = (location for cid in cids for location in locate(workspace, known, cid))
    else:
        from .catalogued import catalogued  # noqa: PLC0415  (TinyDB and msgspec)

        found = catalogued(workspace, known, cids, wanted, own)
    for location in found:
        has = _tags_of(workspace, known, location)
        # An annotation has the UID of what it is about: the tags are that artifact's.
        added = own.get(location.uid, ()) if location.module != "annotation" else ()
        if has is not None and wanted <= {*has, *added}:
            yield location, (*has, *added)


def _tags_of(workspace: Workspace, known: Sequence[Repository], location: Location) -> tuple[str, ...] | None:
    """Give an artifact's tags; None when its meta can't be read."""
    artifact = location.artifact
    if artifact is not None and not (artifact.problem and artifact.format == "ck"):
        return artifact.tags
    try:
        return ck.tags_of(inherited(workspace, known, location, ck.own_meta(location.folder)))
    except UnreadableError:
        return None


def _own_tags(workspace: Workspace) -> OwnTags:
    if not os.path.isdir(f"{workspace.place('local')}/annotation"):
        return {}
    from . import annotations  # noqa: PLC0415  (and all that writing them needs)

    return annotations.own_tags(workspace)
