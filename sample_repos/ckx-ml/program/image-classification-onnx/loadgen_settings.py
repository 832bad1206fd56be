"""What one run of LoadGen is asked to do: scenario, mode, durations and targets, as the environment says."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from settings import YES_OR_NO, choice, number, whole_number

SCENARIOS = ("SingleStream", "MultiStream", "Offline", "Server")
MODES = ("performance", "accuracy", "peak")
SAMPLES_PER_QUERY = 8
"""Of MultiStream, in MLPerf's own configuration."""

OFFICIAL_SECONDS = 600.0
OFFICIAL_MINIMUM = {"SingleStream": 100, "MultiStream": 662, "Offline": 24_576, "Server": 100}
"""Queries; of Offline samples. As in mlperf.conf, Offline as for resnet50."""

QUERIES_TO_JUDGE = 1_000
"""A Server run with fewer queries says too little about its 99th percentile to pass LoadGen's early stopping."""

LATENCIES_TO_JUDGE = 20
"""So many times the latency allowed, 5 % too many queries pile up to more than it; in a shorter run they do not."""

WARM_UP_SECONDS = 0.2
"""Instead of the calibration, where the rate is known."""

LARGEST_DURATION = 1e8  # seconds


@dataclass(frozen=True)
class Trial:
    """One run of LoadGen, in a process of its own. An unknown target is found by the calibration."""

    scenario: str
    mode: str
    folder: str
    duration_s: float
    official: bool
    target_qps: float | None
    target_latency_s: float
    max_queries: int
    performance_samples: int
    stall_s: float
    calibration_s: float = 1.0

    @classmethod
    def from_environment(cls) -> "Trial":
        """Read it; ends the program with a sentence for what is wrong."""
        official = choice("CK_LOADGEN_OFFICIAL", "no", YES_OR_NO) == "yes"
        trial = cls(
            scenario=choice("CK_LOADGEN_SCENARIO", "SingleStream", SCENARIOS),
            mode=choice("CK_LOADGEN_MODE", "performance", MODES),
            folder="loadgen",
            duration_s=OFFICIAL_SECONDS if official else number("CK_LOADGEN_DURATION_S", 3, at_least=0.001),
            official=official,
            target_qps=number("CK_LOADGEN_TARGET_QPS", 0, at_least=0) or None,
            target_latency_s=number("CK_LOADGEN_TARGET_LATENCY_MS", 10, at_least=0.000001) / 1000,
            max_queries=whole_number("CK_LOADGEN_MAX_QUERIES", 0, at_least=0),
            performance_samples=whole_number("CK_LOADGEN_PERFORMANCE_SAMPLES", 0, at_least=0),
            stall_s=number("CK_LOADGEN_STALL_S", 60, at_least=0.1),
        )
        trial.check()
        return trial

    def check(self) -> None:
        """End the program with a sentence for settings that contradict each other."""
        if self.duration_s > LARGEST_DURATION:
            raise SystemExit(f"CK_LOADGEN_DURATION_S is {self.duration_s:g}, more than {LARGEST_DURATION:g} seconds")
        if self.official and (os.environ.get("CK_LOADGEN_DURATION_S") or self.max_queries):
            raise SystemExit(
                "an official run takes MLPerf's durations and counts: leave CK_LOADGEN_DURATION_S and "
                "CK_LOADGEN_MAX_QUERIES out, or CK_LOADGEN_OFFICIAL"
            )
        if self.mode == "peak" and self.scenario != "Server":
            raise SystemExit(f"the highest rate is searched in the Server scenario only, not in {self.scenario}")
        if self.mode == "peak" and self.target_qps:
            raise SystemExit("the mode peak looks for the rate: leave CK_LOADGEN_TARGET_QPS out")
        if self.target_qps and self.scenario not in ("Server", "Offline"):
            raise SystemExit(f"CK_LOADGEN_TARGET_QPS is for Server and Offline; {self.scenario} has no rate to reach")

    @property
    def searches(self) -> bool:
        """Whether the highest rate is looked for, as it is where a Server run is given none."""
        return self.mode == "peak" or (self.scenario == "Server" and self.mode == "performance" and not self.target_qps)

    def at(self, qps: float | None, number: int) -> "Trial":
        """One trial of the search, at a rate."""
        folder = str(Path(self.folder) / f"trial-{number:02}")
        calibration = WARM_UP_SECONDS if qps else self.calibration_s
        return replace(self, mode="performance", target_qps=qps, folder=folder, calibration_s=calibration)

    def minimum_seconds(self, per_query: float) -> float:
        """How long the run must be at least; shorter when it is to end after so many queries."""
        seconds = self.duration_s
        if self.scenario == "Server" and not self.official:
            seconds = max(seconds, QUERIES_TO_JUDGE * per_query, LATENCIES_TO_JUDGE * self.target_latency_s)
        return min(seconds, self.max_queries * per_query) if self.max_queries else seconds

    @property
    def minimum_queries(self) -> int:
        """How many queries at least (of Offline: samples)."""
        return self.max_queries or (OFFICIAL_MINIMUM[self.scenario] if self.official else 1)

    def write(self) -> Path:
        """Make the folder of the run and write the trial there; ends the program with a sentence when it cannot."""
        path = Path(self.folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
            for old in path.glob("mlperf_log_*"):
                old.unlink()
            (path / "trial.json").write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        except OSError as error:
            raise SystemExit(f"the folder for LoadGen's logs cannot be made: {error}") from None
        return path / "trial.json"

    @classmethod
    def read(cls, path: Path) -> "Trial":
        """What `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
