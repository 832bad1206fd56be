"""Running a program as CK does: prepared, repeated until the time can be measured, post-processed, its output checked.

What is told of the run is CK's `characteristics`; nothing sleeps between two runs.
"""

import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError, FailedError
from ...store.untrusted import inside, load_json_object, safe_line, safe_value
from . import following
from .loading import Hooks, call, load, of_system
from .output_check import OutputCheck, check_output
from .placeholders import of_data, of_program
from .shell import bash, exports, references, shown, sources, texts

_TIMER_LIMIT = 32 << 20
_REASON_LIMIT = 240
_SHORTEST = 0.5  # seconds; less says too little about how many repetitions are needed
_CLOSE_ENOUGH = (0.8, 1.4)
_MANY = 1_000
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a number of repetitions is found: `seconds` that a run should take, at most `most` runs to find it.

    Without calibration the program is run once with `repeat` repetitions; 0 says that it doesn't know repetitions.
    """

    repeat: int
    seconds: float
    most: int
    wanted: bool


@dataclass(frozen=True, slots=True)
class OneRun:
    """One execution: its exit code, its seconds, and what it measured itself (CK's timer file)."""

    exit_code: int
    seconds: float
    measured: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that stays the same between two executions."""

    spec: Mapping[str, Any]
    variables: Mapping[str, Any]
    more: tuple[str, ...]
    post_process: Hooks
    calibration: Calibration


def run_program(spec: Mapping[str, Any]) -> tuple[dict[str, Any], OutputCheck | None]:
    """Run in the folder where we are. Give CK's characteristics of the run, and what is known of its output.

    Raises FailedError with the reason when the program, a script of it, or the check of its output fails.
    """
    started = time.time_ns()
    prepared = _prepared(spec)
    ended, repeat = _calibrated(prepared)
    if ended.exit_code and spec["details"].get("ignore_return_code") != "yes":
        raise FailedError(f"program:{spec['title']} {_ended(ended.exit_code)}{_last_words(spec)}")
    _tell_of_data(spec, started)
    run = {**ended.measured, "return_code": ended.exit_code}
    total = run.get("execution_time", ended.seconds)
    if isinstance(total, int | float):
        run |= {"execution_time": total / max(1, repeat), "total_execution_time": total}
    run |= {"repeat": max(1, repeat), "run_success": "yes", "run_success_bool": True}
    checked = check_output(spec, prepared.post_process, prepared.variables, max(1, repeat))
    if checked is not None:
        run |= {"output_check_failed": "no", "output_check_failed_bool": False}
    for name in texts(spec["details"].get("print_files_after_run") or spec["meta"].get("print_files_after_run")):
        following.show(name)
    return run, checked


def _tell_of_data(spec: Mapping[str, Any], started: int) -> None:
    """Say what a program wrote beside its data: that is in the job's own copy, and the repository is as it was."""
    folder = spec["dataset"]["path"] if spec["dataset"] and spec["dataset"]["private"] else ""
    written: list[str] = []
    with suppress(OSError):  # what a program removes again
        beside = os.scandir(folder) if folder else ()
        written += [one.name for one in beside if one.stat(follow_symlinks=False).st_mtime_ns >= started]
    if written:
        sys.stdout.write(
            f"beside its data, in the job's own copy, it wrote {safe_line(', '.join(sorted(written)), 200)}\n"
        )


def _ended(code: int) -> str:
    names = {one.value: one.name for one in signal.Signals}  # real-time signals have none
    if code < 0 or code - 128 in names:
        number = -code if code < 0 else code - 128
        return f"was ended by {names.get(number, f'signal {number}')}"
    return f"ended with exit code {code}"


def _last_words(spec: Mapping[str, Any]) -> str:
    """Quote the last line that the program wrote to the file for its errors."""
    for name in (_run_time(spec).get("run_cmd_out2"), _run_time(spec).get("run_cmd_out1")):
        lines = following.last_lines(str(name)) if name else []
        if lines:
            return f": {safe_line(lines[-1], _REASON_LIMIT)}"
    return ""


def _run_time(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    found = spec["details"].get("run_time")
    return found if isinstance(found, dict) else {}


# Before the first execution


def _prepared(spec: Mapping[str, Any]) -> Prepared:
    run_time, calibration = _run_time(spec), _calibration(spec)
    variables = {**spec["variables"], **_texts_of(run_time.get("run_set_env2"))}
    variables = {name: of_data(of_program(str(value), spec), spec) for name, value in variables.items()}
    more: list[str] = []
    script = spec["scripts"].get("pre_process_via_ck")
    if script:
        answer = call(load(script, ("ck_preprocess",)), "ck_preprocess", _hook_values(spec, variables))
        variables |= _texts_of(answer.get("new_env"))
        more = [str(answer["bat"])] if answer.get("bat") else []
    before = [*texts(run_time.get("pre_process_cmds")), *texts(run_time.get("pre_process_cmd"))]
    _process(spec, before, variables, "before the run")
    script = spec["scripts"].get("post_process_via_ck")
    hooks = load(script, ("ck_postprocess", "ck_check_output")) if script else {}
    return Prepared(spec, variables, tuple(more), hooks, calibration)


def _texts_of(value: Any) -> dict[str, str]:
    return {str(name): str(one) for name, one in value.items()} if isinstance(value, dict) else {}


def _calibration(spec: Mapping[str, Any]) -> Calibration:
    repeated = "CT_REPEAT_MAIN" in spec["variables"]
    given = spec["repeat"]
    first = given or str(spec["variables"].get("CT_REPEAT_MAIN", "1"))
    repeat = max(1, int(first)) if first.isdecimal() and len(first) <= _MOST_DIGITS else 1
    wanted = repeated and not given and not spec["skip_calibration"]
    return Calibration(repeat if repeated else 0, spec["calibration_time"], spec["calibration_max"], wanted)


def _hook_values(spec: Mapping[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    dataset = spec["dataset"] or {}
    return {
        **of_system(spec),
        "misc": {"path": spec["source_folder"], "tmp_dir": Path.cwd().name, "cmd_key": spec["command"]},
        "meta": spec["meta"],
        "deps": spec["deps"],
        "env": variables,
        "run_time": _run_time(spec),
        "dataset_uoa": dataset.get("uid", ""),
        "dataset_file": (dataset.get("files") or [""])[0],
        "dataset_path": dataset.get("path", ""),
        "dataset_meta": {"path": f"{dataset['path']}/", "file": (dataset["files"] or [""])[0]} if dataset else {},
        "params": {**_texts_of(spec["meta"].get("default_params")), **spec["params"]},
        "device_cfg": {},
        "out": "con",
    }


def _process(spec: Mapping[str, Any], commands: Iterable[str], variables: Mapping[str, Any], when: str) -> None:
    """Run the meta's own commands before or after the program. Raises FailedError when one fails."""
    lines = [of_data(of_program(command, spec), spec) for command in commands]
    if not lines:
        return
    script = Path("tmp-ck-process.sh")
    words = bash(script, [*sources(spec["deps"]), *exports(variables), "set -e", *lines])
    ended = shown(words, Path.cwd())
    script.unlink(missing_ok=True)
    if ended.exit_code:
        told = [line.strip() for line in ended.last.splitlines() if line.strip()]
        why = f": {safe_line(told[-1], _REASON_LIMIT)}" if told else ""
        raise FailedError(f"program:{spec['title']}: its commands {when} failed ({safe_line(lines[0], 120)}){why}")


# Executions


def _calibrated(prepared: Prepared) -> tuple[OneRun, int]:
    """Run with more and more repetitions until it takes about the time wanted; give the last run and its number.

    The next number is the one that would take that time, ten times as many after a run too short to tell. A program
    that takes no longer however often it should repeat was run once. Raises FailedError when no number is found.
    """
    calibration, repeat = prepared.calibration, prepared.calibration.repeat
    shortest = min(_SHORTEST, calibration.seconds)
    tried: list[tuple[int, float]] = []
    for _ in range(max(1, calibration.most)):
        ended = _execute(prepared, repeat)
        if ended.exit_code or not calibration.wanted:
            return ended, repeat
        measured = ended.measured.get("execution_time", ended.seconds)
        seconds = measured if isinstance(measured, int | float) else ended.seconds
        if seconds >= shortest and _CLOSE_ENOUGH[0] < calibration.seconds / seconds < _CLOSE_ENOUGH[1]:
            return ended, repeat
        tried.append((repeat, seconds))
        if _is_deaf(tried):
            return ended, 1
        number = max(1, int(repeat * (10 if seconds < shortest else calibration.seconds / seconds)))
        if number == repeat:
            return ended, repeat
        sys.stdout.write(f"{repeat} repetitions take {seconds:.3g} s; now {number}\n")
        repeat = number
    raise FailedError(
        f"program:{prepared.spec['title']}: {calibration.most} runs didn't find a number of repetitions that takes "
        f"about {calibration.seconds:g} s; give one with --repeat=, or --skip_calibration"
    )


def _is_deaf(tried: list[tuple[int, float]]) -> bool:
    """Tell whether a program takes no longer with a thousand times the repetitions."""
    (fewest, first), (most, last) = tried[0], tried[-1]
    return most >= fewest * _MANY and last < 2 * first + _SHORTEST / 10


def _execute(prepared: Prepared, repeat: int) -> OneRun:
    """Run once, with its post-processing, and read what it measured. Raises FailedError."""
    spec, run_time = prepared.spec, _run_time(prepared.spec)
    _remove_outputs(spec)
    variables = dict(prepared.variables)
    if repeat:
        variables["CT_REPEAT_MAIN"] = repeat
    script, extra = Path("tmp-ck-run.sh"), [spec["extra_env"]] if spec["extra_env"] else []
    words = bash(script, [*sources(spec["deps"]), *exports(variables), *prepared.more, *extra, command(spec)])
    sys.stdout.flush()
    started = time.monotonic()
    code = following.run(
        words, [str(run_time[name]) for name in ("run_cmd_out1", "run_cmd_out2") if run_time.get(name)]
    )
    seconds = time.monotonic() - started
    script.unlink(missing_ok=True)
    measured: dict[str, Any] = {}
    if code == 0 or spec["details"].get("ignore_return_code") == "yes":
        measured |= _post_processed(prepared, variables)
        measured |= _timer(spec, variables)
    return OneRun(code, seconds, measured)


def command(spec: Mapping[str, Any]) -> str:
    """Give the command that is run, with the files that its output goes to."""
    run_time = _run_time(spec)
    text = str(run_time.get("run_cmd_main") or "")
    binary = spec["target"] if spec["meta"].get("skip_add_prefix_for_target_file") == "yes" else f"./{spec['target']}"
    prefix = f"taskset -c {shlex.quote(spec['affinity'])} " if spec["affinity"] else ""
    text = text.replace("$#BIN_FILE#$", f"{prefix}{binary}").replace("$#ONLY_BIN_FILE#$", spec["target"])
    for name, value in spec["substitutes"].items():
        text = text.replace(f"$#{name}#$", value)
    text = of_data(of_program(text, spec), spec)
    words = [spec["before_command"], text, *map(shlex.quote, spec["rest"]), spec["after_command"]]
    if run_time.get("run_cmd_out1"):
        words.append(f"> {shlex.quote(str(run_time['run_cmd_out1']))}")
    if run_time.get("run_cmd_out2"):
        words.append(f"2> {shlex.quote(str(run_time['run_cmd_out2']))}")
    return " ".join(" ".join(filter(None, words)).split(" ")).strip()


def _remove_outputs(spec: Mapping[str, Any]) -> None:
    """Remove what an earlier run left, so that nothing of it is taken for this one's."""
    run_time = _run_time(spec)
    names = [*texts(run_time.get("run_output_files")), *texts(run_time.get("run_delete_files"))]
    names += [str(run_time[name]) for name in ("run_cmd_out1", "run_cmd_out2") if run_time.get(name)]
    names += texts(spec["meta"].get("clean_dirs"))
    timer = _timer_name(spec, spec["variables"])
    for name in (*names, *([timer] if timer else [])):
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name, ignore_errors=True)
        else:
            Path(name).unlink(missing_ok=True)
    for name in texts(run_time.get("run_make_directories")):
        shutil.rmtree(name, ignore_errors=True)
        Path(name).mkdir(parents=True)


def _post_processed(prepared: Prepared, variables: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "ck_postprocess" in prepared.post_process:
        answer = call(prepared.post_process, "ck_postprocess", _hook_values(prepared.spec, variables))
        told = answer.get("characteristics")
        found |= told if isinstance(told, dict) else {}
    _process(prepared.spec, _commands_after(prepared.spec), variables, "after the run")
    if isinstance(found.get("execution_time"), str):
        found["execution_time"] = _number(found["execution_time"])
    return found


def _commands_after(spec: Mapping[str, Any]) -> list[str]:
    """List the meta's commands after a run, without those whose Python files are hooks."""
    run_time = _run_time(spec)
    listed = [*texts(run_time.get("post_process_cmds")), *texts(run_time.get("post_process_cmd"))]
    return [one for one in listed if not (spec["called_as_hooks"] and one.split()[:1] and one.startswith("python"))]


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _timer_name(spec: Mapping[str, Any], variables: Mapping[str, Any]) -> str:
    return str(variables.get("XOPENME_TIME_FILE") or _run_time(spec).get("fine_grain_timer_file") or "")


def _timer(spec: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the program measured. Raises FailedError when it should have and didn't."""
    name = _timer_name(spec, variables)
    if not name:
        return {}
    try:
        return safe_value(load_json_object(inside(Path.cwd(), name), _TIMER_LIMIT))
    except CkexploreError as error:
        raise FailedError(f"the program ended well but left no measurements: {error}") from error


def template(spec: Mapping[str, Any]) -> list[str]:
    """Give what a person reads before it is approved: the command, and what goes around it."""
    run_time, scripts = _run_time(spec), spec["scripts"]
    lines = [f"hook ck_preprocess of {_name(scripts['pre_process_via_ck'])}"] if "pre_process_via_ck" in scripts else []
    lines += [*texts(run_time.get("pre_process_cmds")), *texts(run_time.get("pre_process_cmd"))]
    lines += [*exports(spec["variables"]), *([spec["extra_env"]] if spec["extra_env"] else []), command(spec)]
    if "post_process_via_ck" in scripts:
        lines.append(f"hooks ck_postprocess, ck_check_output of {_name(scripts['post_process_via_ck'])}")
    lines += _commands_after(spec)
    if _calibration(spec).wanted:
        lines.append(
            f"again with more repetitions (CT_REPEAT_MAIN) until it takes about {spec['calibration_time']:g} s"
        )
    return [references(line) for line in lines]


def _name(script: str) -> str:
    return "/".join(Path(script).parts[-2:])
