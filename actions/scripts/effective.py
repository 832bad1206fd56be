"""A script as it will be run: its meta with the version and the variations that are on laid over it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...store.errors import InvalidRequestError
from ...store.formats.shape_text import listing, mapping, said
from .conditions import Variables, decide
from .known import texts
from .variations import changes, chosen_variations

PHASES = {"deps": "", "prehook_deps": "before", "posthook_deps": "after", "post_deps": "at the end"}
"""The fields of a meta that hold dependencies, in the order in which they are met, and when that is in words."""
_RECURSIVE = ("adr", "add_deps_recursive")
_DIRECT = ("ad", "add_deps")

Updates = Mapping[str, Mapping[str, Any]]
"""What is laid over dependencies by their names."""


@dataclass(slots=True)
class Effective:
    """What a script needs with the variations that are on, and what it hands on."""

    variations: tuple[str, ...] = ()
    version: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    dependencies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For all dependencies below, however deep."""
    direct: dict[str, dict[str, Any]] = field(default_factory=dict)
    produced: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    problem: str = ""

    def needed(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every dependency with the field that it is in, in the order in which they are met."""
        for phase in PHASES:
            for one in self.dependencies.get(phase, ()):
                yield phase, one


def effective(
    meta: Mapping[str, Any], asked: Sequence[str], version: str, variables: Variables, updates: Updates
) -> Effective:
    """Lay version and variations over a meta. What contradicts itself comes with the `problem`, and as far as it goes.

    `variables` are what the script gets, `updates` what scripts above it say about dependencies by their names.
    """
    found = Effective(variables=dict(variables.values), fixed=set(variables.fixed))
    found.updates = {name: dict(one) for name, one in updates.items()}
    conditional: list[Any] = []
    _lay(found, meta, variables, conditional)
    versions = mapping(meta.get("versions"))
    found.version = version or said(meta.get("default_version"))
    if found.version in versions:
        _lay(found, mapping(versions[found.version]), variables, conditional)
    defaults = _conditional_defaults(conditional, found, variables)
    try:
        found.variations = chosen_variations(meta, asked, defaults)
    except InvalidRequestError as error:
        found.problem = str(error)
    for one in changes(meta, found.variations):
        _lay(found, one, variables, conditional)
        if one.get("default_version") and not version:
            found.version = said(one["default_version"])
    _apply(found, found.direct)
    _apply(found, found.updates)
    return found


def _lay(found: Effective, meta: Mapping[str, Any], outer: Variables, conditional: list[Any]) -> None:
    """Lay one layer of a meta over what there is: defaults only where nothing is, the rest over it."""
    for name, value in mapping(meta.get("default_env")).items():
        found.variables.setdefault(str(name), as_text(value))
    _set(found, meta.get("env"))
    conditional += listing(meta.get("update_meta_if_env"))
    for one in conditional:
        if isinstance(one, Mapping) and decide(one, known_to(found, outer)):
            for name, value in mapping(one.get("default_env")).items():
                found.variables.setdefault(str(name), as_text(value))
            _set(found, one.get("env"))
            _fix(found, one.get("const"))
            _update(found, one)
    _fix(found, meta.get("const"))
    for phase in PHASES:
        for one in listing(meta.get(phase)):
            if isinstance(one, Mapping):
                _add(found.dependencies.setdefault(phase, []), dict(one))
    _update(found, meta)
    found.produced += texts(meta.get("new_env_keys"))
    found.local += texts(meta.get("local_env_keys"))


def known_to(found: Effective, outer: Variables) -> Variables:
    """Give the variables as a script has them: what is open stays so, but for what it fixes."""
    return Variables(found.variables, outer.open, frozenset(found.fixed))


def as_text(value: Any) -> str:
    """Write the value of a variable as the tools compare it."""
    return value if isinstance(value, str) else said(value)


def _set(found: Effective, variables: Any) -> None:
    for name, value in mapping(variables).items():
        if str(name) not in found.fixed:
            found.variables[str(name)] = as_text(value)


def _fix(found: Effective, variables: Any) -> None:
    for name, value in mapping(variables).items():
        found.variables[str(name)] = as_text(value)
        found.fixed.add(str(name))


def _add(dependencies: list[dict[str, Any]], new: dict[str, Any]) -> None:
    """Add a dependency, in the place of the one with the same names, or the same tags where it has no name."""
    names, tags = set(texts(new.get("names"))), set(texts(new.get("tags")))
    for number, one in enumerate(dependencies):
        known = set(texts(one.get("names")))
        same = known == names if names else not known and set(texts(one.get("tags"))) == tags
        if same:
            dependencies[number] = new
            return
    dependencies.append(new)


def _update(found: Effective, meta: Mapping[str, Any]) -> None:
    for fields, updates in ((_RECURSIVE, found.updates), (_DIRECT, found.direct)):
        for name in fields:
            merge_updates(updates, mapping(meta.get(name)))


def merge_updates(updates: dict[str, dict[str, Any]], more: Mapping[str, Any]) -> None:
    """Merge what is to be laid over dependencies; tags add up."""
    for name, values in more.items():
        if isinstance(values, Mapping):
            updates[str(name)] = _updated(updates.get(str(name), {}), values)


def _apply(found: Effective, updates: Mapping[str, Mapping[str, Any]]) -> None:
    """Lay updates over the dependencies that have their names."""
    for dependencies in found.dependencies.values():
        for number, one in enumerate(dependencies):
            for name in texts(one.get("names")):
                if name in updates:
                    dependencies[number] = _updated(dependencies[number], updates[name])


def _updated(one: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(one)
    for key, value in new.items():
        if key == "tags":
            tags = dict.fromkeys((*texts(changed.get("tags")), *texts(value)))
            changed["tags"] = ",".join(tags)
        elif isinstance(value, Mapping) and isinstance(changed.get(key), Mapping):
            changed[key] = {**changed[key], **value}
        elif not key.startswith(("enable_if_", "skip_if_")):
            changed[key] = value
    return changed


def _conditional_defaults(conditional: list[Any], found: Effective, outer: Variables) -> dict[str, str]:
    """Give the defaults of groups that hold under conditions; the first for a group counts."""
    defaults: dict[str, str] = {}
    for one in conditional:
        if isinstance(one, Mapping) and decide(one, known_to(found, outer)):
            for group, name in mapping(one.get("default_variations")).items():
                defaults.setdefault(str(group), said(name))
    return defaults
