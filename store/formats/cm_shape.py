"""What a script of CM or mlcflow needs and offers, in the common shape."""

from collections.abc import Iterator, Mapping
from typing import Any

from .shape import Dependency, Shape, Variation
from .shape_text import condition, is_yes, line, listing, mapping, said, settings, unless, version_range

_PHASES = {"deps": "", "prehook_deps": "before", "posthook_deps": "after", "post_deps": "at the end"}


def shape_of(meta: Mapping[str, Any]) -> Shape:
    """Give dependencies in the order in which they are met, variations, and versions."""
    versions = meta.get("versions")
    return Shape(
        dependencies=tuple(_dependencies(meta)),
        variations=tuple(_variations(meta)),
        versions=tuple(line(said(name)) for name in (versions if isinstance(versions, Mapping) else listing(versions))),
        default_version=line(said(meta.get("default_version"))),
    )


def _dependencies(meta: Mapping[str, Any]) -> Iterator[Dependency]:
    for field, phase in _PHASES.items():
        for one in listing(meta.get(field)):
            if isinstance(one, Mapping):
                yield _dependency(one, phase)


def _dependency(one: Mapping[str, Any], phase: str) -> Dependency:
    names = listing(one.get("names")) or listing(one.get("name")) or listing(one.get("alias"))
    artifact = listing(one.get("automation")) + listing(one.get("artifact"))
    return Dependency(
        key=line(", ".join(map(said, names))),
        tags=line(",".join(map(said, listing(one.get("tags")))) or "::".join(map(said, artifact))),
        phase=phase,
        versions=version_range(one.get("version"), one.get("version_min"), one.get("version_max")),
        when=line(
            condition(one.get("enable_if_env")),
            condition(one.get("enable_if_any_env"), " or "),
            unless(condition(one.get("skip_if_env"))),
            unless(condition(one.get("skip_if_any_env"), " or ")),
        ),
    )


def _variations(meta: Mapping[str, Any]) -> Iterator[Variation]:
    chosen = {said(meta.get("default_variation")), *map(said, mapping(meta.get("default_variations")).values())}
    for name, value in mapping(meta.get("variations")).items():
        one = mapping(value)
        yield Variation(
            name=line(name),
            group=line(said(one.get("group"))),
            default=is_yes(one.get("default")) or name in chosen,
            sets=_sets(one),
        )


def _sets(one: Mapping[str, Any]) -> str:
    same, base = said(one.get("alias")), ", ".join(map(said, listing(one.get("base"))))
    needed = [tags for field in _PHASES for dep in listing(one.get(field)) if (tags := said(mapping(dep).get("tags")))]
    return line(
        f"the same as {same}" if same else "",
        f"with {base}" if base else "",
        settings(one.get("env")),
        settings(one.get("default_env")),
        f"version {said(one['default_version'])}" if one.get("default_version") else "",
        f"needs {' and '.join(needed)}" if needed else "",
    )
