"""What came of a program in the terminal: numbers with what a reader of them should know."""

from typing import Any

from ckexplore.actions.report.telling import tell

POINT: dict[str, Any] = {
    "point": "00ff",
    "point_file": "/nowhere",
    "experiment": "local:experiment:x",
    "job": "ab",
    "seconds": 9.0,
    "build": "da0a793b00",
}


def test_a_compilation_alone_says_how_long_it_took_and_how_large_it_is() -> None:
    compiled = {"compilation_time": 0.25, "binary_size": 16864, "joined_compiler_flags": "-O3"}
    result = {"build": "da0a793b00", "characteristics": {"compile": compiled}, "job": "ab", "seconds": 1.5}
    assert tell("compile", "program", result) == [
        "compiled in 250 ms, 16,864 bytes, flags -O3",
        "build da0a793b is kept for runs of it (job:ab, 1.5 s)",
    ]
    assert tell("compile", "program", {**result, "characteristics": {}})[0] == "compiled"


def test_a_run_says_which_build_it_used_how_often_it_repeated_and_what_became_of_its_output() -> None:
    run = {"execution_time": 0.04, "execution_time_kernel_0": 4.0, "total_execution_time": 4.0, "repeat": 100}
    notes = ["compiled already (da0a793b); --rebuild compiles it again"]
    lines = tell(
        "run", "program", {**POINT, "characteristics": {"run": run}, "output": "as recorded before", "notes": notes}
    )
    assert lines[-4:] == [
        *notes,
        "it repeated its work 100 times: execution_time is that of one, total_execution_time of all",
        "its output: as recorded before",
        "point 00ff of local:experiment:x (job:ab, 9 s)",
    ]
    told = [" ".join(line.split()) for line in lines]
    assert "execution_time 40 ms" in told
    assert "execution_time_kernel_0 4 s" in told


def test_a_run_without_repetitions_and_output_says_nothing_of_them() -> None:
    lines = tell("run", "program", {**POINT, "characteristics": {"run": {"execution_time": 1.0, "repeat": 1}}})
    assert lines[-2:] == ["", "point 00ff of local:experiment:x (job:ab, 9 s)"]
