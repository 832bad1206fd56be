"""Running a script whose output goes to files, and showing what comes into the files while it runs."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from ...store.errors import FailedError
from ...store.untrusted import safe_line
from .shell import end_group, event_descriptors

_LOOK = 0.2  # seconds between two looks
_PIECE = 1 << 20
_SHOWN = 4 << 20
_TAIL = 16_384


def run(words: list[str], files: Sequence[str] = ()) -> int:
    """Run words with our terminal, show what is written into `files` meanwhile, and give the exit code.

    Raises FailedError when they can't start.
    """
    try:
        process = subprocess.Popen(words, pass_fds=event_descriptors())
    except OSError as error:
        raise FailedError(f"{safe_line(words[0])} can't be started ({error.strerror})") from error
    opened: dict[str, IO[bytes]] = {}
    try:
        while True:
            try:
                return process.wait(_LOOK if files else None)
            except subprocess.TimeoutExpired:
                _show_new(files, opened)
            finally:
                if process.returncode is not None:
                    _show_new(files, opened)
    except BaseException:
        end_group(process)
        raise
    finally:
        for stream in opened.values():
            stream.close()


def _show_new(files: Sequence[str], opened: dict[str, IO[bytes]]) -> None:
    for name in files:
        if name not in opened and os.path.isfile(name):
            opened[name] = Path(name).open("rb")  # noqa: SIM115  (closed by who opened all)
        if name in opened:
            while data := opened[name].read(_PIECE):
                sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def show(name: str) -> None:
    """Show a file that a run left, if it is there."""
    if os.path.isfile(name):
        with Path(name).open("rb") as stream:
            sys.stdout.buffer.write(stream.read(_SHOWN))
        sys.stdout.buffer.flush()


def last_lines(name: str) -> list[str]:
    """Give the last lines of a file that have words; none when it isn't there."""
    if not os.path.isfile(name):
        return []
    with Path(name).open("rb") as stream:
        stream.seek(max(0, Path(name).stat().st_size - _TAIL))
        return [line.strip() for line in stream.read().decode("utf-8", "replace").splitlines() if line.strip()]
