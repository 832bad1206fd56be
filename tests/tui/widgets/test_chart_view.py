"""The chart view: drawn for its size, in the colours of the theme, and not too often."""

import asyncio
from typing import Any

from textual.geometry import Region

from ckexplore.actions.report.chart import Chart, Span
from ckexplore.actions.report.charts import Axis, histogram
from ckexplore.tui.widgets.chart_view import SECONDS_BETWEEN_REDRAWS, ChartView


def of_one(role: str, text: str = "x") -> Any:
    def figure(width: int, height: int) -> Chart:
        return Chart(tuple((Span(text.ljust(width)[:width], role),) for _ in range(height)), width, height)

    return figure


def latencies(width: int, height: int) -> Chart:
    return histogram([n / 1000 for n in range(500)], width=width, height=height, x_axis=Axis("latency", "s"))


async def test_it_shows_the_chart_in_its_size_and_draws_it_anew_when_that_changes(widget_app: Any, shown: Any) -> None:
    view = ChartView(latencies)
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert [row.strip() for row in shown(view)] == [row.strip() for row in latencies(78, 24).lines()]
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert [row.strip() for row in shown(view)] == [row.strip() for row in latencies(48, 12).lines()]


async def test_each_role_has_the_colour_of_its_component_class(widget_app: Any) -> None:
    view = ChartView(of_one("front"))
    async with widget_app(view).run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        (strip,) = view.render_lines(Region(0, 0, 20, 1))
        colours = {segment.style.color for segment in strip if segment.style and segment.text.strip()}
        assert colours == {view.get_component_rich_style("chart--front").color}
        assert colours != {view.rich_style.color}


async def test_another_theme_gives_other_colours(widget_app: Any) -> None:
    view = ChartView(of_one("axis"))
    app = widget_app(view)
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        before = view.render_lines(Region(0, 0, 20, 1))
        app.theme = "textual-light"
        await pilot.pause()
        assert view.render_lines(Region(0, 0, 20, 1)) != before


async def test_data_that_come_fast_are_drawn_twice_a_second_and_the_last_are_shown(widget_app: Any, shown: Any) -> None:
    drawn: list[int] = []

    def numbered(number: int) -> Any:
        def figure(width: int, height: int) -> Chart:
            drawn.append(number)
            return of_one("label", f"number {number}")(width, height)

        return figure

    view = ChartView()
    async with widget_app(view).run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        for number in range(50):
            view.set_figure(numbered(number))
            await pilot.pause()
        assert drawn[0] == 0
        assert len(drawn) <= 3
        await asyncio.sleep(SECONDS_BETWEEN_REDRAWS)
        await pilot.pause()
        assert shown(view)[0].strip() == "number 49"


async def test_without_a_figure_it_is_blank(widget_app: Any, shown: Any) -> None:
    view = ChartView()
    async with widget_app(view).run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        assert set(shown(view)) == {""}


async def test_text_is_never_markup(widget_app: Any, shown: Any) -> None:
    view = ChartView(of_one("title", "[/] [red]x"))
    async with widget_app(view).run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        assert shown(view)[0].strip() == "[/] [red]x"
