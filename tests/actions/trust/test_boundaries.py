"""What a plan can't open, whatever it names, and where the software of environments may be."""

import json
import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckexplore.actions.plan import Sandbox, Stage
from ckexplore.actions.trust.sandbox import (
    Availability,
    default_profile,
    describe,
    readable,
    sandboxed,
    software_at,
    software_of,
    unsandboxed_note,
)
from ckexplore.store.errors import CkexploreError, NotFoundError, RefusedError
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.workspace import Workspace

from .box import JOB, OTHER_JOB, Box, box

__all__ = ("box",)

UID, DEPENDENCY = "00000000000000aa", "00000000000000bb"


def _refused(box: Box, reads: tuple[str, ...] = (), writes: tuple[str, ...] = ()) -> str:
    with pytest.raises(RefusedError) as caught:
        box.command(box.stage("true", reads=reads, writes=writes))
    return str(caught.value)


# What is named


@pytest.mark.parametrize(
    "path",
    [
        *("/", "{home}", "{home}/..", "/tmp", "/etc/shadow", "/proc/1", "/run/user", "/var/run/docker.sock", "~", "x"),
        *("{home}/.ssh", "{home}/.ssh/id_rsa", "{home}/.config/gh", "{home}/.local", "{home}/.local/share"),
        *("{home}/home", "{home}/home/local", "{home}/home/local/env", "{home}/home/trust", "{home}/home/trust/x"),
        *("{home}/home/jobs", "{home}/home/jobs/job", "{home}/home/jobs/job/{job}", "{home}/home/jobs/job/{other}"),
        *("{home}/home/jobs/job/{other}/stages/0", "{home}/home/repos", "{home}/home/catalog", "{home}/x/../.ssh"),
    ],
)
def test_neither_to_read_nor_to_write_such_a_place_is_opened(box: Box, path: str) -> None:
    place = path.format(home=box.home, job=JOB, other=OTHER_JOB)
    _refused(box, reads=(place,))
    _refused(box, writes=(place,))


def test_only_the_job_and_the_tools_can_be_written(box: Box) -> None:
    data = box.home / "data"
    data.mkdir()
    box.command(box.stage("true", reads=(str(data),)))
    assert "only folders in its job" in _refused(box, writes=(str(data),))


@pytest.mark.parametrize("name", [".cm", "stages", "stages/1", "sandbox"])
def test_the_records_of_a_job_cannot_be_written(box: Box, name: str) -> None:
    assert "only folders in its job" in _refused(box, writes=(f"{box.job}/{name}",))


def test_a_link_that_an_earlier_stage_left_is_not_followed(box: Box) -> None:
    aim = box.home / "thesis"
    aim.mkdir()
    (box.copy / "planted").symlink_to(aim)
    for folder in ("planted", "planted/new"):
        assert "symbolic link" in _refused(box, writes=(f"{box.copy}/{folder}",))
    assert "symbolic link" in _refused(box, reads=(f"{box.copy}/planted",))
    assert list(aim.iterdir()) == []


def test_a_link_to_what_the_plan_does_not_name_is_refused_and_shown_once_it_is_named(box: Box) -> None:
    aim, link = box.home / "thesis", box.home / "repository" / "dataset"
    aim.mkdir()
    (aim / "x").write_text("seen")
    link.parent.mkdir()
    link.symlink_to(aim)
    assert str(aim) in _refused(box, reads=(str(link),))
    named = readable(box.workspace, [str(link)])
    assert named == (str(link), str(aim))
    assert box.run("cat", f"{link}/x", f"{aim}/x", reads=named).stdout == "seenseen"


