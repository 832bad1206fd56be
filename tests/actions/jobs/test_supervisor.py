import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ckexplore.actions.execution import outcome
from ckexplore.actions.jobs import record, stopping
from ckexplore.actions.jobs.detached import start_supervisor
from ckexplore.actions.jobs.follow import JobFollower
from ckexplore.actions.jobs.queue import submit
from ckexplore.actions.plan import Plan, Stage, decode, encode
from ckexplore.store.errors import FailedError
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL
from ..waiting import ended, until
from .plans import plan_for
from .processes import new_mark, processes_with


def test_output_events_and_exit_code_are_recorded(workspace: Workspace) -> None:
    script = 'echo to out; echo to err >&2; echo \'{"event":"progress","done":1,"total":2}\' >&$CKEXPLORE_EVENTS; tty'
    folder = submit(workspace, plan_for(script))
    state = ended(folder)
    follower = JobFollower(folder)
    output = follower.output().decode()
    assert (state.state, state.exit_code) == ("done", 0)
    assert "to out" in output
    assert "to err" in output
    assert "/dev/pts/" in output
    assert [event["event"] for event in follower.events()] == ["progress"]
    assert follower.output() == b""


def test_a_failing_stage_ends_the_job_with_its_code(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("exit 7", "touch never"))
    state = ended(folder)
    assert (state.state, state.exit_code, state.stage) == ("failed", 7, 0)
    assert not (folder / "never").exists()


def test_a_stage_beyond_its_time_is_ended(workspace: Workspace) -> None:
    state = ended(submit(workspace, plan_for("sleep 600", timeout=0.3)))
    assert state.state == "failed"
    assert "took longer than" in state.error


def test_cancelling_ends_every_process_even_the_stubborn_ones(workspace: Workspace) -> None:
    mark = new_mark()
    stubborn = (
        f"export {mark}=1; trap '' TERM HUP; (setsid bash -c \"trap '' TERM; sleep 600\" &) ; bash -c 'sleep 600'; true"
    )
    folder = submit(workspace, plan_for(stubborn))
    until(lambda: len(processes_with(mark)) >= 2)
    assert stopping.cancel(workspace, folder, patience=30).state == "cancelled"
    assert processes_with(mark) == []


def test_a_job_goes_on_when_its_starter_is_killed_with_its_terminal(workspace: Workspace, tmp_path: Path) -> None:
    mark = tmp_path / "finished"
    code = (
        "import os, sys, time; from pathlib import Path; from ckexplore.actions.jobs.queue import submit;"
        "from ckexplore.actions.plan import decode; from ckexplore.store.workspace import workspace_from_environment;"
        "print(submit(workspace_from_environment(), decode(sys.stdin.buffer.read())), flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert starter.stdin and starter.stdout
    starter.stdin.write(encode(plan_for(f"sleep 1; echo done > {mark}")))
    starter.stdin.close()
    folder = Path(starter.stdout.readline().decode().strip())
    os.killpg(starter.pid, signal.SIGHUP)
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    assert ended(folder).state == "done"
    assert mark.read_text() == "done\n"


def test_a_job_whose_supervisor_was_killed_is_lost_and_nothing_of_it_goes_on(workspace: Workspace) -> None:
    mark = new_mark()
    folder = submit(workspace, plan_for(f"export {mark}=1; (setsid sleep 600 &); sleep 600; true"))
    until(lambda: len(processes_with(mark)) >= 2)
    os.kill(record.read_state(folder).pid, signal.SIGKILL)
    until(lambda: record.read_state(folder).state == "lost")
    assert "cancel job:" in record.read_state(folder).error
    assert stopping.cancel(workspace, folder).state == "lost"
    assert processes_with(mark) == []


def test_a_process_that_closes_its_terminal_is_waited_for(workspace: Workspace, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = f'eval "exec $CKEXPLORE_EVENTS>&-"; exec </dev/null >/dev/null 2>&1; sleep 0.5; echo x > {mark}'
    assert ended(submit(workspace, plan_for(script))).state == "done"
    assert mark.exists()


def test_what_a_stage_leaves_behind_is_ended_and_holds_nothing_up(workspace: Workspace) -> None:
    mark = new_mark()
    begun = time.monotonic()
    script = f"export {mark}=1; (while true; do echo more; sleep 0.05; done) & exit 0"
    state = ended(submit(workspace, plan_for(script)))
    assert state.state == "done"
    assert time.monotonic() - begun < 30
    assert processes_with(mark) == []


def test_what_a_hostile_stage_leaves_is_told_safely(workspace: Workspace) -> None:
    script = "printf '%s' $'\\e]52;c;eA==\\a\\u202e' > $CKEXPLORE_STAGE/error.txt; exit 3"
    plan = Plan("t", "a:b:c", "0" * 16, (), (Stage(EVIL.replace("\0", ""), ("bash", "-c", script), ("x",)),))
    folder = submit(workspace, plan)
    state = ended(folder)
    with pytest.raises(FailedError) as raised:
        outcome(folder, state)
    for text in (state.title, state.error, str(raised.value)):
        assert "evil" in text or "52;c" in text
        assert not set(text) & set("\x1b\x07\x9b\u202e\x00\x7f")


def test_a_program_that_isnt_there_is_named(workspace: Workspace) -> None:
    plan = Plan("t", "a:b:c", "0" * 16, (), (Stage("s", ("/no/such/program",), ("x",)),))
    state = ended(submit(workspace, plan))
    assert state.state == "failed"
    assert "/no/such/program can't be started" in state.error


@pytest.mark.parametrize("name", [record.PLAN, record.ORIGIN])
def test_a_job_whose_own_files_are_damaged_has_failed_and_says_so(workspace: Workspace, name: str) -> None:
    folder = record.create(workspace, plan_for("true"))
    (folder / name).write_text('{"argv": ')
    start_supervisor(workspace, folder)
    state = ended(folder)
    assert (state.state, state.exit_code) == ("failed", 1)
    assert "can't be read" in state.error or name in state.error


def test_a_plan_survives_being_written() -> None:
    plan = plan_for("true")
    assert decode(encode(plan)) == plan


@pytest.mark.parametrize("number", range(3))
def test_the_state_is_never_torn_while_it_changes(workspace: Workspace, number: int) -> None:
    del number
    folder = submit(workspace, plan_for("true", "true", "true"))
    deadline = time.monotonic() + 30
    while not record.read_state(folder).over:
        assert time.monotonic() < deadline
