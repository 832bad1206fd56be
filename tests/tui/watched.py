"""A person at a strict terminal in front of hostile repositories: what is seen after each key, and what may not be."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ckexplore.store import repos
from ckexplore.store.workspace import Workspace

from ..hostile import SECRET, Hostile
from .strict import BROWSER, COMMAND, FOLLOWED, StrictTerminal
from .terminals import Terminal

SIZE = (50, 180)
PATIENCE = 30.0  # seconds; the machine may be busy
EVIL_SHOWN = "␛]52;c;ZXZpbA==␇␛[2Jevil\\x9b31m\\u202egnp.exe"
"""How the beginning of the evil text of the tests is shown."""


def registered(ground: Path) -> Hostile:
    """Make the hostile repositories, and register them in the home beside them."""
    hostile = Hostile(ground)
    workspace = Workspace(hostile.home)
    for folder in sorted(hostile.root.iterdir()):
        repos.register(workspace, folder)
    assert not hostile.sprung
    return hostile


@contextmanager
def harmless(hostile: Hostile) -> Iterator[None]:
    """Whatever is done in the block: nothing is executed, and nothing outside of the home changes."""
    before = hostile.state()
    yield
    assert not hostile.sprung
    assert hostile.state() == before


class Watched(Terminal):
    """The program among hostile repositories, in the folder of one; every byte is checked when it comes."""

    def __init__(self, hostile: Hostile, *words: str, with_output: bool = False) -> None:
        command = FOLLOWED if with_output else COMMAND
        self.screen = StrictTerminal(command if words else BROWSER, SIZE, with_output=with_output)
        super().__init__(list(words), SIZE, environment=hostile.environment, folder=hostile.ck)

    def read_some(self, seconds: float) -> bytes | None:
        data = super().read_some(seconds)
        if data:
            self.screen.feed(data)
            assert SECRET not in self.screen.text, self.screen.text
        return data

    def until_shown(self, *texts: str, gone: Sequence[str] = ()) -> str:
        """Wait until the screen has all of some texts, and none of others; give what it has."""
        deadline = time.monotonic() + PATIENCE
        while not all(text in self.screen.text for text in texts) or any(text in self.screen.text for text in gone):
            assert time.monotonic() < deadline, f"{texts} not shown, or {gone} not gone:\n{self.screen.text}"
            assert self.read_some(0.2) is not None, f"it has ended:\n{self.screen.text}"
        return self.screen.text

    def until_count(self, text: str, count: int) -> None:
        """Wait until the screen has a text so often; a note that is longer than its line is broken at blanks."""
        deadline = time.monotonic() + PATIENCE
        while self.screen.text.count(text) < count:
            assert time.monotonic() < deadline, f"{text!r} not {count} times:\n{self.screen.text}"
            self.read_some(0.2)

    def until_written(self, text: str, start: int) -> None:
        """Wait until a text has been written since a place in all that was."""
        deadline = time.monotonic() + PATIENCE
        while text.encode() not in self.written[start:]:
            assert time.monotonic() < deadline, f"{text!r} not written: {self.written[-2000:]!r}"
            self.read_some(0.2)

    def see(self, keys: str, *texts: str, gone: Sequence[str] = ()) -> str:
        """Press keys, and wait for what they show and what they take away; all of it isn't so before."""
        before = self.screen.text
        assert not all(text in before for text in texts) or any(text in before for text in gone), f"{texts}\n{before}"
        self.type(keys)
        return self.until_shown(*texts, gone=gone)

    def find(self, words: str, shown: str) -> None:
        """Filter the table, and wait for the details of the artifact that is left."""
        self.see(f"/{words}\r", shown, " shown" if "matches" not in shown else shown)


@contextmanager
def browser(hostile: Hostile, *, with_output: bool = False) -> Iterator[Watched]:
    """Open the browser; at the end it is left by its key, soon and in order, and has told of no defect."""
    run = Watched(hostile, with_output=with_output)
    try:
        run.until_shown("evil-ck", "evil-cm", "evil-plain", gone=["reading"])
        yield run
        run.type("q")
        assert run.leave() == 0
        assert b"\x1b[?1049l" in run.written[-400:]
        for text in (b"Traceback", b"a defect of ckexplore"):
            assert text not in run.written
    finally:
        run.close()


def command(
    hostile: Hostile, *words: str, asked: str = "", typed: str = "", code: int = 0, with_output: bool = False
) -> str:
    """Run a command in a terminal, answer what is asked, and give what it wrote; it ends with the code."""
    run = Watched(hostile, *words, with_output=with_output)
    try:
        if asked:
            run.until_shown(asked)
            run.type(typed)
        assert run.leave(PATIENCE) == code, run.screen.text
    finally:
        run.close()
    assert b"Traceback" not in run.written
    assert b"a defect of ckexplore" not in run.written
    return run.written.decode()
