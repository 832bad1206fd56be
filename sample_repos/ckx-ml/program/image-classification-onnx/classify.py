"""Classifies the held-out digits with an ONNX model: how many are right, or how long one inference takes.

    python classify.py --command=accuracy    every held-out image once; top-1 in per cent and the confusion matrix
    python classify.py --command=latency     many inferences on the same images; the distribution of the latency

Reads from the environment: CK_DATASET_PATH (the folder of dataset:digits-8x8), CK_ENV_ONNX_MODEL_ONNX_FILEPATH,
ML_MODEL_RESOLUTION (else the model's own), ML_MODEL_MULTIPLIER (which is only written down), CK_THREADS,
CK_BATCH_SIZE, CK_WARMUP, CK_REPETITIONS and CK_MINIMUM_SECONDS. Writes tmp-ck-timer.json into the current folder;
times are in seconds.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from events import EventStream
from measure import Amount, Watcher, kept_samples, measure, summarise
from preprocess import to_network_input

TIMER_FILE = Path("tmp-ck-timer.json")


def needed(name: str) -> str:
    """The environment variable's value; ends the program with a sentence when it is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise SystemExit(f"{name} is not set: run this program through its repository, or set it by hand")
    return value


def number(name: str, default: float, at_least: float) -> float:
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        raise SystemExit(f"{name} is {text!r}, which is not a number") from None
    if not at_least <= value < float("inf"):
        raise SystemExit(f"{name} is {text}, but it must be at least {at_least:g} and finite")
    return value


@dataclass(frozen=True)
class Settings:
    """Everything that the environment says about a run."""

    dataset: Path
    model: Path
    resolution: int | None
    multiplier: float | None
    threads: int
    batch_size: int
    amount: Amount

    @classmethod
    def from_environment(cls) -> "Settings":
        resolution = int(number("ML_MODEL_RESOLUTION", 0, at_least=0))
        return cls(
            dataset=Path(needed("CK_DATASET_PATH")),
            model=Path(needed("CK_ENV_ONNX_MODEL_ONNX_FILEPATH")),
            resolution=resolution or None,
            multiplier=number("ML_MODEL_MULTIPLIER", 0, at_least=0) or None,
            threads=int(number("CK_THREADS", 1, at_least=1)),
            batch_size=int(number("CK_BATCH_SIZE", 1, at_least=1)),
            amount=Amount(
                warmup=int(number("CK_WARMUP", 50, at_least=0)),
                repetitions=int(number("CK_REPETITIONS", 3000, at_least=1)),
                minimum_seconds=number("CK_MINIMUM_SECONDS", 3, at_least=0),
            ),
        )


