"""What is typed reaches a job's terminal, and so does its size; a job that asks is known to wait."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ckexplore.actions.jobs import control, record
from ckexplore.actions.jobs.control import ControlReader, Told
from ckexplore.actions.jobs.follow import JobFollower
from ckexplore.actions.jobs.queue import submit
from ckexplore.store.errors import UnavailableError
from ckexplore.store.workspace import Workspace

from ..waiting import ended, until
from .plans import plan_for


def test_a_job_that_asks_waits_and_is_answered(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for('read -p "Name? " name; echo "hello $name"'))
    until(lambda: record.read_state(folder).waits)
    control.send_input(folder, b"Ada\r")
    assert ended(folder).state == "done"
    assert b"hello Ada" in JobFollower(folder).output()
    assert not record.read_state(folder).waits


def test_a_python_prompt_is_known_to_wait(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("python3 -c \"print(input('continue? [y/N] ') * 2)\""))
    until(lambda: record.read_state(folder).waits)
    control.send_input(folder, b"ab\r")
    assert ended(folder).state == "done"
    assert b"abab" in JobFollower(folder).output()


def test_only_a_line_that_its_terminal_does_not_show_is_hidden(workspace: Workspace) -> None:
    ask = "import getpass, readline; input('name? '); getpass.getpass('password: ')"
    folder = submit(workspace, plan_for(f'python3 -c "{ask}"'))
    until(lambda: record.read_state(folder).waits)
    assert not record.read_state(folder).hides
    control.send_input(folder, b"Ada\r")
    until(lambda: record.read_state(folder).hides)
    control.send_input(folder, b"secret\r")
    assert ended(folder).state == "done"
    assert not record.read_state(folder).hides
    assert b"secret" not in JobFollower(folder).output()


def test_a_job_that_only_computes_or_sleeps_is_not_said_to_wait(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("echo -n 'working: '; sleep 1.6; echo done"))
    seen = set()
    while not record.read_state(folder).over:
        seen.add(record.read_state(folder).waits)
        time.sleep(0.05)
    assert seen == {False}


def test_another_size_reaches_a_running_job(workspace: Workspace) -> None:
    script = "trap 'stty size; exit 7' WINCH; echo ready; while :; do sleep 0.05; done"
    folder = submit(workspace, plan_for(script))
    follower = JobFollower(folder)
    until(lambda: b"ready" in follower.output())
    control.send_size(folder, 33, 77)
    assert ended(folder).exit_code == 7
    assert b"33 77" in follower.output()


def test_ctrl_c_typed_into_the_terminal_interrupts_the_job(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("echo up; sleep 600"))
    follower = JobFollower(folder)
    until(lambda: b"up" in follower.output())
    control.send_input(folder, b"\x03")
    assert ended(folder).exit_code == 130


def test_what_a_job_never_reads_holds_nothing_up(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("stty raw -echo; for i in $(seq 20); do echo line $i; sleep 0.05; done"))
    until(lambda: record.read_state(folder).state == "running" and (folder / control.CONTROL).exists())
    for _ in range(40):
        try:
            control.send_input(folder, b"x" * 5000)
        except UnavailableError:
            break
    assert ended(folder).state == "done"
    assert b"line 20" in JobFollower(folder).output()


def test_typing_into_a_job_that_is_over_says_so(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("true"))
    ended(folder)
    with pytest.raises(UnavailableError, match="isn't running"):
        until(lambda: control.send_input(folder, b"x"))


@given(some.lists(some.binary(max_size=30)), some.integers(1, 9))
def test_messages_come_through_whole_however_they_are_cut(texts: list[bytes], size: int) -> None:
    lines = [json.dumps({"input": text.decode("latin-1")}).encode() + b"\n" for text in texts]
    data = b"".join(lines)
    reader = ControlReader()
    typed = b"".join(reader.feed(data[start : start + size]).typed for start in range(0, len(data), size))
    assert typed == b"".join(texts)


@given(some.binary())
def test_nonsense_types_nothing_and_breaks_nothing(data: bytes) -> None:
    reader = ControlReader()
    reader.feed(data + b"\n")
    assert reader.feed(b'{"resize": [5, 6]}\n') == Told(b"", (5, 6))
    for wrong in (b'{"resize": [0, 6]}\n', b'{"resize": "x"}\n', b'{"resize": [1e9, 2]}\n', b'{"resize": [2000, 2]}\n'):
        assert reader.feed(wrong) == Told()


def test_the_control_is_the_users_alone(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("sleep 0.5"))
    path = Path(folder / control.CONTROL)
    until(path.exists)
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    ended(folder)
