"""The stages that compile and run a CK program, in a private copy of its folder."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..store.errors import NotFoundError, RefusedError
from ..store.formats import ck
from ..store.lookup import Location
from ..store.untrusted import first_bytes, inside, safe_line
from ..store.walking import walk
from .containment import contained
from .dependency import Resolved, registered
from .environments import scripts_of
from .executed_files import MOST_FILES, executed_files, files_below
from .plan import JOB_PATH, NOT_COPIED, ExecutedFile, Finish, Sandbox, Stage
from .request import Request
from .trust.executable_files import is_executable

_TIMER = "tmp-ck-timer.json"
_VARIABLE = re.compile(r"\$<<(\w+)>>\$")
_NAMED = re.compile(r"\$#([\w]+)#\$")


@dataclass(frozen=True, slots=True)
class Program:
    """A program as it will be run: its entry, its command, what it depends on, and what was asked for."""

    request: Request
    location: Location
    meta: Mapping[str, Any]
    command: str
    details: Mapping[str, Any]
    dependencies: tuple[Resolved, ...]
    dataset: tuple[Location, Mapping[str, Any]] | None
    linked: Mapping[str, Location]
    variables: Mapping[str, str]
    flags: str
    repeat: str
    tags: tuple[str, ...]
    rest: tuple[str, ...]
    timeout: float
    output_limit: int

    @property
    def folder(self) -> str:
        """The private copy of the entry, in the job's folder."""
        return f"{JOB_PATH}/copy/{self.location.path.name}"

    @property
    def run_folder(self) -> str:
        """Where it is compiled and run: CK's `tmp` in the program's folder."""
        return f"{self.folder}/tmp"  # noqa: S108  (not the system's)

    @property
    def compiled(self) -> bool:
        """Whether it has to be compiled."""
        return self.meta.get("no_compile") != "yes"

    @property
    def binary(self) -> str:
        """The name of the compiled file."""
        name = safe_line(str(self.meta.get("target_file") or "a"), 100).replace("/", "_")
        return f"{name}.out"

    @property
    def run_time(self) -> Mapping[str, Any]:
        """The part of the command's meta that says how to run it."""
        found = self.details.get("run_time")
        return found if isinstance(found, dict) else {}


def find_dataset(
    request: Request, location: Location, command: Mapping[str, Any]
) -> tuple[Location, Mapping[str, Any]] | None:
    """Find the data set of a command: `--dataset_uoa=`, else the first with its tags. Raises NotFoundError."""
    from .deps import providers  # noqa: PLC0415  (the resolver's listing, each UID once)

    wanted, asked = command.get("dataset_tags"), request.text("dataset_uoa")
    if not wanted and not asked:
        return None
    tags = {str(tag) for tag in wanted} if isinstance(wanted, list) else set()
    for found, meta in providers(request, "dataset"):
        if asked in (found.alias, found.uid) if asked else tags <= set(ck.tags_of(meta)):
            return found, meta
    what = f"named {safe_line(asked)!r}" if asked else f"with the tags {', '.join(sorted(tags))}"
    raise NotFoundError(f"{location.cid} needs a dataset {what}, and no known repository has one")


def _sources(program: Program) -> list[str]:
    """Give the lines that bring the dependencies into a shell, a compiler's last, so that nothing overrides it."""
    lines = [f". {shlex.quote(one.script)}" for one in program.dependencies]
    return lines + [f". {shlex.quote(one.script)} 1" for one in program.dependencies if one.force]


def _code_files(program: Program) -> tuple[ExecutedFile, ...]:
    """Hash every file of the entry and of the entries it takes code from, and all programs of its data set."""
    found = [program.location.path / ck.META, *files_below(program.location.path, NOT_COPIED)]
    for location in program.linked.values():
        found += files_below(location.path)
    if program.dataset:
        found += _of_dataset(program.dataset[0].path)
    found += scripts_of(program.request.workspace, registered(program.dependencies))
    if len(found) > MOST_FILES:
        raise RefusedError(
            f"{program.location.cid} has {len(found):,} files that could be executed, more than anybody reads; "
            f"at most {MOST_FILES:,} can be approved"
        )
    return executed_files(found)


