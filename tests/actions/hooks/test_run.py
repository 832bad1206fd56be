"""How a program is run: prepared, repeated until its time can be measured, post-processed, shown, compared."""

import json
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.hooks.run import command, run_program, template
from ckexplore.store.errors import CkexploreError, FailedError

from ...conftest import EVIL, require
from .specs import program_spec

SLEEPY = "python3 -c \"import os, json; n = int(os.environ['CT_REPEAT_MAIN']); open('n', 'a').write(f'{n} ')"
TIMED = SLEEPY + "; json.dump({'execution_time': n * 0.0001}, open('t.json', 'w'))\""
DEAF = SLEEPY + "; json.dump({'execution_time': 0.01}, open('t.json', 'w'))\""
TIMER = {"fine_grain_timer_file": "t.json"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "run"
    place.mkdir()
    monkeypatch.chdir(place)
    require("bash")
    return place


def run(line: str, run_time: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return run_program(program_spec({"run_cmd_main": line, **(run_time or {})}, **changes))[0]


def test_repetitions_grow_until_the_run_takes_the_time_that_is_wanted(folder: Path) -> None:
    told = run(TIMED, TIMER, variables={"CT_REPEAT_MAIN": "1"})
    assert (folder / "n").read_text().split() == ["1", "10", "100", "1000", "10000", "2000"]
    assert told["repeat"] == 2000
    assert told["total_execution_time"] == pytest.approx(0.2)
    assert told["execution_time"] == pytest.approx(0.0001)


def test_a_program_that_ignores_repetitions_was_run_once(folder: Path) -> None:
    told = run(DEAF, TIMER, variables={"CT_REPEAT_MAIN": "1"})
    assert (folder / "n").read_text().split() == ["1", "10", "100", "1000"]
    assert (told["repeat"], told["execution_time"]) == (1, 0.01)


@pytest.mark.parametrize(
    ("changes", "repeats"),
    [({"repeat": "7"}, "7"), ({"skip_calibration": True}, "3"), ({"repeat": "7", "skip_calibration": True}, "7")],
)
def test_without_calibration_a_program_runs_once_with_the_repetitions_given(
    folder: Path, changes: dict[str, Any], repeats: str
) -> None:
    told = run(TIMED, TIMER, variables={"CT_REPEAT_MAIN": "3"}, **changes)
    assert (folder / "n").read_text().split() == [repeats]
    assert told["repeat"] == int(repeats)


@pytest.mark.parametrize("first", ["\u00b2", "-1", "x", "", "9" * 5000], ids=range(5))
def test_a_number_of_repetitions_that_is_none_counts_as_one(first: str) -> None:
    assert run("true", variables={"CT_REPEAT_MAIN": first}, skip_calibration=True)["repeat"] == 1


def test_a_program_that_knows_no_repetitions_runs_once_and_its_seconds_are_measured(folder: Path) -> None:
    told = run("echo x >> n")
    assert (folder / "n").read_text() == "x\n"
    assert (told["repeat"], told["run_success"], told["return_code"]) == (1, "yes", 0)
    assert 0 <= told["execution_time"] < 60


def test_when_no_number_of_repetitions_is_found_the_way_out_is_told() -> None:
    with pytest.raises(FailedError, match=r"2 runs didn't find .* --repeat=, or --skip_calibration"):
        run(TIMED, TIMER, variables={"CT_REPEAT_MAIN": "5"}, calibration_max=2, calibration_time=500)


def test_output_in_files_is_shown_and_the_last_words_explain_a_failure(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    files = {"run_cmd_out1": "out.txt", "run_cmd_out2": "err.txt"}
    run("eval 'echo to-out; echo to-err >&2'", files)
    shown = capfdbinary.readouterr().out
    assert b"to-out" in shown
    assert b"to-err" in shown
    with pytest.raises(FailedError, match=r"ended with exit code 3: why it failed"):
        run("eval 'echo why it failed >&2; exit 3'", files)
    assert (folder / "err.txt").exists()
    assert (
        run("eval 'exit 3'", files, details={"ignore_return_code": "yes", "run_time": {"run_cmd_main": "exit 3"}})[
            "return_code"
        ]
        == 3
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [("kill -9 $$", "SIGKILL"), ("kill -40 $$", "signal 40"), ("exit 137", "SIGKILL"), ("exit 255", "exit code 255")],
)
def test_the_way_a_program_ended_is_named(line: str, told: str) -> None:
    with pytest.raises(FailedError, match=told):
        run(line)


def test_processing_before_and_after_sees_variables_and_the_data_set(folder: Path) -> None:
    data = folder.with_name("data")
    data.mkdir()
    dataset = {"path": str(data), "private": False, "uid": "d" * 16, "files": ["one.txt", "two.txt"]}
    dataset |= {"named": {"frames": "24"}}
    run(
        'echo "$#dataset_path#$$#dataset_filename#$ $#dataset_filename_1#$ $#frames#$ $<<A>>$ $B" > main',
        {
            "pre_process_cmds": ["echo before $A > before"],
            "post_process_cmds": ["cp main after"],
            "run_set_env2": {"B": "$#src_path#$"},
        },
        variables={"A": "of a"},
        dataset=dataset,
    )
    assert (folder / "before").read_text() == "before of a\n"
    assert (folder / "after").read_text() == f"{data}/one.txt two.txt 24 of a ./\n"
    with pytest.raises(FailedError, match=r"commands before the run failed \(false\)$"):
        run("true", {"pre_process_cmds": ["false", "true"]})
    with pytest.raises(FailedError, match=r"after the run failed \(echo ok; .*: No module named 'x'$"):
        run("true", {"post_process_cmds": ["echo ok; echo No module named \"'x'\"; exit 3"]})


def test_hooks_change_variables_and_characteristics(folder: Path) -> None:
    (folder / "hooks.py").write_text(
        "def ck_preprocess(i):\n"
        "    return {'return': 0, 'bat': 'export C=c', 'new_env': {'B': i['params']['p'] + i['env']['A']}}\n"
        "def ck_postprocess(i):\n"
        "    text = open('out').read().strip()\n"
        "    return {'return': 0, 'characteristics': {'told': text, 'execution_time': '2.5'}}\n"
    )
    scripts = dict.fromkeys(("pre_process_via_ck", "post_process_via_ck"), str(folder / "hooks.py"))
    told = run('echo "$A $B $C" > out', scripts=scripts, variables={"A": "a"}, params={"p": "p"})
    assert (told["told"], told["execution_time"]) == ("a pa c", 2.5)


def test_nothing_of_an_earlier_run_is_taken_for_this_ones(folder: Path) -> None:
    (folder / "t.json").write_text(json.dumps({"execution_time": 1}))
    (folder / "made").mkdir()
    (folder / "made/old").write_text("x")
    (folder / "result").symlink_to("made")
    times = {"run_cmd_main": "ls made > seen", "run_output_files": ["result"], "run_make_directories": ["made"]}
    with pytest.raises(FailedError, match="left no measurements"):
        run("ls made > seen", {**times, **TIMER})
    assert (folder / "seen").read_text() == ""
    assert not (folder / "result").is_symlink()


@pytest.mark.parametrize("left", ["mkfifo t.json", "ln -s /etc/hostname t.json", "mkdir t.json", "echo '[1' > t.json"])
def test_measurements_that_are_no_file_of_its_own_are_a_failure_and_nothing_waits(left: str) -> None:
    with pytest.raises(CkexploreError, match="left no measurements"):
        run(left, TIMER)


def test_the_command_is_put_together_with_what_was_asked_for() -> None:
    spec = program_spec(
        {"run_cmd_main": "$#env1#$A$#env2#$ $#BIN_FILE#$ $#mode#$", "run_cmd_out1": "o 1", "run_cmd_out2": "e"},
        affinity="0-1",
        substitutes={"mode": "fast"},
        before_command="time",
        after_command="--more",
        rest=["a b", "$(id)"],
    )
    assert command(spec) == "time $A taskset -c 0-1 ./a.out fast 'a b' '$(id)' --more > 'o 1' 2> e"
    assert template(spec)[-1] == command(spec)


def outputs(folder: Path, text: str, **changes: Any) -> dict[str, Any]:
    (folder / "new").write_text(text)
    recorded = folder.with_name("recorded")
    run_time = {"run_cmd_main": "mkdir -p out; cp new out/a.txt", "run_correctness_output_files": ["out/a.txt"]}
    spec = program_spec(run_time) | {"recorded": [str(recorded)]} | changes
    told, check = run_program(spec)
    assert check is not None
    if not check.compared:
        place = recorded / check.name / "out"
        place.mkdir(parents=True)
        (place / "a.txt").write_bytes(Path("out/a.txt").read_bytes())
    return {**told, "compared": check.compared, "name": check.name}


def test_an_output_is_compared_with_the_one_recorded_for_the_same_repetitions_and_variables(folder: Path) -> None:
    first = outputs(folder, "one")
    assert (first["compared"], first["name"]) == (False, "x--1")
    assert outputs(folder, "one")["compared"]
    with pytest.raises(FailedError, match=r"out/a\.txt differs .* --overwrite_reference_output"):
        outputs(folder, "two")
    assert not outputs(folder, "two", recorded=[], command=f"y/../{EVIL}")["compared"]
    spec = program_spec({"run_cmd_main": "rm -r out", "run_correctness_output_files": ["out/a.txt"]})
    with pytest.raises(FailedError, match="left no out/a"):
        run_program(spec | {"recorded": [str(folder.with_name("recorded"))]})


def test_a_hook_decides_how_far_an_output_may_differ(folder: Path) -> None:
    (folder / "check.py").write_text(
        "def ck_check_output(i):\n"
        "    one, two = float(open(i['file1']).read()), float(open(i['file2']).read())\n"
        "    return {'return': 0, 'failed': abs(one - two) > 0.1, 'fail_reason': f'{one} is not {two}'}\n"
    )
    scripts = {"post_process_via_ck": str(folder / "check.py")}
    outputs(folder, "1.0", scripts=scripts)
    assert outputs(folder, "1.05", scripts=scripts)["compared"]
    with pytest.raises(FailedError, match=r"2\.0 is not 1\.0"):
        outputs(folder, "2.0", scripts=scripts)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "link"])
def test_an_output_that_lies_elsewhere_is_refused(folder: Path, name: str) -> None:
    (folder.parent / "secret").write_text("s")
    (folder / "link").symlink_to("../secret")
    with pytest.raises(CkexploreError):
        run("true", {"run_correctness_output_files": [name]})
