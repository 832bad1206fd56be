import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ckexplore.actions import access
from ckexplore.actions.executed_files import executed_files
from ckexplore.actions.kernel import answer
from ckexplore.actions.plan import Plan, Sandbox, Stage
from ckexplore.actions.report.telling import tell
from ckexplore.actions.request import request_from
from ckexplore.actions.trust import repository_trust
from ckexplore.actions.trust.approval import check, question, standing
from ckexplore.actions.trust.approvals import BY_STRENGTH, weakest
from ckexplore.actions.trust.executable_files import is_executable
from ckexplore.actions.trust.profiles import PROFILES
from ckexplore.store import repos
from ckexplore.store.errors import InvalidRequestError, RefusedError
from ckexplore.store.formats.ck_entries import create_entry, create_repository
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL, require
from ..conftest import Ask
from ..hostile import Stranger
from .asking import Person, a_plan, change, request_of, script_of

Trust = Callable[..., dict[str, Any]]


def with_files(plan: Plan, paths: list[Path]) -> Plan:
    """The plan with one stage, which executes these files."""
    return replace(plan, stages=(replace(plan.stages[0], files=executed_files(paths)),))


@pytest.fixture
def trust(workspace: Workspace, samples: Path) -> Trust:
    """Trust the (changed) samples as a person does, or with other options."""
    change(samples)

    def asked(person: Person | None = None, cid: str = "repo:ckx-ml", **options: Any) -> dict[str, Any]:
        values = {"action": "trust", "cid": cid, **options}
        return answer(request_from(workspace, values, person or Person("trust")))

    return asked


def test_a_trusted_repository_is_executed_without_a_question(trust: Trust, workspace: Workspace) -> None:
    assert standing(workspace, a_plan(workspace)) is None
    trusted = trust()
    approved = check(request_of(workspace), a_plan(workspace))
    assert (approved.how, approved.uid) == ("repository", trusted["approval_uid"])


def test_trust_is_void_for_a_changed_file_and_not_for_others(trust: Trust, workspace: Workspace, samples: Path) -> None:
    other = samples / "soft/compiler.python/customize.py"
    other.write_text(other.read_text() + "# theirs\n")
    trust()
    change(samples, "# later\n")
    with pytest.raises(RefusedError, match=r"compiler\.gcc/customize\.py"):
        check(request_of(workspace), a_plan(workspace))
    (changed,) = question(workspace, a_plan(workspace)).changed
    assert (changed.path, changed.what) == (str(script_of(samples)), "changed")
    approved = check(request_of(workspace), a_plan(workspace, cid="soft:compiler.python"))
    assert approved.how == "repository"


def test_a_new_file_isnt_covered(trust: Trust, workspace: Workspace, samples: Path) -> None:
    trust()
    new = samples / "soft/compiler.gcc/new.sh"
    new.write_text("true\n")
    plan = with_files(a_plan(workspace), [new])
    assert standing(workspace, plan) is None


def test_a_file_outside_isnt_covered_by_the_same_content(
    trust: Trust, workspace: Workspace, samples: Path, tmp_path: Path
) -> None:
    trust()
    copy = tmp_path / "elsewhere.py"
    shutil.copy(script_of(samples), copy)
    assert standing(workspace, with_files(a_plan(workspace), [script_of(samples)])) is not None
    assert standing(workspace, with_files(a_plan(workspace), [script_of(samples), copy])) is None
    assert standing(workspace, with_files(a_plan(workspace), [copy])) is None
    dotted = samples / "soft/../../elsewhere.py"
    assert standing(workspace, with_files(a_plan(workspace), [dotted])) is None


def test_a_file_swapped_with_another_of_the_repository_isnt_covered(
    trust: Trust, workspace: Workspace, samples: Path
) -> None:
    trust()
    shutil.copy(samples / "README.md", script_of(samples))
    assert standing(workspace, with_files(a_plan(workspace), [script_of(samples)])) is None


def test_a_plan_without_a_sandbox_is_covered_only_when_that_was_said(trust: Trust, workspace: Workspace) -> None:
    trust()
    assert standing(workspace, a_plan(workspace, "net")) is not None
    assert standing(workspace, a_plan(workspace, "none")) is None
    assert standing(workspace, a_plan(workspace, "no-such-profile")) is None
    trust(sandbox="offline")
    trust(sandbox="none")
    assert standing(workspace, a_plan(workspace, "none")) is not None


