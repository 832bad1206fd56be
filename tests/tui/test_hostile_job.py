"""A hostile program, run once because somebody said so: what it says reaches the terminal as text, and nothing more."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.actions.jobs import record, stopping
from ckexplore.actions.jobs.control import send_input
from ckexplore.actions.jobs.output import log_tail
from ckexplore.actions.trust.sandbox import availability
from ckexplore.store.workspace import Workspace

from ..actions.waiting import ended, until
from ..hostile import Hostile
from ..hostile_output import AFTER_SCREEN, BEFORE_SCREEN, ON_SCREEN
from .strict import EITHER, StrictTerminal
from .watched import PATIENCE, SIZE, Watched, browser, command


@pytest.fixture
def unchanged(hostile: Hostile) -> Iterator[None]:
    """Whatever the approved program does: no trap goes off, and nothing outside of the home changes."""
    before = hostile.state()
    yield
    for folder in jobs(hostile):
        stopping.cancel(Workspace(hostile.home), folder)
    sandboxed = availability().usable
    assert hostile.sprung <= (set() if sandboxed else {"approved"})
    assert sandboxed is False or hostile.state() == before


def start(run: Watched, hostile: Hostile) -> Path:
    """Approve the program in the browser, once, and give its job's folder."""
    known = jobs(hostile)
    run.find("talker", "cccccccccccccccc")
    run.see(":run program:talker --cmd_key=loud\r", "Execute this on your machine?")
    run.type("y")
    if not availability().usable:
        run.until_shown("Press u to execute")
        run.type("u")
    run.until_shown("waits for input")
    return next(iter(jobs(hostile) - known))


def jobs(hostile: Hostile) -> set[Path]:
    return set((Workspace(hostile.home).jobs / "job").glob("*"))


def say_next(run: Watched, folder: Path) -> None:
    """Answer the job from elsewhere, and wait until it has said its next part."""
    asked = said(folder)
    send_input(folder, b"go\r")
    deadline = time.monotonic() + PATIENCE
    while said(folder) == asked and not record.read_state(folder).over:
        assert time.monotonic() < deadline
        run.read_some(0.1)


def said(folder: Path) -> int:
    return log_tail(folder, 64 << 20).count(b"go on? ")


def test_a_job_pane_shows_hostile_output_as_text(hostile: Hostile, unchanged: None) -> None:
    with browser(hostile, with_output=True) as run:
        folder = start(run, hostile)
        run.see("4", "f Follow")
        run.see("i", "a line for run program:talker")
        run.see("go\r", "first-part-said")
        run.see("/approved-program\r", BEFORE_SCREEN, gone=["first-part-said"])
        run.see("G", "first-part-said")
        run.see("2", gone=["f Follow"])  # so that the whole screen isn't given to it
        say_next(run, folder)
        run.until_shown("a program that uses the whole screen", "░ 75%")
        say_next(run, folder)
        run.until_shown(AFTER_SCREEN, gone=["a program that uses the whole screen"])
        say_next(run, folder)
        run.until_shown("✔ done", "line-of-the-talker")
        run.see("4", "f Follow")
        run.see("Ez", gone=["▕"])
        run.see("z", "▕")
        run.see("e", "module:experiment repo:local talker.loud")
    assert record.read_state(folder).exit_code == 0
    assert (folder / "copy/talker/tmp/the-approved-program-ran").exists()
    assert ON_SCREEN not in run.written.decode()


@pytest.fixture(scope="module")
def ended_job(hostile: Hostile) -> Path:
    """A job of before, run without anybody looking."""
    request = {"action": "run", "cid": "program:talker", "cmd_key": "loud"}
    workspace = Workspace(hostile.home)
    plan = access({**request, "dry-run": "yes"}, workspace)
    started = access({**request, "yes": "yes", "expect": plan["approval"], "detach": "yes", "now": "yes"}, workspace)
    folder = workspace.jobs / "job" / started["job"]
    for part in range(1, 5):
        until(lambda part=part: said(folder) >= part)
        until(lambda: record.read_state(folder).waits)
        send_input(folder, b"go\r")
    assert ended(folder).exit_code == 0
    return folder


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("log job:UID", AFTER_SCREEN),
        ("show job:UID", "evil-ck:program:talker"),
        ("ls job", "run program:talker --cmd_key=loud"),
        ("attach job:UID", "done, exit code 0"),
        ("show experiment:talker.loud", "local:experiment:talker.loud: "),
        ("queue job", "nothing waits"),
    ],
)
def test_what_commands_tell_of_a_hostile_job(hostile: Hostile, ended_job: Path, words: str, shown: str) -> None:
    assert shown in command(hostile, *words.replace("UID", ended_job.name).split(), with_output=True)


def test_a_terminal_that_is_attached_gets_what_draws_and_nothing_else(hostile: Hostile, unchanged: None) -> None:
    with browser(hostile, with_output=True) as run:
        folder = start(run, hostile)
        say_next(run, folder)
        run.see("4", "first-part-said", "f Follow")
        run.screen = StrictTerminal(EITHER, SIZE, with_output=True)
        seen = len(run.written)
        say_next(run, folder)  # it takes the whole screen, so it is attached to
        run.until_written(ON_SCREEN, seen)
        say_next(run, folder)
        say_next(run, folder)
        run.until_written("done", seen)
        run.read(0.5)
    assert b"\x1b]52" not in run.written


def test_the_command_line_draws_the_output_of_a_run_and_nothing_else(hostile: Hostile, unchanged: None) -> None:
    run = Watched(hostile, "run", "program:talker", "--cmd_key=loud", "--now", with_output=True)
    try:
        known = jobs(hostile)
        run.until_shown("[r]ead the files:")
        run.type("once\n")
        if not availability().usable:
            run.until_shown("to execute it all the same:")
            run.type("unsandboxed\n")
        run.until_shown("waits for input:")
        folder = next(iter(jobs(hostile) - known))
        for _ in range(4):
            say_next(run, folder)
        assert run.leave() == 0, run.screen.text
    finally:
        run.close()
    for text in (BEFORE_SCREEN, AFTER_SCREEN, "ast-line-of-the-talker"):  # its first letter ended a sequence
        assert text in run.written.decode()
    assert b"Traceback" not in run.written
