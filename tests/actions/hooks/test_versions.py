"""Which files are looked at, which are executed, and which version each one tells."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.hooks import candidates, versions
from ckexplore.actions.hooks.candidates import on_path, search
from ckexplore.actions.hooks.detect import detect
from ckexplore.actions.hooks.loading import Hooks, call, load
from ckexplore.actions.hooks.versions import Asked, installation_of, told_version
from ckexplore.actions.soft_files import depth_of, file_name, search_folders
from ckexplore.store.errors import FailedError, NotFoundError

from .specs import soft_spec

Made = Callable[..., str]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Make a program that notes that it was executed."""

    def program(name: str, line: str = "echo tool 1.2.3 of 2020", mode: int = 0o755) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#! /bin/sh\necho x >> {tmp_path}/executed\n{line}\n")
        path.chmod(mode)
        return str(path)

    return program


def executed(tmp_path: Path) -> int:
    path = tmp_path / "executed"
    return len(path.read_text().splitlines()) if path.exists() else 0


COMMAND = "--version > $#filename#$"


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("echo tool 1.2.3 of 2020", "1.2.3"),
        ("echo 1.2.3-rc1", "1.2.3-rc1"),
        ("echo r1234", "r1234"),
        ("echo version unknown", "version unknown"),
        ("true", ""),
        ("printf '1.0\\033[2J\\n2.0'", "1.0"),
        ("exit 3", ""),
    ],
)
def test_the_version_is_read_from_the_first_line(made: Made, line: str, version: str) -> None:
    told = told_version({}, {}, Asked(made("t", line), "t", COMMAND))
    assert told.startswith(version)
    assert "\x1b" not in told


def test_hooks_give_the_command_and_read_the_version(made: Made) -> None:
    hooks: Hooks = {
        "version_cmd": lambda i: {"return": 0, "cmd": f"{i['full_path']} > $#filename#$"},
        "parse_version": lambda i: {"return": 0, "version": f"{i['output'][0][-4:]}.{len(i['output'])}"},
    }
    assert told_version(hooks, {}, Asked(made("t"), "t", "")) == "2020.1"
    known: Hooks = {"version_cmd": lambda _: {"return": 0, "cmd": "", "version": " 9.9\n"}}
    assert told_version(known, {}, Asked("/nowhere", "t", "")) == "9.9"
    none: Hooks = {"version_cmd": lambda _: {"return": 16, "error": "none"}}
    assert told_version(none, {}, Asked("/nowhere", "t", "")) == ""


def test_only_executables_of_the_name_that_is_looked_for_are_executed(made: Made, tmp_path: Path) -> None:
    for asked in (
        Asked(made("plain", mode=0o644), "plain", COMMAND),
        Asked(made("other"), "wanted", COMMAND),
        Asked(made("gcc-wrapper"), "gcc", COMMAND),
        Asked(str(tmp_path), tmp_path.name, COMMAND),
    ):
        assert told_version({}, {}, asked) == ""
        hooks: Hooks = {"version_cmd": lambda i: {"return": 0, "cmd": f'"{i["full_path"]}" --version'}}
        assert told_version(hooks, {}, asked) == ""
    assert executed(tmp_path) == 0
    assert told_version({}, {}, Asked(made("gcc-12"), "gcc*", COMMAND)) == "1.2.3"
    assert told_version({}, {}, Asked(made("any thing; touch x"), "", COMMAND)) == "1.2.3"
    assert executed(tmp_path) == 2


