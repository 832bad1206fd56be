"""What a program tells is taken in only where everybody can count with it."""

import pytest

from ckexplore.actions.jobs.events import event_of
from ckexplore.actions.jobs.follow import JobFollower
from ckexplore.actions.jobs.queue import submit
from ckexplore.store.workspace import Workspace

from ..waiting import ended
from .plans import plan_for


@pytest.mark.parametrize(
    "line",
    [
        *('{"event": "progress", "done": 1e999}', '{"event": "progress", "done": NaN}', '{"event": {"a": 1}}', "[1]"),
        *('{"event": "x", "values": [1, ' + "9" * 400 + "]}", '{"event": "x", "a": {"b": [-Infinity]}}', "{", ""),
        '{"event": "x", "a": ' + "[" * 300 + "]" * 300 + "}",
    ],
)
def test_numbers_that_nobody_can_count_with_are_no_event(line: str) -> None:
    assert event_of(line.encode()) is None


def test_what_is_no_event_is_passed_over_and_the_rest_recorded(workspace: Workspace) -> None:
    huge = "9" * 400
    lines = f'{{"event":"progress","done":{huge},"total":1}}\\n{{"event":"progress","done":1,"total":2}}\\n'
    folder = submit(workspace, plan_for(f"printf '{lines}' >&$CKEXPLORE_EVENTS"))
    assert ended(folder).state == "done"
    assert [(event["done"], event["total"]) for event in JobFollower(folder).events()] == [(1, 2)]
