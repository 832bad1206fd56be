"""Power of an MLPerf run: the mean of what the meter logged between LoadGen's `power_begin` and `power_end`.

    <scenario>/performance/run_1/spl.txt         the meter's samples, about one a second
    <scenario>/performance/power/client.json     the time zone of the machine that LoadGen ran on
    <scenario>/performance/power/server.json     and of the one that read the meter

Where power wasn't measured, or no sample lies within the run, it is unknown and not zero.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import CkexploreError
from ..untrusted import inside, load_json_object, read_text
from .mlperf_loadgen import LOG_LIMIT
from .mlperf_measured import SAMPLES_OF_A_MULTISTREAM_QUERY
from .values import finite_number

SAMPLES = "spl.txt"
_LOGGED_TIME = "%m-%d-%Y %H:%M:%S.%f"
_SORTING_TIME = "%Y-%m-%d %H:%M:%S.%f"
# Month, day, year, time of the day and watts of lines `Time,07-12-2025 23:26:59.793,Watts,14.91,Volts,…`.
_SAMPLE = re.compile(r"^\w{1,16},(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d[.\d]{0,9}),Watts,([\d.]{1,24}),", re.MULTILINE)


def read_power(root: Path, run: str, logged: Mapping[str, Any], scenario: str) -> dict[str, float]:
    """Give the mean power of the run in the folder `run`, and for streams the energy of a query; empty if unknown.

    Raises UnreadableError.
    """
    try:
        begin = datetime.strptime(str(logged.get("power_begin")), _LOGGED_TIME)
        end = datetime.strptime(str(logged.get("power_end")), _LOGGED_TIME)
    except ValueError:
        return {}
    samples = _SAMPLE.findall(read_text(root / run / SAMPLES, LOG_LIMIT))
    power = _mean_between(samples, begin, end, _shift(root, f"{run.rsplit('/', 1)[0]}/power"))
    queries = finite_number(logged.get("result_query_count"))
    if power is None:
        return {}
    if scenario not in {"SingleStream", "MultiStream"} or not queries:
        return {"power_w": power}
    inferred = scenario == "MultiStream" and logged.get("effective_scenario") == "SingleStream"
    energy = power * (end - begin).total_seconds() / queries * (SAMPLES_OF_A_MULTISTREAM_QUERY if inferred else 1)
    return {"power_w": power, "energy_per_query_j": energy}


def _mean_between(samples: list[tuple[str, ...]], begin: datetime, end: datetime, shift: timedelta) -> float | None:
    """Average the watts within the run by the meter's clock; some set both clocks alike, whatever zones they wrote."""
    for by_meter in (shift, timedelta()):
        try:
            first, last = ((time + by_meter).strftime(_SORTING_TIME) for time in (begin, end))
        except OverflowError:
            continue
        watts = [finite_number(one[4]) for one in samples if first < f"{one[2]}-{one[0]}-{one[1]} {one[3]}" < last]
        measured = [value for value in watts if value]
        if measured:
            return sum(measured) / len(measured)
    return None


def _shift(root: Path, power: str) -> timedelta:
    """Give by how much the meter's clock is ahead of LoadGen's."""
    try:
        return timedelta(seconds=_zone(root, f"{power}/client.json") - _zone(root, f"{power}/server.json"))
    except OverflowError:
        return timedelta()


def _zone(root: Path, path: str) -> float:
    """Read the time zone in seconds that one side of the power measurement wrote; 0 if it wrote none."""
    try:
        return finite_number(load_json_object(inside(root, path)).get("timezone")) or 0.0
    except (CkexploreError, OSError, RuntimeError):
        return 0.0
