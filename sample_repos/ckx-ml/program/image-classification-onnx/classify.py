"""Classifies the held-out digits with an ONNX model: how many are right, how long one inference takes, or both.

    python classify.py --command=accuracy    every held-out image once; top-1 in per cent and the confusion matrix
    python classify.py --command=latency     many inferences on the same images; the distribution of the latency
    python classify.py --command=benchmark   quick: loading, first inference, latency, memory, size and accuracy

settings.py and the README say which variables it reads. Writes tmp-ck-timer.json into the current folder; times are in
seconds.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from events import EventStream
from measure import Amount, Watcher, kept_samples, measure, summarise
from memory import peak_bytes
from model import Task
from settings import Settings

TIMER_FILE = Path("tmp-ck-timer.json")


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
    logits, feeds = [], task.feeds()
    started = time.perf_counter()
    for done, feed in enumerate(feeds, start=1):
        logits.append(task.model.logits(feed))
        if done % 100 == 0 or done == len(feeds):
            events.progress(done, len(feeds))
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
    latencies = measure(task.model.call, task.feeds(), task.settings.amount, display)
    if sys.stdout.isatty():
        print()
    return {**summarise(latencies, task.settings.batch_size), "inferences": len(latencies), **kept_samples(latencies)}


def run_benchmark(task: Task, events: EventStream) -> dict[str, Any]:
    """The first inference, the latency and then the accuracy, in one process."""
    first = task.model.feed(task.images[: task.settings.batch_size])
    started = time.perf_counter()
    task.model.call(first)
    seconds = time.perf_counter() - started
    latency = run_latency(task, events)
    accuracy = run_accuracy(task, EventStream(None))  # what is told last is the latency's progress
    told = {name: accuracy[name] for name in ("accuracy_top1", "correct", "total", "confusion_matrix")}
    return {"first_inference_s": seconds, **latency, **told, "peak_memory_bytes": peak_bytes()}


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


def print_benchmark(result: dict[str, Any]) -> None:
    print(
        f"loaded in {1e3 * result['model_load_s']:.1f} ms, first inference {1e3 * result['first_inference_s']:.2f} ms"
    )
    print_latency(result)
    print(f"accuracy  {result['accuracy_top1']:.2f} %  ({result['correct']} of {result['total']})")
    print(f"memory    {result['peak_memory_bytes'] / 1e6:.1f} MB, model {result['model_size_bytes'] / 1e3:.1f} kB")


COMMANDS = {
    "accuracy": (run_accuracy, print_accuracy),
    "latency": (run_latency, print_latency),
    "benchmark": (run_benchmark, print_benchmark),
}


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
