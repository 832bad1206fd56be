"""The tool that runs a script: cmind's `cm`, or mlcflow's `mlc`. It is never imported, only started."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from ...store.errors import UnavailableError
from ...store.untrusted import first_bytes
from ...store.workspace import Workspace

_HEAD = 4_096


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: the program, the package that it comes from, our extra, and the variable that names its home.

    `calls` is in the first lines of the program's file: other programs have such short names as well.
    """

    program: str
    package: str
    extra: str
    variable: str
    calls: bytes


TOOLS = {
    "cm": Tool("cm", "cmind", "cm", "CM_REPOS", b"cmind"),
    "mlc": Tool("mlc", "mlcflow", "mlc", "MLC_REPOS", b"mlc.main"),
}


def find_tool(tool: Tool) -> str:
    """Give the path of the installed program: beside our interpreter, else on the PATH. Raises UnavailableError."""
    for path in _candidates(tool.program):
        if os.access(path, os.X_OK) and tool.calls in first_bytes(path, _HEAD):
            return str(path)
    raise UnavailableError(
        f"this script is run by {tool.package}, which isn't installed: "
        f"{quote(sys.executable)} -m pip install 'ckexplore[{tool.extra}]', then try again"
    )


def _candidates(program: str) -> Iterator[Path]:
    for found in (_beside(program), shutil.which(program)):
        if found and os.path.isfile(found):
            yield Path(os.path.realpath(found))  # a link in ~/.local/bin leads to it


def _beside(program: str) -> str:
    return str(Path(sys.executable).parent / program)


def home_of(workspace: Workspace, format_name: str, repository_uid: str) -> Path:
    """Give the home that the tool gets for scripts of one repository: what it caches stays there from run to run."""
    return workspace.tools / f"{format_name}-home-{repository_uid}"
