"""`ckexplore demo`: the sample repositories in a home of their own, in the TUI, or without a terminal as a report."""

import sys
from collections.abc import Sequence

from ..actions.browsing import rows
from ..actions.execution import execute
from ..actions.kernel import plan
from ..actions.report.table import text_table
from ..actions.report.telling import tell
from ..actions.request import request_from
from ..actions.samples import copy_samples, demo_workspace
from ..store.workspace import Workspace, workspace_from_environment
from .opening import can_open_tui, open_tui
from .terminal_console import TerminalConsole

_BENCHMARK = {"action": "run", "cid": "program:image-classification-onnx", "cmd_key": "latency"}


def run_demo(words: Sequence[str]) -> int:
    """Open the TUI on the samples; without a terminal (or with --headless) index them and run one benchmark."""
    workspace = demo_workspace(workspace_from_environment())
    copy_samples(workspace)
    if can_open_tui() and "--headless" not in words:
        return open_tui(workspace, mouse="--no-mouse" not in words)
    _say(f"The sample repositories are in {workspace.clones}")
    _list(workspace)
    _benchmark(workspace)
    return 0


def _say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _list(workspace: Workspace) -> None:
    """Print how many artifacts of which module each repository holds."""
    counted: dict[tuple[str, str], list[str]] = {}
    for row in rows(workspace):
        counted.setdefault((row.repository, row.module), []).append(row.title)
    lines = [
        (repository, module, len(titles), ", ".join(sorted(titles)))
        for (repository, module), titles in sorted(counted.items())
    ]
    _say()
    for line in text_table(("repository", "module", "artifacts", "names"), lines, width=100):
        _say(line)


def _benchmark(workspace: Workspace) -> None:
    """Run the latency benchmark of the sample model, detecting and installing first what it needs."""
    request = request_from(workspace, _BENCHMARK, TerminalConsole())
    planned = plan(request)
    _say(f"\nBenchmark: ckexplore {planned.request}  ({len(planned.stages)} stages)\n")
    result = execute(request, planned)
    _say()
    for line in tell("run", "program", result, width=100):
        _say(line)
