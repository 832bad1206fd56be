"""Runs LoadGen in a child process and watches it: its progress, that it goes on, and how it ends."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import loadgen_log
from loadgen_settings import Trial

CHILD = Path(__file__).with_name("loadgen_child.py")
START_SECONDS = 30.0
"""What loading, calibrating and LoadGen's own start may take beside the time for its queries."""

SECONDS_PER_QUERY_MADE = 20e-6
"""Ten times what LoadGen takes to make a query beforehand here."""

END_SECONDS = 2.0
"""How long a process has to end after SIGTERM."""


class TrialError(Exception):
    """A run that did not come to a result; the text is a sentence."""


class Aborted(BaseException):
    """The run was to end: SIGTERM or Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(f"aborted by {signal.Signals(number).name}")
        self.number = number


class Display(Protocol):
    """Is told what the child tells."""

    def __call__(self, kind: str, told: Mapping[str, Any]) -> None: ...


@dataclass
class Told:
    """What a child has told so far."""

    lines: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    changed: float = field(default_factory=time.monotonic)
    patience: float = START_SECONDS


def abort_on_signals() -> None:
    """From now on SIGTERM and Ctrl-C raise Aborted."""

    def raise_aborted(number: int, _frame: object) -> None:
        raise Aborted(number)

    signal.signal(signal.SIGTERM, raise_aborted)
    signal.signal(signal.SIGINT, raise_aborted)


def run_trial(trial: Trial, show: Display, command: Sequence[str] = ()) -> dict[str, Any]:
    """Run LoadGen once; what the child told of it, by kinds. Raises TrialError, and SystemExit without a folder.

    When no query is completed for `trial.stall_s` seconds the child is killed.
    """
    words = [*(command or (sys.executable, "-B", str(CHILD))), str(trial.write())]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        try:
            told = watch(child, trial, show)
            code = child.wait()
        except BaseException:
            end(child)
            raise
    if "error" in told.lines:
        raise TrialError(told.lines["error"])
    if code < 0:
        raise TrialError(f"LoadGen's process was ended by {signal.Signals(-code).name} after {told.done:,} samples")
    if code or "ended" not in told.lines:
        raise TrialError(f"LoadGen's process ended with exit code {code} after {told.done:,} samples, without a result")
    return told.lines


def end(child: "subprocess.Popen[bytes]") -> None:
    """End a child: SIGTERM, which LoadGen leaves alone, then SIGKILL."""
    child.terminate()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def watch(child: "subprocess.Popen[bytes]", trial: Trial, show: Display) -> Told:
    """Read what a child tells until it closes its stdout. Raises TrialError when it stands still."""
    assert child.stdout is not None
    descriptor, rest, told = child.stdout.fileno(), b"", Told()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=0.5):
                data = os.read(descriptor, 1 << 20)
                if not data:
                    return told
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    take(line, told, trial, show)
            quiet = time.monotonic() - told.changed
            if quiet > told.patience:
                raise TrialError(
                    f"no query was completed for {quiet:.0f} s, after {told.done:,} samples: LoadGen would wait for "
                    "ever, so its process was ended (CK_LOADGEN_STALL_S sets how long to wait)"
                )


def take(line: bytes, told: Told, trial: Trial, show: Display) -> None:
    """Note one line of a child; what is no JSON object is for people."""
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        print(line.decode(errors="replace"), flush=True)
        return
    for kind, value in found.items():
        told.lines[kind] = value
        if kind == "starting":
            told.patience = trial.stall_s + SECONDS_PER_QUERY_MADE * value["queries"]
            told.changed = time.monotonic()
        if kind == "progress" and value["done"] > told.done:
            told.done, told.changed, told.patience = value["done"], time.monotonic(), trial.stall_s
        show(kind, value if isinstance(value, dict) else {"text": value})


def judged(trial: Trial, told: Mapping[str, Any], labels: Callable[[], Sequence[int]]) -> dict[str, Any]:
    """The characteristics of a finished run, from LoadGen's logs. Raises TrialError."""
    folder = Path(trial.folder)
    try:
        log = loadgen_log.read_log(folder)
        if trial.mode == "accuracy":
            if log.errors:
                raise loadgen_log.LogError(log.errors[0])
            found = loadgen_log.score(loadgen_log.answers(folder), labels())
            found |= {"valid": "yes"}
        else:
            found = loadgen_log.characteristics(log, trial.scenario)
            check_count(trial, found, told, log)
    except loadgen_log.LogError as error:
        raise TrialError(str(error)) from None
    return {**found, "state": loadgen_log.state(log)}


def check_count(trial: Trial, found: Mapping[str, Any], told: Mapping[str, Any], log: loadgen_log.Log) -> None:
    """Raise LogError when LoadGen counted something else than was completed: it accepts an answer twice silently."""
    per_query = loadgen_log.figure(log.values, "effective_samples_per_query") or 1
    counted, done = found.get("queries", 0) * per_query, told["ended"]["done"]
    if counted != done:
        raise loadgen_log.LogError(f"LoadGen counted {counted:,} samples and {done:,} were completed in {trial.folder}")
