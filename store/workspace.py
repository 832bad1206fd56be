"""Where state lives: the user's home of ckexplore, and the folders opened beside it for one session."""

from __future__ import annotations

import os
import sys

from .quick import TYPE_CHECKING, Record, as_path

if TYPE_CHECKING:
    from pathlib import Path


class Workspace(Record):
    """The state folders, all below `home`, and `folders`: repositories that are only browsed in this session."""

    __slots__ = ("_home", "folders")

    def __init__(self, home: Path | str, folders: tuple[Path, ...] = ()) -> None:
        self._home = os.fspath(home)
        self.folders = folders

    def place(self, name: str) -> str:
        """Give the path of one state folder as text."""
        return f"{self._home}/{name}"

    @property
    def home(self) -> Path:
        """Where all state is."""
        return as_path(self._home)

    @property
    def clones(self) -> Path:
        """Where `add repo --url` and `pull` put clones."""
        return self.home / "repos"

    @property
    def local(self) -> Path:
        """The user's own CK repository: registered repositories, environments, experiments, annotations."""
        return self.home / "local"

    @property
    def jobs(self) -> Path:
        """A CK repository of its own, whose only module is `job`."""
        return self.home / "jobs"

    @property
    def trust(self) -> Path:
        """A CK repository of its own, whose only module is `approval`; nobody else may write there."""
        return self.home / "trust"

    @property
    def catalog(self) -> Path:
        """The index; it can be deleted and rebuilt at any time."""
        return self.home / "catalog"

    @property
    def tools(self) -> Path:
        """Where packages are installed."""
        return self.home / "tools"

    def browsing(self, *folders: Path) -> Workspace:
        """Return this workspace with `folders` opened as well."""
        return Workspace(self._home, (*self.folders, *folders))


def workspace_from_environment() -> Workspace:
    """Take `$CKEXPLORE_HOME`, else the platform's data folder (XDG on Linux)."""
    home = os.environ.get("CKEXPLORE_HOME")
    if home:
        return Workspace(os.path.abspath(os.path.expanduser(home)))
    if sys.platform.startswith("linux"):  # what platformdirs answers here, without its import
        base = os.environ.get("XDG_DATA_HOME", "")
        return Workspace((base if os.path.isabs(base) else os.path.expanduser("~/.local/share")) + "/ckexplore")
    from platformdirs import user_data_path  # noqa: PLC0415

    return Workspace(user_data_path("ckexplore"))
