"""Actions of the module `program`: compile and run a program of a repository, and record what it measured."""

from collections.abc import Sequence
from typing import Any

from ...store.errors import InvalidRequestError, RefusedError
from ...store.removal import remove_tree
from ..deps.dependency import Resolved, merged
from ..deps.tree import check_needs, tree_of
from ..plan import Plan, Stage
from ..program import builds
from ..program.compile_stage import compile_stage
from ..program.program import Program
from ..program.resolving import program_of
from ..request import Request

__all__ = ["benchmark", "clean", "compile", "explore", "run"]


def run(request: Request) -> Plan:
    """Compile if need be, run one command (`--cmd_key=`), and record the measurements as an experiment point.

    `--dataset_uoa=`, `--env.NAME=`, `--speed`, `--flags=`, `--repeat=` (else found, for `--calibration_time=` seconds),
    `--deps.KEY=UID`, `--dep_add_tags.KEY=`, options of the command itself (its `input_mapping`); with `--dry-run` the
    dependency tree and all that would be executed.
    """
    from ..program.run_stage import run_stage  # noqa: PLC0415  (a compilation needs nothing of it)

    program = program_of(request, with_run=True)
    title, command = program.location.title, program.command
    check_needs(program.needs)
    stages: list[Stage] = []
    build = None
    if program.compiled:
        compilation = compile_stage(program)
        build = None if request.flag("rebuild") else builds.find(request.workspace, compilation)
        stages += [] if build else [compilation]
    stages.append(run_stage(program, build))
    notes = (f"compiled already ({build.key[:8]}); --rebuild compiles it again",) if build else ()
    request_text = f"run program:{title} --cmd_key={command}"
    return _plan(program, request_text, ("run", title, command), stages, program.needs, notes)


def compile(request: Request) -> Plan:  # noqa: A001  (CK's name of the action)
    """Compile a program in a copy of its folder, without running it.

    `--speed` and `--size` take the compiler's own flags for that (`CK_OPT_SPEED`, `CK_OPT_SIZE`), `--flags=` these, and
    none of them none, as in CK; `--lflags=`, `--static`. Words after `--` go to the compiler as they are.
    """
    program = program_of(request, with_run=False)
    title = program.location.title
    if not program.compiled:
        raise InvalidRequestError(
            f"{program.location.cid} has nothing to compile; run it: ckexplore run program:{title}"
        )
    check_needs(program.needs)
    return _plan(program, f"compile program:{title}", ("compile", title), [compile_stage(program)], program.needs)


def benchmark(request: Request) -> Plan:
    """Measure a program in fresh processes until its interval is narrow: `--blocks=`, `--budget=2min`, `--width=0.05`.

    With `--choices.NAME=a,b` a few configurations, interleaved. What was measured before is measured again.
    """
    from ..explore.planning import plan_benchmark  # noqa: PLC0415

    return plan_benchmark(request)


def explore(request: Request) -> Plan:
    """Measure a design space: `--choices.NAME=1,2,4`, `--objectives=latency:min,accuracy:max`, or what its meta says.

    `--constraints=`, `--sampler=exhaustive|random|lhs|optuna`, `--points=`, `--budget=10min`, `--blocks=`, `--again`.
    What was measured before isn't measured again, so a sweep that was ended goes on; `--retry` tries what failed.
    """
    from ..explore.planning import plan_exploration  # noqa: PLC0415

    return plan_exploration(request)


def clean(request: Request) -> dict[str, Any]:
    """Forget the kept builds of all programs: `clean program`; what was recorded stays."""
    folder = request.workspace.home / "builds"
    count = len(list(folder.iterdir())) if folder.is_dir() else 0
    if request.only_looks:
        return {"builds": count, "removed_builds": 0}
    if folder.is_dir():
        if folder.is_symlink():
            raise RefusedError(f"{folder} is a symbolic link, so nothing is removed there")
        remove_tree(folder)
    return {"removed_builds": count}


def _plan(
    program: Program,
    request: str,
    tags: tuple[str, ...],
    stages: Sequence[Stage],
    needs: Sequence[Resolved],
    notes: tuple[str, ...] = (),
) -> Plan:
    all_of_it = merged([*(stage for one in needs for stage in one.stages), *stages])
    location = program.location
    return Plan(request, location.cid, location.uid, tags, all_of_it, notes, tree_of(needs))
