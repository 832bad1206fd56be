"""Whether a program's output is what it was before: files compared with recorded ones, exactly or as a hook does."""

import filecmp
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...store.errors import FailedError
from ...store.untrusted import inside, safe_line
from .loading import Hooks, call
from .shell import texts


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """Under which name an output is recorded, which files it is, and whether it was compared with a recorded one."""

    name: str
    files: tuple[str, ...]
    compared: bool


def check_output(
    spec: Mapping[str, Any], hooks: Hooks, variables: Mapping[str, Any], repeat: int
) -> OutputCheck | None:
    """Compare the files that tell whether a run was right; None where the meta names none, or it isn't wanted.

    Raises FailedError when one differs or is missing.
    """
    run_time = spec["details"].get("run_time", {})
    files = tuple(
        texts(run_time.get("run_correctness_output_files") or spec["meta"].get("run_correctness_output_files"))
    )
    if not files or spec["skip_output_validation"]:
        return None
    missing = [name for name in files if not inside(Path.cwd(), name).is_file()]
    name = output_name(spec, run_time, variables, repeat)
    recorded = next((place for folder in spec["recorded"] if os.path.isdir(place := f"{folder}/{name}")), "")
    expected = [one for one in missing if recorded and os.path.isfile(f"{recorded}/{one}")]
    if expected:
        raise FailedError(f"program:{spec['title']} left no {safe_line(expected[0])}, by which its output is checked")
    if missing:
        told = ", ".join(map(safe_line, missing))
        sys.stdout.write(f"the output isn't checked by {told}: the program leaves no such file\n")
        files = tuple(one for one in files if one not in missing)
        if not files:
            return None
    for file in files if recorded else ():
        _compare(spec, hooks, variables, file, f"{recorded}/{file}")
    return OutputCheck(name, files, bool(recorded))


def output_name(spec: Mapping[str, Any], run_time: Mapping[str, Any], variables: Mapping[str, Any], repeat: int) -> str:
    """Name an output as CK does: command, data set, file, repetitions, and the variables that it depends on."""
    dataset = spec["dataset"]
    parts = [spec["command"], dataset["uid"] if dataset else ""]
    parts += [dataset["files"][0]] if dataset and dataset["files"] else []
    parts += [] if run_time.get("output_invariant_of_repeat") == "yes" else [str(repeat)]
    parts += [str(variables.get(name, "")) for name in texts(run_time.get("run_correctness_vars"))]
    return safe_line("-".join(parts), 240).replace("/", "_")


def _compare(spec: Mapping[str, Any], hooks: Hooks, variables: Mapping[str, Any], file: str, recorded: str) -> None:
    if not os.path.isfile(recorded):
        return
    if "ck_check_output" in hooks:
        from .. import ck_stand_in  # noqa: PLC0415  (loaded already, with the hook)

        values = {
            "ck_kernel": ck_stand_in,
            "file1": os.path.abspath(file),
            "file2": recorded,
            "meta": spec["meta"],
            "env": dict(variables),
        }
        answer = call(hooks, "ck_check_output", values)
        reason = str(answer.get("fail_reason") or "the check says no") if answer.get("failed") else ""
    else:
        reason = "" if filecmp.cmp(file, recorded, shallow=False) else "it isn't exactly the same"
    if reason:
        raise FailedError(
            f"program:{spec['title']}: {safe_line(file)} differs from the output that was recorded before "
            f"({safe_line(reason, 200)}); --overwrite_reference_output records this one instead"
        )
