"""The sweep of public repositories: what it tries, how it bounds a command, how it judges, what it keeps."""

import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from ck_parity import swept
from parity_attempts import Attempt, Attempts, Found, differences, general, outcome_of, summary, write_table
from parity_original import attempt_of as judged_original
from parity_original import offer
from parity_ours import Ours, asked_in
from parity_ours import attempt_of as judged_ours
from parity_process import Ended, bounded, isolation
from parity_subjects import Subject, subjects

from ..conftest import require
from ..store.making import make_entry, make_repository

TRACEBACK = 'Traceback (most recent call last):\n  File "x", line 1\n'
GOOD = Attempt("registered", "", (Found("a" * 16, "/usr/bin/gcc-12", "12.2.0"),), "", "", 1.0, 0.5)
MISSING = Attempt("missing", "no file named 'foo' found below /usr/lib (job:0123)", (), "", "", 1.0, 0.5)


@pytest.fixture(scope="module")
def isolated() -> Sequence[str]:
    require("unshare")
    try:
        return isolation()
    except RuntimeError as error:
        pytest.skip(str(error))


def _python(code: str, folder: Path, isolated: Sequence[str], seconds: float = 60) -> Ended:
    output = folder / "output.txt"
    return bounded(
        [sys.executable, "-c", code],
        isolated=isolated,
        folder=folder,
        environment={"PATH": os.environ["PATH"]},
        seconds=seconds,
        output=output,
    )


def _subject(uid: str, alias: str = "tool.one") -> Subject:
    return Subject("soft", uid, alias, "first", Path("/nowhere"))


def test_a_bounded_command_has_no_input_and_no_network(tmp_path: Path, isolated: Sequence[str]) -> None:
    code = (
        "import socket, sys\n"
        "print(repr(sys.stdin.read()))\n"
        "try: socket.create_connection(('192.0.2.1', 80), 20)\n"
        "except OSError as error: print(error.errno)\n"
        "sys.exit(3)"
    )
    ended = _python(code, tmp_path, isolated)
    assert ended.code == 3
    assert ended.output.splitlines() == ["''", "101"]  # ENETUNREACH


def test_a_bounded_command_ends_with_all_that_it_started(tmp_path: Path, isolated: Sequence[str]) -> None:
    code = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print('started', flush=True); time.sleep(600)"
    )
    ended = _python(code, tmp_path, isolated, seconds=2)
    assert ended.code is None
    assert ended.output.strip() == "started"
    assert ended.seconds < 60


def test_the_processor_time_is_that_of_every_process(tmp_path: Path, isolated: Sequence[str]) -> None:
    spin = "import time\\nwhile time.process_time() < 0.4: pass"
    code = f"""import subprocess, sys
subprocess.run(['sh', '-c', sys.executable + ' -c "$0" & wait', '''{spin}'''])"""
    ended = _python(code, tmp_path, isolated)
    assert ended.code == 0, ended.output
    assert ended.processor >= 0.4


def test_each_uid_is_tried_once_from_the_first_repository_that_has_it(tmp_path: Path) -> None:
    first, second = make_repository(tmp_path / "first", "first"), make_repository(tmp_path / "second", "second")
    make_entry(first, "soft", "tool.b", "b" * 16)
    make_entry(first, "program", "tool.p", "d" * 16)
    make_entry(second, "soft", "tool.renamed", "b" * 16)
    make_entry(second, "soft", "tool.a", "a" * 16, {"tags": ["tool"]})
    found = subjects([first, second], "soft")
    assert [(one.cid, one.alias, one.repository) for one in found] == [
        ("soft:" + "a" * 16, "tool.a", "second"),
        ("soft:" + "b" * 16, "tool.b", "first"),
    ]
    assert found[0].meta() == {"tags": ["tool"]}


def test_what_the_original_asks_is_answered_with_the_first_that_it_offers() -> None:
    commands = "More than one commmand line is found to run this program:\n\n0) decode (a)\n1) encode (b)\n\nSelect: "
    datasets = f"More than one dataset entry is found for this program:\n\n0) jpeg ({'e' * 16})\n1) x ({'f' * 16})\n\n"
    unanswered = f"{TRACEBACK}EOFError: EOF when reading a line\n"
    assert offer(commands + unanswered, {}) == {"cmd_key": "decode"}
    assert offer(datasets + unanswered, {"cmd_key": "decode"}) == {"dataset_uoa": "e" * 16}
    assert offer(commands + unanswered, {"cmd_key": "decode"}) == {}
    assert offer(commands, {}) == {}


@pytest.mark.parametrize(
    ("code", "output", "outcome", "reason"),
    [
        (None, "Searching\n\n", "timed out", "Searching"),
        (1, f"Which? {TRACEBACK}EOFError: EOF when reading a line\n", "asked", "Which?"),
        (1, f"{TRACEBACK}KeyError: 'dict'\n", "traceback", "KeyError: 'dict'"),
        (1, "x\nCK error: [soft] software was not automatically found!\n", "missing", None),
        (33, "CK error: [soft] target OS family is not supported by this software!", "unsupported", None),
        (0, "Program execution likely FAILED (return code 1 !=0 )!\nmore", "failed", None),
    ],
)
def test_every_ending_of_the_original_has_a_name(
    code: int | None, output: str, outcome: str, reason: str | None
) -> None:
    judged = judged_original("", [Ended(code, output, 1.0, 0.5)])
    assert judged.outcome == outcome
    assert reason is None or judged.reason == reason
    assert bool(judged.asked) == (outcome == "asked")
    assert bool(judged.traceback) == (outcome == "traceback")


