"""How long a key waits in the program while a job writes: from the key going into the terminal to what it draws."""

import random
import re
import string
from time import monotonic

from catalog_terminal import Terminal
from pane_job import browser_beside

_FLOOD = """
import sys, time
rate, number, due = int(sys.argv[1]), 2000, time.monotonic()
def lines(start, count):
    numbers = range(start, start + count)
    sys.stdout.write("".join(f"line {number:09d}, \\x1b[32mok\\x1b[0m, loss 0.123\\n" for number in numbers))
    sys.stdout.flush()
lines(0, number)
while True:
    lines(number, rate // 20)
    number += rate // 20
    due += 1 / 20
    time.sleep(max(0.0, due - time.monotonic()))
"""
_LINE = re.compile(rb"line (\d{9})")
_ROUND = 26  # keys: so many letters are in sight
_EARLIEST, _LATEST = 0.02, 0.11  # seconds between two keys, never in step with the output


def key_times(seconds: float, rate: int) -> dict[str, list[float]]:
    """Press keys for a while, twice, beside a job that writes `rate` lines a second; give the seconds that each took.

    "typed" are letters until they are seen in the command line, "scrolled" the paused log's lines until the one above
    is in sight.
    """
    with browser_beside(_FLOOD, str(rate)) as terminal:
        terminal.seconds_until(_LINE)
        terminal.rest(2.0)
        return {"typed": _typed(terminal, seconds), "scrolled": _scrolled(terminal, seconds)}


def _typed(terminal: Terminal, seconds: float) -> list[float]:
    times: list[float] = []
    until = monotonic() + seconds
    while monotonic() < until:
        terminal.press(b":", re.compile(rb"Esc"))
        text = ""
        for letter in string.ascii_lowercase[:_ROUND]:
            terminal.rest(random.uniform(_EARLIEST, _LATEST))
            text += letter
            times.append(terminal.press(letter.encode(), re.compile(text.encode())))
        terminal.press(b"\x1b", _LINE)
        terminal.rest(0.5)  # an Esc right before another key is read as Alt
    return times


def _scrolled(terminal: Terminal, seconds: float) -> list[float]:
    """Scroll up line by line, in rounds that are over before the lines in sight are too old to be kept."""
    times: list[float] = []
    terminal.press(b"4", _LINE)
    until = monotonic() + seconds
    while monotonic() < until:
        terminal.press(b"k", _LINE)
        terminal.rest(0.5)  # what was on its way is older than what is in sight
        terminal.press(b"k", _LINE)
        terminal.rest(0.3)
        first = min(map(int, _LINE.findall(terminal.written)))
        for _ in range(_ROUND):
            terminal.rest(random.uniform(_EARLIEST, _LATEST))
            first -= 1
            times.append(terminal.press(b"k", re.compile(rb"line %09d" % first)))
        terminal.press(b"f", _LINE)
    return times
