"""Actions of the module `program`: compile and run a program of a repository, and record what it measured."""

from collections.abc import Sequence
from typing import Any

from ...store.errors import InvalidRequestError, RefusedError
from ...store.removal import remove_tree
from ..deps.dependency import Resolved, merged
from ..deps.inventory import Inventory
from ..deps.resolver import Resolver
from ..deps.tree import check_needs, tree_of
from ..plan import Plan, Stage
from ..program import builds
from ..program.compile_stage import compile_stage
from ..program.program import (
    Program,
    choose_command,
    find_dataset,
    linked_entries,
    program_entry,
    run_dependencies,
    sources_of,
    taken_entries,
)
from ..request import Request
from ..software.stages import as_dict

__all__ = ["clean", "compile", "run"]


def run(request: Request) -> Plan:
    """Compile if need be, run one command (`--cmd_key=`), and record the measurements as an experiment point.

    `--dataset_uoa=`, `--env.NAME=`, `--speed`, `--flags=`, `--repeat=` (else found, for `--calibration_time=` seconds),
    `--deps.KEY=UID`, `--dep_add_tags.KEY=`; with `--dry-run` the dependency tree and all that would be executed.
    """
    from ..program.run_stage import run_stage  # noqa: PLC0415  (a compilation needs nothing of it)

    program = _program(request, with_run=True)
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
    program = _program(request, with_run=False)
    title = program.location.title
    if not program.compiled:
        raise InvalidRequestError(
            f"{program.location.cid} has nothing to compile; run it: ckexplore run program:{title}"
        )
    check_needs(program.needs)
    return _plan(program, f"compile program:{title}", ("compile", title), [compile_stage(program)], program.needs)


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


def _program(request: Request, *, with_run: bool) -> Program:
    inventory = Inventory(request)
    location, meta = program_entry(inventory)
    sources = sources_of(inventory, location, meta)
    resolver = Resolver(inventory)
    variables = (
        {**as_dict(meta.get("run_vars")), **request.group("env")} if meta.get("pass_env_to_resolve") == "yes" else {}
    )
    compiled = meta.get("no_compile") != "yes"
    wanted = as_dict(meta.get("compile_deps")) or as_dict(meta.get("deps"))
    if request.text("compiler_tags") and isinstance(wanted.get("compiler"), dict):
        tags = f"{wanted['compiler'].get('tags', '')},{request.text('compiler_tags')}"
        wanted = {**wanted, "compiler": {**wanted["compiler"], "tags": tags}}
    compile_needs = resolver.resolve(wanted, location.cid, variables=variables)  # a run needs them too, as in CK
    command = choose_command(request, location, meta, tuple(compile_needs)) if with_run else ""
    details = as_dict(as_dict(meta.get("run_cmds")).get(command))
    wanted = run_dependencies(meta, command) if with_run else {}
    run_needs = resolver.resolve(wanted, location.cid, variables=variables, given=compile_needs)
    return Program(
        inventory=inventory,
        location=location,
        meta=meta,
        sources=sources,
        command=command,
        details=details,
        compile_needs=tuple(compile_needs),
        run_needs=tuple(run_needs),
        dataset=find_dataset(inventory, location, details) if with_run else None,
        linked=linked_entries(inventory, meta),
        taken=taken_entries(inventory, meta if compiled else {}, details),
    )