@dataclass(frozen=True)
class Model:
    """An open onnxruntime session with the names and the size that its input wants."""

    session: onnxruntime.InferenceSession
    input_name: str
    output_name: str
    resolution: int
    load_seconds: float

    @classmethod
    def open(cls, settings: Settings) -> "Model":
        if not settings.model.is_file():
            raise SystemExit(f"there is no model at {settings.model}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        # A waiting thread that spins takes the processor from its neighbours and hides the cost of waking up.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        started = time.perf_counter()
        try:
            session = onnxruntime.InferenceSession(str(settings.model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own exceptions have no common class below this one
            raise SystemExit(f"onnxruntime cannot load {settings.model}: {error}") from None
        seconds = time.perf_counter() - started
        image = session.get_inputs()[0]
        resolution = agreed_resolution(image.shape, settings.resolution)
        return cls(session, image.name, session.get_outputs()[0].name, resolution, seconds)

    def feed(self, images: np.ndarray) -> dict[str, np.ndarray]:
        return {self.input_name: images}

    def logits(self, feed: dict[str, np.ndarray]) -> np.ndarray:
        return np.asarray(self.session.run([self.output_name], feed)[0])


def agreed_resolution(shape: list[object], wanted: int | None) -> int:
    """The image size for an input of shape (batch, channel, height, width), where a size can be a name."""
    if len(shape) != 4:
        raise SystemExit(f"the model's input has shape {shape}, not (batch, channel, height, width)")
    own = shape[3] if isinstance(shape[3], int) else None
    if own is None and wanted is None:
        raise SystemExit("the model takes any image size: set ML_MODEL_RESOLUTION")
    if own is not None and wanted is not None and own != wanted:
        raise SystemExit(f"ML_MODEL_RESOLUTION is {wanted}, but the model takes images of {own} x {own} pixels")
    return int(own or wanted or 0)


@dataclass(frozen=True)
class Task:
    """A model with the held-out images, cut into batches that fit it."""

    settings: Settings
    model: Model
    labels: np.ndarray
    feeds: list[dict[str, np.ndarray]]

    @classmethod
    def prepare(cls, settings: Settings) -> "Task":
        model = Model.open(settings)
        images = load_array(settings.dataset / "heldout-images.npy")
        labels = load_array(settings.dataset / "heldout-labels.npy")
        inputs = to_network_input(images, model.resolution)
        return cls(settings, model, labels, [model.feed(batch) for batch in batches(inputs, settings.batch_size)])

    def state(self) -> dict[str, Any]:
        """What a reader must know to compare two runs."""
        return {
            "model": self.settings.model.name,
            "multiplier": self.settings.multiplier,
            "resolution": self.model.resolution,
            "threads": self.settings.threads,
            "batch_size": self.settings.batch_size,
            "images": len(self.labels),
            "onnxruntime": onnxruntime.__version__,
            "provider": self.model.session.get_providers()[0],
        }

    def model_characteristics(self) -> dict[str, float]:
        size = self.settings.model.stat().st_size
        return {"model_size_bytes": size, "model_load_s": self.model.load_seconds}


def load_array(path: Path) -> np.ndarray:
    if not path.is_file():
        raise SystemExit(f"there is no {path.name} in {path.parent}: CK_DATASET_PATH must be a folder of digits")
    return np.load(path, allow_pickle=False)


def batches(images: np.ndarray, size: int) -> list[np.ndarray]:
    """All images in batches of one size; the last batch is filled up from the beginning."""
    count = -(-len(images) // size)
    order = np.resize(np.arange(len(images)), count * size).reshape(count, size)
    return [np.ascontiguousarray(images[row]) for row in order]


class LatencyDisplay(Watcher):
    """Shows a latency run while it goes: events for a watching program, and a line now and then for a person."""

    def __init__(self, amount: Amount, events: EventStream) -> None:
        self._amount = amount
        self._events = events
        self._told = 0
        self._line_due = 1.0
        self._redraw = sys.stdout.isatty()

    def report(self, latencies_ns: Sequence[int], seconds: float) -> None:
        new = np.array(latencies_ns[self._told :]) / 1e9
        self._told = len(latencies_ns)
        if len(new) == 0:
            return
        self._events.samples("latency", "s", [round(value, 9) for value in new.tolist()])
        # Where the minimum time decides the end, the total is a forecast.
        forecast = int(self._told * self._amount.minimum_seconds / seconds)
        self._events.progress(self._told, max(self._told, self._amount.repetitions, forecast))
        self._print_line(new, seconds)

    def _print_line(self, new: np.ndarray, seconds: float) -> None:
        line = f"{seconds:6.1f} s  {self._told:9,} inferences  now {1e6 * np.median(new):9.1f} us"
        if self._redraw:
            print(f"\r{line}", end="", flush=True)
        elif seconds >= self._line_due:
            print(line, flush=True)
            self._line_due = int(seconds) + 1.0


def run_accuracy(task: Task, events: EventStream) -> dict[str, Any]:
    """Every held-out image once. Rows of the confusion matrix are the true digits, columns the guesses."""
    logits = []
    started = time.perf_counter()
    for done, feed in enumerate(task.feeds, start=1):
        logits.append(task.model.logits(feed))
        if done % 100 == 0 or done == len(task.feeds):
            events.progress(done, len(task.feeds))
    seconds = time.perf_counter() - started

    guesses = np.concatenate(logits)[: len(task.labels)].argmax(axis=1)
    classes = logits[0].shape[1]
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (task.labels, guesses), 1)
    correct = int((guesses == task.labels).sum())
    return {
        "execution_time": seconds / len(task.labels),
        "accuracy_top1": 100 * correct / len(task.labels),
        "correct": correct,
        "total": len(task.labels),
        "confusion_matrix": confusion.tolist(),
    }


def run_latency(task: Task, events: EventStream) -> dict[str, Any]:
    """Inferences on the held-out images in turn, each timed alone."""
    display = LatencyDisplay(task.settings.amount, events)
    call = partial(task.model.session.run, [task.model.output_name])
    latencies = measure(call, task.feeds, task.settings.amount, display)
    if sys.stdout.isatty():
        print()
    return {**summarise(latencies, task.settings.batch_size), "inferences": len(latencies), **kept_samples(latencies)}


def print_accuracy(result: dict[str, Any]) -> None:
    print(f"accuracy  {result['accuracy_top1']:.2f} %  ({result['correct']} of {result['total']})")
    print("confusion matrix: a row for each true digit, a column for each guess")
    for digit, row in enumerate(result["confusion_matrix"]):
        print(f"  {digit}: " + " ".join(f"{count:4}" if count else "   ." for count in row))


def print_latency(result: dict[str, Any]) -> None:
    print(f"latency of one inference, {result['inferences']:,} timed:")
    for name in ("min", "median", "mean", "p90", "p99", "max"):
        print(f"  {name:7} {1e6 * result[f'latency_{name}_s']:10.1f} us")
    print(f"throughput {result['throughput_per_s']:,.0f} images/s")


COMMANDS = {"accuracy": (run_accuracy, print_accuracy), "latency": (run_latency, print_latency)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure an image classifier on the held-out digits.")
    parser.add_argument("--command", choices=sorted(COMMANDS), required=True)
    run, show = COMMANDS[parser.parse_args().command]
    try:
        events = EventStream.from_environment()
    except ValueError as error:
        raise SystemExit(str(error)) from None
    task = Task.prepare(Settings.from_environment())
    state = task.state()
    print("  ".join(f"{name} {value}" for name, value in state.items() if value is not None), flush=True)

    result = {**run(task, events), **task.model_characteristics()}
    TIMER_FILE.write_text(json.dumps({**result, "run_time_state": state}) + "\n")
    show(result)
    events.result({name: value for name, value in result.items() if isinstance(value, int | float)})


if __name__ == "__main__":
    main()
