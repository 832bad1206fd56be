"""One run of LoadGen, in a process of its own: python loadgen_child.py TRIAL.json

A process is for one run only: LoadGen reads its configuration, and with it the seeds, once. It tells its parent in
lines of JSON on stdout what happens: `calibrated`, `starting`, twice a second `progress`, at the end `ended`, or
`error` with a sentence.
"""

import json
import os
import signal
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import mlperf_loadgen
from events import VALUES_PER_BATCH, evenly_spaced
from loadgen_settings import SAMPLES_PER_QUERY, Trial
from loadgen_sut import Classify, Progress, described, issue_queries
from measure import SAMPLES_KEPT
from memory import available_bytes

SECONDS_BETWEEN_LINES = 0.5
EXPECTED_SHARE = 0.8
"""LoadGen makes its queries beforehand, for twice as long as they are expected to take: expect them a little faster."""

QUERY_SECONDS = 2e-6
"""LoadGen's own part of a query through Python, at the least."""

BYTES_PER_QUERY, BYTES_PER_OFFLINE_SAMPLE = 320, 210
"""What LoadGen's queries take, and the times that we keep of them."""

FIRST_SHARE_OF_CAPACITY = 0.25
"""A rate for Server that is surely reached, to begin a search with."""

MODEL_NAME = "image-classification-onnx"
"""None of mlperf.conf's, so that what it says of every model holds."""


def tell(**line: Any) -> None:
    """Write a line for the parent; without it there is nothing left to do."""
    try:
        os.write(1, (json.dumps(line) + "\n").encode())
    except BrokenPipeError:
        os._exit(1)


def end_with(sentence: str) -> NoReturn:
    """End the process at once, whatever LoadGen's threads do."""
    tell(error=sentence)
    os._exit(1)


def failed_inference(error: BaseException) -> NoReturn:
    """What an exception inside a query comes to."""
    end_with(f"an inference failed: {described(error)}")


