"""The browser in a terminal: when it paints, when all is searchable, its memory, and how long it ever blocks."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from catalog_figures import Figure, Line, interleaved
from catalog_setting import Setting, environment_of, home_of, memory
from catalog_terminal import LAST_ROW, Terminal
from installed import its_python, our_program

from ckexplore.store.workspace import Workspace

ROUNDS = 11
_EMPTY_APP = "from textual.app import App; App().run()"
_DRIVEN_APP = "from catalog_blocking import main; main()"


def lines(setting: Setting) -> Iterator[Line]:
    """Measure the start first, then the use."""
    with home_of(setting.made(), indexed=True) as workspace:
        yield from _start(workspace, setting)
        yield from _memory(workspace, setting)
        yield from _blocking(workspace, setting)


def _start(workspace: Workspace, setting: Setting) -> Iterator[Line]:
    environment = environment_of(workspace)
    # The first answer has all rows: those that were stored.
    all_there = re.compile(rf"{setting.artifacts // 1000},\d\d\d artifacts".encode())

    def empty() -> float:
        with Terminal([its_python(), "-c", _EMPTY_APP], environment) as terminal:
            return terminal.seconds_until(LAST_ROW)

    def ours() -> tuple[float, float]:
        with Terminal([our_program()], environment) as terminal:
            return terminal.seconds_until(LAST_ROW), terminal.seconds_until(all_there)

    ours()
    floors, times = interleaved(ROUNDS, empty, ours)
    floor, painted, found = median(floors), median(one[0] for one in times), median(one[1] for one in times)
    name = f"first paint, {setting.artifacts:,} artifacts known"
    yield Figure(name, painted, "an empty Textual app", floor, 1.3, as_ratio=True)
    yield Figure("  all of them found and shown", found, "an empty Textual app", floor, at_most=0.6)


def _memory(workspace: Workspace, setting: Setting) -> Iterator[Line]:
    with tempfile.TemporaryDirectory(prefix="ckexplore-benchmark-") as folder:
        without = _settled_memory([our_program()], Workspace(folder))
    bare = _settled_memory([its_python(), "-c", _EMPTY_APP], workspace)
    kept = _settled_memory([our_program()], workspace)
    for above, least in (("the browser without any", without), ("an empty Textual app", bare)):
        each = (kept - least) / setting.artifacts
        yield Figure(f"  memory an artifact, above {above}", each, at_most=1.2 * 1024, unit="B")


def _settled_memory(command: list[str], workspace: Workspace) -> int:
    with Terminal(command, environment_of(workspace)) as terminal:
        terminal.seconds_until(LAST_ROW)
        terminal.wait_until_idle()
        return memory(process=terminal.number)


def _blocking(workspace: Workspace, setting: Setting) -> Iterator[Line]:
    environment = environment_of(workspace) | {"PYTHONPATH": str(Path(__file__).parent)}
    with tempfile.NamedTemporaryFile(prefix="ckexplore-benchmark-") as results:
        command = [its_python(), "-c", _DRIVEN_APP, str(workspace.home), results.name]
        with Terminal(command, environment) as terminal:
            terminal.wait_until_left()
        told = Path(results.name).read_bytes()
    if not told:
        raise RuntimeError(terminal.written.decode(errors="replace")[-4000:])
    blocked: dict[str, dict[str, list[float]]] = json.loads(told)
    idle = max(blocked.pop("nothing")["waiting"])
    for name, steps in blocked.items():
        step, times = max(steps.items(), key=lambda one: max(one[1]))
        aim = 0.2 if name == "sorting" else 0.033
        yield Figure(f"  {name} blocks at most ({step})", max(times), "doing nothing", idle, at_most=aim)
        step, times = max(steps.items(), key=lambda one: min(one[1]))
        yield Figure(f"    and in every round ({step})", min(times), "doing nothing", idle)
