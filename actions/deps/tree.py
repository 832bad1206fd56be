"""The dependency tree of a plan as a person reads it, before anything runs."""

from collections.abc import Iterable, Sequence

from msgspec import to_builtins

from ...store.errors import UnavailableError
from ...store.untrusted import safe_line
from ..environments import Environment
from ..plan import Fitting, Need
from .dependency import Resolved, problems

_DEEPEST = 8


class UnmetError(UnavailableError):
    """A dependency that nothing meets: the first reason is the sentence, `needs` the whole tree."""

    def __init__(self, reasons: Sequence[str], needs: tuple[Need, ...]) -> None:
        super().__init__(reasons[0])
        self.reasons, self.needs = tuple(reasons), needs

    @property
    def details(self) -> dict[str, object]:
        """The tree, and why which dependencies aren't met."""
        return {"needs": [to_builtins(one) for one in self.needs], "unmet": list(self.reasons)}


def check_needs(dependencies: Iterable[Resolved]) -> None:
    """Raise UnmetError when a dependency isn't met, or one of what it needs."""
    dependencies = list(dependencies)
    if wrong := problems(dependencies):
        raise UnmetError(list(dict.fromkeys(wrong)), tree_of(dependencies))


def tree_of(dependencies: Iterable[Resolved]) -> tuple[Need, ...]:
    """Tell dependencies and theirs; what is needed a second time tells its own only the first time."""
    return _tree(dependencies, set(), 0)


def _tree(dependencies: Iterable[Resolved], told: set[tuple[str, str]], depth: int) -> tuple[Need, ...]:
    return tuple(_need(one, told, depth) for one in dependencies)


def _need(one: Resolved, told: set[tuple[str, str]], depth: int) -> Need:
    state = "unmet" if one.problem else "met" if one.environment is not None else "planned"
    provider = one.provider
    if one.environment is not None and one.environment.full_path:
        provider = f"{provider}, {safe_line(one.environment.full_path, 200)}"
    is_first = (one.key, one.provider) not in told
    told.add((one.key, one.provider))
    return Need(
        key=safe_line(one.key, 80),
        name=one.name,
        tags=safe_line(str(one.meta.get("tags", "")), 200),
        state=state,
        provider=provider,
        version=safe_line(one.version, 80),
        problem=one.problem,
        choices=one.choices,
        fitting=tuple(map(_fitting, one.fitting)) if one.choices > 1 else (),
        needs=_tree(one.needs, told, depth + 1) if depth < _DEEPEST and is_first else (),
    )


def _fitting(one: Environment) -> Fitting:
    return Fitting(one.uid, safe_line(one.version, 80), safe_line(one.full_path, 200))
