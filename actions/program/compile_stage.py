"""The stage that compiles a program, in a private copy of its folder."""

from typing import Any

from ...store.errors import NotFoundError
from ..deps.query import split_tags
from ..hooks.compile import commands
from ..hooks.shell import exports
from ..plan import Finish, Stage
from ..request import number
from ..software.mentioned import as_entries, mentioned
from ..software.stages import as_dict, child, folders_of
from .program import Program
from .stages import (
    as_template,
    common_input,
    executed_of,
    folders_beside,
    output_limit,
    sandbox_of,
    sourced,
    time_limit,
)


def compile_stage(program: Program) -> Stage:
    """Plan the compilation: one command a source file, then the link."""
    spec = {**common_input(program, program.compile_needs), **_compilation(program)}
    scripts = [spec["preprocess"]["path"]] if spec["preprocess"] else []
    named = mentioned(program.inventory, scripts)
    beside = folders_beside(program, named, scripts)
    sources = str(program.sources.path)
    return Stage(
        title=f"compile program:{program.location.title}",
        argv=child("compile"),
        commands=(
            *sourced(program.compile_needs),
            *exports(spec["compile_variables"]),
            *commands(as_template(spec)),
        ),
        cwd=program.run_folder,
        files=executed_of(program, program.compile_needs, beside),
        whole_folders=(sources, *beside),
        copies=((sources, program.folder),),
        input={**spec, "entries": as_entries(named)},
        timeout=number(program.request, "compile_timeout", time_limit(program)),
        output_limit=output_limit(program),
        finish=Finish("keep_build", {"folder": program.run_folder}),
        sandbox=sandbox_of(program, "compile", program.compile_needs, folders_of(named, scripts)),
    )


def _compilation(program: Program) -> dict[str, Any]:
    request = program.request
    defined = {} if request.flag("no_vars") else as_dict(program.meta.get("build_compiler_vars"))
    for name in split_tags(request.text("remove_compiler_vars")):
        defined.pop(name, None)
    return {
        "flags": request.text("flags"),
        "lflags": request.text("lflags"),
        "optimize": optimization(program),
        "compile_type": "static" if request.flag("static") or request.text("compile_type") == "static" else "dynamic",
        "compiler_vars": defined | request.group("compiler_vars"),
        "compile_variables": {
            **as_dict(program.meta.get("compile_vars")),
            **{name: str(location.path) for name, location in program.linked.items()},
            **request.group("env"),
        },
        "preprocess": _preprocessing(program),
        "rest": list(request.rest) if request.action == "compile" else [],
    }


def optimization(program: Program) -> str:
    """Say which of the compiler's standard flags are used: those for "size" or "speed" that were asked for, or none."""
    return next((name for name in ("size", "speed") if program.request.flag(name)), "")


def _preprocessing(program: Program) -> dict[str, str] | None:
    """Name the script that prepares the compilation (`use_preprocess_compilation_scripts`). Raises NotFoundError."""
    meta = as_dict(program.meta.get("use_preprocess_compilation_scripts"))
    if not meta:
        return None
    lender = program.inventory.borrowed(meta, "program", program.location.cid)
    name = str(meta.get("script_name") or "custom")
    path = program.inventory.script((lender or program.sources).path, name)
    if not path:
        raise NotFoundError(f"{program.location.cid}: the script {name}.py that prepares its compilation isn't there")
    return {"path": path, "function": str(meta.get("script_func") or "setup")}
