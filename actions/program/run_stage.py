"""The stage that runs one command of a program in a private copy of its folder, and what is recorded of it."""

from pathlib import Path
from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import locate
from ..executed_files import files_below
from ..hooks.placeholders import of_program
from ..hooks.run import template
from ..hooks.shell import texts
from ..plan import Finish, Stage
from ..request import number
from ..software.mentioned import as_entries, mentioned
from ..software.stages import as_dict, child, folders_of
from .builds import Build
from .compile_stage import optimization
from .kernel_use import kernel_use
from .program import Program, files_of_dataset, given_variables
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

_CALIBRATION_TIME = 4.0  # seconds
_CALIBRATION_MOST = 10


def run_stage(program: Program, build: Build | None) -> Stage:
    """Plan the run of one command, and the recording of what it measured; with a `build` that is there already.

    Raises NotFoundError for a command without a command line.
    """
    if not str(program.run_time.get("run_cmd_main") or "").strip():
        raise NotFoundError(f"{program.location.cid}: its command {program.command} has no run_cmd_main")
    spec = {**common_input(program, program.needs), **_execution(program)}
    scripts = list(spec["scripts"].values())
    named = mentioned(program.inventory, scripts)
    beside = folders_beside(program, named, scripts)
    is_first = not program.compiled or build is not None
    copies = ((str(program.sources.path), program.folder),) if is_first else ()
    copies += ((str(build.folder), program.run_folder),) if build else ()
    dataset, kernel = program.dataset, kernel_use(program.inventory, program.sources.path)
    private = ((str(dataset.location.path), dataset.folder),) if dataset and dataset.private else ()
    reads = [*folders_of(named, scripts), *spec["recorded"], *(kernel.reads if kernel else ())]
    reads += [dataset.folder] if dataset and not private else []
    sandbox = sandbox_of(program, "run", program.needs, reads, [folder for _, folder in private])
    more = [*(files_below(build.folder) if build else ()), *(files_of_dataset(dataset) if dataset else ())]
    told = {"kernel": {**kernel.told, "laid_out": sandbox.profile != "none"}} if kernel else {}
    return Stage(
        title=f"run program:{program.location.title} {program.command}",
        argv=child("run"),
        commands=(*sourced(program.needs), *template(as_template(spec)), *((kernel.command,) if kernel else ())),
        cwd=program.run_folder,
        files=executed_of(program, program.needs, beside, more),
        whole_folders=(*(source for source, _ in (*copies, *private)), *beside),
        copies=(*copies, *private),
        entire=tuple(source for source, _ in private),
        input={**spec, **told, "entries": as_entries(named)},
        timeout=number(program.request, "run_timeout", time_limit(program)),
        output_limit=output_limit(program),
        finish=Finish("record_point", _recording(program, build)),
        sandbox=sandbox,
    )


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


def _recording(program: Program, build: Build | None) -> dict[str, Any]:
    """Say what the point of this run is: which choices it stands for, and where its measurements are."""
    variables = {**as_dict(program.meta.get("run_vars")), **as_dict(program.details.get("run_vars"))}
    choices: dict[str, Any] = {
        "cmd_key": program.command,
        "env": variables | given_variables(program.request, program.details),
    }
    if program.dataset:
        choices["dataset_uoa"] = program.dataset.location.title
        if program.request.text("dataset_file"):
            choices["dataset_file"] = program.request.text("dataset_file")
    if program.compiled:
        standard = {"speed": "$CK_OPT_SPEED", "size": "$CK_OPT_SIZE"}.get(optimization(program), "")
        choices["compiler_flags"] = " ".join(filter(None, (standard, program.request.text("flags"))))
    location = program.location
    identity = {"data_uoa": location.title, "data_uid": location.uid, "repo_uoa": location.repository.alias}
    return {
        "experiment": program.request.text("record_uoa") or f"{location.title}.{program.command}",
        "program": identity,
        "tags": [*ck.tags_of(program.meta), *program.request.words("tags")],
        "choices": choices,
        "folder": program.run_folder,
        "output": output_alias(program),
        "compiled": dict(build.characteristics) if build else {},
        "dependencies": {one.key: list(one.uids) for one in program.needs},
    }
