"""The stages that compile and run a program, in a private copy of its folder."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError, RefusedError
from ...store.formats import ck
from ...store.lookup import Location, locate
from ..containment import contained
from ..deps.dependency import Resolved, environment_uids, inputs, registered
from ..deps.query import split_tags
from ..environments import scripts_of
from ..executed_files import MOST_FILES, executed_files, files_below
from ..hooks import compile as compiling
from ..hooks import run as running
from ..hooks.placeholders import of_program
from ..hooks.shell import exports, texts
from ..plan import NOT_COPIED, ExecutedFile, Finish, Sandbox, Stage
from ..request import number
from ..software.mentioned import as_entries, mentioned
from ..software.stages import as_dict, child, folders_of
from . import builds
from .builds import Build
from .kernel_use import kernel_use
from .program import Program, files_of_dataset

_CALIBRATION_TIME = 4.0  # seconds
_CALIBRATION_MOST = 10


def compile_stage(program: Program) -> Stage:
    """Plan the compilation: one command a source file, then the link."""
    spec = {**_common(program, program.compile_needs), **_compilation(program)}
    scripts = [spec["preprocess"]["path"]] if spec["preprocess"] else []
    named = mentioned(program.inventory, scripts)
    beside = _folders_beside(program, named, scripts)
    copies = ((str(program.sources.path), program.folder),)
    return Stage(
        title=f"compile program:{program.location.title}",
        argv=child("compile"),
        commands=(
            *_sourced(program.compile_needs),
            *exports(spec["compile_variables"]),
            *compiling.commands(_as_template(spec)),
        ),
        cwd=program.run_folder,
        files=_files(program, program.compile_needs, beside),
        whole_folders=(*(source for source, _ in copies), *beside),
        copies=copies,
        input={**spec, "entries": as_entries(named)},
        timeout=number(program.request, "compile_timeout", _timeout(program)),
        output_limit=_output_limit(program),
        finish=Finish("keep_build", builds.arguments(program)),
        sandbox=_sandbox(program, "compile", program.compile_needs, folders_of(named, scripts)),
    )


def run_stage(program: Program, build: Build | None) -> Stage:
    """Plan the run of one command, and the recording of what it measured; with a `build` that is there already.

    Raises NotFoundError for a command without a command line.
    """
    if not str(program.run_time.get("run_cmd_main") or "").strip():
        raise NotFoundError(f"{program.location.cid}: its command {program.command} has no run_cmd_main")
    spec = {**_common(program, program.needs), **_execution(program)}
    scripts = list(spec["scripts"].values())
    named = mentioned(program.inventory, scripts)
    beside = _folders_beside(program, named, scripts)
    is_first = not program.compiled or build is not None
    copies = ((str(program.sources.path), program.folder),) if is_first else ()
    copies += ((str(build.folder), program.run_folder),) if build else ()
    data, kernel = _copy_of_dataset(program), kernel_use(program.inventory, program.sources.path)
    sandbox = _sandbox(
        program,
        "run",
        program.needs,
        [*folders_of(named, scripts), *spec["recorded"], *(kernel.reads if kernel else ())],
    )
    told = {"kernel": {**kernel.told, "laid_out": sandbox.profile != "none"}} if kernel else {}
    return Stage(
        title=f"run program:{program.location.title} {program.command}",
        argv=child("run"),
        commands=(
            *_sourced(program.needs),
            *running.template(_as_template(spec)),
            *((kernel.command,) if kernel else ()),
        ),
        cwd=program.run_folder,
        files=_files(program, program.needs, beside, build),
        whole_folders=(*(source for source, _ in (*copies, *data)), *beside),
        copies=(*copies, *data),
        input={**spec, **told, "entries": as_entries(named)},
        timeout=number(program.request, "run_timeout", _timeout(program)),
        output_limit=_output_limit(program),
        finish=Finish("record_point", _recording(program, build)),
        sandbox=sandbox,
    )


def _copy_of_dataset(program: Program) -> tuple[tuple[str, str], ...]:
    dataset = program.dataset
    return ((str(dataset.location.path), dataset.folder),) if dataset and dataset.private else ()


def _timeout(program: Program) -> float:
    return number(program.request, "timeout", float(os.environ.get("CKEXPLORE_RUN_TIMEOUT", "86400")))


def _output_limit(program: Program) -> int:
    return int(number(program.request, "output_limit", 256) * 2**20)


# What the child is told


def _common(program: Program, needs: Sequence[Resolved]) -> dict[str, Any]:
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
        "rest": [],
    }


def optimization(program: Program) -> str:
    """Say which of the compiler's standard flags are used: for "speed" unless flags or another were asked for."""
    request = program.request
    if request.flag("size"):
        return "size"
    return "speed" if request.flag("speed") or not request.text("flags") else ""


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


