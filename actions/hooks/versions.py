"""Which version a file tells: recorded beside it by an installation, or told by the file itself when it is run."""

import fnmatch
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.untrusted import load_json_object, safe_line
from .loading import Hooks, call
from .shell import bash, output_of

INSTALLATION_FILES = ("ck-install.json", "ck-install-saved.json")

_VERSION = re.compile(r"\d+(?:\.\d+)+\S*")
_VERSION_TIME = 20.0  # seconds for one candidate to tell its version
_INSTALLATION_LIMIT = 16 << 20
_VERSION_LIMIT = 80
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for its version: a file, the name it was looked for by ("" when the user named the file).

    `command` is the meta's `soft_version_cmd`, `sourced` the lines that bring its dependencies into the shell.
    """

    full_path: str
    name: str
    command: str
    sourced: tuple[str, ...] = ()


def installation_of(full_path: str, soft_uid: str) -> dict[str, Any]:
    """Give what an installation by CK recorded above a file of the same soft entry; empty without such a record."""
    folder = os.path.dirname(full_path)
    while folder not in ("", os.path.dirname(folder)):
        for name in INSTALLATION_FILES:
            if os.path.isfile(f"{folder}/{name}"):
                try:
                    found = load_json_object(f"{folder}/{name}", _INSTALLATION_LIMIT)
                except CkexploreError:
                    return {}
                return found if found.get("data_uoa") == soft_uid else {}
        folder = os.path.dirname(folder)
    return {}


def version_of(hooks: Hooks, values: Mapping[str, Any], asked: Asked, soft_uid: str) -> str:
    """Give the version of a file, "" when it tells none. Raises FailedError when it can't be asked."""
    customize = installation_of(asked.full_path, soft_uid).get("customize")
    recorded = str(customize.get("version", "")) if isinstance(customize, dict) else ""
    return _line(recorded) or told_version(hooks, values, asked)


def told_version(hooks: Hooks, values: Mapping[str, Any], asked: Asked) -> str:
    """Run a file as the entry's hook or meta says, and read its version from what it prints. Raises FailedError."""
    given = {**values, "full_path": asked.full_path, "cmd": asked.command, "out": ""}
    told = call(hooks, "version_cmd", given, accepted=(16, 22))
    if told.get("version"):
        return _line(str(told["version"]))
    command = str(told.get("cmd") or "")
    if "version_cmd" not in hooks and asked.command:
        command = f"{shlex.quote(asked.full_path)} {asked.command}"
    if not command or not _may_run(command, asked):
        return ""
    lines = _output(command, asked)
    if not lines:
        return ""
    if "parse_version" in hooks:
        parsed = call(hooks, "parse_version", {**given, "output": lines}, accepted=(16, 22))
        return _line(str(parsed.get("version", "")))
    line = _line(lines[0])
    number = _VERSION.search(line) if " " in line else None
    return number[0] if number else line


def _may_run(command: str, asked: Asked) -> bool:
    """Tell whether a command runs no other than an executable of the right name, where it runs the file itself."""
    path = asked.full_path
    if not command.lstrip().startswith((path, f'"{path}"', f"'{path}'", shlex.quote(path))):
        return True  # something else, such as an interpreter, that the approved hook names
    name = os.path.basename(asked.name)
    is_named = not name or fnmatch.fnmatchcase(os.path.basename(path), name)
    return is_named and os.path.isfile(path) and os.access(path, os.X_OK)


def _output(command: str, asked: Asked) -> list[str]:
    """Run a version command; `$#filename#$` in it is a file for what it prints. Raises FailedError."""
    with tempfile.TemporaryDirectory(prefix="ckexplore-") as folder:
        output = Path(folder, "output")
        lines = [*asked.sourced, command.replace("$#filename#$", shlex.quote(str(output)))]
        printed = output_of(bash(Path(folder, "version.sh"), lines), _VERSION_TIME)
        if "$#filename#$" in command:
            printed = output.read_text(encoding="utf-8", errors="replace") if output.is_file() else ""
    return printed.splitlines()[:_MOST_LINES]


def _line(text: str) -> str:
    """Make a version of a text: one line, without what surrounds it."""
    return safe_line(text.strip(), _VERSION_LIMIT)


def git_revision(folder: str) -> dict[str, str]:
    """Describe the commit in a folder as CK's `git_info` does; empty when git tells nothing. Executes git there."""
    words = ["git", "-C", folder, "log", "-1", "--format=%h%n%cI"]
    try:
        told = output_of(words, _VERSION_TIME).split()
    except CkexploreError:
        return {}
    if len(told) != 2 or not re.fullmatch(r"[0-9a-f]{4,40}", told[0]):
        return {}
    revision, moment = told
    day = moment[:10].replace("-", "")
    return {
        "revision": revision,
        "datetime": moment,
        "iso_datetime": moment[:19],
        "iso_datetime_cut": day,
        "iso_datetime_cut_revision": f"{day}-{revision}",
    }


def announce(path: str, version: str) -> None:
    """Print a candidate with its version."""
    sys.stdout.write(f"  {safe_line(path)}: {version or 'version unknown'}\n")
