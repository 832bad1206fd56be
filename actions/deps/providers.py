"""What would make an environment that meets a dependency: detections of `soft` entries, installations of `package`s.

First come `soft` entries with the dependency's tags whose file is likely to be here; then a `package` whose tags and
variations cover them. Their own dependencies are resolved by the same resolver.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...store.errors import CkexploreError
from ...store.formats import ck
from ...store.lookup import Location
from ...store.untrusted import safe_line
from ..how_to_get import how_to_get
from ..plan import Stage
from ..soft_files import file_name
from ..software.package_meta import package_of
from ..software.package_plan import check_package, installation, soft_of_package
from ..software.soft_plan import asked_bounds, detection
from ..versions import split_version, within
from .dependency import Resolved, in_turn, merged, problems
from .here import likely, possible
from .inventory import Entry, Inventory
from .query import Query, allows, is_skipped
from .resolver import Resolver, unmet
from .tree import check_needs

_MOST_SOFTS = 4
_MOST_PACKAGES = 6

Provided = tuple[str, tuple[Stage, ...], tuple[Resolved, ...]]
"""The UID of the environment that would be registered, the stages, what they need themselves."""

Candidate = tuple[str, *Provided]
"""What would meet a dependency: its CID, and the rest of what is provided."""


def provided(resolver: Resolver, query: Query, needed_by: str, others: Sequence[Resolved], depth: int) -> Resolved:
    """Give what would meet a dependency that no registered environment meets, or why nothing does."""
    reasons: list[str] = []
    softs = list(_softs(resolver.inventory, query))
    candidates = list(_detections(resolver, query, likely(resolver.inventory, softs)[:_MOST_SOFTS], reasons, depth))
    if not candidates:
        candidates += _detections(resolver, query, possible(resolver.inventory, softs)[:_MOST_SOFTS], reasons, depth)
        candidates += _installations(resolver, query, needed_by, others, reasons, depth)
    if not candidates:
        return unmet(
            query, _nothing_provides(resolver.inventory, query, needed_by, [meta for _, meta in softs], reasons)
        )
    return Resolved(
        key=query.key,
        name=query.name,
        meta=query.meta,
        uids=tuple(uid for _, uid, _, _ in candidates),
        provider=" or ".join(cid for cid, _, _, _ in candidates),
        stages=in_turn([(uid, stages) for _, uid, stages, _ in candidates]),
        needs=candidates[0][3],
    )


def _softs(inventory: Inventory, query: Query) -> Iterator[Entry]:
    """Yield the soft entries that may be looked for by themselves and have the tags, in CK's order."""
    if query.meta.get("skip_default") == "yes" or is_skipped(query.meta.get("skip_installed")):
        return
    for location, meta in sorted(inventory.entries("soft"), key=lambda entry: ck.order_of(entry[1])):
        tags = set(ck.tags_of(meta))
        if set(query.tags) <= tags and not query.no_tags & tags and meta.get("auto_detect") == "yes":
            yield location, meta


def _detections(
    resolver: Resolver, query: Query, softs: Sequence[Entry], reasons: list[str], depth: int
) -> Iterator[Candidate]:
    bounds = (query.version_from, query.version_to)
    for location, meta in softs:
        needs = resolver.resolve(meta.get("deps"), location.cid, depth=depth + 1)
        if wrong := problems(needs):
            reasons.append(wrong[0])
            continue
        try:
            uid, stages = detection(resolver.inventory, location, meta, needs, bounds=bounds)
        except CkexploreError as error:
            reasons.append(str(error))
            continue
        yield location.cid, uid, stages, tuple(needs)


def _installations(
    resolver: Resolver, query: Query, needed_by: str, others: Sequence[Resolved], reasons: list[str], depth: int
) -> Iterator[Candidate]:
    """Yield the first package, in CK's order, that can be installed here as far as that can be told."""
    for location, meta, version in packages(resolver.inventory, query)[:_MOST_PACKAGES]:
        asked = [tag for tag in query.tags if tag not in ck.tags_of(meta)]
        try:
            uid, stages, needs = installation_of(resolver, location, meta, asked, version, others, depth)
        except CkexploreError as error:
            reasons.append(str(error))
            continue
        yield location.cid, uid, stages, needs
        return


