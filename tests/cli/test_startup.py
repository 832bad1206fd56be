"""What the command line doesn't import, since nobody wants to wait for it."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"textual", "onnxruntime", "numpy", "git", "importlib.metadata", "rich"}
WITHOUT_DATABASE = HEAVY | {"tinydb", "msgspec"}


def imported_by(*words: str, home: Path) -> set[str]:
    """The modules that a command has imported when it ends."""
    code = (
        "import sys; before = set(sys.modules); from ckexplore.cli import main\n"
        "try: main.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('\\n'.join(sorted(set(sys.modules) - before)), file=sys.stderr)"
    )
    environment = {"CKEXPLORE_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, check=True
    )
    return set(done.stderr.split())


def heavy(modules: set[str], unwanted: set[str]) -> set[str]:
    return {name for name in unwanted if any(one == name or one.startswith(f"{name}.") for one in modules)}


def test_the_version_imports_nothing_but_itself(tmp_path: Path) -> None:
    modules = imported_by("--version", home=tmp_path)
    assert modules == {"ckexplore", "ckexplore.cli", "ckexplore.cli.main", "ckexplore.cli.version"}


@pytest.mark.parametrize("words", [["--help"], ["ls", "repo"], ["detect", "platform"], ["ls", "env", "--out=json"]])
def test_commands_import_neither_textual_nor_numpy_nor_git_nor_the_database(words: list[str], tmp_path: Path) -> None:
    assert heavy(imported_by(*words, home=tmp_path), WITHOUT_DATABASE) == set()


def test_find_ls_and_load_read_alias_files_with_the_standard_library(workspace, samples) -> None:
    del samples
    for words in (["find", "os:linux-64"], ["ls", "soft:compiler.*"], ["load", "os:linux-64", "--min"]):
        assert heavy(imported_by(*words, home=workspace.home), WITHOUT_DATABASE) == set()


def test_search_over_everything_imports_no_textual(workspace, samples) -> None:
    del samples
    assert heavy(imported_by("search", "--tags=onnx", home=workspace.home), HEAVY) == set()
