"""The common shape of what every format says in its own way: dependencies, variations, versions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dependency:
    """One thing that an artifact needs. `when` says under which condition, `versions` which ones fit ("≥ 1.2")."""

    key: str
    tags: str
    phase: str = ""
    versions: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Variation:
    """One way to have an artifact. Of a `group` one is chosen; `sets` says what it changes, in a few words."""

    name: str
    group: str = ""
    default: bool = False
    sets: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an artifact needs and offers. All text is safe for a terminal."""

    dependencies: tuple[Dependency, ...] = ()
    variations: tuple[Variation, ...] = ()
    versions: tuple[str, ...] = ()
    default_version: str = ""
