"""Actions of the module `soft`: detect software that is on this machine."""

from collections.abc import Sequence

from msgspec.structs import replace

from ...store.cid import has_wildcard
from ...store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.untrusted import safe_line
from ..deps.dependency import merged
from ..deps.inventory import Entry, Inventory
from ..deps.providers import detection_of
from ..deps.query import is_for, split_tags
from ..deps.resolver import Resolver
from ..deps.tree import tree_of
from ..plan import Plan, Stage
from ..request import Request
from ..software.stages import as_dict

__all__ = ["detect"]

Chosen = tuple[Entry, tuple[str, ...]]
"""A soft entry and the variations of it that were asked for."""


def detect(request: Request) -> Plan:
    """Find software and register it as an environment: `detect soft:compiler.gcc`, or by `--tags=`.

    `--full_path=FILE` takes exactly that file, `--search_dirs=A,B` looks there as well, `--search_dir=A` only there;
    `--version_from=`, `--version_to=`. Without a name, with a pattern or tags of several entries, all are looked for,
    and a table says which were found: `detect soft`, `detect soft:lib.*`.
    """
    inventory = Inventory(request)
    chosen, resolver = _chosen(inventory), Resolver(inventory)
    if len(chosen) > 1:
        return _batch(inventory, resolver, chosen)
    ((location, meta), variations) = chosen[0]
    _, stages, needs = detection_of(resolver, location, meta, variations)
    tags = ("detect", *ck.tags_of(meta))
    return Plan(f"detect soft:{location.title}", location.cid, location.uid, tags, stages, needs=tree_of(needs))


def _chosen(inventory: Inventory) -> list[Chosen]:
    """Find the entries that are asked for. Raises InvalidRequestError, NotFoundError."""
    request = inventory.request
    name, wanted = request.cid.artifact, split_tags(request.text("tags"))
    if name and not has_wildcard(name):
        entry = inventory.entry("soft", name, request.cid.repository)
        return [(entry, tuple(tag for tag in wanted if tag not in ck.tags_of(entry[1])))]
    found = [(one, variations) for one in inventory.entries("soft") if (variations := _covers(one, wanted)) is not None]
    if name and name != "*":
        from fnmatch import fnmatchcase  # noqa: PLC0415

        found = [one for one in found if fnmatchcase(one[0][0].alias or one[0][0].uid, name)]
    elif not wanted:
        found = [one for one in found if one[0][1].get("auto_detect") == "yes"]
    if request.text("full_path") and len(found) > 1:
        raise InvalidRequestError("--full_path= names one file, so say which software it is: detect soft:NAME")
    if not found:
        what = f"has the tags {','.join(map(safe_line, wanted))}" if wanted else f"matches {safe_line(name or '*')!r}"
        raise NotFoundError(f"no soft entry {what}; `ckexplore ls soft` and `ckexplore list_tags soft` list them")
    return found


def _covers(entry: Entry, wanted: Sequence[str]) -> tuple[str, ...] | None:
    """Give the variations that a query asks for; None when an entry's tags and variations don't cover it."""
    _, meta = entry
    left = [tag for tag in wanted if tag not in ck.tags_of(meta)]
    return tuple(left) if set(left) <= as_dict(meta.get("variations")).keys() else None


def _batch(inventory: Inventory, resolver: Resolver, chosen: Sequence[Chosen]) -> Plan:
    """Plan to look for several, one after another; what isn't found is no failure.

    Raises NotFoundError when none of them is for this system.
    """
    stages: list[Stage] = []
    notes: list[str] = []
    for (location, meta), variations in chosen:
        if not is_for(as_dict(meta.get("customize")), inventory.host.meta, inventory.host.alias):
            continue
        try:
            _, own, _ = detection_of(resolver, location, meta, variations)
        except CkexploreError as error:
            notes.append(f"detect soft:{location.title}: {error}")
            continue
        stages += [replace(stage, optional=True) for stage in own]
    if not stages:
        raise NotFoundError(notes[0] if notes else "none of these soft entries is for this system")
    request = inventory.request
    name = f":{request.cid.artifact}" if request.cid.artifact else ""
    tags = f" --tags={safe_line(request.text('tags'))}" if request.text("tags") else ""
    return Plan(
        f"detect soft{name}{tags}", f"soft{name or ':*'}", "", ("detect", "batch"), merged(stages), tuple(notes)
    )
