"""The commands that compile and link: what of a program's meta and of its dependencies goes into them, and where."""

from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.hooks.compile import commands, compile_program, objects, preparation
from ckexplore.store.errors import FailedError

from ...conftest import require
from .specs import program_spec

COMPILER: dict[str, Any] = {
    "script": "/c/env.sh",
    "sort": -5,
    "dict": {
        "env": {"CK_FLAGS_OUTPUT": "-o ", "CK_OBJ_EXT": ".o"},
        "customize": {"can_strip_dynamic_lib": "yes"},
    },
    "cus": {},
}
BEFORE = "$CK_OPT_SPEED $CK_FLAGS_CREATE_OBJ $CK_COMPILER_FLAGS_OBLIGATORY $CK_FLAGS_DYNAMIC_BIN"
SYSTEM = [
    f"${{CK_FLAG_PREFIX_VAR}}CK_{who}_OS_NAME{which}_LINUX=1" for who in ("HOST", "TARGET") for which in ("2", "")
]


def lines(meta: dict[str, Any], **changes: Any) -> list[str]:
    deps = {"compiler": COMPILER, **changes.pop("deps", {})}
    meta = {"source_files": ["a.c"], "skip_compiler_vars": "yes", "skip_local_include": "yes", **meta}
    return commands(program_spec(meta=meta, deps=deps, above="../", source_folder="/s", **changes))


def test_each_source_is_compiled_and_all_objects_are_linked() -> None:
    found = lines({"source_files": ["a.c", "sub dir/b.c"], "compiler_env": "CK_CXX"}, flags="-g", lflags="-s")
    assert found == [
        f"$CK_CXX {BEFORE} -g ../a.c ${{CK_FLAGS_OUTPUT}}a.o",
        f"$CK_CXX {BEFORE} -g '../sub dir/b.c' ${{CK_FLAGS_OUTPUT}}b.o",
        "$CK_CXX $CK_COMPILER_FLAGS_OBLIGATORY -s $CK_FLAGS_DYNAMIC_BIN -g a.o b.o ${CK_FLAGS_OUTPUT}a.out"
        " $CK_LD_FLAGS_MISC $CK_LD_FLAGS_EXTRA",
    ]


def test_variables_and_folders_of_the_meta_come_before_the_source() -> None:
    meta = {
        "skip_compiler_vars": "no",
        "skip_local_include": "no",
        "include_dirs": ["inc", "$#src_path#$x"],
        "compiler_flags_as_env": "$<<CK_COMPILER_FLAG_STD99>>$",
        "compiler_add_include_as_env_from_deps": ["CK_ENV_LIB_X_INCLUDE", "$<<Y>>$/z"],
    }
    (line, _) = lines(meta, compiler_vars={"A": "", "N": 5}, optimize="size", compile_type="static")
    words = line.split()
    assert words[1:5] == ["$CK_OPT_SIZE", *BEFORE.split()[1:3], "$CK_FLAGS_STATIC_BIN"]
    assert "${CK_FLAG_PREFIX_INCLUDE}../" in words
    assert {"${CK_FLAG_PREFIX_VAR}A", "${CK_FLAG_PREFIX_VAR}N=5", *SYSTEM} <= set(words)
    assert "${CK_COMPILER_FLAG_STD99}" in words
    included = [word for word in words if word.startswith('${CK_FLAG_PREFIX_INCLUDE}"')]
    folders = ["../inc", "/s/x", "${CK_ENV_LIB_X_INCLUDE}", "${Y}/z"]
    assert included == [f'${{CK_FLAG_PREFIX_INCLUDE}}"{folder}"' for folder in folders]