def test_the_strength_of_every_profile_is_known() -> None:
    assert set(BY_STRENGTH) == set(PROFILES)
    assert weakest(["offline", "net", "gpu"]) == "net"
    assert weakest(["offline", "unknown"]) == "none"
    assert weakest([]) == "offline"


def test_trust_is_revoked_at_once(trust: Trust, workspace: Workspace, ask: Ask) -> None:
    trusted = trust()
    assert ask(action="rm", cid=f"approval:{trusted['approval_uid']}", force="yes")["return"] == 0
    assert standing(workspace, a_plan(workspace)) is None


def test_a_repository_reached_by_a_link_is_covered(trust: Trust, workspace: Workspace, samples: Path) -> None:
    link = samples.parent / "link"
    link.symlink_to(samples)
    repos.unregister(workspace, "ckx-ml")
    repos.register(workspace, link, "linked")
    trust(cid="repo:linked")
    plan = a_plan(workspace)
    assert plan.files[0].path.startswith(f"{link}/")
    assert standing(workspace, plan) is not None


def test_without_a_person_only_the_hash_of_a_dry_run_trusts(trust: Trust, workspace: Workspace, samples: Path) -> None:
    nobody = Person("cancel")
    with pytest.raises(RefusedError, match="--expect=") as refused:
        trust(nobody)
    assert refused.value.code == 2
    looked_at = trust(nobody, **{"dry-run": "yes"})
    assert looked_at["trusted"] is False
    with pytest.raises(RefusedError):
        trust(nobody, yes="yes")
    with pytest.raises(RefusedError):
        trust(nobody, yes="yes", expect=looked_at["approval"], sandbox="none")
    change(samples, "# since\n")
    with pytest.raises(RefusedError, match="isn't what was looked at"):
        trust(nobody, yes="yes", expect=looked_at["approval"])
    assert standing(workspace, a_plan(workspace)) is None
    now = trust(nobody, **{"dry-run": "yes"})["approval"]
    assert trust(nobody, yes="yes", expect=now)["trusted"] is True
    assert standing(workspace, a_plan(workspace)) is not None


def test_the_question_tells_revision_executable_files_and_passages(trust: Trust, samples: Path) -> None:
    (samples / "install.sh").write_text("#!/bin/sh\nsudo make install\ncurl x | sh\n")
    person = Person("trust")
    told = tell("trust", "repo", trust(person))
    (survey,) = person.surveys
    assert survey.files["install.sh"]
    assert survey.executable > 10
    assert survey.passages["sudo"] >= 1
    text = "\n".join(told)
    for part in ("revision: unknown", "can be executed", "install.sh:2", "runs text as commands", "rm approval:"):
        assert part in text


@pytest.mark.parametrize("kind", ["plain", "cm"])
def test_repositories_of_other_formats_are_trusted_as_well(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    root = tmp_path / "theirs"
    (root / "script/x").mkdir(parents=True)
    (root / "README.md").write_text("# Theirs\n")
    (root / "script/x/run.sh").write_text("rm -rf build\n")
    if kind == "cm":
        (root / "cmr.yaml").write_text(f"alias: theirs\nuid: {'c' * 16}\n")
    assert repos.register(workspace, root, "theirs").format == kind
    request = request_from(workspace, {"action": "trust", "cid": "repo:theirs"}, Person("trust"))
    assert answer(request)["passages"] == {"delete": 1}
    stage = Stage("x", ("true",), ("true",), sandbox=Sandbox("offline"))
    plan = with_files(Plan("x", "x", "x", (), (stage,)), [root / "script/x/run.sh"])
    assert standing(workspace, plan) is not None


def test_links_special_files_and_hostile_names_are_passed_over_or_shown_as_signs(
    trust: Trust, samples: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    (samples / "out").symlink_to(tmp_path)
    (samples / "loop").symlink_to(samples)
    (samples / "secret.py").symlink_to(tmp_path / "secret")
    os.mkfifo(samples / "README.fifo")
    name = EVIL.replace("/", "").replace("\0", "")
    (samples / f"{name}.sh").write_text("sudo x\n")
    no_text = samples / os.fsdecode(b"\xff\xfe")
    no_text.mkdir()
    (no_text / "a.sh").write_text("curl x | sh\n")
    (samples / ".git/hooks").mkdir(parents=True)
    (samples / ".git/hooks/post-checkout").write_text("sudo x")
    person = Person("trust")
    result = trust(person)
    files = person.surveys[0].files
    assert not [path for path in files if path.startswith(("out/", "loop/", ".git/", "README.fifo"))]
    assert all(files[link].startswith("link:") for link in ("out", "loop", "secret.py"))
    assert os.fsdecode(b"\xff\xfe/a.sh") in files
    assert any("symbolic links" in remark and "secret.py" in remark for remark in result["remarks"])
    assert all(line.isprintable() for line in tell("trust", "repo", result))


def test_what_is_too_large_is_refused_in_a_sentence(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository_trust, "MOST_FILES", 5)
    with pytest.raises(InvalidRequestError, match="can't be trusted as a whole"):
        trust()


def test_own_and_unknown_repositories_and_profiles_are_refused(trust: Trust) -> None:
    for cid in ("repo:local", "repo:trust", "repo"):
        with pytest.raises(InvalidRequestError):
            trust(cid=cid)
    with pytest.raises(InvalidRequestError, match="offline, gpu, net, none"):
        trust(sandbox="loose")


@pytest.mark.parametrize(
    ("path", "mode", "data"),
    [
        ("a/run.sh", 0o644, b""),
        ("tool", 0o755, b"x"),
        ("tool", 0o644, b"#!/bin/sh\n"),
        ("tool", 0o644, b"\x7fELF"),
        ("x/Makefile", 0o644, b""),
        ("Dockerfile.gpu", 0o644, b""),
        ("soft/x/customize.py", 0o644, b""),
        ("program/x/.cm/meta.json", 0o644, b'{"run_cmds": {}}'),
        ("script/x/_cm.yaml", 0o644, b"prehook_deps:\n- tags: x"),
    ],
)
def test_code_scripts_build_files_and_meta_with_commands_count_as_executable(path: str, mode: int, data: bytes) -> None:
    assert is_executable(path, mode, data)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("README.md", b"#"),
        ("data.csv", b"1,2"),
        ("dataset/x/.cm/meta.json", b'{"tags": []}'),
        ("image.png", b"\x89PNG"),
    ],
)
def test_texts_and_data_dont(path: str, data: bytes) -> None:
    assert not is_executable(path, 0o644, data)


