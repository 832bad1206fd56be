"""The dependency tree of a plan as a person reads it, before anything runs."""

from collections.abc import Iterable

from ...store.untrusted import safe_line
from ..plan import Need
from .dependency import Resolved

_DEEPEST = 8


def tree_of(dependencies: Iterable[Resolved], depth: int = 0) -> tuple[Need, ...]:
    """Tell dependencies and theirs."""
    return tuple(_need(one, depth) for one in dependencies)


def _need(one: Resolved, depth: int) -> Need:
    state = "unmet" if one.problem else "met" if one.environment is not None else "planned"
    provider = one.provider
    if one.environment is not None and one.environment.full_path:
        provider = f"{provider}, {safe_line(one.environment.full_path, 200)}"
    return Need(
        key=safe_line(one.key, 80),
        name=one.name,
        tags=safe_line(str(one.meta.get("tags", "")), 200),
        state=state,
        provider=provider,
        version=safe_line(one.version, 80),
        problem=one.problem,
        choices=one.choices,
        needs=tree_of(one.needs, depth + 1) if depth < _DEEPEST else (),
    )