@pytest.mark.parametrize(
    ("code", "output", "log", "outcome", "traceback"),
    [
        (0, '{"return": 0}', "", "registered", ""),
        (16, '{"return": 16, "error": "no artifact x"}', "", "missing", ""),
        (1, '{"return": 1, "error": "gcc ended with exit code 1"}', TRACEBACK, "failed", "job"),
        (1, f"{TRACEBACK}ValueError: x", "", "traceback", "command"),
        (0, "surely!", "", "failed", ""),
        (None, "", "step 1\nstep 2\n", "timed out", ""),
    ],
)
def test_every_ending_of_ours_has_a_name(code: int | None, output: str, log: str, outcome: str, traceback: str) -> None:
    judged = judged_ours("registered", Ended(code, output, 1.0, 0.5), log)
    assert (judged.outcome, judged.traceback) == (outcome, traceback)
    assert bool(judged.reason) == (outcome != "registered")


def test_a_good_answer_with_nothing_behind_it_is_a_failure() -> None:
    ended = Ended(0, '{"return": 0}', 1.0, 0.5)
    assert judged_ours("registered", ended, "", lacking="nothing is registered").outcome == "failed"


def test_a_question_in_a_jobs_log_is_named() -> None:
    log = f"Searching\nYour name: {TRACEBACK}EOFError: EOF when reading a line"
    assert asked_in(log) == "Your name:"
    assert asked_in("all is well") == ""


def test_what_lies_in_somebody_elses_folder_is_a_doubtful_hit() -> None:
    inside = Found("a" * 16, "/usr/lib/google-cloud-sdk/platform/bq/third_party/absl/__init__.py", "")
    assert Attempt("registered", "", (inside,), "", "", 1, 1).doubtful == "google-cloud-sdk"
    assert GOOD.doubtful == ""


def test_a_sweep_goes_on_where_it_was_ended(tmp_path: Path) -> None:
    class Tool:
        roots: Sequence[Path] = ()
        tried: list[str]

        def __init__(self) -> None:
            self.tried = []

        def prepare(self) -> None: ...

        def soft(self, subject: Subject, seconds: float) -> Attempt:
            self.tried.append(subject.uid)
            return GOOD

        def program(self, subject: Subject, seconds: float) -> Attempt:
            raise AssertionError

    attempts, tool = Attempts(tmp_path), Tool()
    attempts.keep(_subject("a" * 16), MISSING)
    both = [_subject("a" * 16), _subject("b" * 16)]
    assert swept(tool, attempts, both, seconds=1) == [(both[0], MISSING), (both[1], GOOD)]
    assert tool.tried == ["b" * 16]
    assert swept(tool, attempts, both, seconds=1, again=True) == [(both[0], GOOD), (both[1], GOOD)]
    assert Attempts(tmp_path).kept(both[0]) == GOOD


def test_the_table_has_a_row_for_each_and_the_summary_counts_alike_reasons_once(tmp_path: Path) -> None:
    other = Attempt("missing", "no file named 'bar' found below /opt (job:4567)", (), "", "", 1.0, 0.5)
    rows = [(_subject("a" * 16), GOOD), (_subject("b" * 16), MISSING), (_subject("c" * 16, "tool.two"), other)]
    write_table(tmp_path / "parity.csv", rows)
    with (tmp_path / "parity.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["outcome"] for row in table] == ["registered", "missing", "missing"]
    assert table[0]["path"] == "/usr/bin/gcc-12"
    told = summary(rows)
    assert told[0] == "soft: 3 tried: 2 missing, 1 registered"
    assert told[-1].split() == ["2", "missing", *general(MISSING.reason).split()]
    assert general(MISSING.reason) == general(other.reason)


def test_the_differences_name_what_only_one_reached() -> None:
    ours = [(_subject("a" * 16), GOOD), (_subject("b" * 16, "tool.two"), MISSING)]
    theirs = [(_subject("a" * 16), MISSING), (_subject("b" * 16), GOOD)]
    assert differences(ours, theirs) == [
        f"+ soft:tool.one: missing: {MISSING.reason}",
        f"- soft:tool.two: missing: {MISSING.reason}",
    ]
    assert differences(ours, ours) == []


def test_reasons_are_told_apart() -> None:
    assert outcome_of("no known package gives lib,opencl") == "missing"
    assert outcome_of("soft:x isn't for us: not for this operating system") == "unsupported"
    assert outcome_of("the output differs from the recorded one") == "failed"


def test_ours_is_prepared_and_answers_from_a_home_of_its_own(tmp_path: Path, isolated: Sequence[str]) -> None:
    root = make_repository(tmp_path / "first", "first")
    meta = {"soft_name": "One", "tags": ["tool"], "customize": {"soft_file": {"linux": "no-such-file-anywhere"}}}
    make_entry(root, "soft", "tool.one", "b" * 16, meta)
    tool = Ours(Path(sys.executable).with_name("ckexplore"), tmp_path / "sweep", [root])
    tool.prepare()
    judged = tool.soft(subjects([root], "soft")[0], 120)
    assert judged.outcome == "missing", judged
    assert "no-such-file-anywhere" in judged.reason
    assert not (judged.asked or judged.traceback)
    approvals = tmp_path / "sweep" / "home-prepared" / "ck"
    assert json.dumps(str(root))[1:-1] in "".join(
        path.read_text() for path in approvals.rglob("*.json") if path.is_file()
    )