def test_libraries_of_dependencies_are_linked_in_their_order() -> None:
    place = {"path_lib": "/l", "path_include": "/i", "path_includes": ["/i", "/i2"]}
    libraries = {
        "one": {"sort": 2, "cus": {**place, "dynamic_lib": "libone.so"}, "extra_ld_vars": "$<<CK_EXTRA>>$"},
        "two": {
            "sort": 1,
            "cus": {"path_lib": "/t", "static_lib": "libtwo.a", "extra_static_libs": {"more": "libm2.a"}},
        },
        "none": {"sort": 3, "cus": {**place, "dynamic_lib": "libnone.so"}, "skip_linking": "yes"},
    }
    libraries["two"]["extra_libs"] = ["more"]
    meta = {
        "extra_ld_vars_first": "$<<FIRST>>$",
        "extra_ld_vars": "$<<CK_EXTRA_LIB_M>>$",
        "linker_add_lib_as_env": ["CK_CXX_EXTRA"],
    }
    create, link = lines(meta, deps=libraries)
    assert create.count('${CK_FLAG_PREFIX_INCLUDE}"/i"') == 2  # of `one`, and of `none`, which is only not linked
    after = link.partition("$CK_LD_FLAGS_EXTRA ")[2]
    directory = "${CK_FLAG_PREFIX_LIB_DIR}"
    linked = f'{directory}"/t" -lm2 {directory}"/t" -ltwo {directory}"/l" -lone ${{CK_EXTRA}}'
    assert after == f"${{FIRST}} {linked} ${{CK_EXTRA_LIB_M}} ${{CK_CXX_EXTRA}}"
    static = lines(meta, deps=libraries, compile_type="static")[1]
    assert '"/t/libm2.a" "/t/libtwo.a" ${CK_EXTRA}' in static
    with pytest.raises(FailedError, match="wants the library other, which two doesn't have"):
        lines({}, deps={"two": {**libraries["two"], "extra_libs": ["other"]}})


def test_a_compile_script_gets_everything_in_variables() -> None:
    meta = {
        "use_compile_script": "yes",
        "compile_cmds": {"linux": {"cmd": "bash $#src_path#$build.sh"}, "default": {"cmd": "make"}},
        "extra_env_for_compilation": {"MINE": "1"},
        "extra_ld_vars": "$<<CK_EXTRA_LIB_M>>$",
    }
    *variables, command = lines(meta, flags="-g")
    assert command == "bash /s/build.sh"
    assert 'export MINE="1"' in variables
    assert 'export CK_PROG_TARGET_EXE="a.out"' in variables
    assert any(
        line.startswith("export CK_PROG_LINKER_FLAGS_AFTER=") and "${CK_EXTRA_LIB_M}" in line for line in variables
    )


def test_own_commands_and_names_of_sources_are_filled_in() -> None:
    meta = {
        "source_files": ["A.java", "$<<SRC>>$b.java", "$#ck_take_from_{lib}#$c.java"],
        "compile_cmds": {"default": {"cmd": "$#compiler#$ -d . $#source_file#$"}},
        "link_cmds": {"default": {"cmd": "jar cf $#obj_files#$"}},
    }
    found = lines(meta, taken={"lib": "/lib"}, rest=["-x"])
    assert found == [
        "$CK_CC -d . ../A.java -x",
        "$CK_CC -d . ${SRC}b.java -x",
        "$CK_CC -d . /lib/c.java -x",
        "jar cf A.o b.o c.o",
    ]
    assert objects(program_spec(meta=meta, taken={"lib": "/lib"})) == ["A.o", "b.o", "c.o"]


def test_the_compiler_is_brought_in_and_variables_are_set_before(tmp_path: Path) -> None:
    del tmp_path
    spec = program_spec(deps={"compiler": COMPILER}, compile_variables={"B": "$#src_path#$", "A": "1"}, extra_env="X=1")
    assert preparation(spec) == [". /c/env.sh", ". /c/env.sh 1", 'export A="1"', 'export B="./"', "X=1"]


def test_a_compilation_stops_at_the_first_command_that_fails_with_its_own_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("bash")
    monkeypatch.chdir(tmp_path)
    meta = {"source_files": ["a.c", "b.c"], "compile_cmds": {"default": {"cmd": "echo $#source_file#$ >> log; $CC_IS"}}}
    told = compile_program(program_spec(meta=meta, target="", compile_variables={"CC_IS": "true", "CK_CC": "true"}))
    assert (told["compilation_success"], (tmp_path / "log").read_text()) == ("yes", "a.c\nb.c\n")
    failing = {"CC_IS": "bash -c 'echo a.c:1: error: no; exit 4'"}
    meta["compile_cmds"] = {"default": {"cmd": "echo $#source_file#$ >> log2; eval $CC_IS"}}
    with pytest.raises(FailedError, match=r"program:p doesn't compile: a\.c:1: error: no"):
        compile_program(program_spec(meta=meta, target="", compile_variables=failing))
    assert (tmp_path / "log2").read_text() == "a.c\n"
