from pathlib import Path

from ckexplore.actions.jobs.queue import submit
from ckexplore.actions.kernel import plan as plan_of
from ckexplore.actions.request import request_from
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .conftest import Ask
from .waiting import ended


def change(samples: Path, text: str) -> None:
    script = samples / "soft/compiler.gcc/customize.py"
    script.write_text(script.read_text() + text)


def test_changed_content_is_not_executed_without_an_approval(ask: Ask, samples: Path, workspace: Workspace) -> None:
    require("gcc")
    mark = samples.parent / "executed"
    change(samples, f"\nopen({str(mark)!r}, 'w').close()\n")
    answer = ask(action="detect", cid="soft:compiler.gcc")
    assert answer["return"] == 2
    assert "--expect=" in answer["error"]
    assert not mark.exists()
    assert not workspace.jobs.exists() or not list((workspace.jobs / "job").glob("*/output.log"))


def test_the_hash_of_a_dry_run_approves_exactly_that_content(ask: Ask, samples: Path) -> None:
    require("gcc")
    change(samples, "\n# looked at\n")
    approval = ask(action="detect", cid="soft:compiler.gcc", dry_run=True)["approval"]
    change(samples, "\n# changed since\n")
    refused = ask(action="detect", cid="soft:compiler.gcc", yes=True, expect=approval)
    assert refused["return"] == 2
    now = ask(action="detect", cid="soft:compiler.gcc", dry_run=True)["approval"]
    assert ask(action="detect", cid="soft:compiler.gcc", yes=True, expect=now)["return"] == 0


def test_yes_alone_approves_nothing(ask: Ask, samples: Path) -> None:
    change(samples, "\n# mine\n")
    assert ask(action="detect", cid="soft:compiler.gcc", yes=True)["return"] == 2


def test_a_file_changed_between_approval_and_start_stops_the_job(samples: Path, workspace: Workspace) -> None:
    require("gcc")
    plan = plan_of(request_from(workspace, {"action": "detect", "cid": "soft:compiler.gcc"}))
    mark = samples.parent / "executed"
    change(samples, f"\nopen({str(mark)!r}, 'w').close()\n")
    state = ended(submit(workspace, plan))
    assert state.state == "failed"
    assert "changed since it was approved" in state.error
    assert not mark.exists()


def test_the_same_plan_has_the_same_hash(samples: Path, workspace: Workspace) -> None:
    del samples
    request = request_from(workspace, {"action": "run", "cid": "program:matmul", "cmd_key": "naive"})
    assert plan_of(request).approval == plan_of(request).approval
    other = request_from(workspace, {"action": "run", "cid": "program:matmul", "cmd_key": "naive", "flags": "-O0"})
    assert plan_of(other).approval != plan_of(request).approval


def test_every_executed_file_of_the_samples_is_known_as_ours(ask: Ask, workspace: Workspace) -> None:
    from ckexplore.actions.trust.approval import is_shipped

    assert ask(action="ls", cid="program")["lst"]
    for name in ("matmul", "corner-detection", "image-classification-onnx"):
        plan = plan_of(request_from(workspace, {"action": "run", "cid": f"program:{name}"}))
        assert is_shipped(workspace, plan), name


def test_a_repository_is_trusted_by_a_script_until_a_file_changes(ask: Ask, samples: Path) -> None:
    require("gcc")
    change(samples, "\n# theirs\n")
    trusting = {"action": "trust", "cid": "repo:ckx-ml", "sandbox": "none"}  # this machine may have no bubblewrap
    assert ask(**trusting)["return"] == 2
    approval = ask(**trusting, dry_run=True)["approval"]
    assert ask(**trusting, yes=True, expect=approval)["return"] == 0
    script = samples / "soft/compiler.gcc/customize.py"
    trusted = script.read_text()
    change(samples, "\n# since\n")
    refused = ask(action="detect", cid="soft:compiler.gcc")
    assert refused["return"] == 2
    assert "customize.py (changed)" in refused["error"]
    script.write_text(trusted)
    assert ask(action="detect", cid="soft:compiler.gcc")["return"] == 0
