"""Which files of a repository an action can execute: code, scripts, build files, and meta that holds commands."""

import re

_SUFFIXES = re.compile(
    r"(?:py[cdwx]?|sh|bash|zsh|ksh|csh|fish|bat|cmd|ps1|c|h|cc|cpp|cxx|hpp|hxx|cu|cuh|cl|m|java|scala|kt|rs|go|swift|m?js"
    r"|ts|f|f77|f9[05]|for|r|jl|pl|pm|rb|lua|php|tcl|m4|awk|sed|s|asm|mk|mak|cmake|ninja|gradle|bzl|ipynb|so|dylib|dll"
    r"|exe|jar|class|whl|deb|rpm|run)"
)
_NAMES = re.compile(
    r"(?:gnu)?makefile(?:\..{0,20})?|cmakelists\.txt|(?:docker|container)file(?:\..{0,20})?|.{1,40}\.dockerfile|sconstruct"
    r"|sconscript|build|workspace|meson\.build|configure(?:\.ac|\.in)?|setup\.cfg|pyproject\.toml|package\.json"
    r"|(?:docker-)?compose\.ya?ml|jenkinsfile|vagrantfile|rakefile|justfile|tox\.ini|\.envrc",
    re.IGNORECASE,
)
_META = re.compile(r"(?:\.cm/(?:meta|desc|updates)|_c[mr]|_meta|meta|_desc|\.ckr)\.(?:json|ya?ml)")
_COMMANDS = re.compile(
    rb"\b(?:run_cmds|run_cmd_main|run_cmd_out|\w*_cmds?|process_script|customize|script_name|run_vars|install_env"
    rb"|pre_?process\w{0,20}|post_?process\w{0,20}|prehook_deps|posthook_deps|compile_deps|env|docker|command|entry_?point)"
    rb"\"?\s*:",
    re.IGNORECASE,
)


def is_executable(path: str, mode: int, data: bytes) -> bool:
    """Tell whether an action may execute a file, by its path in the repository, its mode and its content."""
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return (
        bool(mode & 0o111)
        or _SUFFIXES.fullmatch(suffix) is not None
        or data.startswith((b"#!", b"\x7fELF"))
        or _NAMES.fullmatch(name) is not None
        or (_META.search(f"/{path}") is not None and _COMMANDS.search(data) is not None)
    )