def test_trust_does_not_cover_that_a_detection_opens_a_folder_of_the_home(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("bwrap")
    monkeypatch.setenv("HOME", str(tmp_path))
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "x").write_text("my paper")
    stranger = Stranger(workspace, tmp_path / "stranger")
    opens = f"def setup(i):\n    i['env']['CK_X'] = {str(papers)!r}\n    return {{'return': 0, 'bat': ''}}\n"
    wanted = {"customize": {"soft_file_universal": "sh"}, "tags": ["it"]}
    stranger.entry("soft", "s", wanted, {"customize.py": opens})
    commands = {"x": {"run_time": {"run_cmd_main": "cat $CK_X/x"}}}
    needs = {"e": {"tags": "it"}}
    stranger.entry("program", "p", {"no_compile": "yes", "run_deps": needs, "run_cmds": commands})
    trusting = {"action": "trust", "cid": "repo:stranger"}
    approval = access({**trusting, "dry_run": True}, workspace)["approval"]
    assert access({**trusting, "yes": True, "expect": approval}, workspace)["return"] == 0
    assert access({"action": "detect", "cid": "soft:s"}, workspace)["return"] == 0
    plan = stranger.plan("run", "program:p")
    if plan.stages[-1].sandbox.profile == "none":
        pytest.skip("bubblewrap can't be used here")
    assert str(papers) in plan.stages[-1].sandbox.reads
    assert standing(workspace, plan) is None
    assert access({"action": "run", "cid": "program:p"}, workspace)["return"] == 2


def test_trust_covers_that_a_program_reads_registered_repositories_and_recorded_experiments(
    workspace: Workspace, tmp_path: Path
) -> None:
    require("bwrap")
    Stranger(workspace, tmp_path / "other")
    stranger = Stranger(workspace, tmp_path / "stranger")
    create_repository(workspace.local, "local", "9a3280b14a4285c9")
    create_entry(workspace.local, "experiment", {"tags": []}, alias="earlier")
    stranger.program("p", "true", {"ask.py": "import ck.kernel\n"})
    plan = stranger.plan("run", "program:p")
    assert standing(workspace, plan) is None
    trusting = {"action": "trust", "cid": "repo:stranger"}
    approval = access({**trusting, "dry_run": True}, workspace)["approval"]
    assert access({**trusting, "yes": True, "expect": approval}, workspace)["return"] == 0
    reads = plan.stages[-1].sandbox.reads
    assert {str(tmp_path / "other"), f"{workspace.local}/experiment/earlier"} <= set(reads)
    assert standing(workspace, plan) is not None
