"""What the command line's terminal shows of a job: bars in place, questions at once, nothing that acts on it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ckexplore.actions.jobs import queue
from ckexplore.cli.live_output import LiveOutput
from ckexplore.cli.plain_output import PlainOutput
from ckexplore.store.workspace import Workspace
from ckexplore.tui.widgets.ansi import plain_line
from ckexplore.tui.widgets.transcript import Transcript

from ..actions.jobs.plans import plan_for
from ..actions.waiting import ended

ROWS, COLUMNS = 6, 20


class Terminal(io.StringIO):
    """A terminal of ROWS and COLUMNS: what is written to it, as it would show it."""

    @property
    def lines(self) -> list[str]:
        transcript = Transcript(ROWS, COLUMNS)
        transcript.feed(self.getvalue().encode())
        shown = [plain_line(line) for line in transcript.lines]
        while shown and not shown[-1]:
            shown.pop()
        return shown


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.setenv("LINES", str(ROWS))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_several_bars_are_redrawn_in_place(terminal: Terminal) -> None:
    live = LiveOutput(terminal)
    live.feed(b"start\r\n")
    for done in range(0, 101, 20):
        live.feed(b"\rone %d%%\n\rtwo %d%%\x1b[A\r" % (done, done))
    live.feed(b"\n\nend\r\n")
    live.finish()
    assert terminal.lines == ["start", "one 100%", "two 100%", "end"]


def test_a_question_without_a_line_end_is_seen_above_the_note(terminal: Terminal) -> None:
    live = LiveOutput(terminal)
    live.feed(b"your name? ")
    live.note("waits for input")
    assert terminal.lines == ["your name? ", "waits for input"]
    live.feed(b"Ada\r\nhello Ada\r\n")
    assert terminal.lines == ["your name? Ada", "hello Ada", "waits for input"]
    live.finish()
    assert terminal.lines == ["your name? Ada", "hello Ada"]


def test_a_note_takes_one_row_however_long_it_is(terminal: Terminal) -> None:
    live = LiveOutput(terminal)
    live.note("a note that is wider than the terminal")
    assert [len(line) for line in terminal.lines] == [COLUMNS - 1]


def test_what_has_left_the_terminal_is_not_drawn_over(terminal: Terminal) -> None:
    live = LiveOutput(terminal)
    for number in range(50):
        live.feed(b"line %d\r\n" % number)
    live.finish()
    assert terminal.lines == [f"line {number}" for number in range(50)]


def test_colours_stay_and_links_titles_and_clipboard_do_not(terminal: Terminal) -> None:
    live = LiveOutput(terminal)
    live.feed(b"\x1b[01;31m\x1b[Kerror:\x1b[m\x1b[K \x1b]8;;https://x.y\x07word\x1b]8;;\x07\x1b]52;c;eA==\x07\r\n")
    assert "\x1b[1;31merror:\x1b[m word\n" in terminal.getvalue()
    assert "\x1b]" not in terminal.getvalue()


def test_without_a_terminal_each_line_is_written_once(terminal: Terminal) -> None:
    plain = PlainOutput(terminal)
    plain.feed(b"10%\r20%\r\n\x1b[31mred\x1b[0m \x1b]8;;x\x07link\x1b]8;;\x07\nla")
    assert terminal.getvalue() == "20%\nred link\n"
    plain.feed(b"st")
    plain.finish()
    assert terminal.getvalue() == "20%\nred link\nlast\n"


@pytest.mark.parametrize("out", ["con", "json"])
def test_the_log_of_a_job_is_told_without_what_only_draws(workspace: Workspace, out: str) -> None:
    script = (
        "printf '\\033[01;31m\\033[Kerror\\033[m\\033[K \\033]8;;https://x.y\\aword\\033]8;;\\a\\n1%%\\r2%%\\n'; exit 3"
    )
    folder = queue.submit(workspace, plan_for(script))
    ended(folder)
    shown = _ckexplore(workspace.home, "log", f"job:{folder.name}", f"--out={out}")
    if out == "json":
        shown = json.loads(shown)["log"]
    assert "error word\n2%" in shown
    assert "␛" not in shown


def _ckexplore(home: Path, *words: str) -> str:
    environment = {**os.environ, "CKEXPLORE_HOME": str(home)}
    command = [sys.executable, "-m", "ckexplore.cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