def _whole_folders(program: Program, copies: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Name the folders that a stage copies, and those that it takes code from where they are."""
    return (*(source for source, _ in copies), *(str(location.path) for location in program.linked.values()))


def _copies(program: Program) -> tuple[tuple[str, str], ...]:
    return ((str(program.location.path), program.folder),)


def _of_dataset(folder: Path) -> Iterator[Path]:
    """Yield the meta of a data set, whose file names are words of the command, and what in it is made to be executed.

    By name and first bytes: a mode tells nothing on disks that know none, and the rest may be more than can be hashed.
    """
    yield folder / ck.META
    for place, folders, names in walk(folder):
        folders.sort()
        for path in (Path(place, name) for name in sorted(names)):
            if is_executable(str(path.relative_to(folder)), 0, first_bytes(path, 4)):
                yield path


def _sandbox(program: Program, action: str) -> Sandbox:
    """Say what the program needs to see beside the system: its data set, linked entries, environments, its copy."""
    reads = [str(location.path) for location in program.linked.values()]
    reads += [str(program.dataset[0].path)] if program.dataset else []
    return contained(
        program.request,
        action,
        reads=reads,
        writes=[program.folder],
        environments=[one.uid for one in program.dependencies],
    )


def compile_stage(program: Program) -> tuple[Stage, ...]:
    """Plan the compilation: one command a source file, then the link, in CK's form of flags."""
    if not program.compiled:
        return ()
    commands = [*_sources(program), *_compile_commands(program)]
    stage = Stage(
        title=f"compile program:{program.location.title}",
        argv=("bash", "-c", " && ".join(commands)),
        commands=tuple(commands),
        cwd=program.run_folder,
        environment={"CK_HOST_OS_NAME_LINUX": "1", "CK_TARGET_OS_NAME_LINUX": "1"},
        files=_code_files(program),
        whole_folders=_whole_folders(program, _copies(program)),
        copies=_copies(program),
        timeout=program.timeout,
        output_limit=program.output_limit,
        sandbox=_sandbox(program, "compile"),
    )
    return (stage,)


def _compile_commands(program: Program) -> list[str]:
    meta = program.meta
    compiler = "${" + safe_line(str(meta.get("compiler_env") or "CK_CC"), 80) + "}"
    defined = meta.get("build_compiler_vars")
    variables = [
        shlex.quote(f"{name}={value}" if value != "" else str(name))
        for name, value in (defined.items() if isinstance(defined, dict) else ())
    ]
    prefix = " ".join(f"${{CK_FLAG_PREFIX_VAR}}{variable}" for variable in variables)
    lines: list[str] = []
    objects: list[str] = []
    for source in meta.get("source_files", ()):
        inside(program.location.path, str(source))  # a source file is one of the entry's own
        output = Path(str(source)).with_suffix(".o").name
        objects.append(shlex.quote(output))
        lines.append(
            f"{compiler} $CK_FLAGS_CREATE_OBJ $CK_COMPILER_FLAGS_OBLIGATORY {program.flags} "
            f"${{CK_FLAG_PREFIX_INCLUDE}}../ {prefix} ../{shlex.quote(str(source))} "
            f"${{CK_FLAGS_OUTPUT}}{shlex.quote(output)}"
        )
    libraries = _VARIABLE.sub(r"${\1}", str(meta.get("extra_ld_vars", "")))
    lines.append(
        f"{compiler} $CK_COMPILER_FLAGS_OBLIGATORY $CK_FLAGS_DYNAMIC_BIN {program.flags} {' '.join(objects)} "
        f"${{CK_FLAGS_OUTPUT}}{shlex.quote(program.binary)} $CK_LD_FLAGS_MISC $CK_LD_FLAGS_EXTRA {libraries}"
    )
    return [re.sub(r" {2,}", " ", line).strip() for line in lines]


def run_stage(program: Program) -> Stage:
    """Plan the run of one command, and the recording of what it measured."""
    command = _substituted(program, str(program.run_time.get("run_cmd_main", "")))
    if not command.strip():
        raise NotFoundError(f"{program.location.cid}: its command {program.command} has no run_cmd_main")
    command = " ".join([command, *map(shlex.quote, program.rest)])
    commands = [*_sources(program), command]
    copies = () if program.compiled else _copies(program)
    return Stage(
        title=f"run program:{program.location.title} {program.command}",
        argv=("bash", "-c", " && ".join(commands)),
        commands=tuple(commands),
        cwd=program.run_folder,
        environment=_environment(program),
        files=_code_files(program),
        whole_folders=_whole_folders(program, copies),
        copies=copies,
        timeout=program.timeout,
        output_limit=program.output_limit,
        finish=Finish("record_point", _recording(program)),
        sandbox=_sandbox(program, "run"),
    )


def _substituted(program: Program, command: str) -> str:
    """Put values where CK's `$#name#$` and `$<<VARIABLE>>$` stand."""
    files = [str(name) for name in program.dataset[1].get("dataset_files", ())] if program.dataset else []
    values = {
        "BIN_FILE": f"./{program.binary}",
        "dataset_path": shlex.quote(f"{program.dataset[0].path}/") if program.dataset else "",
        "dataset_filename": shlex.quote(files[0]) if files else "",
        "src_path": "../",
        "dir_sep": "/",
        "script_ext": ".sh",
        "previous_dir": "..",
        "env1": "${",
        "env2": "}",
        **{f"dataset_filename_{number}": shlex.quote(name) for number, name in enumerate(files)},
    }
    command = _NAMED.sub(lambda found: values.get(found[1], found[0]), command)
    return _VARIABLE.sub(r"${\1}", command)


def _environment(program: Program) -> dict[str, str]:
    found = {str(key): str(value) for key, value in dict(program.meta.get("run_vars", {})).items()}
    found |= {str(key): str(value) for key, value in dict(program.details.get("run_vars", {})).items()}
    if program.dataset:
        location, meta = program.dataset
        files = [str(name) for name in meta.get("dataset_files", ())]
        found |= {"CK_DATASET_PATH": f"{location.path}/", "CK_DATASET_FILENAME": files[0] if files else ""}
    found |= {name: str(location.path) for name, location in program.linked.items()}
    found |= {"CT_REPEAT_MAIN": program.repeat or found.get("CT_REPEAT_MAIN", "1")}
    return found | dict(program.variables)


def _recording(program: Program) -> dict[str, Any]:
    """Say what the point of this run is: which choices it stands for, and where its measurements are."""
    variables = {str(key): value for key, value in dict(program.meta.get("run_vars", {})).items()}
    variables |= dict(program.details.get("run_vars", {}))
    choices: dict[str, Any] = {"cmd_key": program.command, "env": variables | dict(program.variables)}
    if program.dataset:
        choices["dataset_uoa"] = program.dataset[0].title
    if program.compiled:
        choices["compiler_flags"] = program.flags
    location = program.location
    identity = {"data_uoa": location.title, "data_uid": location.uid, "repo_uoa": location.repository.alias}
    return {
        "experiment": f"{location.title}.{program.command}",
        "program": identity,
        "tags": [*ck.tags_of(program.meta), *program.tags],
        "choices": choices,
        "folder": program.run_folder,
        "timer": str(program.run_time.get("fine_grain_timer_file") or ""),
        "binary": program.binary if program.compiled else "",
        "dependencies": {one.key: one.uid for one in program.dependencies},
    }
