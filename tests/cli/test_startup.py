"""What the command line doesn't import, since nobody wants to wait for it."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from ckexplore.store.workspace import Workspace

from ..conftest import ROOT

HEAVY = {"textual", "onnxruntime", "numpy", "git", "importlib.metadata", "rich"}
WITHOUT_DATABASE = HEAVY | {"tinydb"}
RUN = """
from ckexplore.cli import main
try: main.main()
except SystemExit as end: assert not end.code, end.code
"""


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """The rooms under their installed name, as in site-packages: an editable install imports more by itself."""
    package = tmp_path / "installed" / "ckexplore"
    package.mkdir(parents=True)
    for room in ("cli", "tui", "actions", "store", "sample_repos"):
        (package / room).symlink_to(ROOT / room)
    return package.parent


def imported_by(rooms: Path, code: str, *words: str, home: Path) -> set[str]:
    """The modules that a fresh Python has imported after some code, beyond those that it starts with."""
    told = f"import sys; before = set(sys.modules)\n{code}\n"
    told += "print('\\n'.join(sorted(set(sys.modules) - before)), file=sys.stderr)"
    environment = {
        "CKEXPLORE_HOME": str(home),
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join((str(rooms), sysconfig.get_path("purelib"))),
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", told, *words], capture_output=True, text=True, env=environment, check=True
    )
    return set(done.stderr.split())


def heavy(modules: set[str], unwanted: set[str]) -> set[str]:
    return {name for name in unwanted if any(one == name or one.startswith(f"{name}.") for one in modules)}


def test_the_version_imports_nothing_but_itself(rooms: Path, tmp_path: Path) -> None:
    modules = imported_by(rooms, RUN, "--version", home=tmp_path)
    assert modules == {"ckexplore", "ckexplore.cli", "ckexplore.cli.main", "ckexplore.cli.version"}


@pytest.mark.parametrize("words", [["--help"], ["ls", "repo"], ["detect", "platform"], ["ls", "env", "--out=json"]])
def test_commands_import_neither_textual_nor_numpy_nor_git_nor_the_database(
    rooms: Path, words: list[str], tmp_path: Path
) -> None:
    assert heavy(imported_by(rooms, RUN, *words, home=tmp_path), WITHOUT_DATABASE) == set()


@pytest.mark.parametrize(
    "words",
    [
        "find os:linux-64",
        "find soft:compiler.*",
        "ls soft:compiler.* --unique",
        "ls repo",
        "load os:linux-64 --min",
        "info os:linux-64",
        "search soft --tags=compiler",
        "list_tags soft",
    ],
)
def test_a_quick_answer_imports_nothing_that_takes_time(
    rooms: Path, workspace: Workspace, samples: Path, words: str
) -> None:
    del samples
    modules = imported_by(rooms, RUN, *words.split(), home=workspace.home)
    cheap = imported_by(rooms, "import __future__, collections.abc, fnmatch, importlib, json, os", home=workspace.home)
    assert {name for name in modules - cheap if not name.startswith("ckexplore")} == set()
    assert "ckexplore.store.lookup" in modules


def test_search_over_everything_imports_no_textual(rooms: Path, workspace: Workspace, samples: Path) -> None:
    del samples
    modules = imported_by(rooms, RUN, "search", "--tags=onnx", home=workspace.home)
    assert "tinydb" in modules
    assert heavy(modules, HEAVY) == set()
