"""What a dependency asks for: tags wanted and unwanted, versions, systems, conditions on variables (CK's words)."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ...store.untrusted import safe_line
from ..environments import Environment
from ..versions import split_version, within

_OWN_KEYS = ("uoa", "dict", "bat", "script", "cus")


class Query(Struct, frozen=True):
    """One dependency as it is asked for on this machine; `tags` are all that it wants, `meta` CK's dictionary."""

    key: str
    name: str
    tags: tuple[str, ...]
    or_tags: str
    no_tags: frozenset[str]
    version_from: tuple[int, ...]
    version_to: tuple[int, ...]
    meta: Mapping[str, Any]

    @property
    def identity(self) -> tuple[Any, ...]:
        """What two dependencies share that ask for the same."""
        return (frozenset(self.tags), self.or_tags, self.no_tags, self.version_from, self.version_to)


def query_of(key: str, meta: Mapping[str, Any], added: Iterable[str]) -> Query:
    """Read one dependency; `added` are tags beside those of its meta."""
    return Query(
        key=key,
        name=safe_line(str(meta.get("name") or key)),
        tags=tuple(dict.fromkeys([*split_tags(meta.get("tags")), *added])),
        or_tags=_text(meta.get("or_tags")),
        no_tags=frozenset(split_tags(meta.get("no_tags"))),
        version_from=_bound(meta.get("version_from")),
        version_to=_bound(meta.get("version_to")),
        meta={name: value for name, value in meta.items() if name not in _OWN_KEYS},
    )


def split_tags(value: Any) -> list[str]:
    """Give comma-separated tags, or a list of them, as a list."""
    parts = value if isinstance(value, list | tuple) else str(value or "").split(",")
    return [tag for part in parts if (tag := str(part).strip())]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _bound(value: Any) -> tuple[int, ...]:
    if isinstance(value, list):
        return tuple(number for number in value if isinstance(number, int))
    return tuple(split_version(str(value))) if value else ()


# Whether something fits


def fits(query: Query, environment: Environment) -> bool:
    """Tell whether a registered environment is what is asked for; whether it is still usable is another question."""
    tags = set(environment.tags)
    return (
        set(query.tags) <= tags
        and "tmp" not in tags
        and allows(query, tags)
        and within(split_version(environment.version), query.version_from, query.version_to)
    )


def allows(query: Query, tags: set[str]) -> bool:
    """Tell whether tags have none of those that aren't wanted, and one of the groups of which one must be there."""
    groups = [group.split(",") for group in query.or_tags.split(";") if group]
    return not query.no_tags & tags and (not groups or any(_has(group, tags) for group in groups))


def _has(group: Sequence[str], tags: set[str]) -> bool:
    """Tell whether every tag of a group is there, and none of those with a `~` before them."""
    return all((tag[1:] not in tags) if tag.startswith("~") else tag in tags for tag in map(str.strip, group))


def matches(conditions: Any, variables: Mapping[str, Any]) -> bool:
    """Tell whether one of some conditions holds: each names variables, with the value or the values that they may have.

    A variable that isn't set counts as "".
    """
    listed = conditions if isinstance(conditions, list) else [conditions]
    return any(
        isinstance(one, dict) and all(_is_one_of(variables.get(name, ""), value) for name, value in one.items())
        for one in listed
    )


def _is_one_of(value: Any, wanted: Any) -> bool:
    return str(value) in map(str, wanted) if isinstance(wanted, list) else str(value) == str(wanted)


def is_wanted(meta: Mapping[str, Any], system: Mapping[str, Any], alias: str, variables: Mapping[str, Any]) -> bool:
    """Tell whether a dependency counts here: on this system, and with these variables."""
    if not is_for(meta, system, alias):
        return False
    if meta.get("enable_if_env") and meta.get("enabled") != "yes" and not matches(meta["enable_if_env"], variables):
        return False
    return not (meta.get("disable_if_env") and matches(meta["disable_if_env"], variables))


def is_for(meta: Mapping[str, Any], system: Mapping[str, Any], alias: str) -> bool:
    """Tell whether an entry or a dependency is for the system that a CK `os` meta describes."""
    here = set(split_tags(system.get("tags")))
    for names in ("only_for_host_os_tags", "only_for_target_os_tags"):
        wanted = meta.get(names)
        if isinstance(wanted, list) and wanted and not here & set(map(str, wanted)):
            return False
    for names in ("only_for_host_os", "only_for_target_os"):
        wanted = meta.get(names)
        if isinstance(wanted, list) and wanted and alias not in wanted:
            return False
    return True


def tags_for_system(
    meta: Mapping[str, Any], system: Mapping[str, Any], alias: str, variables: Mapping[str, Any]
) -> list[str]:
    """Give the tags that a dependency adds on this system or with these variables."""
    found: list[str] = []
    by_variables = meta.get("update_tags_if_env")
    if isinstance(by_variables, dict):
        found += [str(tag) for tag, conditions in by_variables.items() if matches(conditions, variables)]
    names = (str(system.get("ck_name", "")), str(system.get("ck_name2", "")))
    for side in ("host", "target"):
        for ending, name in zip(("", "2"), names, strict=True):
            found.append(_named(meta.get(f"update_tags_by_{side}_platform{ending}"), name))
    found.append(_named(meta.get("update_tags_by_target_os_uoa"), alias))
    return [tag for text in found for tag in split_tags(text)]


def _named(value: Any, name: str) -> str:
    return str(value.get(name, "")) if isinstance(value, dict) else ""


def is_skipped(value: Any) -> bool:
    """Tell whether something is left out on this machine: `value` says "yes" by the name of its system."""
    return isinstance(value, dict) and value.get("linux" if os.uname().sysname == "Linux" else "macos") == "yes"
