"""A dependency that has been looked into: what meets it, or the stages that will; what the planners use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..environments import ANY_OF, Environment
from ..plan import Stage


class Resolved(Struct, frozen=True):
    """One dependency: met by an environment that is there, or by the first one of `uids` that `stages` registers.

    `provider` says in words what meets it or would. A `problem` says why nothing does, and what would help. `needs` are
    the dependencies of what meets it.
    """

    key: str
    name: str
    meta: Mapping[str, Any]
    uids: tuple[str, ...] = ()
    provider: str = ""
    version: str = ""
    environment: Environment | None = None
    stages: tuple[Stage, ...] = ()
    needs: tuple["Resolved", ...] = ()
    problem: str = ""
    fitting: tuple[Environment, ...] = ()
    """Registered environments that fit, the one that meets it among them."""

    @property
    def choices(self) -> int:
        """How many registered environments fit."""
        return len(self.fitting)

    def as_input(self) -> dict[str, Any]:
        """Give the dependency for a stage's input; what is known of the environment is put in when the stage starts."""
        return {**self.meta, ANY_OF: list(self.uids)}


def inputs(dependencies: Iterable[Resolved]) -> dict[str, dict[str, Any]]:
    """Give dependencies for a stage's input."""
    return {one.key: one.as_input() for one in dependencies}


def registered(dependencies: Iterable[Resolved]) -> list[str]:
    """Give the UIDs of those that are met already; the script of one that is made anew will be another."""
    return [one.environment.uid for one in dependencies if one.environment is not None]


def environment_uids(dependencies: Iterable[Resolved]) -> list[str]:
    """Give the UIDs of all environments that may be used."""
    return list(dict.fromkeys(uid for one in dependencies for uid in one.uids))


def all_stages(dependencies: Sequence[Resolved]) -> tuple[Stage, ...]:
    """Give the stages that make what isn't there yet, each environment once."""
    return merged(stage for one in dependencies for stage in one.stages)


def merged(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Leave out stages that are there already; one of several is left out or may fail only if all of them may."""
    found: dict[tuple[Any, ...], Stage] = {}
    for stage in stages:
        what = (stage.argv, repr(stage.finish), stage.title)
        known = found.get(what)
        if known is None:
            found[what] = stage
            continue
        unless = known.unless if known.unless == stage.unless else ()
        found[what] = replace(known, unless=unless, optional=known.optional and stage.optional)
    return tuple(found.values())


def in_turn(alternatives: Sequence[tuple[str, tuple[Stage, ...]]]) -> tuple[Stage, ...]:
    """Join the stages of alternatives, each a UID and what registers it: one is tried when none before it worked."""
    stages: list[Stage] = []
    for number, (_, own) in enumerate(alternatives):
        earlier = tuple(uid for uid, _ in alternatives[:number])
        is_last = number == len(alternatives) - 1
        stages += [replace(one, unless=(*one.unless, *earlier), optional=one.optional or not is_last) for one in own]
    return merged(stages)


def problems(dependencies: Iterable[Resolved]) -> list[str]:
    """List why dependencies aren't met, their own and those of what they need."""
    found: list[str] = []
    for one in dependencies:
        found += [one.problem] if one.problem else problems(one.needs)
    return found
