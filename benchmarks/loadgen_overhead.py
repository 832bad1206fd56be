"""What our system under test adds to a query of LoadGen's SingleStream: a null model, against a bare null wrapper.

python benchmarks/loadgen_overhead.py [--pairs=20]. Ends with 1 when the whole 95 % interval is above the limit.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from fresh_pairs import block, interval, pairs

LIMIT = 1e-6  # seconds
QUERIES = 60_000
MEDIAN = re.compile(r'"key": "result_50.00_percentile_latency_ns", "value": (\d+)')
RATE = re.compile(r'"key": "result_qps_with_loadgen_overhead", "value": ([\d.e+]+)')


def never(error: BaseException) -> NoReturn:
    """What can't happen with a model that does nothing."""
    raise error


def wrapper(kind: str) -> Callable[[list[int], list[int]], None]:
    """Give what LoadGen calls: our counting wrapper around a null model, or only the completion of the query."""
    import mlperf_loadgen  # noqa: PLC0415
    from loadgen_sut import Progress, issue_queries  # type: ignore[import-not-found]  # noqa: PLC0415

    if kind == "ours":
        nothing = (0,)
        return issue_queries(lambda _: nothing, 1, Progress(), never)

    def bare(ids: list[int], _indices: list[int]) -> None:
        mlperf_loadgen.QuerySamplesComplete([mlperf_loadgen.QuerySampleResponse(ids[0], 0, 0)])

    return bare


def run(kind: str) -> dict[str, float]:
    """Run LoadGen once; give the median latency in seconds, and queries a second, by its own log."""
    import mlperf_loadgen  # noqa: PLC0415

    settings: Any = mlperf_loadgen.TestSettings()
    settings.scenario = mlperf_loadgen.TestScenario.SingleStream
    settings.mode = mlperf_loadgen.TestMode.PerformanceOnly
    settings.min_duration_ms, settings.single_stream_expected_latency_ns = 1, 1_000_000
    settings.min_query_count = settings.max_query_count = QUERIES
    log: Any = mlperf_loadgen.LogSettings()
    log.enable_trace = False
    sut = mlperf_loadgen.ConstructFastSUT(wrapper(kind), lambda: None)
    samples = mlperf_loadgen.ConstructQSL(1024, 1024, lambda _: None, lambda _: None)
    mlperf_loadgen.StartTestWithLogSettings(sut, samples, settings, log)
    told = Path("mlperf_log_detail.txt").read_text(encoding="utf-8")
    median, rate = MEDIAN.search(told), RATE.search(told)
    assert median is not None
    assert rate is not None
    return {"latency_s": int(median[1]) / 1e9, "query_s": 1 / float(rate[1])}


def main() -> int:
    """Measure and print; give 1 when our wrapper surely adds more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--block", choices=("ours", "bare"))
    options = parser.parse_args()
    if options.block:
        print(json.dumps(run(options.block)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = pairs(options.pairs, lambda kind: block(str(Path(__file__).resolve()), kind, folder, {}))
    for what, name in (("query_s", "from one query to the next"), ("latency_s", "latency of a query")):
        added = interval([ours[what] - bare[what] for ours, bare in found])
        sides = [1e6 * statistics.median(one[place][what] for one in found) for place in (0, 1)]
        print(
            f"{name}: ours {sides[0]:.2f} us, bare {sides[1]:.2f} us, added {1e6 * added.median:.2f} us "
            f"(95 % interval {1e6 * added.low:.2f} to {1e6 * added.high:.2f}, {options.pairs} pairs)"
        )
    return 1 if added.low > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
