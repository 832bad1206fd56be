"""The job pane: how long a key waits under 100,000 lines a second, and what being watched costs the program.

python benchmarks/pane.py [--seconds=5] [--blocks=8]
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress

from textual import events
from textual.app import App, ComposeResult

from ckexplore.actions.jobs import queue, record
from ckexplore.actions.jobs.follow import JobFollower
from ckexplore.actions.plan import Plan, Stage
from ckexplore.store.workspace import Workspace
from ckexplore.tui.widgets.log_pane import LogPane

LINES_A_SECOND = 100_000
PIECES_A_SECOND = 20
KEY_LIMIT = 0.050  # seconds
COST_LIMIT = 0.01
WORK = "n=0; for i in $(seq 300000); do n=$((n+i)); if [ $((i%100)) = 0 ]; then echo line $i; fi; done"


class TimedPane(LogPane):
    """A pane that tells when a key has been handled and painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = asyncio.Event()

    def action_step(self, lines: int) -> None:
        super().action_step(lines)
        self.call_after_refresh(self.painted.set)


class PaneApp(App[None]):
    """Nothing but a pane."""

    CSS_PATH = ["../tui/widgets/lines.tcss", "../tui/widgets/log_pane.tcss"]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """Make the pane."""
        yield TimedPane()


async def key_times(seconds: float, *, stream: bool) -> list[float]:
    """Press keys for a while, and give the seconds from each to its being handled and painted."""
    app = PaneApp()
    times: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.query_one(TimedPane)
        pane.feed(_piece(2000))
        pane.focus()
        await pilot.pause()
        feeding = asyncio.create_task(_feed(pane)) if stream else None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(0.01, 0.06))
            begun = time.perf_counter()
            pane.painted.clear()
            app.post_message(events.Key("k" if len(times) % 2 else "j", None))
            await pane.painted.wait()
            times.append(time.perf_counter() - begun)
        if feeding:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding
    return times


async def _feed(pane: LogPane) -> None:
    piece = _piece(LINES_A_SECOND // PIECES_A_SECOND)
    due = time.monotonic()
    while True:
        pane.feed(piece)
        due += 1 / PIECES_A_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))


def _piece(lines: int) -> bytes:
    plain, coloured = b"step %d of the experiment, loss 0.123\n", b"\x1b[32mok\x1b[0m line %d with colours\n"
    return b"".join((plain if number % 3 else coloured) % number for number in range(lines))


def watched_cost(blocks: int) -> tuple[float, float, float]:
    """Run the same program with and without a follower, interleaved; give the ratio's median and 95 % interval."""
    ratios: list[float] = []
    with tempfile.TemporaryDirectory(prefix="ckexplore-benchmark-") as home:
        workspace = Workspace(home)
        for number in range(blocks):
            pair = [(True, _run(workspace, watched=True))] if number % 2 else []
            pair.append((False, _run(workspace, watched=False)))
            if not number % 2:
                pair.append((True, _run(workspace, watched=True)))
            took = dict(pair)
            ratios.append(took[True] / took[False])
    resampled = sorted(statistics.median(random.choices(ratios, k=blocks)) for _ in range(2000))
    return statistics.median(ratios), resampled[50], resampled[1949]


def _run(workspace: Workspace, *, watched: bool) -> float:
    """Run the program as a job, followed twenty times a second or not, and give the seconds that it took itself."""
    plan = Plan("benchmark", "", "", (), (Stage("work", ("bash", "-c", WORK), (WORK,)),))
    folder = queue.submit(workspace, plan)
    follower = JobFollower(folder)
    _until(lambda: record.read_state(folder).over, _look(follower) if watched else None)
    return float(record.read_state(folder).resources["user_s"] + record.read_state(folder).resources["system_s"])


def _look(follower: JobFollower) -> Callable[[], object]:
    return lambda: (follower.state(), follower.output(), follower.events())


def _until(over: Callable[[], bool], look: Callable[[], object] | None) -> None:
    looked = 0.0
    while time.monotonic() - looked < 0.5 or not over():
        if look is not None:
            look()
        time.sleep(0.05 if look is not None else 0.5)
        looked = looked or time.monotonic()


def main() -> int:
    """Measure, print, and give 1 when a whole interval exceeds its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--blocks", type=int, default=8)
    options = parser.parse_args()
    quiet = asyncio.run(key_times(options.seconds, stream=False))
    busy = asyncio.run(key_times(options.seconds, stream=True))
    for name, times in (("without output", quiet), (f"under {LINES_A_SECOND:,} lines a second", busy)):
        ordered = sorted(times)
        middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"key {name}: median {middle * 1e3:.1f} ms, p95 {late * 1e3:.1f} ms, longest {ordered[-1] * 1e3:.1f} ms")
    middle, low, high = watched_cost(options.blocks)
    print(f"processor time, watched to unwatched: {middle:.3f} (95 % interval {low:.3f} to {high:.3f})")
    too_slow = sorted(busy)[len(busy) // 2] > KEY_LIMIT
    return 1 if too_slow or low > 1 + COST_LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
