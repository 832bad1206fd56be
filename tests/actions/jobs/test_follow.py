"""What a program tells as events can be drawn: finite numbers, safe texts, objects."""

import json
from pathlib import Path

import pytest

from ckexplore.actions.jobs.follow import JobFollower

from ...conftest import EVIL


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "-" + "9" * 400])
def test_an_event_with_a_number_that_nobody_can_draw_is_left_out(tmp_path: Path, number: str) -> None:
    (tmp_path / "events.jsonl").write_text(
        f'{{"event": "sample", "values": [1.5, {number}], "value": {number}, "in": {{"it": {number}}}}}\n[{number}]\n'
    )
    assert JobFollower(tmp_path).events() == []


def test_texts_are_safe(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(json.dumps({"event": "sample", "name": EVIL, EVIL: [EVIL]}) + "\n")
    event = JobFollower(tmp_path).events()[0]
    assert "\x1b" not in str(event)
    assert "\u202e" not in str(event)
