"""The child process in which a repository's own Python and shell scripts run, for an approved stage of a job.

    python -m ckexplore.actions.hooks.host detect|version|install|compile|run

Reads `input.json` in the folder `$CKEXPLORE_STAGE`, and writes `output.json` there. It imports nothing that it doesn't
need, and its parent believes nothing that it wrote without checking it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from .output_check import OutputCheck
    from .set_up import Detected


def main() -> int:
    """Carry out one command, and return the exit code."""
    place = Path(os.environ["CKEXPLORE_STAGE"])
    spec = json.loads((place / "input.json").read_text(encoding="utf-8"))
    try:
        answer = _COMMANDS[sys.argv[1]](spec)
    except CkexploreError as error:
        _write(place / "error.txt", str(error))
        sys.stdout.write(f"{error}\n")
        return error.code
    _write(place / "output.json", json.dumps(answer, default=str))
    return 0


def _write(path: Path, text: str) -> None:
    """Write a file in place of whatever a program may have put there: a link is not followed, no pipe waited for."""
    name = f"{path}.{os.urandom(8).hex()}"
    with Path(name).open("x", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(text)
    Path(name).replace(path)


def _offer(spec: Mapping[str, Any]) -> None:
    """Tell the stand-in for CK's kernel which machine this is, and which entries scripts may ask for."""
    from .. import ck_stand_in  # noqa: PLC0415  (a stage without scripts needs nothing of it)

    host = spec["host"]
    found = {f"{which}{name}": host[name] for which in ("host_os_", "os_") for name in ("uoa", "uid", "dict")}
    ck_stand_in.work |= {"entries": spec["entries"], "host": {**found, "features": {}, "device_id": ""}}


def _detect(spec: Mapping[str, Any]) -> dict[str, Any]:
    from .detect import detect  # noqa: PLC0415  (each command imports its own part)

    _offer(spec)
    return _announced(_as_values(detect(spec)))


def _version(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Ask software that was detected before for its version; what can't be asked is an answer as well."""
    from .detect import told_now  # noqa: PLC0415

    _offer(spec)
    try:
        return {"version": told_now(spec), "problem": ""}
    except CkexploreError as error:
        sys.stdout.write(f"{error}\n")
        return {"version": "", "problem": str(error)}


def _install(spec: Mapping[str, Any]) -> dict[str, Any]:
    from .install import install  # noqa: PLC0415

    _offer(spec)
    return _announced(_as_values(install(spec)))


def _as_values(found: "Detected | OutputCheck") -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415  (a compilation needs none)

    return asdict(found)


def _announced(found: dict[str, Any]) -> dict[str, Any]:
    sys.stdout.write(f"→ {found['full_path'] or found['installed_to']} {found['version']}\n")
    return found


def _compile(spec: Mapping[str, Any]) -> dict[str, Any]:
    from .compile import announce, compile_program  # noqa: PLC0415

    if spec["preprocess"]:
        _offer(spec)
    characteristics = compile_program(_placed(spec))
    announce(characteristics)
    return {"characteristics": characteristics}


def _run(spec: Mapping[str, Any]) -> dict[str, Any]:
    from .run import run_program  # noqa: PLC0415

    _offer(spec)
    if "kernel" in spec:
        from ..stand_in import program_kernel  # noqa: PLC0415

        program_kernel.offer()
    characteristics, checked = run_program(_placed(spec))
    return {"characteristics": characteristics, "output": _as_values(checked) if checked else None}


def _placed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Add where the private copy of the program's folder is: above the folder in which we run, or that itself."""
    return {**spec, "source_folder": os.path.abspath(spec["above"] or ".")}


_COMMANDS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "detect": _detect,
    "version": _version,
    "install": _install,
    "compile": _compile,
    "run": _run,
}

if __name__ == "__main__":
    sys.exit(main())