def packages(inventory: Inventory, query: Query) -> list[tuple[Location, dict[str, Any], str]]:
    """List the packages that a query asks for, each with the version that it would have, in CK's order."""
    found: list[tuple[Location, dict[str, Any], str]] = []
    for location, meta in inventory.entries("package"):
        variations = meta.get("variations")
        tags = set(ck.tags_of(meta))
        if not set(query.tags) <= tags | set(variations if isinstance(variations, dict) else ()):
            continue
        found += [(location, meta, version) for version in _versions(meta) if allows(query, tags)]
    bounds = (query.version_from, query.version_to)
    found = [one for one in found if not any(bounds) or within(split_version(one[2]), *bounds)]
    return sorted(found, key=_package_rank, reverse=True)


def installation_of(
    resolver: Resolver,
    location: Location,
    meta: Mapping[str, Any],
    asked: Sequence[str],
    version: str = "",
    others: Sequence[Resolved] = (),
    depth: int = 0,
) -> Provided:
    """Plan an installation and what it needs: the environment's UID, the stages, the dependencies.

    At a `depth` of 0 it may be what the user asks for, whose options are for it alone.
    Raises CkexploreError, for an unmet dependency UnmetError.
    """
    package = package_of(resolver.inventory, location, meta, asked, version, is_asked=depth == 0)
    check_package(resolver.inventory, package)
    soft = soft_of_package(resolver.inventory, package)
    own = meta.get("deps") if package.customize.get("ignore_deps") != "yes" else {}
    more = soft[1].get("deps") if package.customize.get("ignore_deps") != "yes" else {}
    deps = {**(more if isinstance(more, dict) else {}), **(own if isinstance(own, dict) else {})}
    needs = resolver.resolve(deps, location.cid, variables=package.install_env, given=others, depth=depth + 1)
    check_needs(needs)
    uid, stages = installation(resolver.inventory, package, soft, needs)
    return uid, stages, tuple(needs)


def detection_of(
    resolver: Resolver, location: Location, meta: Mapping[str, Any], variations: Sequence[str] = ()
) -> Provided:
    """Plan a detection that was asked for. Raises CkexploreError, for an unmet dependency UnmetError."""
    needs = resolver.resolve(meta.get("deps"), location.cid, depth=1)
    check_needs(needs)
    bounds = asked_bounds(resolver.inventory)
    uid, stages = detection(
        resolver.inventory, location, meta, needs, bounds=bounds, variations=variations, is_asked=True
    )
    return uid, merged(stages), tuple(needs)


def _versions(meta: Mapping[str, Any]) -> list[str]:
    customize = meta.get("customize")
    customize = customize if isinstance(customize, dict) else {}
    several = customize.get("supported_versions")
    if not customize.get("version") and isinstance(several, list) and several:
        return [str(version) for version in several]
    return [str(customize.get("version") or "")]


def _package_rank(found: tuple[Location, Mapping[str, Any], str]) -> tuple[float, list[int], str]:
    location, meta, version = found
    return (ck.order_of(meta), split_version(version), location.alias)


def _nothing_provides(
    inventory: Inventory, query: Query, needed_by: str, softs: Sequence[Mapping[str, Any]], reasons: Sequence[str]
) -> str:
    wanted = f"{needed_by} needs {query.name} (dependency {query.key}, tags {','.join(query.tags)})"
    if reasons:
        return f"{wanted}: {reasons[0]}"
    files = [file_name(meta.get("customize") or {}, inventory.host.meta) for meta in softs]
    missing = sorted({safe_line(file, 80) for file in files if file})
    if missing:
        named = ", ".join(missing[:4]) + (" …" if len(missing) > 4 else "")
        return f"{wanted}, and this machine has none of {named}: {how_to_get(*missing)}"
    return f"{wanted}, and no soft or package entry with these tags is known; add a repository that has one"
