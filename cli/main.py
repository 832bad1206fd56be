"""The entry point: decides between the version, the help, a CK command, the demo and the TUI.

Nothing is imported before it is needed: `--version` imports nothing, a command neither Textual nor numpy.
"""

import sys

from .version import VERSION

_OPENING = {"--debug", "--no-mouse"}


def main() -> None:
    """Run what the command line says, and exit with its code."""
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):
        sys.stdout.write(f"ckexplore {VERSION}\n")
        return
    sys.exit(_run(words))


def _run(words: list[str]) -> int:
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        sys.stderr.write("\nckexplore: interrupted\n")
        return 130
    except BrokenPipeError:  # `ckexplore ls | head`: the reader has had enough
        _forget_standard_output()
        return 0
    except Exception as error:
        from ..store.errors import CkexploreError  # noqa: PLC0415
        from ..store.untrusted import safe_text  # noqa: PLC0415

        if debug:
            raise
        known = isinstance(error, CkexploreError)
        told = str(error) if known else f"{type(error).__name__}: {error} (a defect of ckexplore; --debug shows where)"
        sys.stderr.write(f"ckexplore: {safe_text(told)}\n")
        return error.code if isinstance(error, CkexploreError) else 1


def _dispatch(words: list[str]) -> int:
    first = next((word for word in words if not word.startswith("-")), "")
    if not first and {"--help", "-h"} & set(words):
        return _help([])
    if first == "help":
        return _help([word for word in words if word != "help"])
    if first == "demo":
        from .demo import run_demo  # noqa: PLC0415

        return run_demo(words)
    if not first or _is_path(first):
        from .opening import open_folders  # noqa: PLC0415

        return open_folders(words)
    if {"--help", "-h"} & set(words):
        return _help([word for word in words if word not in ("--help", "-h")])
    from .command import run_command  # noqa: PLC0415

    return run_command(words)


def _is_path(word: str) -> bool:
    """Tell a folder to open from an action: actions are plain words and no folder's name is taken for one."""
    from os.path import isdir  # noqa: PLC0415

    looks_like_one = "/" in word or word in (".", "..", "~") or word.startswith("~")
    return (looks_like_one and "=" not in word) or (not word.isidentifier() and ":" not in word and isdir(word))


def _help(words: list[str]) -> int:
    from .help import help_text  # noqa: PLC0415

    sys.stdout.write(help_text(words))
    return 0


def _forget_standard_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush doesn't fail again."""
    import os  # noqa: PLC0415

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
