"""The child process in which a function of a repository's `module.py` is called, for an approved stage of a job.

    python -m ckexplore.actions.module_host

Reads `input.json` in the folder `$CKEXPLORE_STAGE` and writes what the function answered to `output.json` there, or in
one line to `error.txt` why it failed. Its parent believes nothing that it wrote without checking it.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from ..store.errors import CkexploreError
from ..store.untrusted import safe_line
from .stand_in.called_modules import CalledModules
from .stand_in.kernel import make_kernel
from .stand_in.plain import plain
from .stand_in.surroundings import lay_out

_ANSWER_LIMIT = 900_000  # bytes
_REASON_LIMIT = 600


def main() -> int:
    """Call one function, and return CK's code of its answer as the exit code."""
    place = Path(os.environ["CKEXPLORE_STAGE"])
    spec = json.loads((place / "input.json").read_text(encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    code, reason, answer = _called(place, spec)
    if code:
        (place / "error.txt").write_text(reason, encoding="utf-8", errors="backslashreplace")
        return code
    (place / "output.json").write_text(_encoded(answer), encoding="utf-8")
    return 0


def _called(place: Path, spec: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
    """Give the code, the reason where it isn't 0, and the answer."""
    modules = CalledModules(spec["modules"])
    try:
        surroundings = lay_out(place, spec)
        modules.kernel = make_kernel(surroundings, modules)
        answer = modules.first().call(spec["function"], spec["request"])
    except CkexploreError as error:
        return error.code, str(error), {}
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
        return _exit_code(code), f"it ended itself with the code {error.code}", {"return": 0}
    except Exception as error:
        if spec["request"].get("verbose") in ("yes", True):
            traceback.print_exc()
        return 1, _one_line(error, [module["path"] for module in spec["modules"]]), {}
    if not isinstance(answer, dict):
        return 1, f"{spec['function']}() answered with no dictionary but with a {type(answer).__name__}", {}
    told = answer.get("return", 0)
    code = told if isinstance(told, int) else 1
    reason = " ".join(str(answer.get("error") or f"it answered with the code {told} and no error").split())
    return _exit_code(code) if code > 0 else 0, safe_line(reason, _REASON_LIMIT), answer


def _exit_code(code: int) -> int:
    return code if 0 <= code <= 255 else 1


def _one_line(error: Exception, folders: list[str]) -> str:
    """Say what went wrong and in which line of the module: the last of its lines that the error came through."""
    what = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    frames = [(one.filename, one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        what = f"{type(error).__name__}: {error.msg}"
        frames.append((error.filename, error.lineno))
    where = ""
    for file, line in frames:
        if any(file.startswith(f"{folder}/") for folder in folders):
            where = f" ({Path(file).parent.name}/{Path(file).name}:{line})"
    hint = ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        hint = (
            f"; install what provides it for {sys.executable}, such as: -m pip install {error.name.partition('.')[0]}"
        )
    return safe_line(what, _REASON_LIMIT) + where + safe_line(hint, _REASON_LIMIT)


def _encoded(answer: dict[str, Any]) -> str:
    """Write an answer as JSON; of one that is too large the largest values are left out, and it says so."""
    values = {key: json.dumps(value) for key, value in plain(answer).items()}
    while values and sum(map(len, values.values())) > _ANSWER_LIMIT:
        largest = max(values, key=lambda key: len(values[key]))
        told = f"left out: {len(values[largest]):,} bytes of JSON, more than is kept of an answer"
        if len(values[largest]) <= len(told) + 2:
            values.clear()
        values[largest] = json.dumps(told)
    return "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in values.items()) + "}"


if __name__ == "__main__":
    sys.exit(main())
