"""A dependency that has been resolved: what the resolver gives and the planners use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .environments import Environment
from .plan import Stage


@dataclass(frozen=True, slots=True)
class Resolved:
    """One dependency, met: by an environment that is there, or by one that `stages` will register.

    `force` says that its `env.sh` is sourced again even if it has been: a chosen compiler is not overridden.
    """

    key: str
    name: str
    uid: str
    script: str
    provider: str
    version: str = ""
    environment: Environment | None = None
    stages: tuple[Stage, ...] = ()
    force: bool = False

    def as_ck(self) -> dict[str, Any]:
        """Give the resolved dependency as CK's scripts get it."""
        meta = dict(self.environment.meta) if self.environment else {}
        return {"uoa": self.uid, "name": self.name, "script": self.script, "ver": self.version, "dict": meta}


def registered(dependencies: Sequence[Resolved]) -> list[str]:
    """Give the UIDs of those that are met already; the script of one that is made anew will be another."""
    return [one.uid for one in dependencies if not one.stages]


def all_stages(dependencies: Sequence[Resolved]) -> tuple[Stage, ...]:
    """Give the stages that make what isn't there yet, each environment once."""
    stages: list[Stage] = []
    for one in dependencies:
        stages += [
            stage
            for stage in one.stages
            if all(stage.finish != known.finish or stage.argv != known.argv for known in stages)
        ]
    return tuple(stages)