def _execution(program: Program) -> dict[str, Any]:
    request, dataset = program.request, program.dataset
    scripts = _scripts(program)
    properties = (
        as_dict(as_dict(as_dict(dataset.meta.get("cm_properties")).get("run_time")).get("run_cmd_main"))
        if dataset
        else {}
    )
    return {
        "command": program.command,
        "details": dict(program.details),
        "variables": program.variables,
        "dataset": {
            "path": dataset.folder,
            "private": dataset.private,
            "uid": dataset.location.uid,
            "files": list(dataset.files),
            "named": {name: str(value) for name, value in properties.items()},
        }
        if dataset
        else None,
        "repeat": _repeat(program),
        "skip_calibration": request.flag("skip_calibration"),
        "calibration_time": number(request, "calibration_time", _CALIBRATION_TIME),
        "calibration_max": int(number(request, "calibration_max", _CALIBRATION_MOST)),
        "affinity": request.text("affinity"),
        "substitutes": request.group("run_cmd_substitutes"),
        "before_command": request.text("pre_run_cmd"),
        "after_command": request.text("extra_run_cmd"),
        "params": request.group("params"),
        "rest": list(request.rest),
        "scripts": scripts,
        "called_as_hooks": program.run_time.get("post_process_via_ck") == "yes" and "post_process_via_ck" in scripts,
        "recorded": [] if request.flag("overwrite_reference_output") else _recorded(program),
        "skip_output_validation": request.flag("skip_output_validation"),
    }


def _repeat(program: Program) -> str:
    """Give the number of repetitions asked for, "" for one that is to be found. Raises InvalidRequestError."""
    text = program.request.text("repeat") or str(program.request.group("env").get("CT_REPEAT_MAIN", ""))
    if text and not (text.isdecimal() and len(text) <= 18):
        raise InvalidRequestError(f"--repeat={text[:20]!a} is no number of repetitions")
    return text


def _scripts(program: Program) -> dict[str, str]:
    """Find the Python files with the command's hooks. Raises NotFoundError."""
    found: dict[str, str] = {}
    for key, usual in (("pre_process_via_ck", "preprocess"), ("post_process_via_ck", "postprocess")):
        told = program.run_time.get(key)
        if isinstance(told, dict) and told:
            lender = program.inventory.borrowed(told, "program", program.location.cid)
            name = str(told.get("script_name") or usual)
            path = program.inventory.script((lender or program.sources).path, name)
            if not path:
                raise NotFoundError(f"{program.location.cid}: its script {name}.py ({key}) isn't there")
            found[key] = path
    if program.run_time.get("post_process_via_ck") == "yes" and (called := _called_scripts(program)):
        found["post_process_via_ck"] = called[0]
    return found


def _called_scripts(program: Program) -> list[str]:
    """List the Python files among the commands after a run: with `post_process_via_ck` "yes" they are hooks.

    Raises RefusedError for one outside of the program and of what it takes files from.
    """
    places = {name: str(location.path) for name, location in program.taken.items()}
    placed = {"taken": places, "host": program.inventory.host.as_input(), "source_folder": str(program.sources.path)}
    found: list[str] = []
    for command in texts(program.run_time.get("post_process_cmds")):
        words = of_program(command, placed).split()
        if len(words) < 2 or not words[0].startswith("python"):
            continue
        path = Path(words[1] if words[1].endswith(".py") else f"{words[1]}.py")
        folders = [folder for folder in (program.sources.path, *map(Path, places.values())) if folder in path.parents]
        name = str(path.relative_to(folders[0]).with_suffix("")) if folders else ""
        found += [script] if name and (script := program.inventory.script(folders[0], name)) else []
    return found


