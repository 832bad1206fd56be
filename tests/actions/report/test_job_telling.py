"""A job's record in words: what it used by name and unit, and nothing where nothing was measured."""

from typing import Any

from ckexplore.actions.report.telling import tell

SHOWN: dict[str, Any] = {
    "request": "run program:x",
    "cid": "local:program:x",
    "state": "done",
    "exit_code": 0,
    "error": "",
    "started": 0.0,
    "seconds": 8_602.0,
    "resources": {"wall_s": 53.4, "user_s": 0.0212, "peak_memory_bytes": 13_300_000, "stages": []},
    "origin": {"approved": "once", "approval": "00ff", "after": ""},
    "provenance": {"host": "vm", "user": "ada"},
}


def test_a_record_names_what_a_job_used_with_its_unit() -> None:
    lines = [" ".join(line.split()) for line in tell("show", "job", SHOWN)]
    assert "exit code 0" in lines
    assert "took 2 h 23 min" in lines
    assert "wall time 53.4 s" in lines
    assert "user time 21.2 ms" in lines
    assert "peak memory 13.3 MB" in lines
    assert "host vm, user ada" in lines
    assert "bytes" not in " ".join(lines)


def test_a_run_that_measured_nothing_says_so_instead_of_an_empty_table() -> None:
    point = {"point": "00ff", "point_file": "/nowhere", "experiment": "local:experiment:x", "characteristics": {}}
    lines = tell("run", "program", {**point, "job": "ab", "seconds": 150.0})
    assert lines[0] == "nothing was measured"
    assert lines[-1] == "point 00ff of local:experiment:x (job:ab, 2 min 30 s)"
