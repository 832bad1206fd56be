"""What the catalog is measured on: repositories made or given, homes that know them, and fresh processes."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from artifact_trees import make_trees

from ckexplore.store import repos
from ckexplore.store.catalog import Catalog
from ckexplore.store.formats import recognise
from ckexplore.store.workspace import Workspace

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Setting:
    """How many artifacts are made on the disk, below which folder, how many rows in memory, and what else is given."""

    artifacts: int
    rows: int
    trees: Path
    repositories: Sequence[Path] = ()

    def made(self, artifacts: int | None = None) -> list[Path]:
        """Give made repositories with so many artifacts, all when None; those that are missing are made."""
        return make_trees(self.trees, artifacts or self.artifacts)

    def ck_repositories(self) -> list[Path]:
        """Give the CK repositories among the given ones; made ones when there are none."""
        return [root for root in self.repositories if recognise(root) == "ck"] or self.made()

    def other_repositories(self, format_: str) -> list[Path]:
        """Give the repositories of another format among the given ones."""
        return [root for root in self.repositories if recognise(root) == format_]


@contextmanager
def home_of(roots: Sequence[Path], *, indexed: bool = False) -> Iterator[Workspace]:
    """Make a home that knows these repositories, for a while; with a catalog of them when it is to be `indexed`."""
    with tempfile.TemporaryDirectory(prefix="ckexplore-benchmark-") as folder:
        workspace = Workspace(folder)
        for root in roots:
            repos.register(workspace, root)
        if indexed:
            in_fresh_process(index, folder)
        yield workspace


def index(home: str) -> int:
    """Bring the catalog of a home up to date, and give how many rows it has."""
    workspace = Workspace(home)
    catalog = Catalog(workspace)
    shelves = [catalog.shelf(repository) for repository in repos.repositories(workspace)]
    for shelf in shelves:
        shelf.rescan()
    rows = sum(len(shelf.rows) for shelf in shelves)
    catalog.close()
    return rows


def in_fresh_process(work: Callable[Given, Result], *arguments: Given.args, **options: Given.kwargs) -> Result:
    """Do the work in a process of its own, that nothing before it has warmed, filled or slowed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **options).result()


def memory(name: str = "VmRSS", process: int | str = "self") -> int:
    """Give the resident memory of a process in bytes; with `VmHWM` the most that it ever was."""
    text = Path(f"/proc/{process}/status").read_text()
    return 1024 * int(text.partition(f"{name}:")[2].split()[0])


def program(name: str) -> str | None:
    """Find a program in the environment variable `CKEXPLORE_<NAME>`, else on the PATH."""
    return os.environ.get(f"CKEXPLORE_{name.upper()}") or shutil.which(name)


def environment_of(workspace: Workspace) -> dict[str, str]:
    """Give the variables with which our program, and the original ck, use this home."""
    home = str(workspace.home)
    return os.environ | {"CKEXPLORE_HOME": home, "CK_REPOS": home, "TERM": "xterm-256color"}
