"""What the stages that compile and run a program have in common: their input, files, limits and sandbox."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...store.errors import RefusedError
from ...store.formats import ck
from ...store.lookup import Location
from ..containment import contained
from ..deps.dependency import Resolved, environment_uids, inputs, registered
from ..environments import scripts_of
from ..executed_files import MOST_FILES, executed_files, files_below
from ..plan import JOB_PATH, NOT_COPIED, ExecutedFile, Sandbox
from ..request import number
from ..software.stages import folders_of
from .program import Program


def time_limit(program: Program) -> float:
    """Give the seconds that a stage may take, as far as its action has no option of its own."""
    return number(program.request, "timeout", float(os.environ.get("CKEXPLORE_RUN_TIMEOUT", "86400")))


def output_limit(program: Program) -> int:
    """Give the bytes of a stage's output that are kept; `--output_limit=` is in MiB."""
    return int(number(program.request, "output_limit", 256) * 2**20)


def common_input(program: Program, needs: Sequence[Resolved]) -> dict[str, Any]:
    """Give what the child process of either stage is told."""
    request = program.request
    return {
        "title": program.location.title,
        "meta": dict(program.meta),
        "host": program.inventory.host.as_input(),
        "deps": inputs(needs),
        "above": program.above,
        "target": program.target,
        "taken": {name: str(location.path) for name, location in program.taken.items()},
        "extra_env": request.text("extra_env"),
        "features": {},
    }


# What a person reads


def sourced(needs: Iterable[Resolved]) -> list[str]:
    """Tell the dependencies that are brought into the shell; which script that is, where it is known."""
    return [
        f". {one.environment.script}" if one.environment else f". env.sh of {one.name} ({one.provider})"
        for one in needs
    ]


def as_template(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Make the input what it will be as far as that is known, to show the commands; the job's folder is JOB."""
    variables = {name: str(value).replace(JOB_PATH, "JOB") for name, value in spec.get("variables", {}).items()}
    return {**spec, "source_folder": ".." if spec["above"] else ".", "variables": variables}


# What belongs to the plan


def executed_of(
    program: Program, needs: Sequence[Resolved], beside: Sequence[str], more: Iterable[Path] = ()
) -> tuple[ExecutedFile, ...]:
    """Hash every file of the entry and of those it takes code from, and `more`.

    Raises RefusedError for more of them than anybody reads.
    """
    found = [program.location.path / ck.META, *files_below(program.sources.path, NOT_COPIED)]
    for folder in beside:
        found += files_below(folder)
    found += more
    found += [*program.inventory.scripts_of_host(), *scripts_of(program.inventory.workspace, registered(needs))]
    if len(found) > MOST_FILES:
        raise RefusedError(
            f"{program.location.cid} has {len(found):,} files that could be executed, more than anybody reads; "
            f"at most {MOST_FILES:,} can be approved"
        )
    return executed_files(found)


def folders_beside(program: Program, named: Sequence[Location], scripts: Sequence[str]) -> list[str]:
    """List the folders beside the program's own that code is taken from where it is; scripts name the `named`."""
    folders = folders_of([*program.linked.values(), *program.taken.values(), *named], scripts)
    return [folder for folder in folders if folder != str(program.sources.path)]


def sandbox_of(
    program: Program, action: str, needs: Sequence[Resolved], reads: Iterable[str], writes: Iterable[str] = ()
) -> Sandbox:
    """Say what a stage sees beside the system, its linked entries, its environments and the copy that it works in."""
    linked = [str(location.path) for location in (*program.linked.values(), *program.taken.values())]
    return contained(
        program.request,
        action,
        reads=dict.fromkeys([*linked, *reads]),
        writes=[program.folder, *writes],
        environments=environment_uids(needs),
    )
