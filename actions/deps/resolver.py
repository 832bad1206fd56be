"""The dependency resolver: for each dependency the environment that meets it, or the stages that would make one.

A dependency asks by tags. A registered, still usable environment is taken first; then `soft` entries with these tags
whose file is likely to be here; then a `package` whose tags and variations cover them.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...store.errors import CkexploreError
from ...store.formats import ck
from ...store.lookup import Location
from ...store.untrusted import safe_line
from ..environments import Environment
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
from .query import Query, allows, fits, is_wanted, query_of, split_tags, tags_for_system
from .tree import check_needs

_DEEPEST = 8
_MOST_SOFTS = 4
_MOST_PACKAGES = 6

Candidate = tuple[str, str, tuple[Stage, ...], tuple[Resolved, ...]]
"""What would meet a dependency: its CID, the UID that it registers, its stages, what it needs itself."""


class Resolver:
    """Resolves the dependencies of one plan; who asks for the same twice gets the same."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._planned: dict[Any, list[Resolved]] = {}

    def resolve(
        self,
        deps: Any,
        needed_by: str,
        *,
        variables: Mapping[str, Any] | None = None,
        given: Sequence[Resolved] = (),
        depth: int = 0,
    ) -> list[Resolved]:
        """Resolve dependencies in their `sort` order; one that can't be met has its `problem`.

        `variables` decide on conditions. `given` are those of whoever needs this: the same key is met the same way.
        """
        found: list[Resolved] = []
        passed: dict[str, list[str]] = {}
        system, alias = self.inventory.host.meta, self.inventory.host.alias
        wanted = (
            [(str(key), one) for key, one in deps.items() if isinstance(one, dict)] if isinstance(deps, dict) else []
        )
        for key, meta in sorted(wanted, key=lambda pair: ck.order_of(pair[1])):
            if not is_wanted(meta, system, alias, variables or {}):
                continue
            added = [
                *tags_for_system(meta, system, alias, variables or {}),
                *split_tags(self.inventory.request.group("dep_add_tags").get(key)),
                *passed.get(key, ()),
            ]
            query = query_of(key, meta, added)
            one = self._resolved(query, needed_by, [*found, *given], depth)
            found.append(one)
            _pass_tags(one, passed)
        return found

    def _resolved(self, query: Query, needed_by: str, others: Sequence[Resolved], depth: int) -> Resolved:
        same = next((one for one in others if one.key == query.key and one.meta.get("skip_reuse") != "yes"), None)
        if same is not None and same.uids and _covers(same, query):
            return replace(same, meta=query.meta, name=query.name)
        chosen = self.inventory.request.group("deps").get(query.key)
        if chosen:
            return self._chosen(query, chosen, needed_by, others)
        return self._looked_for(query, needed_by, others, depth)

    def _chosen(self, query: Query, chosen: str, needed_by: str, others: Sequence[Resolved]) -> Resolved:
        """Take the environment that the user names for a dependency."""
        environment = self.inventory.environment(chosen.rsplit(":", 1)[-1].lower())
        if environment is None:
            return _unmet(
                query,
                f"{needed_by}: no environment {safe_line(chosen)!r} for {query.key}; `ckexplore show env` lists them",
            )
        return self._met(query, environment, self._fitting(query, others))

    def _fitting(self, query: Query, others: Sequence[Resolved]) -> list[Environment]:
        """List the registered environments that can be used for a dependency."""
        fitting = [one for one in self.inventory.environments if fits(query, one) and self._is_whole(one)]
        if query.meta.get("skip_pruning_by_other_deps") == "yes":
            return fitting
        return [one for one in fitting if not _contradicts(one, others)]

    def _looked_for(self, query: Query, needed_by: str, others: Sequence[Resolved], depth: int) -> Resolved:
        fitting = self._fitting(query, others)
        if fitting:
            return self._met(query, max(fitting, key=_rank), fitting)
        if depth > _DEEPEST:
            return _unmet(query, f"{needed_by}: dependencies go deeper than {_DEEPEST} levels; do they go in a circle?")
        is_detected = query.meta.get("skip_default") != "yes" and not _is_skipped(query.meta.get("skip_installed"))
        known = self._planned.setdefault((query.identity, is_detected), [])
        same = next((one for one in known if not _is_made_otherwise(one, others)), None)
        if same is None:
            same = self._from_providers(query, needed_by, others, depth)
            known.append(same)
        return replace(same, key=query.key, name=query.name, meta=query.meta)

    def _is_whole(self, environment: Environment) -> bool:
        """Tell whether what an environment stands for is still there and the same, and all that it needs too."""
        deps = environment.meta.get("deps")
        uids = (
            [str(one.get("uoa", "")) for one in deps.values() if isinstance(one, dict)]
            if isinstance(deps, dict)
            else []
        )
        return environment.usable and all(self.inventory.environment(uid) is not None for uid in uids if uid)

    def _met(self, query: Query, environment: Environment, fitting: Sequence[Environment]) -> Resolved:
        return Resolved(
            key=query.key,
            name=query.name,
            meta=query.meta,
            uids=(environment.uid,),
            provider=f"local:env:{environment.uid}",
            version=environment.version,
            environment=environment,
            needs=tuple(self._needs_of(environment)),
            fitting=tuple(fitting),
        )

    def _needs_of(self, environment: Environment) -> Iterator[Resolved]:
        deps = environment.meta.get("deps")
        for key, meta in deps.items() if isinstance(deps, dict) else ():
            one = self.inventory.environment(str(meta.get("uoa", ""))) if isinstance(meta, dict) else None
            if one is not None and one.uid != environment.uid:
                yield self._met(query_of(str(key), meta, ()), one, [one])

    # What would make an environment

    def _from_providers(self, query: Query, needed_by: str, others: Sequence[Resolved], depth: int) -> Resolved:
        reasons: list[str] = []
        softs = list(self._softs(query))
        candidates = list(self._detections(query, likely(self.inventory, softs)[:_MOST_SOFTS], reasons, depth))
        if not candidates:
            candidates += self._detections(query, possible(self.inventory, softs)[:_MOST_SOFTS], reasons, depth)
            candidates += self._installations(query, needed_by, others, reasons, depth)
        if not candidates:
            return _unmet(
                query, _nothing_provides(self.inventory, query, needed_by, [meta for _, meta in softs], reasons)
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

    def _softs(self, query: Query) -> Iterator[Entry]:
        """Yield the soft entries that may be looked for by themselves and have the tags, in CK's order."""
        if query.meta.get("skip_default") == "yes" or _is_skipped(query.meta.get("skip_installed")):
            return
        for location, meta in sorted(self.inventory.entries("soft"), key=lambda entry: ck.order_of(entry[1])):
            tags = set(ck.tags_of(meta))
            if set(query.tags) <= tags and not query.no_tags & tags and meta.get("auto_detect") == "yes":
                yield location, meta

    def _detections(self, query: Query, softs: Sequence[Entry], reasons: list[str], depth: int) -> Iterator[Candidate]:
        bounds = (query.version_from, query.version_to)
        for location, meta in softs:
            needs = self.resolve(meta.get("deps"), location.cid, depth=depth + 1)
            if wrong := problems(needs):
                reasons.append(wrong[0])
                continue
            try:
                uid, stages = detection(self.inventory, location, meta, needs, bounds=bounds)
            except CkexploreError as error:
                reasons.append(str(error))
                continue
            yield location.cid, uid, stages, tuple(needs)

    def _installations(
        self, query: Query, needed_by: str, others: Sequence[Resolved], reasons: list[str], depth: int
    ) -> Iterator[Candidate]:
        """Yield the first package, in CK's order, that can be installed here as far as that can be told."""
        for location, meta, version in self.packages(query)[:_MOST_PACKAGES]:
            asked = [tag for tag in query.tags if tag not in ck.tags_of(meta)]
            try:
                uid, stages, needs = self.install(location, meta, asked, version, others, depth)
            except CkexploreError as error:
                reasons.append(str(error))
                continue
            yield location.cid, uid, stages, needs
            return

    def packages(self, query: Query) -> list[tuple[Location, dict[str, Any], str]]:
        """List the packages that a query asks for, each with the version that it would have, in CK's order."""
        found: list[tuple[Location, dict[str, Any], str]] = []
        for location, meta in self.inventory.entries("package"):
            variations = meta.get("variations")
            tags = set(ck.tags_of(meta))
            if not set(query.tags) <= tags | set(variations if isinstance(variations, dict) else ()):
                continue
            found += [(location, meta, version) for version in _versions(meta) if allows(query, tags)]
        bounds = (query.version_from, query.version_to)
        found = [one for one in found if not any(bounds) or within(split_version(one[2]), *bounds)]
        return sorted(found, key=_package_rank, reverse=True)

    def install(
        self,
        location: Location,
        meta: Mapping[str, Any],
        asked: Sequence[str],
        version: str = "",
        others: Sequence[Resolved] = (),
        depth: int = 0,
    ) -> tuple[str, tuple[Stage, ...], tuple[Resolved, ...]]:
        """Plan an installation and what it needs: the environment's UID, the stages, the dependencies.

        At a `depth` of 0 it may be what the user asks for, whose options are for it alone.
        Raises CkexploreError, for an unmet dependency UnmetError.
        """
        package = package_of(self.inventory, location, meta, asked, version, is_asked=depth == 0)
        check_package(self.inventory, package)
        soft = soft_of_package(self.inventory, package)
        own = meta.get("deps") if package.customize.get("ignore_deps") != "yes" else {}
        more = soft[1].get("deps") if package.customize.get("ignore_deps") != "yes" else {}
        deps = {**(more if isinstance(more, dict) else {}), **(own if isinstance(own, dict) else {})}
        needs = self.resolve(deps, location.cid, variables=package.install_env, given=others, depth=depth + 1)
        check_needs(needs)
        uid, stages = installation(self.inventory, package, soft, needs)
        return uid, stages, tuple(needs)

    def detect(
        self, location: Location, meta: Mapping[str, Any], variations: Sequence[str] = ()
    ) -> tuple[str, tuple[Stage, ...], tuple[Resolved, ...]]:
        """Plan a detection that was asked for. Raises CkexploreError, for an unmet dependency UnmetError."""
        needs = self.resolve(meta.get("deps"), location.cid, depth=1)
        check_needs(needs)
        bounds = asked_bounds(self.inventory)
        uid, stages = detection(
            self.inventory, location, meta, needs, bounds=bounds, variations=variations, is_asked=True
        )
        return uid, merged(stages), tuple(needs)


def _unmet(query: Query, problem: str) -> Resolved:
    return Resolved(query.key, query.name, query.meta, problem=problem)


def _covers(resolved: Resolved, query: Query) -> bool:
    """Tell whether what another dependency of the same key got is what this one asks for, as far as it is known."""
    return resolved.environment is None or fits(query, resolved.environment)


def _pass_tags(resolved: Resolved, passed: dict[str, list[str]]) -> None:
    """Note the tags that a dependency hands on to others (`pass_matching_tags_to`)."""
    rules = resolved.meta.get("pass_matching_tags_to")
    if not isinstance(rules, dict) or resolved.environment is None:
        return
    for prefix, receivers in rules.items():
        matching = [tag for tag in resolved.environment.tags if tag.startswith(prefix)]
        for receiver in receivers if isinstance(receivers, list) else [receivers]:
            passed.setdefault(str(receiver), []).extend(matching)


def _is_skipped(value: Any) -> bool:
    return isinstance(value, dict) and value.get("linux" if os.uname().sysname == "Linux" else "macos") == "yes"


def _used(others: Sequence[Resolved]) -> dict[str, tuple[str, ...]]:
    """Give what is used here for each key."""
    return {one.key: one.uids for one in others if one.uids and one.meta.get("skip_reuse") != "yes"}


def _is_made_otherwise(planned: Resolved, others: Sequence[Resolved]) -> bool:
    """Tell whether something is to be made with another environment for a key than what is used here."""
    used = _used(others)
    return any(one.uids and one.key in used and not set(one.uids) & set(used[one.key]) for one in planned.needs)


def _contradicts(environment: Environment, others: Sequence[Resolved]) -> bool:
    """Tell whether an environment was made with another one for a key than what is used here."""
    deps = environment.meta.get("deps")
    if not isinstance(deps, dict):
        return False
    used = _used(others)
    return any(
        isinstance(meta, dict) and meta.get("uoa") and key in used and meta["uoa"] not in used[key]
        for key, meta in deps.items()
    )


def _rank(environment: Environment) -> tuple[float, str, list[int]]:
    """Order environments as CK does: by their `sort`, name and version."""
    return (ck.order_of(environment.customize), environment.soft, split_version(environment.version))


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
