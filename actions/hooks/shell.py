"""Shell scripts in CK's order and dialect: dependencies sourced, variables set, placeholders put in; and running them.

The texts come from a repository whose plan was approved; what is quoted here is what was never meant to be code.
"""

import contextlib
import fcntl
import os
import re
import shlex
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...store.errors import FailedError
from ...store.formats.ck import order_of
from ...store.quick import Record
from ...store.untrusted import safe_line
from ..quoting import double_quoted, unquoted

_REFERENCE = re.compile(r"\$<<(\w+)>>\$")
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")  # colours, links, movements
_NAME = re.compile(r"[A-Za-z_]\w*")

_PYTHON = 'command -v python > /dev/null || python() { python3 "$@"; }'
"""Old scripts call `python`, which many systems no longer have."""
_LAST = 16_384  # bytes of what a script wrote that are looked through when it fails

Deps = Mapping[str, Mapping[str, Any]]
"""Dependencies by their keys, as CK's scripts get them once they are met."""


def references(text: str) -> str:
    """Put the shell's form of a variable, `${NAME}`, where CK's form `$<<NAME>>$` stands."""
    return _REFERENCE.sub(r"${\1}", text)


def export(name: str, value: Any) -> str:
    """Give the line that sets a variable. Raises FailedError for a name that a shell reads as something else."""
    if not _NAME.fullmatch(name):
        raise FailedError(f"{safe_line(name, 80)!r} is no name of a variable")
    return f"export {name}={double_quoted(unquoted(references(str(value))))}"


def exports(variables: Mapping[str, Any]) -> list[str]:
    """Give the lines that set variables, in the order of their names."""
    return [export(name, value) for name, value in sorted(variables.items())]


def in_order(deps: Deps) -> list[tuple[str, Mapping[str, Any]]]:
    """Give dependencies in the order of their `sort`."""
    return sorted(deps.items(), key=lambda pair: order_of(pair[1]))


def sources(deps: Deps) -> list[str]:
    """Give the lines that bring dependencies into a shell, a compiler's again at the end: nothing overrides it."""
    lines: list[str] = []
    for _, dependency in in_order(deps):
        if dependency.get("env_key"):
            lines.append(export(f"CK_ENV_SCRIPT_{str(dependency['env_key']).upper()}", dependency["script"]))
        again = " 1" if dependency.get("force_env_init") == "yes" else ""
        lines.append(f". {shlex.quote(str(dependency['script']))}{again}")
    lines += [f". {shlex.quote(str(one['script']))} 1" for key, one in in_order(deps) if is_repeated(key, one)]
    return lines


def is_repeated(key: str, dependency: Mapping[str, Any]) -> bool:
    """Tell whether a dependency's script is sourced again after all others."""
    marks = ("repeat_at_the_end", "add_to_the_end_of_bat")
    return "compiler" in key or any(dependency.get(mark) == "yes" for mark in marks)


class Ended(Record):
    """How a script ended: its exit code, the seconds that it took, and the last of what it wrote, without colours."""

    __slots__ = ("exit_code", "last", "seconds")

    def __init__(self, exit_code: int, seconds: float, last: str) -> None:
        self.exit_code, self.seconds, self.last = exit_code, seconds, last


def bash(script: Path, lines: Iterable[str]) -> list[str]:
    """Write a script, and give the words that run it."""
    script.write_text("\n".join(("#! /bin/bash", _PYTHON, *lines)) + "\n", encoding="utf-8", errors="surrogateescape")
    return ["bash", str(script)]


def shown(words: list[str], folder: Path) -> Ended:
    """Run words in a folder and let what they write be seen as it comes, on a terminal of their own; nothing is typed.

    Raises FailedError when they can't start.
    """
    ours, theirs = os.openpty()
    last, started = b"", time.monotonic()
    try:
        size = fcntl.ioctl(sys.stdout, termios.TIOCGWINSZ, bytes(8)) if sys.stdout.isatty() else b""
        if size:
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        process = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, pass_fds=event_descriptors()
        )
    except OSError as error:
        os.close(ours)
        raise FailedError(f"{safe_line(words[0])} can't be started ({error.strerror})") from error
    finally:
        os.close(theirs)
    while data := _read(ours):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        last = (last + data)[-_LAST:]
    os.close(ours)
    told = _CONTROL.sub("", last.decode("utf-8", "replace"))
    return Ended(process.wait(), time.monotonic() - started, told)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # everybody who could write has gone
        return b""


def output_of(words: list[str], seconds: float) -> str:
    """Run words and give all that they print. Raises FailedError when they can't start or take too long."""
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
    except OSError as error:
        raise FailedError(f"{safe_line(words[0])} can't be started ({error.strerror})") from error
    try:
        data, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        end_group(process)
        raise FailedError(f"took more than {seconds:.0f} s") from error
    return data.decode("utf-8", "replace")


def event_descriptors() -> tuple[int, ...]:
    """Give the descriptor on which programs tell events: they inherit it."""
    told = os.environ.get("CKEXPLORE_EVENTS", "")
    return (int(told),) if told.isdecimal() else ()


def end_group(process: subprocess.Popen[Any]) -> None:
    """Kill a process with all that it started, as far as that stayed in its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Put values where `$#NAME#$` stands; names that aren't known stay."""
    for name, value in values.items():
        text = text.replace(f"$#{name}#$", value)
    return text


def texts(value: Any) -> Iterator[str]:
    """Yield the texts of what is one text or a list of them; none of anything else."""
    if isinstance(value, str):
        yield from [value] if value else []
    elif isinstance(value, list | tuple):
        yield from (str(one) for one in value)