def calibrated(classify: Classify, samples: int, per_query: int, seconds: float) -> float:
    """The median time of a query's inferences in seconds, after a short warm-up."""
    queries = [[(first + place) % samples for place in range(per_query)] for first in range(0, samples, per_query)]
    found: list[float] = []
    started = time.perf_counter()
    turn = 0
    while time.perf_counter() - started < seconds or len(found) < 3:
        begin = time.perf_counter()
        classify(queries[turn % len(queries)])
        found.append(time.perf_counter() - begin)
        turn += 1
    return statistics.median(found[len(found) // 10 :])


def planned(trial: Trial, per_query: float, per_sample: float) -> tuple[float, int, int]:
    """The expected rate in queries (Offline: samples) a second, and how many will be made, and their bytes."""
    if trial.scenario == "Server":
        rate = trial.target_qps or FIRST_SHARE_OF_CAPACITY / per_query
    elif trial.scenario == "Offline":
        rate = trial.target_qps or 1 / (EXPECTED_SHARE * per_sample + QUERY_SECONDS / 10)
    else:
        rate = 1 / (EXPECTED_SHARE * per_query + QUERY_SECONDS)
    factor = {"Server": 1.2, "Offline": 1.1}.get(trial.scenario, 2.0)
    count = max(int(factor * rate * trial.minimum_seconds(1 / rate)) + 1, trial.minimum_queries)
    each = BYTES_PER_OFFLINE_SAMPLE if trial.scenario == "Offline" else BYTES_PER_QUERY
    return rate, count, count * each


def refuse_too_many(trial: Trial, count: int, size: int) -> None:
    """End with a sentence when LoadGen's queries would not fit into the memory that is left."""
    available = available_bytes()
    if available is not None and size > available:
        what = "samples" if trial.scenario == "Offline" else "queries"
        end_with(
            f"LoadGen would make {count:,} {what} beforehand, about {size / 1e9:.1f} GB, and {available / 1e9:.1f} GB "
            "are available: take a shorter duration, or a model that takes longer"
        )


def test_settings(trial: Trial, rate: float, folder: Path) -> Any:
    """LoadGen's settings: MLPerf's own configuration with its seeds, then ours, which user.conf repeats."""
    seconds = trial.minimum_seconds(1 / rate)
    lines = {"min_duration": int(1000 * seconds), "min_query_count": trial.minimum_queries}
    if trial.max_queries:
        lines["max_query_count"] = trial.max_queries
    if trial.scenario in ("Server", "Offline"):
        lines["target_qps"] = rate
    conf = folder / "user.conf"
    conf.write_text("".join(f"*.{trial.scenario}.{name} = {value}\n" for name, value in lines.items()))
    settings = mlperf_loadgen.TestSettings()
    settings.FromConfig(str(conf), MODEL_NAME, trial.scenario)
    settings.scenario = getattr(mlperf_loadgen.TestScenario, trial.scenario)
    modes = mlperf_loadgen.TestMode
    settings.mode = modes.AccuracyOnly if trial.mode == "accuracy" else modes.PerformanceOnly
    settings.min_duration_ms = int(1000 * seconds)
    settings.min_query_count = trial.minimum_queries
    settings.max_query_count = trial.max_queries
    if trial.scenario == "SingleStream":
        settings.single_stream_expected_latency_ns = max(1, int(1e9 / rate))
    elif trial.scenario == "MultiStream":
        settings.multi_stream_expected_latency_ns = max(1, int(1e9 / rate))
    elif trial.scenario == "Offline":
        settings.offline_expected_qps = rate
    else:
        settings.server_target_qps = rate
        settings.server_target_latency_ns = int(1e9 * trial.target_latency_s)
    return settings


def log_settings(folder: Path) -> Any:
    """Logs into the folder of the run, and no trace: that would be some 650 bytes a query."""
    settings = mlperf_loadgen.LogSettings()
    settings.enable_trace = False
    settings.log_output.outdir = str(folder)
    settings.log_output.copy_summary_to_stdout = False
    settings.log_output.copy_detail_to_stdout = False
    return settings


def tell_progress(progress: Progress, started: float, ended: threading.Event) -> None:
    """Twice a second: how many samples are done, their rate, and the latencies since the last line."""
    told, before, last = 0, 0, started
    while not ended.wait(SECONDS_BETWEEN_LINES):
        count, samples, now = len(progress.latencies_ns), progress.samples, time.perf_counter()
        new = evenly_spaced(progress.latencies_ns[told:count], VALUES_PER_BATCH)
        rate = (samples - before) / (now - last)
        tell(progress={"t": now - started, "done": samples, "rate": rate, "latencies_ns": new})
        told, before, last = count, samples, now


def run(trial: Trial, classify: Classify, samples: int, batch_size: int) -> None:
    """Run LoadGen once on samples 0 to `samples` - 1; what goes wrong ends the process with a sentence."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    if samples < 1:
        end_with("there are no samples, and LoadGen cannot run without")
    if trial.performance_samples > samples:
        end_with(f"CK_LOADGEN_PERFORMANCE_SAMPLES is {trial.performance_samples}, but there are {samples} samples")
    size = {"MultiStream": SAMPLES_PER_QUERY, "Offline": batch_size}.get(trial.scenario, 1)

    def in_batches(indices: Any) -> None:
        for first in range(0, len(indices), batch_size):
            classify(indices[first : first + batch_size])

    try:
        per_query = calibrated(in_batches, samples, size, trial.calibration_s)
    except Exception as error:
        failed_inference(error)
    rate, count, memory = planned(trial, per_query, per_query / size)
    tell(calibrated={"query_s": per_query, "rate": rate})
    refuse_too_many(trial, count, memory)

    folder, progress, ended = Path(trial.folder), Progress(), threading.Event()
    settings = test_settings(trial, rate, folder)
    issue = issue_queries(classify, batch_size, progress, failed_inference)
    sut = mlperf_loadgen.ConstructFastSUT(issue, lambda: None)
    loaded = trial.performance_samples or samples
    library = mlperf_loadgen.ConstructQSL(samples, loaded, lambda indices: None, lambda indices: None)
    tell(starting={"queries": count, "memory_bytes": memory, "rate": rate})
    started = time.perf_counter()
    threading.Thread(target=tell_progress, args=(progress, started, ended), daemon=True).start()
    mlperf_loadgen.StartTestWithLogSettings(sut, library, settings, log_settings(folder))
    ended.set()
    mlperf_loadgen.DestroyQSL(library)
    mlperf_loadgen.DestroyFastSUT(sut)
    every = max(1, -(-len(progress.latencies_ns) // SAMPLES_KEPT))
    kept = [value / 1e9 for value in progress.latencies_ns[::every]]
    tell(ended={"done": progress.samples, "inferences_s": kept, "inferences_s_every": every, "rate": rate})


def main() -> None:
    """Run the trial that the file describes, on the model and the digits that the environment names."""
    from classifier import classifier_of  # noqa: PLC0415  (loads onnxruntime)
    from model import Task  # noqa: PLC0415
    from settings import Settings  # noqa: PLC0415

    try:
        task = Task.prepare(Settings.from_environment())
    except SystemExit as error:
        end_with(str(error))
    tell(state=task.state(), model=task.model_characteristics())
    run(Trial.read(Path(sys.argv[1])), classifier_of(task), len(task.labels), task.settings.batch_size)


if __name__ == "__main__":
    main()
