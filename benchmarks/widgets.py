"""The virtual widgets beside Textual's own, in one run on one machine: look at the ratios, not at the seconds.

A frame is counted when Textual hands it to the terminal. Textual's widgets get a tenth of the rows or lines, since with
all of them one would wait for minutes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, RichLog

import ckexplore.tui.widgets
from ckexplore.tui.widgets.log_pane import LogPane
from ckexplore.tui.widgets.table import Cell, Column, VirtualTable

SIZE = (120, 40)
KEYS = 40
NAMES = ("Repository", "Module", "Alias", "Tags")
LINE = "\x1b[32mINFO\x1b[0m sample %d took \x1b[1;38;5;208m%d ms\x1b[0m"


class BenchmarkApp(App[None]):
    """One widget, and an event for each frame."""

    CSS_PATH = sorted(str(path) for path in Path(ckexplore.tui.widgets.__path__[0]).glob("*.tcss"))

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.framed = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    def _display(self, screen: Screen, renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self.framed.set()

    async def frame(self) -> None:
        """Wait for the next frame."""
        self.framed.clear()
        await asyncio.wait_for(self.framed.wait(), 60)


def row(number: int) -> tuple[str, str, str, str]:
    return "ckx-ml", "program", f"image-classification-{number}", "onnx,vision,mlperf"


def cells(number: int) -> Sequence[Cell]:
    return row(number)


async def table_seconds(widget: Widget, fill: Callable[[], None], count: int) -> tuple[float, float]:
    """Measure (from the first row given to the frame that shows them all, median from a key to its frame), in s."""
    app = BenchmarkApp(widget)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        start = perf_counter()
        fill()
        await app.frame()
        while widget.virtual_size.height < count:
            await app.frame()
        first = perf_counter() - start
        await pilot.pause()
        return first, median([await _key_seconds(app, key) for key in ("down", "pagedown") * (KEYS // 2)])


async def _key_seconds(app: BenchmarkApp, key: str) -> float:
    await asyncio.sleep(0.01)
    start = perf_counter()
    app.post_message(events.Key(key, None))
    await app.frame()
    return perf_counter() - start


async def virtual_table(count: int) -> tuple[float, float]:
    table = VirtualTable([Column(name.lower(), name) for name in NAMES])
    return await table_seconds(table, lambda: table.set_rows(range(count), cells), count)


async def data_table(count: int) -> tuple[float, float]:
    table: DataTable[str] = DataTable(cursor_type="row")

    def fill() -> None:
        table.add_columns(*NAMES)
        table.add_rows(row(number) for number in range(count))

    return await table_seconds(table, fill, count)


async def log_seconds(widget: Widget, write: Callable[[], Awaitable[None]], count: int) -> float:
    """Measure from the first line written to the frame that shows the last one, in s."""
    app = BenchmarkApp(widget)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        start = perf_counter()
        await write()
        while widget.virtual_size.height < count or widget.scroll_offset.y < widget.max_scroll_y:
            await app.frame()
        return perf_counter() - start


async def log_pane(count: int) -> float:
    pane = LogPane()
    data = "".join(LINE % (number, number % 97) + "\n" for number in range(count)).encode()

    async def write() -> None:
        for start in range(0, len(data), 1 << 16):
            pane.feed(data[start : start + (1 << 16)])
            await asyncio.sleep(0)

    return await log_seconds(pane, write, count)


async def rich_log(count: int) -> float:
    pane = RichLog()

    async def write() -> None:
        for number in range(count):
            pane.write(Text.from_ansi(LINE % (number, number % 97)))
            if number % 1000 == 0:
                await asyncio.sleep(0)

    return await log_seconds(pane, write, count)


async def main() -> None:
    reference = await data_table(10_000)
    print("table                    first paint        a key to its frame")
    for name, measured in (
        ("DataTable      10,000", reference),
        ("VirtualTable  100,000", await virtual_table(100_000)),
        ("VirtualTable 1,000,000", await virtual_table(1_000_000)),
    ):
        ratios = [one / other for one, other in zip(measured, reference, strict=True)]
        print(
            f"{name:23} {measured[0] * 1e3:8.1f} ms {ratios[0]:6.3f} x  {measured[1] * 1e3:7.2f} ms {ratios[1]:5.2f} x"
        )
    many, few = await log_pane(100_000), await rich_log(10_000)
    print("log                      microseconds a line")
    print(f"RichLog        10,000    {few / 10_000 * 1e6:8.1f}    1.000 x")
    print(f"LogPane       100,000    {many / 100_000 * 1e6:8.1f}    {many / 10 / few:5.3f} x")


if __name__ == "__main__":
    asyncio.run(main())
