"""The questions on a terminal, with a real pty between the person and the program."""

import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ckexplore.actions.plan import Plan
from ckexplore.actions.report.plan_telling import in_reading_order, tell_plan
from ckexplore.actions.trust import repository_trust
from ckexplore.actions.trust.question import Question, question
from ckexplore.cli.terminal_console import TerminalConsole
from ckexplore.store.repos import find
from ckexplore.store.workspace import Workspace

from ..actions.trust.asking import a_plan, change, script_of

PROMPT = "[r]ead the files: "
AGAIN = 'Type "unsandboxed"'


class Talk:
    """A terminal at which somebody types an answer as soon as a certain text has been written."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self._input = os.fdopen(slave, encoding="utf-8")
        self._output = os.fdopen(os.dup(slave), "w", encoding="utf-8")
        self.shown = ""

    def type(self, keys: str) -> None:
        """Type ahead."""
        os.write(self._master, keys.encode())

    def having(self, *script: tuple[str, str], ask: Callable[[], object]) -> object:
        """Play a script of (what is waited for, what is then typed), and give the answer that comes of it."""
        played = threading.Thread(target=self._play, args=(script,), daemon=True)
        played.start()
        with pytest.MonkeyPatch.context() as patch:  # here, since pytest sets its own before each test
            patch.setattr("sys.stdin", self._input)
            patch.setattr("sys.stdout", self._output)
            answer = ask()
        self._output.write("\0")
        self._output.flush()
        played.join(20)
        assert not played.is_alive()
        return answer

    def _play(self, script: tuple[tuple[str, str], ...]) -> None:
        place = 0
        for text, keys in script:
            while text not in self.shown[place:]:
                if not self._read():
                    return
            place = len(self.shown)
            os.write(self._master, keys.encode())
        while self._read():
            pass

    def _read(self) -> bool:
        data = os.read(self._master, 65536)
        self.shown += data.decode()
        return b"\0" not in data

    def close(self) -> None:
        self._input.close()
        self._output.close()
        os.close(self._master)


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "24")
    found = Talk()
    yield found
    found.close()


@pytest.fixture
def asked(workspace: Workspace, samples: Path) -> Question:
    change(samples, "\nimport os\nos.system('sudo make install')\n")
    return question(workspace, a_plan(workspace, "offline"))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("o\n", "once"),
        ("once\n", "once"),
        ("a\n", "always"),
        ("ALWAYS \n", "always"),
        ("c\n", "cancel"),
        ("\n", "cancel"),
        ("y\n", "cancel"),
        ("yes\n", "cancel"),
        ("\x04", "cancel"),
        ("\x1b[A\n", "cancel"),
    ],
)
def test_only_once_and_always_execute(talk: Talk, asked: Question, typed: str, answer: str) -> None:
    assert talk.having((PROMPT, typed), ask=lambda: TerminalConsole().confirm(asked)) == answer
    assert "runs text as commands: os.system('sudo make install')" in talk.shown


def test_what_was_typed_before_the_question_is_no_answer(talk: Talk, asked: Question) -> None:
    talk.type("o\no\n")
    assert talk.having((PROMPT, "\n"), ask=lambda: TerminalConsole().confirm(asked)) == "cancel"


def test_files_are_read_page_by_page_with_their_passages_flagged(talk: Talk, asked: Question) -> None:
    files = in_reading_order(asked.plan, asked)
    script = next(n for n, file in enumerate(files, 1) if file.path.endswith("customize.py"))
    lines = Path(files[script - 1].path).read_text().count("\n") + 2
    pages = [("Enter goes on", "\n")] * ((lines - 23) // 22 + 1 if lines > 23 else 0)
    number = "number of the file"
    answer = talk.having(
        (PROMPT, "r\n"), (number, f"{script}\n"), *pages, (number, "\n"), (PROMPT, "o\n"),
        ask=lambda: TerminalConsole().confirm(asked),
    )  # fmt: skip
    assert answer == "once"
    assert re.search(r"\d+ ! os\.system\('sudo make install'\)", talk.shown)


def test_a_pager_is_left_with_q(talk: Talk, asked: Question, samples: Path, workspace: Workspace) -> None:
    change(samples, "# more\n" * 200)
    one = only_script(question(workspace, a_plan(workspace, "offline")).plan)
    plain = replace(asked, plan=one)
    script = ((PROMPT, "r\n"), ("Enter goes on", "q\n"), (PROMPT, "\n"))
    assert talk.having(*script, ask=lambda: TerminalConsole().confirm(plain)) == "cancel"
    assert talk.shown.count("# more") < 40


def only_script(plan: Plan) -> Plan:
    """The plan with one file."""
    files = tuple(file for file in plan.files if file.path.endswith("customize.py"))
    return replace(plan, stages=(replace(plan.stages[0], files=files),))


def test_a_file_that_changed_meanwhile_isnt_shown_as_what_would_be_executed(
    talk: Talk, asked: Question, samples: Path
) -> None:
    script_of(samples).write_text("harmless = 1\n")
    plain = replace(asked, plan=only_script(asked.plan))
    assert talk.having((PROMPT, "r\n"), (PROMPT, "c\n"), ask=lambda: TerminalConsole().confirm(plain)) == "cancel"
    assert "changed since the plan was made" in talk.shown
    assert "harmless" not in talk.shown


@pytest.mark.parametrize(("second", "answer"), [("unsandboxed\n", "always"), ("yes\n", "cancel"), ("\n", "cancel")])
def test_without_a_sandbox_a_word_is_typed_as_well(
    talk: Talk, asked: Question, workspace: Workspace, second: str, answer: str
) -> None:
    bare = question(workspace, a_plan(workspace, "none"))
    assert talk.having((PROMPT, "a\n"), (AGAIN, second), ask=lambda: TerminalConsole().confirm(bare)) == answer


@pytest.mark.parametrize(("typed", "answer"), [("trust\n", True), ("t\n", False), ("y\n", False), ("\x04", False)])
def test_trusting_a_repository_takes_the_word_itself(
    talk: Talk, asked: Question, workspace: Workspace, typed: str, answer: bool
) -> None:
    survey = repository_trust.survey(find(workspace, "ckx-ml"), "net", lambda *_: None)
    assert talk.having(("type trust", typed), ask=lambda: TerminalConsole().confirm_trust(survey)) is answer
    assert "marked passages" in talk.shown


def test_without_a_terminal_nobody_is_asked(asked: Question, capsys: pytest.CaptureFixture[str]) -> None:
    assert TerminalConsole().confirm(asked) == "cancel"
    assert capsys.readouterr().out == ""


def test_machine_readable_output_is_never_mixed_with_a_question(talk: Talk, asked: Question) -> None:
    assert talk.having(ask=lambda: TerminalConsole(quiet=True).confirm(asked)) == "cancel"
    assert talk.shown == "\0"


@pytest.mark.parametrize("words", ["trust repo:ckx-ml", "detect soft:compiler.gcc"])
def test_without_a_terminal_it_is_refused_at_once_with_code_2(words: str, samples: Path) -> None:
    change(samples)
    command = [sys.executable, "-m", "ckexplore.cli.main", *words.split()]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--yes --expect=" in done.stderr


def test_long_lines_are_cut_between_words_and_nothing_of_them_is_lost(
    asked: Question, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    talk.having((PROMPT, "c\n"), ask=lambda: TerminalConsole().confirm(asked))
    shown = talk.shown.partition("[c]ancel (default)")[0]
    assert shown.split() == " ".join(tell_plan(asked.plan, asked)).split()
    for line in shown.splitlines():
        assert len(line) <= 60 or any(len(word) > 50 for word in line.split()), line
