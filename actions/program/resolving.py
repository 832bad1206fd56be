"""From a request to the program that it is about, with all that it needs."""

from ..deps.inventory import Inventory
from ..deps.resolver import Resolver
from ..request import Request
from ..software.stages import as_dict
from .program import (
    Program,
    choose_command,
    find_dataset,
    linked_entries,
    program_entry,
    run_dependencies,
    sources_of,
    taken_entries,
)


def program_of(request: Request, *, with_run: bool) -> Program:
    """Find the program of a request and look into its dependencies; those of a run too, and its data set.

    Raises NotFoundError, InvalidRequestError. What isn't met is told by the dependencies themselves.
    """
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
