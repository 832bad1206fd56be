"""What a job's folder holds is read with care: one that is damaged is told as broken beside all others."""

import json
from pathlib import Path

from ckexplore.actions import access
from ckexplore.actions.jobs.queue import submit
from ckexplore.store.workspace import Workspace

from ..waiting import ended
from .plans import plan_for


def test_a_state_with_values_of_the_wrong_type_is_one_broken_job_in_the_list(workspace: Workspace) -> None:
    folders: list[Path] = []
    for _ in range(2):
        folders.append(submit(workspace, plan_for("true"), "once"))
        ended(folders[-1])
    (folders[0] / "state.json").write_text(json.dumps({"state": "done", "started": "x", "results": 5}))
    shown = {one["data_uid"]: one["shown"] for one in access({"action": "ls", "cid": "job"}, workspace)["lst"]}
    assert "the state of a job can't be read" in shown[folders[0].name]
    assert shown[folders[1].name].startswith("done")
