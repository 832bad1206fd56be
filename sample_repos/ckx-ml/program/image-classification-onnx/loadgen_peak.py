"""Finds the highest rate of queries at which a Server run is valid: doubling, then halving the interval, then again.

Each trial is a process of its own. LoadGen's own search needs a rate that passes to begin with, goes on to a tenth of
a query a second, and keeps nothing of its trials.
"""

from collections.abc import Callable
from dataclasses import dataclass

CLOSE_ENOUGH = 1.05
"""The search ends when the lowest rate that failed is within 5 % of the highest one that passed."""

GROWTH = 2.0
MOST_TRIALS = 40
LOWEST_SHARE = 1 / 16
"""Of the first rate, which is a quarter of what the model could do: with less to do a query does not get faster."""


@dataclass(frozen=True)
class Attempt:
    """One trial: the rate that was asked for, and whether the run was valid; why not."""

    target_qps: float
    valid: bool
    reason: str = ""


class NoPeakError(Exception):
    """No rate was found; the text is a sentence."""


def find_peak(attempt: Callable[[float | None], Attempt]) -> tuple[float, list[Attempt]]:
    """The highest rate that passed twice, and all trials in their order. Raises NoPeakError.

    The first trial is asked for with None: it chooses a rate itself. A winner that fails the second time is no
    winner; a rate 5 % lower is tried then.
    """
    trials: list[Attempt] = []

    def passes(qps: float | None) -> bool:
        if len(trials) >= MOST_TRIALS:
            raise NoPeakError(f"{MOST_TRIALS} trials found no rate that is valid twice: {trials[-1].reason}")
        trials.append(attempt(qps))
        return trials[-1].valid

    low, high = bracket(passes, trials)
    while high / low > CLOSE_ENOUGH:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if passes(middle) else (low, middle)
    while not passes(low):
        low /= CLOSE_ENOUGH
    return low, trials


def bracket(passes: Callable[[float | None], bool], trials: list[Attempt]) -> tuple[float, float]:
    """A rate that passes and a higher one that does not. Raises NoPeakError where nearly idle is too much."""
    going_up = passes(None)
    rate = trials[0].target_qps
    while True:
        following = rate * GROWTH if going_up else rate / GROWTH
        if following < trials[0].target_qps * LOWEST_SHARE:
            raise NoPeakError(f"not even {rate:g} queries a second are valid: {trials[-1].reason}")
        if passes(following) != going_up:
            return min(rate, following), max(rate, following)
        rate = following
