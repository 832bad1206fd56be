"""What iterations and blocks say: the warm-up, the spread, a median with its interval, a comparison, when it is enough.

The replicate is the block, a fresh process, and never the iteration inside it: iterations follow on each other, and a
process carries an offset of its own (Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013). So
what estimates and comparisons take is one number for each block, its median, and intervals are about how blocks
differ; the warm-up and the spread are those of the iterations inside one.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, isfinite, log, log2
from statistics import fmean, median
from typing import Literal

RESAMPLES = 2000
FEWEST_BLOCKS = 3
CLAIMED_EFFECT = 0.05
"""Below this share nothing is claimed, by default: the same program measured twice differs by up to half of it."""

WINDOW = 10
TOLERANCE = 0.05
_TO_DEVIATION = 1.4826  # the median absolute deviation of a normal distribution times this is its standard deviation
_MEAN_TO_DEVIATION = 1.2533
_OUTLIER = 10.0  # standard deviations

Verdict = Literal["better", "worse", "can't tell"]

_WORDS = {
    **dict.fromkeys(("latency", "time", "throughput", "rate"), ("faster", "slower")),
    **dict.fromkeys(("accuracy", "quality"), ("higher", "lower")),
    **dict.fromkeys(("size", "memory"), ("smaller", "larger")),
    "energy": ("less", "more"),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; `level` is what the number of blocks allows, at most the one that was asked for."""

    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The median of block medians, in the unit of the blocks; `interval` is None with fewer than three blocks."""

    value: float
    interval: Interval | None
    blocks: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What b does against a: `ratio` is how many times as much b is as a, None where that has no meaning."""

    ratio: float | None
    interval: Interval | None
    verdict: Verdict
    threshold: float


@dataclass(frozen=True, slots=True)
class Spread:
    """`relative` is the deviation relative to the median, robust against outliers; None where the median is zero."""

    relative: float | None
    outliers: int


def estimate(block_values: Sequence[float], *, level: float = 0.99, seed: int = 0) -> Estimate:
    """Give the median of the blocks with its bootstrap interval, the same for the same seed.

    Percentile bootstrap: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. Raises ValueError
    for no blocks, and for values that aren't finite.
    """
    values = _checked(block_values)
    if not values:
        raise ValueError("an estimate needs at least one block")
    interval = None
    if len(values) >= FEWEST_BLOCKS:
        generator = random.Random(seed)  # noqa: S311  (statistics, no secret)
        medians = [median(generator.choices(values, k=len(values))) for _ in range(RESAMPLES)]
        interval = _percentiles(medians, attainable_level(len(values), level))
    return Estimate(median(values), interval, len(values))


def compare(
    a_blocks: Sequence[float],
    b_blocks: Sequence[float],
    *,
    paired: bool = True,
    threshold: float = CLAIMED_EFFECT,
    level: float = 0.99,
    seed: int = 0,
    better: Literal["low", "high"] = "low",
) -> Comparison:
    """Tell what b does against a, as a ratio with its bootstrap interval.

    `paired`: block i of both was measured one right after the other. The ratio is then the median of b / a over the
    pairs, in which the phases of a machine that is at times half as fast cancel out (Bulej et al., "Duet Benchmarking",
    ICPE 2020); lists of different lengths are never pairs. Otherwise it is median b / median a, drawn apart.

    A difference is claimed when the whole interval excludes 1 at the level asked for, and the ratio is at least
    1 + threshold or at most 1 / (1 + threshold). Ratios need positive values, else nothing can be told. Raises
    ValueError for values that aren't finite.
    """
    a, b = _checked(a_blocks), _checked(b_blocks)
    if not a or not b or min(*a, *b) <= 0:
        return Comparison(None, None, "can't tell", threshold)
    generator = random.Random(seed)  # noqa: S311
    if paired and len(a) == len(b):
        logs = [log(above) - log(below) for below, above in zip(a, b, strict=True)]
        ratio = exp(median(logs))
        ratios = (exp(median(generator.choices(logs, k=len(logs)))) for _ in range(RESAMPLES))
    else:
        ratio = median(b) / median(a)
        ratios = (
            median(generator.choices(b, k=len(b))) / median(generator.choices(a, k=len(a))) for _ in range(RESAMPLES)
        )
    blocks = min(len(a), len(b))
    interval = _percentiles(list(ratios), attainable_level(blocks, level)) if blocks >= FEWEST_BLOCKS else None
    return Comparison(ratio, interval, _verdict(ratio, interval, threshold, level, better), threshold)


