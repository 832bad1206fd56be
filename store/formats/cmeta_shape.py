"""What a cMeta artifact inherits and uses, by its `_desc.yaml`, in the common shape.

inherits: [template,UID]
uses: [{task: "setup,UID", name: "lib-x,UID", if_os: linux, if: "..."}]      run in this order
<phase>: {uses: [...]}
updates: {<phase>: {uses: [{match: {...}, prepend: [...], append: [...]}]}}  put into what is inherited
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .automation_layout import split_name
from .shape import Dependency, Shape
from .shape_text import line, listing, mapping, said


def shape_of(description: Any) -> Shape:
    """Give dependencies in the order in which they are written; cMeta has no variations and no list of versions."""
    return Shape(dependencies=tuple(_dependencies(mapping(description))))


def _dependencies(description: Mapping[str, Any]) -> Iterator[Dependency]:
    for base in listing(description.get("inherits")):
        yield Dependency(line(_alias(base)), tags="", phase="inherited")
    yield from _used(description.get("uses"), "")
    for phase, value in description.items():
        yield from _used(mapping(value).get("uses"), phase)
    for phase, value in mapping(description.get("updates")).items():
        for change in map(mapping, listing(mapping(value).get("uses"))):
            yield from _used(listing(change.get("prepend")) + listing(change.get("append")), phase)


def _used(steps: Any, phase: str) -> Iterator[Dependency]:
    for step in map(mapping, listing(steps)):
        if step.get("task"):
            tags = ",".join(said(value) for key, value in step.items() if key.endswith("_tags"))
            system = said(step.get("if_os"))
            when = line(f"on {system}" if system else "", said(step.get("if")))
            yield Dependency(line(_alias(step.get("name") or step["task"])), line(tags), line(phase), when=when)


def _alias(name: Any) -> str:
    alias, uid = split_name(said(name))
    return alias or uid
