"""A replay is the same plan as a new job, approved anew, and says what differs."""

from pathlib import Path

from msgspec.structs import replace

from ckexplore.actions.jobs import record
from ckexplore.actions.jobs.comparison import differences
from ckexplore.actions.jobs.queue import submit
from ckexplore.actions.report.telling import tell
from ckexplore.store.workspace import Workspace

from ..conftest import Ask
from ..waiting import ended
from .plans import plan_for


def test_what_differs_is_told_and_what_does_not_is_not(workspace: Workspace, tmp_path: Path) -> None:
    first = submit(workspace, plan_for(f"echo same; cat {tmp_path}/data 2>/dev/null; [ ! -e {tmp_path}/data ]"))
    assert ended(first).state == "done"
    (tmp_path / "data").write_text("another line\n")
    second = submit(workspace, replace(record.read_plan(first), replays=first.name))
    assert ended(second).state == "failed"
    told = differences(second)
    assert told["replays"] == first.name
    found = {one["what"]: (one["before"], one["now"]) for one in told["differences"]}
    assert found["state"] == ("done", "failed")
    assert found["exit code"] == (0, 1)
    assert "host" not in found
    assert "+another line" in told["output_difference"]
    assert not any("same" in line for line in told["output_difference"])


def test_a_job_that_replays_nothing_has_no_differences(workspace: Workspace) -> None:
    folder = submit(workspace, plan_for("true"))
    ended(folder)
    assert differences(folder) == {}


def test_a_replayed_run_is_compared_number_by_number(ask: Ask) -> None:
    env = {"CK_MINIMUM_SECONDS": "0.2", "CK_REPETITIONS": "200"}
    first = ask(action="run", cid="program:image-classification-onnx", cmd_key="latency", env=env)
    again = ask(action="replay", cid="job:last")
    assert again["return"] == 0, again
    assert again["job"] != first["job"]
    assert again["replays"] == first["job"]
    found = {one["what"]: one for one in again["differences"]}
    median = found["characteristics.run.latency_median_s"]
    assert median["ratio"] == round(median["now"] / median["before"], 4)
    lines = tell("replay", "job", again)
    assert any("latency_median_s" in line for line in lines)
    assert f"compared with job:{first['job']}" in lines


def test_a_replay_of_changed_content_is_refused(ask: Ask, samples: Path) -> None:
    env = {"CK_MINIMUM_SECONDS": "0.1", "CK_REPETITIONS": "100"}
    first = ask(action="run", cid="program:image-classification-onnx", cmd_key="latency", env=env)
    script = next((samples / "program/image-classification-onnx").glob("*.py"))
    script.write_text(script.read_text() + "\n# changed\n")
    again = ask(action="replay", cid=f"job:{first['job']}")
    assert again["return"] != 0
    assert "changed since it was approved" in again["error"]