def in_words(verdict: Verdict, quantity: str) -> str:
    """Word a verdict on a quantity: "faster" or "slower" for a latency, "higher" or "lower" for an accuracy."""
    if verdict == "can't tell":
        return verdict
    better, worse = _WORDS.get(quantity, ("better", "worse"))
    return better if verdict == "better" else worse


def fewest_blocks(level: float = 0.99) -> int:
    """Give how many blocks an interval of this level needs: 8 for 99 %, 6 for 95 %, 5 for 90 %."""
    return max(FEWEST_BLOCKS, ceil(1 - log2(1 - level)))


def enough(told: Estimate | Comparison, relative_width: float = 0.05, level: float = 0.99) -> bool:
    """Tell whether a measurement can stop: its interval has the level, and is at most so wide relative to the value.

    The rule looks at the width alone, never at whether a difference has shown, since stopping at the first one that
    does finds differences that aren't there.
    """
    value = told.value if isinstance(told, Estimate) else told.ratio
    if value is None or told.interval is None or told.interval.level < level:
        return False
    return told.interval.high - told.interval.low <= relative_width * abs(value)


def warm_up_length(values: Sequence[float], tolerance: float = TOLERANCE) -> int:
    """Give how many of the first iterations to discard: those before the series is as it is in its second half.

    Steady is the median of the second half. The warm-up ends at the first iteration that lies within the tolerance of
    it and begins two windows of ten whose medians do as well. The tolerance is a share of the steady median, or twice
    the deviation of the second half where that is more. At most half is discarded, and that much also means that the
    series hasn't come to rest. Shorter windows than ten are used for series below 40; below 4 nothing is discarded.

    A steady state that is found in the data rather than assumed after a number of rounds: Georges, Buytaert and
    Eeckhout, "Statistically Rigorous Java Performance Evaluation", OOPSLA 2007, section 3.3; with medians in place of
    its coefficient of variation, which a single interruption would spoil.
    """
    half = len(values) // 2
    window = min(WINDOW, len(values) // 4)
    if window < 1:
        return 0
    rest = values[half:]
    steady = median(rest)
    allowed = max(tolerance * abs(steady), 2 * _deviation(rest, steady))
    for start in range(half):
        windows = (values[start : start + window], values[start + window : start + 2 * window])
        near = (values[start], *map(median, windows))
        if all(abs(value - steady) <= allowed for value in near):
            return start
    return half


def spread(values: Sequence[float]) -> Spread:
    """Give the robust spread of some values, and how many of them are further off than ten deviations.

    The limit is hyperfine's: a modified z-score above 14.826 (Iglewicz and Hoaglin, "How to Detect and Handle
    Outliers", 1993). Where more than half of the values are equal, as with a coarse clock, the mean deviation serves.
    Raises ValueError for no values.
    """
    if not values:
        raise ValueError("a spread needs at least one value")
    middle = median(values)
    deviation = _deviation(values, middle)
    relative = deviation / abs(middle) if middle and isfinite(middle) else None
    limit = _OUTLIER * (deviation or _MEAN_TO_DEVIATION * fmean(abs(value - middle) for value in values))
    return Spread(relative, sum(abs(value - middle) > limit for value in values))


def _checked(values: Sequence[float]) -> list[float]:
    for number, value in enumerate(values, 1):
        if not isfinite(value):
            raise ValueError(f"block {number} is {value}, and only finite numbers can be reckoned with")
    return [float(value) for value in values]


def attainable_level(blocks: int, level: float) -> float:
    """Give the level that so many blocks allow: that of the interval from the least to the greatest of them.

    The median of what is measured lies outside of it when all are on one side, 2 of 2^n cases (David and Nagaraja,
    "Order Statistics", 2003, section 7.1); a bootstrap reaches no further than its data.
    """
    return min(level, 1 - 2.0 ** (1 - blocks))


def _percentiles(values: list[float], level: float) -> Interval:
    """Cut the same number of values from both ends, so that what is turned round gives the interval turned round."""
    values.sort()
    cut = floor(len(values) * (1 - level) / 2)
    return Interval(values[cut], values[-1 - cut], level)


def _verdict(ratio: float, interval: Interval | None, threshold: float, level: float, better: str) -> Verdict:
    if interval is None or interval.level < level or interval.low <= 1 <= interval.high:
        return "can't tell"
    if 1 / (1 + threshold) < ratio < 1 + threshold:
        return "can't tell"
    return "better" if (ratio < 1) == (better == "low") else "worse"


def _deviation(values: Sequence[float], middle: float) -> float:
    return _TO_DEVIATION * median(abs(value - middle) for value in values)
