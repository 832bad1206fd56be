"""What the harness of the sample classifier adds to the latency of an inference, as a ratio to a bare loop.

python benchmarks/harness_overhead.py [--pairs=30]. Ends with 1 when the whole 95 % interval is above the limit.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fresh_pairs import SAMPLES, block, interval, pairs

LIMIT = 1.02
WARMUP, CALLS = 500, 15_000


def ours() -> float:
    """Give the median in seconds by the program's own loop, as its command `benchmark` measures."""
    from measure import Amount, Watcher, measure  # type: ignore[import-not-found]  # noqa: PLC0415
    from model import Task  # type: ignore[import-not-found]  # noqa: PLC0415
    from settings import Settings  # type: ignore[import-not-found]  # noqa: PLC0415

    task = Task.prepare(Settings.from_environment())
    latencies = measure(task.model.call, task.feeds(), Amount(WARMUP, CALLS, 0.0), Watcher())
    return statistics.median(latencies.tolist())


def bare() -> float:
    """Give the median in seconds of a loop around the session and nothing else, on the same images."""
    import os  # noqa: PLC0415

    import numpy  # noqa: PLC0415
    import onnxruntime  # noqa: PLC0415
    from preprocess import to_network_input  # type: ignore[import-not-found]  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = os.environ["CK_ENV_ONNX_MODEL_ONNX_FILEPATH"]
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    images = to_network_input(numpy.load(os.environ["CK_DATASET_PATH"] + "/heldout-images.npy"), 16)
    outputs = [session.get_outputs()[0].name]
    feeds: list[Any] = [{"image": numpy.ascontiguousarray(image[None])} for image in images]
    for turn in range(WARMUP):
        session.run(outputs, feeds[turn % len(feeds)])
    latencies = []
    for turn in range(CALLS):
        feed = feeds[turn % len(feeds)]
        begin = time.perf_counter_ns()
        session.run(outputs, feed)
        latencies.append(time.perf_counter_ns() - begin)
    return statistics.median(latencies) / 1e9


def main() -> int:
    """Measure and print; give 1 when the harness surely adds more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--block", choices=("ours", "bare"))
    options = parser.parse_args()
    if options.block:
        print(json.dumps({"latency_s": ours() if options.block == "ours" else bare()}))
        return 0
    variables = {
        "CK_DATASET_PATH": str(SAMPLES / "dataset/digits-8x8"),
        "CK_ENV_ONNX_MODEL_ONNX_FILEPATH": str(
            SAMPLES / "package/model-minimobilenet/models/minimobilenet-0.25-16.onnx"
        ),
        "ML_MODEL_RESOLUTION": "16",
    }
    with tempfile.TemporaryDirectory() as folder:
        found = pairs(options.pairs, lambda kind: block(str(Path(__file__).resolve()), kind, folder, variables))
    ratio = interval([ours["latency_s"] / bare["latency_s"] for ours, bare in found])
    middle = {
        name: 1e6 * statistics.median(one[place]["latency_s"] for one in found)
        for place, name in enumerate(("harness", "bare loop"))
    }
    print("median latency: " + ", ".join(f"{name} {value:.2f} us" for name, value in middle.items()))
    print(
        f"harness to bare loop: {ratio.median:.4f} (95 % interval {ratio.low:.4f} to {ratio.high:.4f}, "
        f"{options.pairs} pairs of fresh processes)"
    )
    return 1 if ratio.low > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