def test_a_version_command_that_hangs_is_ended(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_VERSION_TIME", 0.3)
    with pytest.raises(FailedError, match="took more than"):
        told_version({}, {}, Asked(made("t", "sleep 600"), "t", COMMAND))
    made("d/a/tool", "sleep 600")
    made("d/b/tool", "echo 1.0")
    customize = {"soft_file_universal": "tool", "soft_version_cmd": {"linux": COMMAND}}
    folders = [str(Path(made("d/c/x")).parents[1] / name) for name in "ab"]
    assert detect(soft_spec(meta={"customize": customize}, search_dir=folders)).version == "1.0"


def test_what_an_installation_recorded_is_the_version_and_nothing_is_executed(made: Made, tmp_path: Path) -> None:
    path = made("p/bin/t")
    record = tmp_path / "p/ck-install.json"
    customize = {"version": "7.1", "env_prefix": "CK_P"}
    record.write_text(
        json.dumps({"data_uoa": "5" * 16, "customize": customize, "tags": "x,y", "package_uoa": "6" * 16})
    )
    found = detect(soft_spec(full_path=path, meta={"customize": {"soft_version_cmd": {"linux": COMMAND}}}))
    assert (found.version, found.package_uid, found.customize["env_prefix"]) == ("7.1", "6" * 16, "CK_P")
    assert {"s", "x", "y", "v7", "v7.1"} <= set(found.tags)
    assert executed(tmp_path) == 0
    assert installation_of(path, "4" * 16) == {}
    record.unlink()
    os.mkfifo(record)
    assert installation_of(path, "5" * 16) == {}
    record.unlink()
    record.write_text("[" * 100_000)
    assert installation_of(path, "5" * 16) == {}


def test_of_several_the_highest_version_wins_unless_the_entry_knows_better(made: Made, tmp_path: Path) -> None:
    for name, version in (("a", "1.9"), ("b", "1.10"), ("c", "1.2")):
        made(f"d/{name}/t", f"echo {version}")
    made("d/e/t", "echo none")
    customize: dict[str, Any] = {
        "soft_file_universal": "t",
        "soft_version_cmd": {"linux": COMMAND},
        "limit_recursion_dir_search_all": 2,
        "add_only_with_version": "yes",
    }
    spec = soft_spec(meta={"customize": customize}, search_dir=[str(tmp_path / "d")])
    assert detect(spec).version == "1.10"
    assert detect(spec | {"version_to": [1, 9]}).version == "1.9"
    assert detect(spec | {"force_version": "3"}).version == "3"
    with pytest.raises(NotFoundError, match=r"none has a version that fits: .*d/"):
        detect(spec | {"version_from": [8]})
    script = tmp_path / "customize.py"
    script.write_text(
        "def limit(i):\n    return {'return': 0, 'list': sorted(i['list'], reverse=True)[1:], 'skip_sort': 'yes'}\n"
    )
    assert detect(spec | {"script": str(script)}).version == "1.2"


def test_files_are_found_by_name_pattern_or_end_of_their_path(made: Made, tmp_path: Path) -> None:
    for name in ("r/lib.so", "r/a/lib.so", "r/a/b/lib.so.1", "r/a/b/c/lib.so", "r/node_modules/lib.so"):
        made(name)
    (tmp_path / "r/loop").symlink_to(".")
    root = str(tmp_path / "r")

    def names(pattern: str, depth: int, **more: bool) -> list[str]:
        return [path.removeprefix(f"{root}/") for path in search([root, root], pattern, depth, **more)]

    assert names("lib.so", 0) == ["lib.so"]
    assert names("lib.so", 2) == ["lib.so", "a/lib.so"]
    assert names("lib.so*", 2) == ["lib.so", "a/lib.so", "a/b/lib.so.1"]
    assert names("a/lib.so", 1) == ["a/lib.so"]
    assert names("b", 1) == []
    assert names("b", 1, folders_too=True) == ["a/b"]
    assert names("lib.so", 3)[-1] == "a/b/c/lib.so"


def test_a_search_ends_after_its_time(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made("r/a/t")
    monkeypatch.setattr(candidates, "_SEARCH_TIME", -1.0)
    assert search([str(tmp_path)], "t", 3) == []


def test_executables_on_the_path_are_found_each_once(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("one/t-1")
    made("one/t-2", mode=0o644)
    made("two/t-1")
    (tmp_path / "link").symlink_to("one")
    monkeypatch.setenv("PATH", f":{tmp_path}/one:{tmp_path}/link:{tmp_path}/two:/no/such")
    assert on_path("t-1") == [f"{tmp_path}/one/t-1", f"{tmp_path}/two/t-1"]
    assert on_path("t-*") == [f"{tmp_path}/one/t-1", f"{tmp_path}/two/t-1"]
    assert on_path("one/t-1") == on_path("") == []


def test_metas_say_which_file_where_and_how_deep(tmp_path: Path) -> None:
    system = {"ck_name": "linux", "file_extensions": {"dll": ".so"}}
    assert file_name({"soft_file": {"linux": "a$#sep#$b$#file_ext_dll#$", "win": "x"}}, system) == "a/b.so"
    assert file_name({"soft_file_universal": "u", "soft_file": {"linux": "a"}}, system) == "u"
    assert file_name({"soft_file": "a"}, system) == ""
    assert depth_of({"limit_recursion_dir_search": {"linux": "3"}}, "linux") == 3
    assert depth_of({"limit_recursion_dir_search_all": 1, "limit_recursion_dir_search": {"linux": 3}}, "linux") == 1
    assert depth_of({"limit_recursion_dir_search_all": "x"}, "linux") == 0
    places = {"tools": str(tmp_path), "search_dirs": ["/no/such"], "soft_path": str(tmp_path)}
    assert search_folders({"detect_in_soft_dir_only": "yes"}, "linux", "a", places) == [str(tmp_path)]
    extra = {"extra_search_dirs": {"linux": ["/"]}, "extra_search_dirs_universal": ["/etc"]}
    assert search_folders(extra, "linux", "a", places)[:3] == ["/etc", "/", "/usr"]
    assert "/usr" not in search_folders({}, "linux", "README.md", places)


def test_a_script_that_cannot_be_imported_or_called_is_named_with_its_line(tmp_path: Path) -> None:
    script = tmp_path / "customize.py"
    script.write_text("\nimport sys\nsys.exit(3)\n")
    with pytest.raises(FailedError, match=r"customize\.py can't be imported: SystemExit: 3 \(line 3\)"):
        load(str(script), ("setup",))
    script.write_text("import os\nsetup = 3\ndef dirs(i):\n    os.chdir('/')\n    return ck.nothing\n")
    hooks = load(str(script), ("setup", "dirs", "limit"))
    assert hooks.keys() == {"dirs"}
    before = Path.cwd()
    with pytest.raises(FailedError, match=r"dirs\(\) failed: AttributeError: .*\(line 5\)"):
        call(hooks, "dirs", {})
    assert Path.cwd() == before
    assert call(hooks, "limit", {}) == {}
    with pytest.raises(FailedError, match="gave no dictionary"):
        call({"dirs": lambda _: []}, "dirs", {})  # type: ignore[dict-item, return-value]
