"""What a CK program, soft or package entry needs and offers, in the common shape."""

from collections.abc import Iterator, Mapping
from typing import Any

from .shape import Dependency, Shape, Variation
from .shape_text import condition, is_yes, line, listing, mapping, said, settings, unless, version_range

_PHASES = {"deps": "", "compile_deps": "compile", "run_deps": "run"}


def shape_of(module: str, meta: Mapping[str, Any]) -> Shape:
    """Give dependencies in the order in which they are met, variations, and versions."""
    customize = mapping(meta.get("customize"))
    version = line(said(customize.get("version") or meta.get("version")))
    supported = tuple(line(said(one)) for one in listing(customize.get("supported_versions")))
    return Shape(
        dependencies=tuple(_dependencies(meta)),
        variations=tuple(_variations(meta)),
        versions=supported or ((version,) if version else ()),
        default_version=version,
    )


def _dependencies(meta: Mapping[str, Any]) -> Iterator[Dependency]:
    for field, phase in _PHASES.items():
        yield from _in_order(meta.get(field), phase)
    for command, value in mapping(meta.get("run_cmds")).items():
        yield from _in_order(mapping(value).get("run_deps"), f"run {command}")


def _in_order(dependencies: Any, phase: str) -> Iterator[Dependency]:
    listed = [(key, one) for key, one in mapping(dependencies).items() if isinstance(one, Mapping)]
    for key, one in sorted(listed, key=lambda item: _sort(item[1])):
        yield _dependency(key, one, line(phase))


def _sort(one: Mapping[str, Any]) -> float:
    try:
        return float(one.get("sort") or 0)
    except (TypeError, ValueError):
        return 0


def _dependency(key: str, one: Mapping[str, Any], phase: str) -> Dependency:
    other, without = said(one.get("or_tags")), said(one.get("no_tags"))
    systems = said(one.get("only_for_target_os_tags")) or said(one.get("only_for_host_os_tags"))
    return Dependency(
        key=line(key),
        tags=line(said(one.get("tags")), f"one of {other}" if other else "", f"not {without}" if without else ""),
        phase=phase,
        versions=version_range(None, one.get("version_from"), one.get("version_to")),
        when=line(
            condition(one.get("enable_if_env")),
            unless(condition(one.get("disable_if_env"))),
            f"on {systems}" if systems else "",
        ),
    )


def _variations(meta: Mapping[str, Any]) -> Iterator[Variation]:
    for name, value in mapping(meta.get("variations")).items():
        one = mapping(value)
        tags = ", ".join(map(said, listing(one.get("extra_tags"))))
        sets = line(
            settings(one.get("extra_env")),
            settings(one.get("extra_customize")),
            f"tags {tags}" if tags else "",
            f"version {said(one['version'])}" if one.get("version") else "",
        )
        yield Variation(line(name), default=is_yes(one.get("on_by_default")), sets=sets)
