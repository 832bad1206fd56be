"""One measured configuration of an experiment, whatever format it was written in."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Point:
    """One point: what was chosen, what was given, and what came out.

    `characteristics` maps groups ("run", "compile") to dicts of values, with numbers in the units that the names
    and the experiment's meta say. `source` is the file or folder that it was read from, below the experiment's own.
    `repetitions` are the characteristics of each repetition, where there were several: the `characteristics` are their
    middle. All text is safe for a terminal. `problem` says why a point can't be read, or what of it.
    """

    uid: str
    choices: dict[str, Any] = field(default_factory=dict)
    features: dict[str, Any] = field(default_factory=dict)
    characteristics: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    source: str = ""
    repetitions: tuple[dict[str, Any], ...] = ()
