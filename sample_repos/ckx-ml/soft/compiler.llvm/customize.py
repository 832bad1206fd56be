"""Finds LLVM C compilers (clang) and describes how to call them, through the hooks of CK's software detection."""

import os
import re

COMPILER_NAME = re.compile(r"clang(-\d+(\.\d+)*)?")
VERSION = re.compile(r"clang version (\d+(?:\.\d+)*)")


def name_length(path):
    return len(os.path.basename(path))


def limit(i):
    """Keeps real compilers: no clang-format, no folders' other files, no ccache, and one name for each program."""
    found = {}
    for path in i["list"]:
        name = os.path.basename(path)
        program = os.path.realpath(path)
        if COMPILER_NAME.fullmatch(name) and os.access(path, os.X_OK) and "ccache" not in program:
            place = (os.path.realpath(os.path.dirname(path)), program)
            # clang is mostly a link to clang-14 or gets a link from it; the shorter name is the one that people know.
            found[place] = min(found.get(place, path), path, key=name_length)
    return {"return": 0, "list": list(found.values())}


def parse_version(i):
    """The version of `clang --version`, as in: Debian clang version 14.0.6"""
    found = VERSION.search("\n".join(i["output"]))
    return {"return": 0, "version": found.group(1) if found else ""}


def setup(i):
    """Sets the variables with which programs are compiled and linked."""
    customize, env = i["customize"], i["env"]
    compiler = customize["full_path"]
    folder, name = os.path.split(compiler)
    postfix = name.removeprefix("clang")
    prefix = customize["env_prefix"]
    extensions = i.get("target_os_dict", {}).get("file_extensions", {})

    env[prefix] = os.path.dirname(folder)
    env[prefix + "_BIN"] = folder
    env.update(
        {
            "CK_CC": compiler,
            "CK_CXX": os.path.join(folder, "clang++" + postfix),
            "CK_CC_FULL_PATH": compiler,
            "CK_CXX_FULL_PATH": os.path.join(folder, "clang++" + postfix),
            "CK_COMPILER_TOOLCHAIN_NAME": "llvm",
            "CK_COMPILER_VERSION": i.get("version", ""),
            "CK_COMPILER_FLAGS_OBLIGATORY": "",
            "CK_COMPILER_FLAG_OPENMP": "-fopenmp",
            "CK_COMPILER_FLAG_PTHREAD_LIB": "-lpthread",
            "CK_COMPILER_FLAG_STD99": "-std=c99",
            "CK_FLAGS_CREATE_ASM": "-S",
            "CK_FLAGS_CREATE_OBJ": "-c",
            "CK_FLAGS_DLL": "-shared -fPIC",
            "CK_FLAGS_DYNAMIC_BIN": "",
            "CK_FLAGS_OUTPUT": "-o ",
            "CK_FLAGS_STATIC_BIN": "-static",
            "CK_FLAG_PREFIX_INCLUDE": "-I",
            "CK_FLAG_PREFIX_LIB_DIR": "-L",
            "CK_FLAG_PREFIX_VAR": "-D",
            "CK_OPT_ALL_WARNINGS": "-Wall",
            "CK_OPT_SIZE": "-Os",
            "CK_OPT_SPEED": "-O3",
            "CK_OPT_SPEED_SAFE": "-O2",
            "CK_ASM_EXT": ".s",
            "CK_OBJ_EXT": ".o",
            "CK_EXE_EXT": extensions.get("exe", ".out"),
            "CK_LIB_EXT": extensions.get("lib", ".a"),
            "CK_DLL_EXT": extensions.get("dll", ".so"),
            "CK_EXTRA_LIB_DL": "-ldl",
            "CK_EXTRA_LIB_M": "-lm",
            "CK_EXTRA_LIB_RT": "-lrt",
            "CK_AR": "ar",
            "CK_LB": "ar rcs",
            "CK_LB_OUTPUT": "",
            "CK_LD": "ld",
            "CK_LD_FLAGS_EXTRA": "",
            "CK_LD_FLAGS_MISC": "",
            "CK_LINKER_FLAG_OPENMP": "-fopenmp",
            "CK_MAKE": "make",
            "CK_OBJDUMP": "objdump -d",
            "CK_RANLIB": "ranlib",
        }
    )
    return {"return": 0, "bat": ""}
