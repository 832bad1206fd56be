"""The tabs of the job pane: told apart at a glance, cut no more than it takes, the active one in sight."""

import pytest
from textual.app import App, ComposeResult

from ckexplore.tui.widgets.job_line import JobTab, JobTabs


class Tabs(App[None]):
    CSS = "JobTabs { height: 1; }"

    def compose(self) -> ComposeResult:
        yield JobTabs()


def tabs_of(count: int) -> list[JobTab]:
    return [JobTab(f"{n}", f"run program:{n}-classification --cmd_key=accuracy", "done", "1.5 s") for n in range(count)]


async def drawn(tabs: list[JobTab], active: str, width: int) -> str:
    app = Tabs()
    async with app.run_test(size=(width, 3)):
        widget = app.query_one(JobTabs)
        widget.styles.width = width
        widget.set_tabs(tabs, active)
        return widget.render_line(0).text


async def test_titles_are_whole_where_there_is_room() -> None:
    shown = await drawn(tabs_of(3), "0", 160)
    assert [f"✔ run {n}-classification accuracy 1.5 s" in shown for n in range(3)] == [True] * 3


@pytest.mark.parametrize("active", range(5))
async def test_all_tabs_are_cut_alike_and_the_active_one_is_in_sight(active: int) -> None:
    shown = await drawn(tabs_of(5), str(active), 80)
    assert len(shown) == 80
    assert f"✔ run {active}-classific… 1.5 s" in shown


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("run program:matmul --cmd_key=naive --env.N=3", "run matmul naive --env.N=3"),
        ("detect soft:compiler.gcc", "detect compiler.gcc"),
        ("install ckx-ml:package:model --variations=a,b", "install model --variations=a,b"),
        ("test", "test"),
    ],
)
def test_a_tab_leaves_out_what_tells_no_job_from_another(title: str, short: str) -> None:
    assert JobTab("1", title, "done", "").short_title == short
