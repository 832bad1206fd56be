"""How much of the front each sampler finds with a quarter of the points, on measurements that were published.

    python benchmarks/samplers.py

The space is that of the shipped 368 MobileNets on Arm boards: board, multiplier, resolution and quantisation, those
that weren't measured left out by asking again. Each sampler asks for a quarter of them; what it finds is told as the
share of the hypervolume that all points have (log of the 90th percentile latency against top-1). The median of nine
seeds counts: Optuna's must be at least 95 %, and more than that of random.
"""

import argparse
import math
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from ckexplore import sample_repos
from ckexplore.actions.explore.axis import Axis, Space
from ckexplore.actions.explore.front import hypervolume
from ckexplore.actions.explore.samplers import sampler
from ckexplore.actions.explore.space import Allowed
from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.store.formats.ck_points import points

_ENTRY = Path(sample_repos.__file__).parent / "ckx-ml" / "experiment" / "mobilenets-mlperf-v0.5"
_CHOICES = ("system", "model_family", "multiplier", "resolution", "quantized")
_ENOUGH = 0.95
_TOGETHER = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=9)
    parser.add_argument("--share", type=float, default=0.25)
    options = parser.parse_args()
    table = point_table(points(_ENTRY))
    known = _known(table)
    space = Space(tuple(Axis(name, _values(table, name)) for name in _CHOICES))
    allowed = _Measured(space, known)
    reference = tuple(max(column) for column in zip(*known.values(), strict=True))
    whole = hypervolume(list(known.values()), reference)
    budget = round(options.share * len(known))
    print(f"{len(known)} points in a space of {space.size}, {budget} asked for, {options.seeds} seeds")
    medians: dict[str, float] = {}
    for name in ("random", "lhs", "optuna"):
        shares = [_found(name, allowed, known, budget, seed, reference) / whole for seed in range(options.seeds)]
        medians[name] = statistics.median(shares)
        print(f"  {name:8} {medians[name]:.3f} of the hypervolume ({min(shares):.3f} to {max(shares):.3f})")
    return 0 if medians["optuna"] >= _ENOUGH and medians["optuna"] > medians["random"] else 1


class _Measured(Allowed):
    """The configurations that were measured."""

    def __init__(self, space: Space, known: dict[tuple[str, ...], tuple[float, float]]) -> None:
        super().__init__(space)
        self._known = known

    def meets(self, number: int) -> bool:
        return tuple(self.space.configuration(number).values()) in self._known

    def numbers(self) -> Iterator[int]:
        return filter(self.meets, range(self.space.size))


def _values(table: PointTable, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in table.find(name).values))


def _known(table: PointTable) -> dict[tuple[str, ...], tuple[float, float]]:
    """Give the objectives of each configuration, to be minimised: the log of the latency, and less accuracy."""
    latencies, accuracies = table.numbers("latency_p90_ms"), table.numbers("accuracy_top1")
    columns = [table.find(name).values for name in _CHOICES]
    return {
        tuple(str(column[row]) for column in columns): (math.log(latency), -accuracy)
        for row, (latency, accuracy) in enumerate(zip(latencies, accuracies, strict=True))
        if latency and accuracy
    }


def _found(
    name: str,
    allowed: Allowed,
    known: dict[tuple[str, ...], tuple[float, float]],
    budget: int,
    seed: int,
    reference: tuple[float, ...],
) -> float:
    """Give the hypervolume of what one sampler finds."""
    chosen = sampler(name, allowed, points=budget, seed=seed, objectives=2)
    found: list[tuple[float, ...]] = []
    while len(found) < budget and (asked := chosen.ask(min(_TOGETHER, budget - len(found)))):
        for number in asked:
            values = known[tuple(allowed.space.configuration(number).values())]
            found.append(values)
            chosen.tell(number, values)
    return hypervolume(found, reference)


if __name__ == "__main__":
    sys.exit(main())
