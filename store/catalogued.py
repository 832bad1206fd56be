"""Artifacts by CIDs and tags out of the catalog: only rows that match are decoded, and come in CK's order."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing

from . import rows
from .artifact import Artifact
from .catalog import Catalog
from .cid import Cid, fits, is_uid, matches
from .lookup import Location
from .registry import Repository
from .untrusted import from_storable
from .workspace import Workspace

NO_TAGS: Mapping[str, tuple[str, ...]] = {}


def catalogued(
    workspace: Workspace,
    known: Iterable[Repository],
    cids: Sequence[Cid],
    tags: Iterable[str] = (),
    own_tags: Mapping[str, tuple[str, ...]] = NO_TAGS,
) -> Iterator[Location]:
    """Yield what one of the CIDs matches, with its row, as the disk has it now.

    What lacks one of the tags is left out, but for broken ones, whose tags the row doesn't know. Repository by
    repository, in the order in which CK lists the artifacts of each.
    """
    with closing(Catalog(workspace)) as catalog:
        for repository in known:
            asked = [cid for cid in cids if fits(cid.repository, repository.alias, repository.uid)]
            if asked and not repository.problem:
                shelf = catalog.shelf(repository)
                shelf.rescan()
                having = _having(repository, shelf.rows.values(), set(tags), own_tags)
                named = [one for one in having if any(_is_named(one, cid) for cid in asked)]
                for artifact in _in_disk_order(repository.root, named):
                    yield _location(repository, artifact)


def _location(repository: Repository, artifact: Artifact) -> Location:
    folder = f"{repository.root}/{from_storable(artifact.path)}"
    return Location(repository, artifact.module, artifact.module_uid, artifact.alias, artifact.uid, folder, artifact)


def _having(
    repository: Repository, encoded: Iterable[bytes], tags: set[str], own_tags: Mapping[str, tuple[str, ...]]
) -> list[Artifact]:
    """Decode the rows that have all the tags, and broken ones; none that surely lacks one is decoded."""
    every = list(encoded)
    likely = every
    for needle in rows.encoded_tags(tags):
        likely = [row for row in likely if needle in row]
    broken = [row for row in every if rows.is_broken(row)]
    owners = {uid for uid, some in own_tags.items() if tags.intersection(some)}
    owned = [row for row in every if rows.uid(row) in owners] if owners else []
    artifacts = [rows.decode(row, repository, own_tags) for row in dict.fromkeys((*likely, *broken, *owned))]
    return [one for one in artifacts if one.problem or tags <= {*one.tags, *one.own_tags}]


def _is_named(artifact: Artifact, cid: Cid) -> bool:
    in_module = fits(cid.module, "" if is_uid(artifact.module) else artifact.module, artifact.module_uid)
    return in_module and matches(cid.artifact, artifact.alias, artifact.uid)


def _in_disk_order(root: str, artifacts: list[Artifact]) -> list[Artifact]:
    """Sort by the places of modules and entries in their folders, as the disk lists them."""
    listed: dict[str, dict[str, int]] = {}

    def places(artifact: Artifact) -> list[int]:
        folder, found = root, []
        for name in from_storable(artifact.path).split("/"):
            if folder not in listed:
                listed[folder] = {one: place for place, one in enumerate(_names(folder))}
            found.append(listed[folder].get(name, len(listed[folder])))
            folder = f"{folder}/{name}"
        return found

    return sorted(artifacts, key=places)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # it went away meanwhile
        return []