def test_a_home_behind_a_link_is_seen_by_either_path(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    data = box.home / "data"
    data.mkdir()
    (data / "x").write_text("seen")
    link = box.home.parent / f"{box.home.name}-link"
    link.symlink_to(box.home)
    monkeypatch.setenv("HOME", str(link))
    box.home, box.workspace = link, Workspace(link / "home")
    (box.job / "in").mkdir()
    (box.job / "in" / "y").write_text("too ")
    named = (*readable(box.workspace, [str(link / "data")]), f"{box.job}/in")
    script = (
        f"cat {data}/x {link}/data/x {box.job}/in/y {os.path.realpath(box.job)}/in/y; "
        f"touch {box.copy}/made; ls ~/.ssh {data.parent}/.ssh"
    )
    assert box.run("bash", "-c", script, reads=named).stdout.startswith("seenseentoo too ls: cannot access")
    assert (box.copy / "made").exists()


def test_what_is_no_longer_there_is_named(box: Box) -> None:
    with pytest.raises(NotFoundError, match="no longer there"):
        box.command(box.stage("true", reads=(str(box.home / "gone"),)))


@pytest.mark.parametrize("name", ["CKEXPLORE_STAGE", "CKEXPLORE_EVENTS"])
def test_a_plan_cannot_say_where_its_own_records_are(box: Box, name: str) -> None:
    box.variables[name] = str(box.workspace.jobs / "job" / OTHER_JOB / "stages" / "0")
    assert "ours alone" in _refused(box)


def test_an_unknown_profile_is_refused(box: Box) -> None:
    with pytest.raises(RefusedError, match="is no profile"):
        box.command(box.stage("true", profile="ofline"))


def test_what_may_not_be_shown_is_not_offered_to_a_plan(box: Box) -> None:
    (box.home / "data").mkdir()
    wanted = [str(box.home), str(box.home / ".ssh"), str(box.home / "gone"), "x", str(box.home / "data")]
    assert readable(box.workspace, wanted) == (str(box.home / "data"),)


# Environments and software


def _register(box: Box, uid: str, full_path: Path | str, deps: tuple[str, ...] = (), **env: str) -> None:
    meta = {
        "tags": [],
        "env": env,
        "deps": {one: {"uoa": one} for one in deps},
        "customize": {"full_path": str(full_path)},
    }
    entry = create_entry(box.workspace.local, "env", meta, uid=uid, name="x")
    (entry / "env.sh").write_text(f"echo environment {uid}\n")


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\ncat ${0%/bin/*}/share/words\n")
    path.chmod(0o755)
    return path


def test_environments_and_those_they_depend_on_are_seen_with_their_software_and_no_others(box: Box) -> None:
    program = _program(box.workspace.tools / "it-1.0" / "bin" / "it")
    (box.workspace.tools / "it-1.0" / "share").mkdir()
    (box.workspace.tools / "it-1.0" / "share" / "words").write_text("works\n")
    (box.workspace.tools / "another").mkdir()
    _register(box, DEPENDENCY, program)
    _register(box, UID, "/usr/bin/env", (DEPENDENCY,))
    _register(box, "00000000000000cc", "/usr/bin/env")
    folder = box.workspace.local / "env"
    script = f". {folder}/{UID}/env.sh; . {folder}/{DEPENDENCY}/env.sh; {program}; ls {folder} {box.workspace.tools}"
    told = box.run("bash", "-c", script, environments=(UID,)).stdout
    assert told.split("\n", 3)[:3] == [f"environment {UID}", f"environment {DEPENDENCY}", "works"]
    assert "00000000000000cc" not in told
    assert "another" not in told


def test_software_in_the_home_is_seen_only_when_the_plan_names_it(box: Box) -> None:
    program = _program(box.home / "opt" / "it" / "bin" / "it")
    (box.home / "opt" / "it" / "share").mkdir()
    (box.home / "opt" / "it" / "share" / "words").write_text("works\n")
    _register(box, UID, program)
    with pytest.raises(RefusedError, match="doesn't name"):
        box.command(box.stage("true", environments=(UID,)))
    named = software_of(box.workspace, [UID])
    assert named == (str(box.home / "opt" / "it"),)
    assert box.run(str(program), environments=(UID,), reads=named).stdout == "works\n"


@pytest.mark.parametrize("value", ["{home}", "{home}/.ssh", "{home}/.ssh/secret.txt", "/", "{home}/thesis/x"])
def test_an_environment_opens_nothing_by_its_own_word(box: Box, value: str) -> None:
    (box.home / "thesis").mkdir()
    (box.home / "thesis" / "x").write_text("x")
    place = value.format(home=box.home)
    _register(box, UID, "/usr/bin/env")
    before = _shown(box, environments=(UID,))
    _register(box, UID, "/usr/bin/env", CK_ENV_X=place)
    assert _shown(box, environments=(UID,)) == before
    _register(box, UID, place)
    with pytest.raises(RefusedError, match="doesn't name"):
        box.command(box.stage("true", environments=(UID,)))


def test_every_link_on_the_way_to_a_program_is_named_for_the_plan(box: Box) -> None:
    program = _program(box.home / "versions" / "3.1" / "bin" / "python3.1")
    (program.parent / "python3").symlink_to("python3.1")
    link = box.home / "venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(program.parent / "python3")
    assert software_at(box.workspace, str(link)) == (str(box.home / "venv"), str(box.home / "versions" / "3.1"))


def test_of_a_folder_of_all_sorts_only_the_programs_and_their_libraries_are_named(box: Box) -> None:
    program = _program(box.home / ".local" / "bin" / "it")
    for name in ("lib", "share"):
        (box.home / ".local" / name).mkdir()
    local = box.home / ".local"
    assert set(software_at(box.workspace, str(program))) == {str(local / "bin"), str(local / "lib"), str(program)}
    alone = _program(box.home / "model.onnx")
    assert software_at(box.workspace, str(alone)) == (str(alone),)


def test_an_environment_that_is_not_registered_is_named(box: Box) -> None:
    for uid in (UID, "../../trust"):
        with pytest.raises(NotFoundError, match="isn't registered"):
            box.command(box.stage("true", environments=(uid,)))


def test_detection_sees_the_programs_on_the_path_and_what_is_installed(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    cargo = _program(box.home / ".cargo" / "bin" / "rustc-of-the-home").parent
    (box.home / ".cargo" / "credentials.toml").write_text("secret")
    installed = _program(box.workspace.tools / "it" / "bin" / "it")
    own = _program(box.home / "bin" / "own").parent
    (box.home / "lib").mkdir()
    monkeypatch.setenv("PATH", f"{cargo}:{own}:{box.home}:relative:{os.environ['PATH']}")
    script = box.home / "soft" / "customize.py"
    script.parent.mkdir()
    script.write_text(
        "import os\n"
        "def setup(i):\n"
        f"    i['env']['SEEN'] = ' '.join(sorted(os.listdir({str(box.home)!r})))\n"
        f"    i['env']['CARGO'] = ' '.join(os.listdir({str(box.home / '.cargo')!r}))\n"
        f"    i['env']['TOOLS'] = str(os.path.exists({str(installed)!r}))\n"
        "    return {'return': 0, 'bat': ''}\n"
    )
    (box.place / "input.json").write_text(json.dumps(_spec(script, "rustc-of-the-home")))
    host = (sys.executable, "-P", "-B", "-m", "ckexplore.actions.hooks.host", "detect")
    done = box.run(*host, reads=(str(script.parent),))
    assert done.returncode == 0, done.stdout
    found = json.loads((box.place / "output.json").read_text())
    assert found["full_path"] == str(cargo / "rustc-of-the-home")
    assert found["env"]["CARGO"] == "bin"
    assert found["env"]["TOOLS"] == "True"
    assert {"bin", "soft"} <= set(found["env"]["SEEN"].split())
    assert not {"secret.txt", ".ssh", "lib"} & set(found["env"]["SEEN"].split())


def _spec(script: Path, name: str) -> dict[str, object]:
    host = {"uoa": "linux-64", "uid": "", "dict": {}}
    meta = {"customize": {"soft_file_universal": name}}
    texts = {"soft_uoa": "it", "soft_uid": UID, "package_uid": "", "name": "it", "script": str(script), "tools": "/usr"}
    lists: dict[str, object] = {"tags": [], "extra_tags": [], "version_from": [], "version_to": []}
    texts |= {"soft_path": str(script.parent), "search_depth": ""}
    lists |= {"entries": [], "search_dir": [], "search_dirs": []}
    return {**texts, **lists, "meta": meta, "deps": {}, "host": host, "full_path": "", "choices": {}}


# Whatever is named

_NAMES = ("home", ".ssh", ".config", "x", "bin", "jobs", "job", JOB, OTHER_JOB, "trust", "local", "env", "tools")
_PARTS = st.sampled_from((*_NAMES, "..", ".", "", "to_home", "to_up"))
_PATHS = st.one_of(
    st.lists(_PARTS, max_size=6).map(lambda parts: "/".join(["{home}", *parts])),
    st.sampled_from(
        ["/", "//", "/bin", "/tmp", "{up}", "{up}//", "/{home}", "relative", "", "/proc/self/root", "/home"]
    ),
)
_SOME = st.lists(_PATHS, max_size=3).map(tuple)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reads=_SOME, writes=_SOME, on_path=_SOME, full_path=_PATHS, value=_PATHS, cwd=_PATHS, detects=st.booleans())
def test_no_combination_of_paths_opens_the_home_or_what_holds_it(
    tree: Box,
    reads: tuple[str, ...],
    writes: tuple[str, ...],
    on_path: tuple[str, ...],
    full_path: str,
    value: str,
    cwd: str,
    detects: bool,
) -> None:
    def placed(path: str) -> str:
        return path.format(home=tree.home, up=tree.home.parent)

    reads, writes = tuple(map(placed, reads)), tuple(map(placed, writes))
    _register(tree, UID, placed(full_path), CK_ENV_X=placed(value))
    host = (sys.executable, "-m", "ckexplore.actions.hooks.host", "detect") if detects else ("bash",)
    kept = {"PATH": ":".join(map(placed, on_path)), "HOME": str(tree.home), "CKEXPLORE_STAGE": str(tree.place)}
    alone = [Sandbox("offline", (one,)) for one in reads] + [Sandbox("offline", (), (one,)) for one in writes]
    every = Sandbox("offline", reads, writes, (UID,))
    for sandbox in (*alone, every, Sandbox("offline", environments=(UID,)), Sandbox("offline")):
        stage = Stage("x", host, (), cwd=placed(cwd) or "/", sandbox=sandbox)
        try:
            argv = sandboxed(tree.workspace, stage, kept, tree.available).argv
        except CkexploreError:
            assert sandbox != Sandbox("offline")
            continue
        _check_shown(tree, argv)


def _check_shown(tree: Box, argv: list[str]) -> None:
    homes = [tree.home, Path(pwd.getpwuid(os.getuid()).pw_dir)]
    closed = [
        tree.home / ".ssh",
        tree.home / ".config",
        tree.workspace.home / "trust",
        tree.workspace.jobs / "job" / OTHER_JOB,
    ]
    whole = [*homes, *closed, tree.workspace.home, tree.workspace.local, tree.workspace.jobs, tree.job]
    for source in map(Path, map(os.path.realpath, _sources(argv))):
        assert not any(source == one or source in one.parents for one in whole), source
        assert not any(one in source.parents for one in closed), source


def _sources(argv: list[str]) -> list[str]:
    return [argv[at + 1] for at, word in enumerate(argv) if word in {"--bind", "--ro-bind", "--dev-bind"}]


@pytest.fixture
def tree(workspace: Workspace, tmp_path: Path) -> Box:
    """A box in a home with folders, links to the home and links to what is above it; nothing is started."""
    made = Box(tmp_path, workspace, Availability(True, "/usr/bin/bwrap"))
    for name in (".ssh/x", ".config/x", "x/x", "bin", "x/bin", "home/trust/x", "home/tools/x/bin", "home/local/x"):
        (tmp_path / name).mkdir(parents=True)
    for folder in (made.place, made.job / "x", workspace.jobs / "job" / OTHER_JOB / "x"):
        folder.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "x", made.job / "x", workspace.tools, workspace.tools / "x"):
        (folder / "to_home").symlink_to(tmp_path)
        (folder / "to_up").symlink_to("/")
    return made


def _shown(box: Box, environments: tuple[str, ...]) -> list[str]:
    return _sources(box.command(box.stage("true", environments=environments)).argv)


# What is said


@pytest.mark.parametrize(("action", "profile"), [("detect", "offline"), ("run", "offline"), ("install", "net")])
def test_only_what_is_installed_has_the_network_by_default(action: str, profile: str) -> None:
    assert default_profile(action) == profile


def test_a_profile_is_told_in_sentences_with_what_it_does_not_protect() -> None:
    telling: dict[str, Callable[[str], bool]] = {
        "offline": lambda text: "no network" in text,
        "gpu": lambda text: "no network" in text and "graphics driver" in text,
        "net": lambda text: "no network" not in text and "localhost" in text,
    }
    for profile, holds in telling.items():
        told = describe(Sandbox(profile, writes=("/some/folder",)))
        assert all(line.endswith(".") and line[0].isupper() for line in told)
        assert sum(line.startswith("Not protected:") for line in told) >= 2
        assert holds(" ".join(told))
        assert "/some/folder" in " ".join(told)
    assert describe(Sandbox("none")) == unsandboxed_note()
