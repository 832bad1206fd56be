"""Telling about jobs in the terminal: what they wrote and used, the queue, what a replay changed."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .quantity import quantity
from .table import text_table
from .units import duration

Result = Mapping[str, Any]
_CALLED = {
    "exit_code": "exit code",
    "wall_s": "wall time",
    "user_s": "user time",
    "system_s": "system time",
    "peak_memory_bytes": "peak memory",
}


def started(result: Result) -> list[str]:
    """Tell that a job was started and isn't waited for."""
    uid = result["job"]
    return [f"job:{uid} is {result['state']}; `ckexplore log job:{uid} --follow` shows it, `attach` types into it"]


def differences(result: Result, width: int) -> list[str]:
    """Tell what differs from the job that was replayed."""
    lines = ["", f"compared with job:{result['replays']}"]
    if not result["differences"]:
        lines.append("  nothing differs but the output" if result["output_difference"] else "  nothing differs")
    rows = [
        (_called(one["what"]), _value(one["what"], one["before"]), _value(one["what"], one["now"]), _times(one))
        for one in result["differences"]
    ]
    lines += text_table(("what", "before", "now", "times"), rows, width=width) if rows else []
    if result["output_difference"]:
        lines += ["", "its output:", *(f"  {line}" for line in result["output_difference"])]
    return lines


def _called(name: str) -> str:
    """Give the words for a name of the record: "used wall_s" -> "used wall time"."""
    *before, last = name.split(" ")
    return " ".join([*before, _CALLED.get(last, last)])


def _value(name: str, value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return quantity(name, value)
    return "-" if value is None else str(value)


def _times(difference: Result) -> str:
    return f"{difference['ratio']:.3g}" if "ratio" in difference else ""


def _log(result: Result, _width: int) -> list[str]:
    log = str(result["log"]).rstrip()
    return [*(log.split("\n") if log else []), "", _ended(result)]


def _ended(result: Result) -> str:
    reason = f": {result['error_of_job']}" if result.get("error_of_job") else ""
    told = result["exit_code"] is None or "exit code" in reason
    code = "" if told else f", exit code {result['exit_code']}"
    return f"{result['state']}{code}{reason}"


def _attached(result: Result, _width: int) -> list[str]:
    return [f"job:{result['job']}  {_ended(result)}"]


def _cancelled(result: Result, _width: int) -> list[str]:
    return [str(result["state"])]


def _shown(result: Result, width: int) -> list[str]:
    """Tell a job's record: its end, what it used, how it was approved, what it ran on."""
    lines = [(name, _value(name, result[name])) for name in ("request", "cid", "state", "exit_code", "error")]
    lines += [("started", _moment(result["started"])), ("took", duration(result["seconds"]))]
    used = result["resources"]
    lines += [(name, quantity(name, value)) for name, value in used.items() if name != "stages"]
    origin = result["origin"]
    lines += [("approved", origin["approved"]), ("approval", origin["approval"]), ("after", origin["after"])]
    lines += list(_conditions(result["provenance"]))
    return [f"{_called(name):<18}{value}" for name, value in lines if value not in ("", "-")]


def _conditions(provenance: Result) -> Iterator[tuple[str, str]]:
    yield "host", ", user ".join(filter(None, (provenance.get("host"), provenance.get("user"))))
    system = provenance.get("platform", {})
    yield (
        "platform",
        ", ".join(
            str(system.get(group, {}).get(name, ""))
            for group, name in (("os", "name"), ("os", "kernel"), ("cpu", "name"))
        )
        if system
        else "",
    )
    yield "sandbox", ", ".join(provenance.get("sandbox", ()))
    for one in provenance.get("repositories", ()):
        if "commit" not in one and "why" not in one:  # our own
            continue
        commit = str(one.get("commit") or "unknown")
        changed = {True: ", changed since", False: "", None: ", perhaps changed since"}[one.get("changed")]
        told = f"revision unknown ({one.get('why', '')})" if commit == "unknown" else f"{commit}{changed}"
        yield "repository", f"{one['repo_uoa']} {told}"
    for one in provenance.get("environments", ()):
        yield "environment", f"{one['full_path']} {one['version']} ({one['env_uid']})"


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)) if seconds else ""


def _queue(result: Result, width: int) -> list[str]:
    slots = result["slots"]
    lines = [f"{slots} {'job runs' if slots == 1 else 'jobs run'} at once (--slots=N changes that)"]
    if not result["running"] and not result["waiting"]:
        return [*lines, "nothing runs and nothing waits"]
    rows = [
        (place, one["data_uid"], one["state"], duration(one["seconds"]) if one["seconds"] else "", one["request"])
        for kind in ("running", "waiting")
        for place, one in _places(kind, result[kind])
    ]
    return [*lines, *text_table(("place", "UID", "state", "time", "job"), rows, width=width)]


def _places(kind: str, jobs: Sequence[Result]) -> Iterator[tuple[str, Result]]:
    for number, one in enumerate(jobs, 1):
        yield ("▶" if kind == "running" else str(number)), one


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "attach job": _attached,
    "cancel job": _cancelled,
    "log job": _log,
    "queue job": _queue,
    "show job": _shown,
}
"""What tells each of these actions of the module `job`."""
