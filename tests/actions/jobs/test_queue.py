"""Jobs wait for a slot, in their order; whatever is done to the queue, nothing is torn, orphaned or forgotten."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from ckexplore.actions.jobs import queue, record, stopping
from ckexplore.actions.jobs.output import log_tail
from ckexplore.store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ckexplore.store.workspace import Workspace

from ..waiting import ended, until
from .plans import plan_for
from .processes import new_mark, processes_with, zombies


def states(*folders: Path) -> list[str]:
    return [record.read_state(folder).state for folder in folders]


def gated(gate: Path, script: str = "true") -> str:
    return f"while [ ! -e {gate} ]; do sleep 0.02; done; {script}"


def test_one_job_runs_at_a_time_and_the_others_follow_in_their_order(workspace: Workspace, tmp_path: Path) -> None:
    order = tmp_path / "order"
    scripts = [f"echo {n}begins >> {order}; sleep 0.2; echo {n}ends >> {order}" for n in range(3)]
    folders = [queue.submit(workspace, plan_for(script)) for script in scripts]
    for folder in folders:
        assert ended(folder).state == "done"
    assert order.read_text().split() == [f"{n}{what}" for n in range(3) for what in ("begins", "ends")]


def test_more_slots_let_more_run(workspace: Workspace, tmp_path: Path) -> None:
    queue.set_slots(workspace, 3)
    folders = [queue.submit(workspace, plan_for(gated(tmp_path / "gate"))) for _ in range(4)]
    until(lambda: states(*folders) == ["running"] * 3 + ["queued"])
    (tmp_path / "gate").touch()
    assert [ended(folder).state for folder in folders] == ["done"] * 4
    for wrong in (0, -1, 1000):
        with pytest.raises(InvalidRequestError):
            queue.set_slots(workspace, wrong)


def test_a_job_that_is_in_a_hurry_waits_for_nobody(workspace: Workspace, tmp_path: Path) -> None:
    first = queue.submit(workspace, plan_for(gated(tmp_path / "gate")))
    waiting = queue.submit(workspace, plan_for("true"))
    urgent = queue.submit(workspace, plan_for("true"), now=True)
    assert ended(urgent).state == "done"
    assert states(first, waiting)[1] == "queued"
    (tmp_path / "gate").touch()
    assert ended(waiting).state == "done"


def test_a_waiting_job_is_moved_ahead(workspace: Workspace, tmp_path: Path) -> None:
    order = tmp_path / "order"
    first = queue.submit(workspace, plan_for(gated(tmp_path / "gate")))
    others = [queue.submit(workspace, plan_for(f"echo {n} >> {order}")) for n in range(3)]
    assert queue.move(workspace, others[2].name, 1).waiting == tuple(others[n].name for n in (2, 0, 1))
    with pytest.raises(InvalidRequestError, match="doesn't wait"):
        queue.move(workspace, first.name, 1)
    (tmp_path / "gate").touch()
    for folder in others:
        ended(folder)
    assert order.read_text().split() == ["2", "0", "1"]


def test_a_job_after_another_starts_only_when_that_has_ended_well(workspace: Workspace, tmp_path: Path) -> None:
    queue.set_slots(workspace, 4)
    good = queue.submit(workspace, plan_for(gated(tmp_path / "gate")))
    bad = queue.submit(workspace, plan_for(gated(tmp_path / "gate", "exit 3")))
    after_good = queue.submit(workspace, plan_for("true"), after=good.name)
    after_bad = queue.submit(workspace, plan_for(f"touch {tmp_path}/never"), after=bad.name)
    after_that = queue.submit(workspace, plan_for(f"touch {tmp_path}/never"), after=after_bad.name)
    until(lambda: states(good, bad) == ["running", "running"])
    assert states(after_good, after_bad) == ["queued", "queued"]
    (tmp_path / "gate").touch()
    assert ended(after_good).state == "done"
    assert [ended(folder).state for folder in (after_bad, after_that)] == ["cancelled", "cancelled"]
    assert "ended as failed" in record.read_state(after_bad).error
    assert not (tmp_path / "never").exists()
    with pytest.raises(NotFoundError):
        queue.submit(workspace, plan_for("true"), after="0" * 16)


def test_the_queue_goes_on_when_the_supervisor_that_runs_is_killed(workspace: Workspace) -> None:
    mark = new_mark()
    first = queue.submit(workspace, plan_for(f"export {mark}=1; sleep 600; true"))
    second = queue.submit(workspace, plan_for("true"))
    until(lambda: processes_with(mark))
    os.kill(record.read_state(first).pid, signal.SIGKILL)
    assert ended(second).state == "done"
    assert record.read_state(first).state == "lost"
    stopping.cancel(workspace, first)
    assert processes_with(mark) == []


def test_a_queue_file_that_was_torn_is_made_again_from_the_jobs(workspace: Workspace, tmp_path: Path) -> None:
    running = queue.submit(workspace, plan_for(gated(tmp_path / "gate")))
    waiting = [queue.submit(workspace, plan_for("true")) for _ in range(2)]
    until(lambda: states(running) == ["running"])
    (workspace.home / "queue/queue.json").write_text('{"slots": ')
    found = queue.advance(workspace)
    assert (found.waiting, found.running) == (tuple(one.name for one in waiting), (running.name,))
    (tmp_path / "gate").touch()
    assert [ended(folder).state for folder in waiting] == ["done", "done"]


def test_fifty_jobs_queued_cancelled_and_replayed_at_random_leave_nothing_behind(workspace: Workspace) -> None:
    mark = new_mark()
    chance = random.Random(20)
    queue.set_slots(workspace, 3)
    scripts = [
        "true",
        "exit 4",
        "echo text; sleep 0.05",
        "(setsid sleep 600 &) ; sleep 0.05",
        "trap '' TERM; sleep 600 & wait",
    ]
    folders: list[Path] = []
    for _ in range(50):
        again = chance.random() < 0.3 and folders
        if again:
            before = chance.choice(folders)
            plan = replace(record.read_plan(before), replays=before.name)
        else:
            plan = plan_for(f"export {mark}=1; {chance.choice(scripts)}")
        folders.append(queue.submit(workspace, plan, now=chance.random() < 0.1))
        if chance.random() < 0.3:
            stopping.cancel(workspace, chance.choice(folders))
        if chance.random() < 0.3 and (waiting := queue.look(workspace).waiting):
            try:
                queue.move(workspace, chance.choice(waiting), chance.randint(1, 9))
            except InvalidRequestError:  # it has started meanwhile
                continue
    deadline = time.monotonic() + 120
    while any(not record.read_state(folder).over for folder in folders):
        assert time.monotonic() < deadline, [record.read_state(folder).state for folder in folders]
        for folder in folders:
            if record.read_state(folder).state == "running" and time.time() - record.read_state(folder).started > 1:
                stopping.cancel(workspace, folder)
        time.sleep(0.1)
    until(lambda: not processes_with(mark) and not processes_with(str(workspace.home)))
    assert zombies() == []
    for folder in folders:
        state = record.read_state(folder)
        assert state.state in ("done", "failed", "cancelled"), (state, (folder / "supervisor.log").read_text())
        assert state.exit_code == {"done": 0, "failed": 4}.get(state.state, state.exit_code)
        assert log_tail(folder, 1000) or state.state == "cancelled"
        assert record.read_plan(folder).stages
    assert queue.advance(workspace) == queue.Queue(3)


def test_a_job_that_was_deleted_while_it_waited_holds_nothing_up(workspace: Workspace, tmp_path: Path) -> None:
    import shutil

    running = queue.submit(workspace, plan_for(gated(tmp_path / "gate")))
    gone, last = (queue.submit(workspace, plan_for("true")) for _ in range(2))
    shutil.rmtree(gone)
    (tmp_path / "gate").touch()
    assert [ended(folder).state for folder in (running, last)] == ["done", "done"]
    with pytest.raises(CkexploreError):
        record.find(workspace, gone.name)
