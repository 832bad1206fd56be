"""Compiling a program as CK does: one command for each source file, then the link, in a shell with its dependencies."""

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...store.errors import FailedError
from ...store.untrusted import safe_line
from .loading import call, load, of_system
from .placeholders import of_program
from .shell import bash, export, exports, in_order, references, shown, sources, texts

_CREATE = "$#compiler#$ $#flags_before#$ $#source_file#$ $#flags_after#$"
_LINK = "$#linker#$ $#flags_before#$ $#obj_files#$ $#flags_after#$"
_ERRORS = (
    re.compile(r"(?<!collect2: )\b(?:fatal )?error: |undefined reference|multiple definition|command not found"),
    re.compile(r"\berror\b|No such file|not found|cannot", re.IGNORECASE),
)
_BLANKS = re.compile(r" {2,}")
_STOP = "er=$?; if [ $er != 0 ]; then exit $er; fi"


def compile_program(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Compile in the folder where we are, and give CK's characteristics of the compilation. Raises FailedError."""
    spec = _preprocessed(spec)
    script = Path("tmp-ck-compile.sh")
    ended = shown(bash(script, _script(spec)), Path.cwd())
    script.unlink(missing_ok=True)
    if ended.exit_code:
        raise FailedError(f"program:{spec['title']} doesn't compile: {_reason(ended.last, ended.exit_code)}")
    return _characteristics(spec, ended.seconds)


def _preprocessed(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the entry's preprocessing script, if it has one, add to the variables."""
    script = spec["preprocess"]
    if not script:
        return spec
    variables = dict(spec["compile_variables"])
    values = {**of_system(spec), "meta": spec["meta"], "env": variables, "deps": spec["deps"], "interactive": ""}
    answer = call(load(script["path"], (script["function"],)), script["function"], values)
    added = answer.get("install_env")
    return {**spec, "compile_variables": variables | (added if isinstance(added, dict) else {})}


def _reason(output: str, code: int) -> str:
    lines = [line for line in (safe_line(line.strip(), 240) for line in output.splitlines()) if line]
    found = next((line for pattern in _ERRORS for line in lines if pattern.search(line)), "")
    return found or (lines or [f"exit code {code}"])[-1]


def _characteristics(spec: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "compilation_time": seconds,
        "compilation_success": "yes",
        "compilation_success_bool": True,
        "joined_compiler_flags": spec["flags"],
    }
    if spec["target"] and os.path.isfile(spec["target"]):
        found["binary_size"] = found["obj_size"] = Path(spec["target"]).stat().st_size
    sizes = {name: Path(name).stat().st_size for name in objects(spec) if os.path.isfile(name)}
    if sizes:
        found |= {"obj_sizes": sizes, "obj_size": sum(sizes.values())}
    digest = Path(f"{spec['target']}.md5")
    if spec["target"] and digest.is_file():
        found["md5_sum"] = safe_line(digest.read_text(encoding="utf-8", errors="replace").partition(" ")[0], 64)
    return found


# The script


def _script(spec: Mapping[str, Any]) -> list[str]:
    lines = preparation(spec)
    if os.path.isfile("../customize.sh"):
        lines.append(". ../customize.sh")
    for command in commands(spec):
        lines += [f"echo {shlex.quote(command)}", command, _STOP]
    if spec["target"] and spec["meta"].get("skip_objdump") != "yes":
        target = shlex.quote(spec["target"])
        lines.append(f'[ -z "$CK_OBJDUMP" ] || $CK_OBJDUMP {target} > {target}.dump 2> /dev/null')
        if spec["meta"].get("skip_md5sum") != "yes":
            lines.append(f"[ ! -s {target}.dump ] || md5sum < {target}.dump > {target}.md5")
    return [*lines, "exit 0"]


def preparation(spec: Mapping[str, Any]) -> list[str]:
    """Give the lines before the commands: dependencies, variables."""
    variables = {name: of_program(str(value), spec) for name, value in spec["compile_variables"].items()}
    lines = [*sources(spec["deps"]), *exports(variables)]
    return [*lines, spec["extra_env"]] if spec["extra_env"] else lines


def commands(spec: Mapping[str, Any]) -> list[str]:
    """Give the commands that compile and link, as far as what is known of the dependencies goes into them."""
    meta = spec["meta"]
    compiler = str(meta.get("compiler_env") or "CK_CC")
    libraries = " ".join(_libraries(spec))
    before, flags, variables = _flags_before(spec), spec["flags"], " ".join(_variables(spec))
    link_before, link_after = _link_flags(spec, libraries)
    if meta.get("use_compile_script") == "yes":
        told = {
            "CK_PROG_COMPILER_FLAGS_BEFORE": f"{before} {flags}",
            "CK_PROG_LINKER_FLAGS_BEFORE": link_before,
            "CK_PROG_LINKER_FLAGS_AFTER": link_after,
            "CK_PROG_COMPILER_VARS": variables,
            "CK_PROG_COMPILER_FLAGS": flags,
            "CK_PROG_LINKER_LIBS": libraries,
            "CK_PROG_TARGET_EXE": spec["target"],
            **{str(name): str(value) for name, value in dict(meta.get("extra_env_for_compilation", {})).items()},
        }
        script = of_program(_command(meta, "compile_cmds", spec, _CREATE), spec)
        return [*(_tidy(export(name, value)) for name, value in told.items()), _tidy(script)]
    create = _command(meta, "compile_cmds", spec, _CREATE)
    lines: list[str] = []
    for source, output in _sources_and_objects(spec):
        after = f"${{CK_FLAGS_OUTPUT}}{shlex.quote(output)}" if _tells(spec, "CK_FLAGS_OUTPUT") else ""
        named = {"compiler": f"${compiler}", "flags_before": f"{before} {flags}", "flags_after": after}
        lines.append(
            " ".join([_filled(create, {**named, "source_file": source}, spec), *map(shlex.quote, spec["rest"])])
        )
    if lines and (link := _command(meta, "link_cmds", spec, _LINK)):
        named = {
            "linker": f"${meta.get('linker_env') or compiler}",
            "obj_files": " ".join(map(shlex.quote, objects(spec))),
            "flags_before": link_before,
            "flags_after": link_after,
        }
        lines.append(_filled(link, named, spec))
    return [_tidy(line) for line in lines]


def _filled(command: str, named: Mapping[str, str], spec: Mapping[str, Any]) -> str:
    for name, text in named.items():
        command = command.replace(f"$#{name}#$", text)
    return of_program(command, spec)


def _tidy(line: str) -> str:
    return _BLANKS.sub(" ", line).strip()


def _command(meta: Mapping[str, Any], key: str, spec: Mapping[str, Any], usual: str) -> str:
    """Give the command of the meta for this system, "" where it says that there is none, else the usual one."""
    by_system = meta.get(key)
    by_system = by_system if isinstance(by_system, dict) else {}
    chosen = by_system.get(str(spec["host"]["dict"].get("ck_name") or "linux")) or by_system.get("default")
    return str(chosen.get("cmd", "")) if isinstance(chosen, dict) and chosen else usual


def _tells(spec: Mapping[str, Any], variable: str) -> bool:
    """Tell whether the compiler sets a variable; while none is registered yet it is taken for granted."""
    env = _compiler(spec).get("env")
    return not isinstance(env, dict) or variable in env


def _compiler(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    found = spec["deps"].get("compiler", {}).get("dict")
    return found if isinstance(found, dict) else {}


def objects(spec: Mapping[str, Any]) -> list[str]:
    """Name the object files."""
    return [output for _, output in _sources_and_objects(spec)]


def _sources_and_objects(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    env = _compiler(spec).get("env")
    ending = str(env.get("CK_OBJ_EXT", "")) if isinstance(env, dict) else ".o"
    for source in map(str.strip, texts(spec["meta"].get("source_files"))):
        name = Path(references(of_program(source, spec)).rpartition("}")[2]).stem + ending  # never where it is from
        if source.startswith("$<<"):
            yield references(source), name
        elif source.startswith("$#"):
            yield shlex.quote(of_program(source, spec)), name
        else:
            yield shlex.quote(f"{spec['above']}{source}"), name


def _flags_before(spec: Mapping[str, Any]) -> str:
    meta = spec["meta"]
    speed = {"speed": "$CK_OPT_SPEED", "size": "$CK_OPT_SIZE"}.get(spec["optimize"], "")
    parts = [speed, "$CK_FLAGS_CREATE_OBJ", "$CK_COMPILER_FLAGS_OBLIGATORY", _type_flags(spec)]
    if meta.get("skip_local_include") != "yes":
        parts.append(f"${{CK_FLAG_PREFIX_INCLUDE}}{spec['above'] or './'}")
    return " ".join(filter(None, (*parts, *_variables(spec), *_includes(spec))))


def _type_flags(spec: Mapping[str, Any]) -> str:
    return "$CK_FLAGS_STATIC_BIN" if spec["compile_type"] == "static" else "$CK_FLAGS_DYNAMIC_BIN"


def _variables(spec: Mapping[str, Any]) -> list[str]:
    if spec["meta"].get("skip_compiler_vars") == "yes":
        return []
    set_by_us = {f"CK_{who}_OS_NAME{which}_LINUX": "1" for who in ("HOST", "TARGET") for which in ("", "2")}
    values = {**spec["compiler_vars"], **set_by_us}
    defined = [
        f"${{CK_FLAG_PREFIX_VAR}}{name}" + (f"={value}" if str(value) != "" else "")
        for name, value in sorted(values.items())
    ]
    flags = references(str(spec["meta"].get("compiler_flags_as_env") or ""))
    return [*defined, *([flags] if flags else [])]


def _includes(spec: Mapping[str, Any]) -> Iterator[str]:
    for _, dependency in in_order(spec["deps"]):
        customize = dependency.get("cus") or {}
        for folder in dict.fromkeys([*texts(customize.get("path_includes")), *texts(customize.get("path_include"))]):
            yield f'${{CK_FLAG_PREFIX_INCLUDE}}"{folder}"'
    for folder in texts(spec["meta"].get("include_dirs")):
        place = of_program(folder, spec) if folder.startswith("$#") else f"{spec['above']}{folder}"
        yield f'${{CK_FLAG_PREFIX_INCLUDE}}"{place}"'
    for text in texts(spec["meta"].get("compiler_add_include_as_env_from_deps")):
        yield f'${{CK_FLAG_PREFIX_INCLUDE}}"{references(text if "$<<" in text else f"$<<{text}>>$")}"'


def _libraries(spec: Mapping[str, Any]) -> Iterator[str]:
    """Give what links the dependencies' libraries: by their folder and name where they can be, else by their path."""
    for key, dependency in in_order(spec["deps"]):
        if dependency.get("skip_linking") == "yes":
            continue
        customize = dependency.get("cus") or {}
        static = str(customize.get("path_lib") or customize.get("path_static_lib") or "")
        dynamic = str(customize.get("path_dynamic_lib") or static)
        if dependency.get("force_add_static_lib_path") == "yes":
            yield f'${{CK_FLAG_PREFIX_LIB_DIR}}"{dynamic}"'
        yield from _named_libraries(spec, key, dependency, static, dynamic)
        more = str(dependency.get("extra_ld_vars") or "")
        if more:
            yield references(more)


def _named_libraries(
    spec: Mapping[str, Any], key: str, dependency: Mapping[str, Any], static: str, dynamic: str
) -> Iterator[str]:
    customize = dependency.get("cus") or {}
    extra = customize.get("extra_static_libs") or customize.get("extra_dynamic_libs") or {}
    names: list[str] = []
    for name in texts(dependency.get("extra_libs")):
        if name not in extra and customize:  # else it isn't known yet
            raise FailedError(f"program:{spec['title']} wants the library {safe_line(name)}, which {key} doesn't have")
        names.append(str(extra.get(name, name)))
    is_dynamic = spec["compile_type"] != "static"
    names.append(str(customize.get("static_lib") or (customize.get("dynamic_lib") if is_dynamic else "") or ""))
    can_be_stripped = (_compiler(spec).get("customize") or {}).get("can_strip_dynamic_lib") == "yes"
    for name in filter(None, names):
        if is_dynamic and dynamic and can_be_stripped:
            yield f'${{CK_FLAG_PREFIX_LIB_DIR}}"{dynamic}" -l{Path(name).stem.removeprefix("lib")}'
        else:
            yield f'"{static}/{name}"' if static else f'"{name}"'


def _link_flags(spec: Mapping[str, Any], libraries: str) -> tuple[str, str]:
    meta = spec["meta"]
    before = f"$CK_COMPILER_FLAGS_OBLIGATORY {spec['lflags']} {_type_flags(spec)} {spec['flags']}"
    output = f"${{CK_FLAGS_OUTPUT}}{shlex.quote(spec['target'])}" if spec["target"] else ""
    after = [output, "$CK_LD_FLAGS_MISC", "$CK_LD_FLAGS_EXTRA", references(str(meta.get("extra_ld_vars_first") or ""))]
    after += [libraries, references(str(meta.get("extra_ld_vars") or ""))]
    after += [f"${{{name}}}" for name in texts(meta.get("linker_add_lib_as_env"))]
    return before, " ".join(filter(None, after))


def announce(characteristics: Mapping[str, Any]) -> None:
    """Print how long it took and how large it became."""
    size = characteristics.get("binary_size")
    told = f", {size:,} bytes" if size else ""
    sys.stdout.write(f"compiled in {characteristics['compilation_time']:.2f} s{told}\n")
