"""The dependency resolver: for each dependency the environment that meets it, or the stages that would make one.

A dependency asks by tags. A registered, still usable environment is taken first; what would make one is found by
`providers`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from ...store.formats import ck
from ...store.untrusted import safe_line
from ..environments import Environment
from ..versions import split_version
from .dependency import Resolved
from .inventory import Inventory
from .query import Query, fits, is_skipped, is_wanted, query_of, split_tags, tags_for_system

_DEEPEST = 8


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
            return unmet(
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
            return unmet(query, f"{needed_by}: dependencies go deeper than {_DEEPEST} levels; do they go in a circle?")
        is_detected = query.meta.get("skip_default") != "yes" and not is_skipped(query.meta.get("skip_installed"))
        known = self._planned.setdefault((query.identity, is_detected), [])
        same = next((one for one in known if not _is_made_otherwise(one, others)), None)
        if same is None:
            same = self._provided(query, needed_by, others, depth)
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

    def _provided(self, query: Query, needed_by: str, others: Sequence[Resolved], depth: int) -> Resolved:
        from .providers import provided  # noqa: PLC0415  (with all that plans detections; mostly everything is met)

        return provided(self, query, needed_by, others, depth)


def unmet(query: Query, problem: str) -> Resolved:
    """Give a dependency that can't be met, with the reason."""
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
