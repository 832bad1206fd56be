"""How long the front of 50,000 points takes, with two and three objectives; ends with 1 when that is too long.

Two objectives may take 50 ms for clouds as measurements are, three a second; a front of all points is shown, too.
"""

import random
import sys
import time
from collections.abc import Callable

from ckexplore.actions.explore.front import Vector, front

POINTS = 50_000
ROUNDS = 7
TWO, THREE = 50.0, 1_000.0  # ms


def uniform(components: int) -> list[Vector]:
    generator = random.Random(1)
    return [tuple(generator.random() for _ in range(components)) for _ in range(POINTS)]


def trade_off(components: int) -> list[Vector]:
    """Give points where less of one costs more of the others, with noise, as latency and accuracy do."""
    generator = random.Random(2)
    found: list[Vector] = []
    for _ in range(POINTS):
        first = generator.lognormvariate(0, 0.7)
        others = [(1 / first) * generator.lognormvariate(0, 0.3) for _ in range(components - 1)]
        found.append((first, *others))
    return found


def all_on_the_front(components: int) -> list[Vector]:
    generator = random.Random(3)
    numbers = [float(number) for number in range(POINTS)]
    generator.shuffle(numbers)
    return [(number, -number, *[0.0] * (components - 2)) for number in numbers]


def milliseconds(points: list[Vector]) -> float:
    """Give the least processor time of some rounds: what others do meanwhile only adds to it."""
    took: list[float] = []
    for _ in range(ROUNDS):
        started = time.process_time()
        front(points)
        took.append(time.process_time() - started)
    return 1000 * min(took)


def main() -> int:
    failed = False
    clouds: list[tuple[Callable[[int], list[Vector]], bool]] = [
        (uniform, True),
        (trade_off, True),
        (all_on_the_front, False),
    ]
    print(f"{'cloud of ' + format(POINTS, ','):<22}{'objectives':>11}{'on the front':>14}{'ms':>8}{'allowed':>9}")
    for cloud, counts in clouds:
        for components, allowed in ((2, TWO), (3, THREE)):
            points = cloud(components)
            took = milliseconds(points)
            too_long = counts and took > allowed
            failed |= too_long
            told = f"{allowed:.0f}" if counts else "-"
            name = cloud.__name__.replace("_", " ")
            print(f"{name:<22}{components:>11}{len(front(points)):>14,}{took:>8.1f}{told:>9}{'  !' * too_long}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
