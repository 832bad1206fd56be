"""The questions on a terminal before anything is executed or trusted: cancel, once, always, or read the files first."""

import shutil
import sys
import termios
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..actions.report.plan_telling import in_reading_order, tell_plan, tell_plan_file
from ..actions.report.trust_telling import tell_survey
from ..actions.trust.repository_trust import as_values
from ..actions.trust.visible import visible

if TYPE_CHECKING:
    from ..actions.console import Answer
    from ..actions.trust.question import Question
    from ..actions.trust.repository_trust import Survey

_ANSWERS: "dict[str, Answer]" = {"o": "once", "once": "once", "a": "always", "always": "always"}
_READ = {"r", "read"}
_ASKED = "[c]ancel (default), execute [o]nce, [a]lways for exactly this content, [r]ead the files: "
_UNSANDBOXED = "unsandboxed"


def ask(question: "Question") -> "Answer":
    """Show a plan and ask whether it may be executed; an empty or unknown answer and the end of input are "cancel"."""
    _say(_wrapped([*tell_plan(question.plan, question, short=True), ""]))
    answer = _typed(_ASKED)
    while answer in _READ:
        _read_files(question)
        answer = _typed(_ASKED)
    chosen = _ANSWERS.get(answer, "cancel")
    if chosen != "cancel" and question.unsandboxed:
        asked = f'Nothing protects this machine from it. Type "{_UNSANDBOXED}" to execute it all the same: '
        return chosen if _typed(asked) == _UNSANDBOXED else "cancel"
    return chosen


def ask_trust(survey: "Survey") -> bool:
    """Show what trusting a repository means and ask; only the word itself is a yes."""
    _say(_wrapped([*tell_survey(as_values(survey)), ""]))
    return _typed("[c]ancel (default), or type trust to trust it at this content: ") == "trust"


def ask_removal(told: Sequence[str]) -> bool:
    """Show what would be deleted, a screenful at most at a time, and ask; only a yes is one."""
    _page(["This would be deleted:", *(f"  {line}" for line in told)])
    return _typed(f"Delete {'it' if len(told) == 1 else f'all {len(told)}'}? [y/N]: ") in ("y", "yes")


def _typed(prompt: str) -> str:
    """Ask for a line; what was typed before the question was there is no answer to it. "" at the end of input."""
    termios.tcflush(sys.stdin, termios.TCIFLUSH)
    sys.stdout.write(prompt)
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower()


def _say(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Cut lines between words where the terminal ends, every blank kept; what goes on is indented by two more."""
    columns = shutil.get_terminal_size((100, 24)).columns
    for line in lines:
        indent = line[: len(line) - len(line.lstrip(" "))]
        cut = textwrap.TextWrapper(
            columns,
            subsequent_indent=f"{indent}  ",
            expand_tabs=False,
            replace_whitespace=False,
            drop_whitespace=False,
            break_on_hyphens=False,
            break_long_words=False,
        )
        yield from cut.wrap(line) if len(line) > columns else [line]


def _read_files(question: "Question") -> None:
    """Let the files be read, one after another or by number, until nothing more is chosen."""
    files = in_reading_order(question.plan, question)
    if len(files) == 1:
        _page(tell_plan_file(question, files[0]))
        return
    marked = {file.path: len(file.passages) for file in question.files}
    while True:
        _say(
            f"{number:5}{' !' if marked.get(file.path) else '  '} {visible(file.path)}"
            for number, file in enumerate(files, 1)
        )
        choice = _typed("number of the file to read, or nothing to go back: ")
        if not choice.isdecimal() or not 1 <= int(choice) <= len(files):
            return
        _page(tell_plan_file(question, files[int(choice) - 1]))


def _page(lines: list[str]) -> None:
    """Show lines, as many at a time as the terminal has room for."""
    columns, rows = shutil.get_terminal_size((100, 24))
    room = rows - 1
    for number, line in enumerate(lines):
        room -= max(1, -(-len(line) // max(1, columns)))
        if room < 0 and number:
            if _typed(f"── {number} of {len(lines)} lines; Enter goes on, q ends ") in ("q", "quit"):
                return
            room = rows - 2
        _say([line])
