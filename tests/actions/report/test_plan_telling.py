from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ckexplore.actions.executed_files import executed_files
from ckexplore.actions.plan import ExecutedFile, Plan, Sandbox, Stage
from ckexplore.actions.report.plan_telling import tell_file, tell_plan
from ckexplore.actions.trust.differences import difference
from ckexplore.actions.trust.passages import passages
from ckexplore.actions.trust.question import Change, Question, question
from ckexplore.actions.trust.visible import visible
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL

HASH = "ab" * 32


def a_plan(**parts: object) -> Plan:
    stage = Stage("run x", ("bash", "-c", "./x && ./y"), ("./x", "./y"), sandbox=Sandbox("offline"))
    return Plan("run program:x", "r:program:x", "1" * 16, ("run",), (replace(stage, **parts),))


def told(plan: Plan, question: Question | None = None) -> str:
    return "\n".join(tell_plan(plan, question))


def test_every_command_folder_variable_and_file_has_a_line_of_its_own() -> None:
    plan = a_plan(
        cwd="$#job_path#$/tmp", environment={"A": "1", "B": "2"}, files=(ExecutedFile("/r/x.sh", HASH),),
        copies=(("/r/x", "$#job_path#$/copy"),),
    )  # fmt: skip
    lines = [line.strip() for line in tell_plan(plan)]
    for line in ("./x", "./y", "in JOB/tmp", "with A=1", "with B=2", f"{HASH[:12]}  /r/x.sh", "a copy of /r/x"):
        assert line in lines
    assert f"approval: {plan.approval}" in lines
    assert "sandbox: offline; network: none" in lines


def test_what_a_sandbox_lets_through_is_told_and_bounded() -> None:
    box = Sandbox("net", reads=tuple(f"/data/{number}" for number in range(40)), writes=("$#job_path#$/copy",))
    text = told(a_plan(sandbox=box))
    assert "network: yes" in text
    assert "may change JOB/copy" in text
    assert "sees /data/0\n" in text
    assert "sees 28 more places" in text


def test_a_process_that_isnt_a_shell_with_these_commands_is_told_itself() -> None:
    assert "started as" not in told(a_plan())
    assert "started as python3 -m x 'a b'" in told(a_plan(argv=("python3", "-m", "x", "a b")))
    assert "started as bash -c './x && ./y; evil'" in told(a_plan(argv=("bash", "-c", "./x && ./y; evil")))


@pytest.mark.parametrize(
    ("trick", "sign"),
    [
        ("echo hello\rrm -rf /", "␍rm -rf /"),
        ("true" + " " * 500 + "; rm -rf /", "⟨500 blanks⟩ ; rm -rf /"),
        ("rm -rf build  ", "⟨2 blanks at the end⟩"),
        ("cat \u202egnp.exe", "\\u202e"),
        ("p\u0430ypal", "not ASCII: \u0430 U+0430"),
        ("true\n\nrm -rf /", "␊␊rm -rf /"),
        ("true" + "\u00a0" * 3, "\\xa0"),
        ("true " + "x" * 5_000 + " ; rm -rf /", " characters, cut here"),
        ("true " + "x" * 5_000 + " ; rm -rf /", "; rm -rf /"),
    ],
)
def test_nothing_of_a_command_hides(trick: str, sign: str) -> None:
    plan = a_plan(commands=(trick,), argv=("bash", "-c", trick), environment={"X": trick}, cwd=trick)
    assert sum(sign in line for line in tell_plan(plan)) == 3


def test_what_a_hostile_plan_says_is_shown_as_signs() -> None:
    change = Change(f"/r/{EVIL}", "changed", difference(f"a\n{EVIL}\n", "a\n")[0])
    plan = a_plan(title=EVIL, commands=(EVIL,), cwd=EVIL, environment={EVIL: EVIL}, files=(ExecutedFile(EVIL, HASH),))
    asked = Question(plan, changed=(change,), earlier=EVIL, problems=(EVIL,))
    assert all(line.isprintable() for line in tell_plan(plan, asked))


@given(st.text(max_size=300), st.integers(4, 100))
def test_any_text_becomes_one_printable_line(text: str, limit: int) -> None:
    assert visible(text, limit).isprintable()


def test_files_with_marked_passages_come_first(workspace: Workspace, tmp_path: Path) -> None:
    quiet, loud = tmp_path / "a.sh", tmp_path / "b.sh"
    quiet.write_text("true\n")
    loud.write_text("true\nsudo x\n")
    plan = a_plan(files=executed_files([quiet, loud]))
    text = told(plan, question(workspace, plan))
    assert text.index("b.sh") < text.index("line 2 takes other rights: sudo x") < text.index("a.sh")
    assert "Sandbox offline, for stage 1:" in text


def test_a_long_difference_is_cut_and_says_so() -> None:
    lines, left_out = difference("", "\n".join(map(str, range(1_000))))
    text = told(
        a_plan(), Question(a_plan(), earlier="yesterday", changed=(Change("/r/x", "changed", lines, left_out),))
    )
    assert "/r/x: changed" in text
    assert "… 802 more lines" in text


@given(st.lists(st.sampled_from("abc \r\x1b"), max_size=30), st.lists(st.sampled_from("abc \r\x1b"), max_size=30))
def test_a_difference_tells_every_added_and_removed_line(old: list[str], new: list[str]) -> None:
    lines, left_out = difference("\n".join(old), "\n".join(new))
    assert left_out == 0
    assert (lines == ()) == ("\n".join(old) == "\n".join(new))
    removed = sum(line.startswith("-") for line in lines)
    added = sum(line.startswith("+") for line in lines)
    assert added - removed == max(1, len(new)) - max(1, len(old))
    assert all(line.isprintable() for line in lines)


def test_the_lines_of_a_file_are_numbered_and_the_marked_ones_flagged() -> None:
    text = "true\nsudo x\n\x1b[2J\n"
    assert tell_file(text, passages(text, "x.sh")) == [
        "    1   true",
        "     ! takes other rights:",
        "    2 ! sudo x",
        "    3   ␛[2J",
        "    4   ",
    ]
