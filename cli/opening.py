"""Opening the TUI on the registered repositories, or on folders named on the command line."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..store.collector import leave_out_what_is_there, look_seldom
from ..store.errors import InvalidRequestError, NotFoundError
from ..store.workspace import Workspace, workspace_from_environment


def open_folders(words: Sequence[str]) -> int:
    """Open the TUI; each word that is no option is a folder of repositories, browsed for this session only."""
    options = {word for word in words if word.startswith("-")}
    unknown = options - {"--no-mouse"}
    if unknown:
        raise InvalidRequestError(f"unknown option {min(unknown)}; `ckexplore --help` lists them")
    folders = [Path(word).expanduser() for word in words if not word.startswith("-")]
    for folder in folders:
        if not folder.is_dir():
            raise NotFoundError(f"{folder}: no such folder")
    return open_tui(workspace_from_environment().browsing(*folders), mouse="--no-mouse" not in options)


def can_open_tui() -> bool:
    """Tell whether there is a terminal that can show the TUI."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")


def open_tui(workspace: Workspace, mouse: bool = True) -> int:
    """Run the TUI until it is left. Raises InvalidRequestError where there is no terminal for it."""
    if not can_open_tui():
        raise InvalidRequestError(
            "this is no terminal that can show the browser (TERM is "
            f"{os.environ.get('TERM', 'not set')}); use the commands instead: ckexplore --help"
        )
    # Textual draws only when its clock ticks; the more often it does, the less a key waits: not 50 ms beside a flood.
    os.environ.setdefault("TEXTUAL_FPS", "125")
    from ..tui.app import ExplorerApp  # noqa: PLC0415  (Textual: 18 times the start-up of Python itself)

    leave_out_what_is_there()  # all of Textual
    look_seldom()
    ExplorerApp(workspace).run(mouse=mouse)
    return 0
