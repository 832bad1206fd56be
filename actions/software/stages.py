"""What every stage has in common that runs a repository's hooks: our child process, the files that it can execute."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...store.lookup import Location
from ..deps.dependency import Resolved, inputs, registered
from ..deps.inventory import Inventory
from ..environments import scripts_of
from ..executed_files import executed_files, files_below
from ..plan import ExecutedFile
from .mentioned import as_entries


def child(command: str) -> tuple[str, ...]:
    """Give the words that start our child process; no bytecode is written into repositories."""
    return (sys.executable, "-P", "-B", "-m", "ckexplore.actions.hooks.host", command)


def folders_of(locations: Iterable[Location | None], scripts: Iterable[str] = ()) -> tuple[str, ...]:
    """Give the folders of entries and of scripts, each once."""
    entries = (str(one.path) for one in locations if one is not None)
    return tuple(dict.fromkeys([*entries, *(str(Path(script).parent) for script in scripts if script)]))


def executed(
    inventory: Inventory, folders: Sequence[str], dependencies: Sequence[Resolved], more: Iterable[Path] = ()
) -> tuple[ExecutedFile, ...]:
    """Hash every file of some folders: the hooks and scripts there see, and may execute, all of it.

    And the scripts of the environments that are sourced, and the meta of the `os` entry.
    """
    found = [path for folder in folders for path in files_below(folder)]
    sourced = scripts_of(inventory.workspace, registered(dependencies))
    return executed_files([*found, *inventory.scripts_of_host(), *sourced, *more])


def common_input(inventory: Inventory, dependencies: Sequence[Resolved], named: Iterable[Location]) -> dict[str, Any]:
    """Give what the child is told whatever its command."""
    return {
        "host": inventory.host.as_input(),
        "deps": inputs(dependencies),
        "tools": str(inventory.workspace.tools),
        "entries": as_entries(named),
    }


def folders_given(text: str) -> list[str]:
    """Give the folders that a user names, separated by commas or as on a PATH, as absolute paths."""
    parts = text.replace(os.pathsep, ",").split(",")
    return [os.path.abspath(os.path.expanduser(part.strip())) for part in parts if part.strip()]


def as_dict(value: Any) -> dict[str, Any]:
    """Give what should be a dictionary of a meta; an empty one for anything else."""
    return {str(name): one for name, one in value.items()} if isinstance(value, Mapping) else {}
