"""Where state lives: the user's home of ckexplore, and the folders opened beside it for one session."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """The state folders, all below `home`, and `folders`: repositories that are only browsed in this session."""

    home: Path
    folders: tuple[Path, ...] = ()

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
    def catalog(self) -> Path:
        """The index; it can be deleted and rebuilt at any time."""
        return self.home / "catalog"

    @property
    def tools(self) -> Path:
        """Where packages are installed."""
        return self.home / "tools"

    def browsing(self, *folders: Path) -> "Workspace":
        """Return this workspace with `folders` opened as well."""
        return replace(self, folders=(*self.folders, *folders))


def workspace_from_environment() -> Workspace:
    """Take `$CKEXPLORE_HOME`, else the platform's data folder (XDG on Linux)."""
    home = os.environ.get("CKEXPLORE_HOME")
    if home:
        return Workspace(Path(home).expanduser().absolute())
    if sys.platform.startswith("linux"):  # what platformdirs answers here, without its import
        base = os.environ.get("XDG_DATA_HOME", "")
        return Workspace((Path(base) if Path(base).is_absolute() else Path.home() / ".local/share") / "ckexplore")
    from platformdirs import user_data_path  # noqa: PLC0415

    return Workspace(user_data_path("ckexplore"))
