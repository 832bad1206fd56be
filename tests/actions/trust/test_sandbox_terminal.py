"""A sandboxed stage and its terminal: keys, sizes and events pass through bubblewrap as if it weren't there."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .box import Box, box

__all__ = ("box",)

_PROGRAM = """
import fcntl, os, signal, struct, sys, termios, time
def told(number, frame):
    print("signal", signal.Signals(number).name, flush=True)
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGWINCH):
    signal.signal(number, told)
os.write(int(os.environ["CKEXPLORE_EVENTS"]), b'{"event": "progress"}\\n')
with open("/dev/tty", "w") as terminal:
    print("terminal", terminal.isatty(), os.isatty(0), flush=True)
print("ready", flush=True)
while True:
    line = sys.stdin.readline().strip()
    if line == "size":
        print("size", *os.get_terminal_size(0), flush=True)
    if line == "end":
        sys.exit(7)
"""


@dataclass
class Terminal:
    """A process with a terminal of its own, as the supervisor starts it."""

    process: subprocess.Popen[bytes]
    master: int
    events: int

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, text: str) -> None:
        seen, deadline = b"", time.monotonic() + 10
        while text.encode() not in seen:
            assert time.monotonic() < deadline, f"{text!r} was not seen in {seen!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                seen += os.read(self.master, 65536)


@pytest.fixture
def terminal(box: Box) -> Iterator[Terminal]:
    started = _started(box, "/usr/bin/env", "python3", "-u", "-c", _PROGRAM)
    started.wait_for("ready")
    yield started
    _end(started)


def _started(box: Box, *argv: str) -> Terminal:
    command = box.command(box.stage(*argv))
    master, slave = pty.openpty()
    reading, writing = os.pipe()
    process = subprocess.Popen(
        command.argv,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**command.environment, "CKEXPLORE_EVENTS": str(writing)},
        pass_fds=(writing,),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  (one thread here)
    )
    os.close(slave)
    os.close(writing)
    return Terminal(process, master, reading)


def _end(started: Terminal) -> None:
    started.process.kill()
    started.process.wait()
    os.close(started.master)
    os.close(started.events)


def test_keys_and_sizes_reach_a_stage_that_handles_them(terminal: Terminal) -> None:
    for key, name in (("\x03", "SIGINT"), ("\x1c", "SIGQUIT")):
        terminal.type(key)
        terminal.wait_for(f"signal {name}")
    terminal.resize(50, 133)
    terminal.wait_for("signal SIGWINCH")
    terminal.type("size\n")
    terminal.wait_for("size 133 50")
    terminal.type("end\n")
    assert terminal.process.wait(10) == 7


def test_a_stage_that_is_asked_to_end_may_end_in_order(terminal: Terminal) -> None:
    os.killpg(terminal.process.pid, signal.SIGTERM)
    terminal.wait_for("signal SIGTERM")
    terminal.type("end\n")
    assert terminal.process.wait(10) == 7


def test_its_events_arrive(terminal: Terminal) -> None:
    assert os.read(terminal.events, 1000) == b'{"event": "progress"}\n'


def test_the_events_end_with_the_stage(terminal: Terminal) -> None:
    terminal.type("end\n")
    terminal.process.wait(10)
    os.read(terminal.events, 1000)
    assert select.select([terminal.events], [], [], 5)[0]
    assert os.read(terminal.events, 1000) == b""


def test_a_stage_has_a_controlling_terminal_and_ctrl_c_ends_one_that_does_not_handle_it(box: Box) -> None:
    started = _started(box, "bash", "-c", "echo > /dev/tty ready; sleep 100")
    try:
        started.wait_for("ready")
        started.type("\x03")
        assert started.process.wait(10) == 128 + signal.SIGINT
    finally:
        _end(started)


def test_a_shell_in_it_has_job_control(box: Box) -> None:
    started = _started(box, "bash", "--norc", "--noprofile", "-i")
    try:
        started.type("PS1=; echo be''gin; sleep 100\n")
        started.wait_for("begin")
        time.sleep(0.2)  # until the sleep is in the foreground; before, the shell itself takes the key, and goes on
        started.type("\x03")
        started.type("echo sta''tus $?\n")
        started.wait_for("status 130")
    finally:
        _end(started)
