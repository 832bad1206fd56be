"""What a replayed point says of the earlier one: each value reproduced, different, or nothing that can be told."""

from collections.abc import Sequence
from typing import Any

from ...store.errors import CkexploreError
from ...store.formats.point import Point
from ..measure.statistics import FEWEST_BLOCKS, compare, estimate
from ..plan import Sweep
from ..points.table import is_number, point_table

REPRODUCED, DIFFERS, UNKNOWN = "reproduced", "differs", "can't tell"


def replayed(sweep: Sweep, measured: Sequence[Point]) -> list[dict[str, Any]]:
    """Compare every value that the earlier point has with the new one."""
    table = point_table(measured[:1])
    found: list[dict[str, Any]] = []
    for name, before in sweep.against.items():
        try:
            column = table.find(name)
        except CkexploreError:
            found.append({"name": name, "was": _middle(before), "verdict": UNKNOWN, "why": "it wasn't measured now"})
            continue
        now = list(column.repeated.get(0, ())) or [float(one) for one in column.values if is_number(one)]
        found.append({"name": name, **_compared(before, now, sweep.tolerance)})
    return found


def _compared(before: Sequence[float], now: Sequence[float], tolerance: float) -> dict[str, Any]:
    """Compare repetitions of then and now, as a ratio with its interval; of a single one then only now varies."""
    told: dict[str, Any] = {"was": _middle(before), "now": _middle(now)}
    if all(value == before[0] for value in (*before, *now)):
        return {**told, "ratio": 1.0, "verdict": REPRODUCED}
    if len(now) < FEWEST_BLOCKS or min(*before, *now) <= 0:
        return {**told, "verdict": UNKNOWN, "why": "too few blocks" if len(now) < FEWEST_BLOCKS else "it has no ratio"}
    known = list(before) if len(before) >= FEWEST_BLOCKS else [_middle(before)] * len(now)
    compared = compare(known, now, paired=False, threshold=tolerance)
    if compared.interval is None or compared.ratio is None:
        return {**told, "verdict": UNKNOWN, "why": "too few blocks"}
    low, high = compared.interval.low, compared.interval.high
    within = 1 / (1 + tolerance) <= low and high <= 1 + tolerance
    apart = low > 1 + tolerance or high < 1 / (1 + tolerance)
    verdict = REPRODUCED if within else DIFFERS if apart else UNKNOWN
    why = {} if verdict != UNKNOWN else {"why": "its interval is wider than the tolerance"}
    return {**told, "ratio": compared.ratio, "interval": [low, high], "verdict": verdict, **why}


def _middle(values: Sequence[float]) -> float:
    return estimate(values).value


def verdict_of(values: Sequence[dict[str, Any]]) -> str:
    """Say of a whole point: different when a value is, reproduced when all are."""
    verdicts = {one["verdict"] for one in values}
    return DIFFERS if DIFFERS in verdicts else REPRODUCED if verdicts == {REPRODUCED} else UNKNOWN