def output_alias(program: Program) -> str:
    """Name the entry in which a program's output is recorded, as CK does."""
    named = program.run_time.get("program_output_uoa") or program.request.text("program_output_uoa")
    uid = program.inventory.entry("program", str(named))[0].uid if named else program.location.uid
    return f"program-uid-{uid}"


def _recorded(program: Program) -> list[str]:
    """List the folders in which an earlier output of the program is recorded."""
    if not program.run_time.get("run_correctness_output_files") and not program.meta.get(
        "run_correctness_output_files"
    ):
        return []
    inventory = program.inventory
    cid = Cid(module="program.output", artifact=output_alias(program))
    return [str(one.path) for one in locate(inventory.workspace, inventory.repositories, cid)]


# What a person reads


def _sourced(needs: Iterable[Resolved]) -> list[str]:
    """Tell the dependencies that are brought into the shell; which script that is, where it is known."""
    return [
        f". {one.environment.script}" if one.environment else f". env.sh of {one.name} ({one.provider})"
        for one in needs
    ]


def _as_template(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Make the input what it will be as far as that is known, to show the commands."""
    return {**spec, "source_folder": ".." if spec["above"] else "."}


# What belongs to the plan


def _files(
    program: Program, needs: Sequence[Resolved], beside: Sequence[str], build: Build | None = None
) -> tuple[ExecutedFile, ...]:
    """Hash every file of the entry and of those it takes code from, a build's, and all programs of its data set.

    Raises RefusedError for more of them than anybody reads.
    """
    found = [program.location.path / ck.META, *files_below(program.sources.path, NOT_COPIED)]
    for folder in beside:
        found += files_below(folder)
    if build is not None:
        found += files_below(build.folder)
    if program.dataset:
        found += files_of_dataset(program.dataset)
    found += [*program.inventory.scripts_of_host(), *scripts_of(program.inventory.workspace, registered(needs))]
    if len(found) > MOST_FILES:
        raise RefusedError(
            f"{program.location.cid} has {len(found):,} files that could be executed, more than anybody reads; "
            f"at most {MOST_FILES:,} can be approved"
        )
    return executed_files(found)


def _folders_beside(program: Program, named: Sequence[Location], scripts: Sequence[str]) -> list[str]:
    """List the folders beside the program's own that code is taken from where it is; scripts name the `named`."""
    folders = folders_of([*program.linked.values(), *program.taken.values(), *named], scripts)
    return [folder for folder in folders if folder != str(program.sources.path)]


def _sandbox(program: Program, action: str, needs: Sequence[Resolved], folders: Sequence[str]) -> Sandbox:
    """Say what the program needs to see beside the system: data set, linked entries, environments, and `folders`."""
    reads = [str(location.path) for location in (*program.linked.values(), *program.taken.values())]
    writes, dataset = [program.folder], program.dataset
    if dataset and not dataset.private:
        reads.append(dataset.folder)
    elif dataset and action == "run":
        writes.append(dataset.folder)
    return contained(
        program.request,
        action,
        reads=dict.fromkeys([*reads, *folders]),
        writes=writes,
        environments=environment_uids(needs),
    )


def _recording(program: Program, build: Build | None) -> dict[str, Any]:
    """Say what the point of this run is: which choices it stands for, and where its measurements are."""
    variables = {**as_dict(program.meta.get("run_vars")), **as_dict(program.details.get("run_vars"))}
    choices: dict[str, Any] = {"cmd_key": program.command, "env": variables | program.request.group("env")}
    if program.dataset:
        choices["dataset_uoa"] = program.dataset.location.title
        if program.request.text("dataset_file"):
            choices["dataset_file"] = program.request.text("dataset_file")
    if program.compiled:
        choices["compiler_flags"] = program.request.text("flags") or {
            "speed": "$CK_OPT_SPEED",
            "size": "$CK_OPT_SIZE",
        }.get(optimization(program), "")
    location = program.location
    identity = {"data_uoa": location.title, "data_uid": location.uid, "repo_uoa": location.repository.alias}
    return {
        "experiment": f"{location.title}.{program.command}",
        "program": identity,
        "tags": [*ck.tags_of(program.meta), *program.request.words("tags")],
        "choices": choices,
        "folder": program.run_folder,
        "output": output_alias(program),
        "compiled": dict(build.characteristics) if build else {},
        "dependencies": {one.key: list(one.uids) for one in program.needs},
    }
