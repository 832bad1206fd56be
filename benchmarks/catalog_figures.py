"""A figure of the benchmark: ours, that of a floor or peer in the same run, the aim, and whether it is met."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Ours = TypeVar("Ours")
Other = TypeVar("Other")

HEADER = f"{'':<58}{'ours':>10}  {'beside it':<34}{'':>10}{'ratio':>9}  aim"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: `ours` and `other` in seconds, or in bytes.

    `at_most` is the aim: a figure like `ours`, or a multiple of `other` when `as_ratio`; None where there is none.
    """

    name: str
    ours: float
    beside: str = ""
    other: float | None = None
    at_most: float | None = None
    as_ratio: bool = False
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """Ours in units of the other."""
        return self.ours / self.other if self.other else None

    @property
    def aim(self) -> str:
        """The aim, and whether it is met, in words."""
        if self.at_most is None:
            return ""
        reached = self.ratio if self.as_ratio else self.ours
        met = reached is not None and reached <= self.at_most
        limit = f"{self.at_most:.3g} x" if self.as_ratio else in_words(self.at_most, self.unit)
        return f"{'met' if met else 'MISSED':<7} (at most {limit})"

    def line(self) -> str:
        """Give the line that is printed."""
        other = "" if self.other is None else in_words(self.other, self.unit)
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x"
        ours = in_words(self.ours, self.unit)
        return f"{self.name:<58}{ours:>10}  {self.beside:<34}{other:>10}{ratio:>9}  {self.aim}".rstrip()


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A line that can't be measured here, and why."""

    name: str
    why: str

    def line(self) -> str:
        """Give the line that is printed."""
        return f"{self.name:<58}{'-':>10}  not measured: {self.why}"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be known of the lines above."""

    text: str

    def line(self) -> str:
        """Give the line that is printed."""
        return f"  ({self.text})"


Line = Figure | NotMeasured | Remark


def in_words(value: float, unit: str) -> str:
    """Write seconds or bytes with three digits and a unit that a person reads."""
    scales = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")) if unit == "s" else ((1 << 20, "MB"), (1 << 10, "KB"), (1, "B"))
    scale, name = next((one for one in scales if abs(value) >= one[0]), scales[-1])
    scaled = value / scale
    return f"{scaled:,.{2 if scaled < 10 else 1 if scaled < 100 else 0}f} {name}"


def interleaved(rounds: int, ours: Callable[[], Ours], other: Callable[[], Other]) -> tuple[list[Ours], list[Other]]:
    """Measure both in turn, so many times, and give what came of each: a busy machine disturbs them alike."""
    measured: list[tuple[Ours, Other]] = [(ours(), other()) for _ in range(rounds)]
    return [one[0] for one in measured], [one[1] for one in measured]


def percentile(values: Iterable[float], share: float) -> float:
    """Give the value below which a share (0 to 1) of all is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
