"""The experiments screen as a user drives it: table, filter, charts, front, marks, comparison, figures, new points."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from ckexplore.store.workspace import Workspace
from ckexplore.tui.screens.experiments import ExperimentsScreen
from ckexplore.tui.screens.pick import PickScreen
from ckexplore.tui.widgets.table import VirtualTable

from ..store.making import make_entry
from .conftest import Browsing, browsing

SIZES = [(80, 24), (100, 40), (160, 48)]
MOBILENETS = "module:experiment mobilenets-mlperf"
HIKEY = "system = 'hikey960-tflite-v1.15'"


class Looking:
    """The experiments screen over a browser, and what a user sees and does there."""

    def __init__(self, run: Browsing) -> None:
        self.run, self.pilot = run, cast(Pilot, run.pilot)

    @property
    def screen(self) -> ExperimentsScreen:
        return next(screen for screen in self.run.app.screen_stack if isinstance(screen, ExperimentsScreen))

    @property
    def text(self) -> str:
        return self.run.screen_text()

    async def settled(self) -> None:
        """Wait until the newest view is shown, in the chart as well where that is seen."""

        def shown() -> bool:
            screen = self.screen
            arranged = screen.arranged is not None and screen.arranged.view is screen.view
            return arranged and not [one for one in screen.workers if one.node is screen and not one.is_finished]

        await self.run.until(shown)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def filter(self, text: str) -> None:
        await self.press("slash")
        self.screen.query_one("#filter", Input).value = ""
        await self.run.type(text)
        await self.press("enter")
        await self.run.until(lambda: self.screen.view.query == text)
        await self.settled()

    async def pick(self, key: str, *words: str) -> None:
        """Open a list by a key, narrow it, and take what is left first; again for every list after it."""
        await self.press(key)
        for word in words:
            await self.run.until(lambda: isinstance(self.run.app.screen, PickScreen))
            picking = self.run.app.screen
            await self.run.until(lambda: isinstance(self.run.app.focused, Input))
            await self.run.type(word)
            await self.press("enter")
            await self.run.until(lambda picking=picking: self.run.app.screen is not picking)
        await self.settled()

    async def shows(self, *words: str) -> None:
        await self.run.until(lambda: all(word in self.text for word in words))


@asynccontextmanager
async def looking(workspace: Workspace, size: tuple[int, int], words: str = MOBILENETS) -> AsyncIterator[Looking]:
    """Open the points of an experiment from the browser."""
    async with browsing(workspace, size) as run:
        await run.filter(words)
        await run.pilot.press("p")
        await run.until(lambda: isinstance(run.app.screen, ExperimentsScreen))
        look = Looking(run)
        await look.settled()
        yield look


@pytest.mark.parametrize("size", SIZES)
async def test_points_front_and_objectives_are_in_the_title(workspace: Workspace, samples: Path, size) -> None:
    del samples
    async with looking(workspace, size) as look:
        await look.shows("368 points", "front 15", "latency_p90_ms", "mobilenet-v1")
        await look.filter(HIKEY)
        await look.shows("54 of 368 points", "front 15")
        await look.filter("system = 'rpi4-tflite-v1.15'")
        await look.shows("54 of 368 points", "front 16")
        await look.filter("system = 'firefly-armnn-v19.08-neon'")
        await look.shows("38 of 368 points", "front 20")


async def test_a_narrow_terminal_shows_one_pane_at_a_time(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (80, 24)) as look:
        assert "← better" not in look.text
        await look.press("tab")
        await look.shows("latency_p90 (ms)  ← better", "● front")
        assert "000cc4e7" in look.text.splitlines()[-2], "the point is told below"
        await look.press("tab")
        await look.run.until(lambda: "← better" not in look.text)


async def test_a_wide_terminal_shows_both_and_z_one_of_them(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.shows("← better", "model_family")
        await look.press("z")
        await look.run.until(lambda: "← better" not in look.text)
        await look.press("escape")
        await look.shows("← better", "model_family")


async def test_the_cursor_is_on_the_same_point_in_table_and_chart(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.press("j", "j")
        table = look.screen.table
        assert table is not None
        assert look.screen.chart.row == look.screen.row == 2
        await look.shows(table.uids[2][:8])
        await look.press("tab", "right")
        await look.run.until(lambda: look.screen.row != 2)
        assert look.screen.points.cursor_row_id == look.screen.row == look.screen.chart.row
        before = look.screen.chart.place_of(2)
        after = look.screen.chart.place_of(look.screen.row)
        assert before is not None and after is not None and after[0] > before[0]


async def test_the_front_is_walked_by_brackets(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.filter(HIKEY)
        front = look.screen.arranged.front  # type: ignore[union-attr]
        seen = []
        for _ in front:
            await look.press("right_square_bracket")
            seen.append(look.screen.row)
        assert tuple(seen) == front
        await look.shows("● on the front")


async def test_a_filter_that_cant_be_understood_is_told_and_what_was_shown_stays(
    workspace: Workspace, samples: Path
) -> None:
    del samples
    async with looking(workspace, (80, 24)) as look:
        await look.press("slash")
        await look.run.type("accuracy_top1 >=")
        await look.shows("is no expression; write for example")
        assert "368 points" in look.text
        await look.run.type(" 70 and nonsense")
        await look.shows("the points have no column 'nonsense'")


async def test_when_nothing_passes_the_reason_is_told_and_escape_clears_it(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (80, 24)) as look:
        await look.filter("accuracy > 90 and multiplier = 1")
        await look.shows("0 of 368 points", "no point passes accuracy > 90", "between 42.344 and 75.69")
        await look.press("escape")
        await look.shows("368 points · front 15")
        assert "no point passes" not in look.text


async def test_rows_are_ordered_by_a_column_that_is_picked(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.pick("o", "accuracy")
        values = look.screen.table.columns["run.accuracy_top1"].values  # type: ignore[union-attr]
        shown = [values[row] for row in look.screen.arranged.rows]  # type: ignore[union-attr]
        assert shown == sorted(shown)  # type: ignore[type-var]
        await look.press("O")
        await look.settled()
        assert values[look.screen.arranged.rows[0]] == 75.69  # type: ignore[union-attr]
        await look.shows("accuracy_top1 ▼")


async def test_constant_columns_are_hidden_until_they_are_asked_for(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:

        def names() -> set[str]:
            return {one.name for one in look.screen.arranged.columns}  # type: ignore[union-attr]

        assert "features.scenario" not in names()
        await look.press("H")
        await look.settled()
        assert "features.scenario" in names()


async def test_columns_are_chosen_and_further_ones_reached_sideways(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (80, 24)) as look:
        header = look.text.splitlines()[2]
        assert "framework" not in header
        for _ in range(9):
            await look.press("l")
        assert "framework" in look.text.splitlines()[2]
        assert "latency_p90_ms" not in look.text.splitlines()[2]


async def test_groups_show_medians_and_enter_goes_to_their_points(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (80, 24)) as look:
        await look.pick("v", "resolution", "family", "accuracy")
        await look.shows("mobilenet-v1", "mobilenet-v2", "224", "(")
        await look.press("enter")
        await look.settled()
        assert look.screen.view.query == "`choices.resolution` = 96"
        await look.shows("32 of 368 points")


async def test_two_marked_points_are_compared_side_by_side(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.press("c")
        await look.shows("mark two points or more")
        await look.press("space", "space")
        await look.shows("2 marked")
        await look.press("c")
        await look.shows("Compared", "differs", "A 000cc4e7", "B 015d2ad6", "1.62 times, can't tell", "one measurement")


async def test_axes_colours_and_kinds_are_chosen_by_keys(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.pick("u", "family")
        await look.shows("● mobilenet-v1", "▲ mobilenet-v2", "━ front")
        await look.pick("x", "multiplier")
        await look.shows("multiplier")
        await look.press("2")
        await look.settled()
        await look.shows("the line joins medians")
        await look.press("5")
        await look.settled()
        await look.shows("mobilenet-v1 (", "┃")
        await look.press("6")
        await look.settled()
        await look.shows("resolution", "quantized", "75.69 %", " ↑")


async def test_zoom_and_pan_and_back_to_the_whole(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.press("plus")
        await look.shows("outside of the window")
        seen = look.screen._drawn.seen  # type: ignore[union-attr]
        await look.press("greater_than_sign")
        await look.run.until(lambda: look.screen._drawn.seen.x.low > seen.x.low)  # type: ignore[union-attr]
        await look.press("0")
        await look.run.until(lambda: "outside of the window" not in look.text)


async def test_a_point_out_of_the_window_is_moved_to(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        for _ in range(5):
            await look.press("plus")
            await look.settled()
        await look.press("G")
        await look.settled()
        place = look.screen.chart.place_of(look.screen.row)
        assert place is not None
        assert look.screen._drawn.seen.holds(place)  # type: ignore[union-attr]


async def test_objectives_of_ones_own_make_another_front(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        await look.press("m")
        await look.run.type("latency:min,accuracy:max,multiplier:min")
        await look.press("enter")
        await look.run.until(lambda: len(look.screen.arranged.objectives) == 3)  # type: ignore[union-attr]
        await look.settled()
        assert len(look.screen.arranged.front) > 15  # type: ignore[union-attr]
        assert "┘" not in look.text, "no line joins a front in three objectives"


async def test_the_chart_is_written_as_svg_but_over_nothing(
    workspace: Workspace, samples: Path, tmp_path: Path
) -> None:
    del samples
    async with looking(workspace, (160, 48)) as look:
        for told in ("written:", "is there already"):
            await look.press("w")
            look.screen.query_one("#command", Input).value = str(tmp_path / "figure.svg")
            await look.press("enter")
            await look.shows(told)
    assert "<svg" in (tmp_path / "figure.svg").read_text()[:200]


async def test_new_points_come_by_themselves_and_the_cursor_stays_on_its_point(
    workspace: Workspace, samples: Path
) -> None:
    experiment = samples / "experiment/mobilenets-mlperf-v0.5"
    async with looking(workspace, (160, 48)) as look:
        await look.press("j", "j", "j")
        uid = look.screen.table.uids[look.screen.row or 0]  # type: ignore[union-attr]
        first = next(experiment.glob("ckp-000cc4e7*.0001.json"))
        point = json.loads(first.read_text())
        (experiment / "ckp-00000000000000aa.0001.json").write_text(json.dumps(point))
        shutil.copy(next(experiment.glob("ckp-000cc4e7*.flat.json")), experiment / "ckp-00000000000000aa.flat.json")
        await look.shows("369 points")
        await look.settled()
        assert look.screen.table.uids[look.screen.row or 0] == uid  # type: ignore[union-attr]
        assert look.screen.points.cursor_row_id == look.screen.row


async def test_an_experiment_without_points_says_how_to_get_some(workspace: Workspace, samples: Path) -> None:
    make_entry(samples, "experiment", "empty-one", "5" * 16, {"tags": ["new"]}, module_uid="bc0409fb61f0aa82")
    async with looking(workspace, (80, 24), "module:experiment empty-one") as look:
        await look.shows("No points yet", "ckexplore run program:NAME")
        for key in ("1", "6", "plus", "space", "c", "w", "f", "right_square_bracket", "O", "tab"):
            await look.press(key)
        await look.press("escape")


async def test_enter_in_the_browsers_points_opens_them_too(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace, (160, 48)) as run:
        await run.filter(MOBILENETS)
        await run.until(lambda: run.browser.query_one("#points-table", VirtualTable).line_count)
        run.browser.query_one("#points-table").focus()
        await run.pilot.press("enter")
        await run.until(lambda: isinstance(run.app.screen, ExperimentsScreen))


async def test_p_says_what_it_is_for_where_there_are_no_points(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace, (80, 24)) as run:
        await run.filter("module:program matmul")
        await run.pilot.press("p")
        await run.until(lambda: "p (points) is for" in run.screen_text())


async def test_escape_and_q_go_back_to_the_browser(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (80, 24)) as look:
        await look.press("q")
        await look.shows("experiment", "1 shown")


async def test_enter_shows_all_of_a_point_and_help_explains_the_screen(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (100, 40)) as look:
        await look.press("enter")
        await look.shows("point 000cc4e7236da7a4", "run.latency_mean_ms")
        await look.press("escape", "question_mark")
        await look.shows("The points of an experiment", "Pareto front")


async def test_the_palette_has_the_actions_of_this_screen(workspace: Workspace, samples: Path) -> None:
    del samples
    async with looking(workspace, (100, 40)) as look:
        await look.press("ctrl+p")
        await look.run.type("cumulative")
        await look.shows("Cumulative  (4)")
        await look.press("enter")
        await look.run.until(lambda: look.screen.view.depiction.kind == "cumulative")


async def test_texts_of_points_are_never_markup(workspace: Workspace, samples: Path) -> None:
    entry = make_entry(samples, "experiment", "odd", "6" * 16, {"tags": ["new"]}, module_uid="bc0409fb61f0aa82")
    for number, name in enumerate(("[red]x[/nope]", "\x1b]52;c;eA==\x07 [/]")):
        point = {"choices": {name: name}, "characteristics_list": [{"run": {"latency_s": 1.0 + number, name: 2}}]}
        (entry / f"ckp-000000000000000{number}.0001.json").write_text(json.dumps(point))
    async with looking(workspace, (160, 48), "module:experiment odd") as look:
        await look.shows("[red]x[/nope]")
        await look.press("space", "space", "c")
        await look.shows("Compared")
        assert "\x1b" not in look.text
