"""Jobs in the browser: they stream, are chosen among, typed into, searched, cancelled, and outlive the browser."""

from pathlib import Path

import pytest
from textual.widgets import Input

from ckexplore.actions.jobs import queue, record
from ckexplore.store.workspace import Workspace
from ckexplore.tui.widgets.detail_pane import DetailPane
from ckexplore.tui.widgets.job_line import JobTabs
from ckexplore.tui.widgets.job_pane import JobPane
from ckexplore.tui.widgets.job_view import JobView
from ckexplore.tui.widgets.tab_line import TabLine
from ckexplore.tui.widgets.title_line import TitleLine

from ..actions.jobs.plans import plan_for
from ..actions.waiting import ended
from ..conftest import require
from .conftest import Browsing, browsing

SIZES = [(80, 24), (160, 48)]


async def begun(run: Browsing) -> JobView:
    """Wait until a job is shown."""
    pane = run.browser.query_one(JobPane)
    await run.until(lambda: pane.view is not None and pane.view.is_mounted)
    assert pane.view is not None
    return pane.view


async def opened(run: Browsing) -> JobView:
    """Open the only job there is, which has ended."""
    await run.filter("module:job")
    await run.pilot.press("a")
    view = await begun(run)
    await run.until(lambda: view.job_state.over)
    return view


async def asked(run: Browsing, command: str) -> None:
    """Type a command, and wait for the question."""
    await run.pilot.press("colon")
    await run.type(command)
    await run.pilot.press("enter")
    await run.until(lambda: "Execute this" in run.screen_text())


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_streams_draws_its_chart_and_becomes_a_row(workspace: Workspace, samples: Path, size) -> None:
    del samples
    async with browsing(workspace, size) as run:
        await run.filter("module:program classification-onnx")
        await run.pilot.press("r")
        await run.until(lambda: "accuracy" in run.screen_text())
        await run.pilot.press("down", "down", "tab")
        await run.type("--env.CK_MINIMUM_SECONDS=3 --env.CK_REPETITIONS=200")
        await run.pilot.press("enter")
        await run.until(lambda: "Execute this on your machine?" in run.screen_text())
        await run.pilot.press("y")
        view = await begun(run)
        await run.until(lambda: view.chart.display)
        assert view.running, "the chart came only after the job had ended"
        await run.until(lambda: not view.running)
        assert view.job_state.state == "done"
        assert "✔ done" in run.screen_text()
        await run.until(lambda: "image-classification-onnx.latency" in run.all_titles)
        await run.pilot.press("e")
        assert run.browser.artifact is not None
        assert run.browser.artifact.module == "experiment"
        await run.pilot.press("enter")
        tabs = run.browser.query_one(DetailPane).query_one(TabLine)
        await run.until(lambda: tabs.active == "points" and "p99" in run.screen_text())


async def test_a_running_job_goes_on_without_the_browser_and_is_shown_by_the_next_one(
    workspace: Workspace, samples: Path
) -> None:
    del samples
    async with browsing(workspace) as run:
        await asked(run, "run program:image-classification-onnx --cmd_key=latency --env.CK_MINIMUM_SECONDS=4")
        await run.pilot.press("y")
        view = await begun(run)
        await run.until(lambda: view.job_state.stage == 3)
        folder = view.folder
        await run.pilot.press("q")
    assert folder is not None
    assert record.read_state(folder).state == "running"
    async with browsing(workspace) as run:
        view = await begun(run)
        await run.until(lambda: view.folder == folder and view.job_state.over)
        assert view.job_state.state == "done"


async def test_x_ends_the_running_job(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await asked(run, "run program:image-classification-onnx --cmd_key=latency --env.CK_MINIMUM_SECONDS=60")
        await run.pilot.press("y")
        view = await begun(run)
        await run.until(lambda: view.job_state.stage == 3)
        await run.pilot.press("x")
        await run.until(lambda: view.job_state.over)
        assert view.job_state.state == "cancelled"


async def test_a_failed_run_shows_its_reason(workspace: Workspace, samples: Path) -> None:
    del samples
    require("gcc")
    async with browsing(workspace) as run:
        await asked(run, "run program:matmul --cmd_key=naive --env.CT_MATRIX_DIMENSION=-3")
        await run.pilot.press("y")
        view = await begun(run)
        await run.until(lambda: view.job_state.over)
        assert view.job_state.state == "failed"
        await run.until(lambda: "exit code" in run.screen_text())


async def test_several_jobs_are_tabs_of_one_pane_and_the_queue_is_counted(workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = f"echo first says hello; while [ ! -e {gate} ]; do sleep 0.05; done"
    first = queue.submit(workspace, plan_for(script))
    second = queue.submit(workspace, plan_for("echo second says hello"))
    async with browsing(workspace) as run:
        view = await begun(run)
        await run.until(lambda: run.browser.query_one(TitleLine).jobs == "▶ 1 running · 1 waiting")
        assert view.folder == first
        await run.until(lambda: "first says hello" in run.screen_text())
        assert run.browser.query_one(JobTabs).display
        await run.pilot.press("4", "right_square_bracket")
        pane = run.browser.query_one(JobPane)
        assert pane.view is not None
        assert pane.view.folder == second
        gate.touch()
        await run.until(lambda: "second says hello" in run.screen_text())
        await run.until(lambda: run.browser.query_one(TitleLine).jobs == "")
        await run.pilot.press("left_square_bracket")
        await run.until(lambda: "first says hello" in run.screen_text())


async def test_a_job_that_asks_is_answered_in_the_browser(workspace: Workspace) -> None:
    folder = queue.submit(workspace, plan_for("read -p 'your name: ' name; echo hello $name"))
    async with browsing(workspace) as run:
        view = await begun(run)
        await run.until(lambda: view.job_state.waits and "? asks" in run.screen_text())
        await run.pilot.press("4", "i")
        assert isinstance(run.app.focused, Input)
        await run.type("Ada")
        await run.pilot.press("enter")
        await run.until(lambda: "hello Ada" in run.screen_text())
        assert ended(folder).state == "done"


async def test_a_password_is_not_shown_while_it_is_typed(workspace: Workspace) -> None:
    folder = queue.submit(workspace, plan_for("read -s -p 'password: ' word; echo; echo ${#word} letters"))
    async with browsing(workspace) as run:
        view = await begun(run)
        await run.until(lambda: view.job_state.hides)
        await run.pilot.press("4", "i", *"secret")
        await run.until(lambda: "••••••" in run.screen_text())
        assert "secret" not in run.screen_text()
        await run.pilot.press("enter")
        await run.until(lambda: "6 letters" in run.screen_text())
        assert ended(folder).state == "done"
        await run.pilot.press("slash", *"letters")
        await run.until(lambda: "letters" in run.screen_text().splitlines()[-2])


async def test_the_size_of_the_pane_reaches_the_job(workspace: Workspace) -> None:
    script = "trap 'stty size' WINCH; for i in $(seq 200); do sleep 0.05; done"
    queue.submit(workspace, plan_for(script))
    async with browsing(workspace, (111, 40)) as run:
        view = await begun(run)
        await run.until(lambda: view.log_pane.scrollable_content_region.height)
        size = view.log_pane.scrollable_content_region
        await run.until(lambda: f"{size.height} {size.width}" in run.screen_text())
        await run.pilot.press("x")
        await run.until(lambda: not view.running)


async def test_a_job_that_ends_in_the_whole_screen_still_shows_why(workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = f"printf '\\033[?1049h\\033[2Jall of it'; while [ ! -e {gate} ]; do sleep 0.05; done; exit 3"
    queue.submit(workspace, plan_for(script))
    async with browsing(workspace) as run:
        view = await begun(run)
        await run.until(lambda: view.log_pane.whole_screen)
        gate.touch()
        await run.until(lambda: not view.running)
        await run.until(lambda: "exit code 3" in run.screen_text())
        assert not view.log_pane.whole_screen


async def test_lines_are_written_over_where_a_terminal_of_the_panes_size_has_them(workspace: Workspace) -> None:
    script = (
        "trap 'resized=1' WINCH; while [ -z $resized ]; do sleep 0.05; done; sleep 0.5; "
        "seq 30; printf '\\033[1;1Hfirst row\\033[30;1H'; sleep 600"
    )
    queue.submit(workspace, plan_for(script))
    async with browsing(workspace, (111, 40)) as run:
        view = await begun(run)
        rows = view.log_pane.scrollable_content_region.height
        await run.until(lambda: "first row" in run.screen_text())
        lines = view.log_pane._transcript.lines
        assert len(lines) - next(y for y, line in enumerate(lines) if "first row" in line) <= rows
        await run.pilot.press("x")
        await run.until(lambda: not view.running)


async def test_the_log_is_searched_and_the_first_error_is_found(workspace: Workspace) -> None:
    ended(queue.submit(workspace, plan_for("seq 1000; echo 'x.c:3: error: no such thing'; seq 2000 3000")))
    async with browsing(workspace) as run:
        await opened(run)
        await run.pilot.press("4", "slash")
        await run.type("777")
        await run.pilot.press("enter")
        await run.until(lambda: "\n 2777 " in run.screen_text())
        await run.pilot.press("E")
        await run.until(lambda: "no such thing" in run.screen_text())


async def test_a_search_leaves_the_keys_in_the_job_pane_that_has_the_whole_screen(workspace: Workspace) -> None:
    ended(queue.submit(workspace, plan_for("seq 1000")))
    async with browsing(workspace) as run:
        view = await opened(run)
        await run.pilot.press("4", "z", "slash")
        await run.type("77")
        await run.pilot.press("enter")
        await run.until(lambda: "\n 977 " in run.screen_text())
        await run.pilot.press("N")
        await run.until(lambda: "\n 877 " in run.screen_text())
        await run.pilot.press("slash", "escape", "N")
        await run.until(lambda: "\n 779 " in run.screen_text())
        assert view.log_pane.has_focus


async def test_a_key_of_the_job_pane_is_not_taken_for_one_of_the_artifact(workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    folder = queue.submit(workspace, plan_for(f"while [ ! -e {gate} ]; do sleep 0.05; done"))
    async with browsing(workspace) as run:
        view = await begun(run)
        await run.until(lambda: view.job_state.state == "running")
        await run.until(lambda: run.browser.artifact is not None)
        await run.pilot.press("4", "i")
        assert isinstance(run.app.focused, Input)
        await run.pilot.pause()
        assert "is for package artifacts" not in run.screen_text()
        gate.touch()
        ended(folder)


async def test_leaving_names_what_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    first = queue.submit(workspace, plan_for(f"while [ ! -e {gate} ]; do sleep 0.05; done"))
    second = queue.submit(workspace, plan_for("true"))
    async with browsing(workspace) as run:
        await run.until(lambda: len(run.browser.query_one(JobPane).going_on) == 2)
        told = run.browser.what_goes_on()
        assert f"job:{first.name}  running" in told
        assert f"job:{second.name}  queued" in told
        await run.pilot.press("q")
    gate.touch()
    assert ended(second).state == "done"


async def test_a_job_of_before_is_opened_and_replayed(workspace: Workspace) -> None:
    folder = queue.submit(workspace, plan_for("echo it was like this"))
    ended(folder)
    async with browsing(workspace) as run:
        await run.filter("module:job")
        await run.pilot.press("a")
        await run.until(lambda: "it was like this" in run.screen_text())
        await run.pilot.press("2", "r")
        await run.until(lambda: "Execute this" in run.screen_text())
        await run.pilot.press("escape")
        await run.until(lambda: len(run.app.screen_stack) == 2)
        assert len(record.all_jobs(workspace)) == 1


async def test_without_a_sandbox_a_second_key_is_needed(workspace: Workspace, samples: Path) -> None:
    require("gcc")
    script = samples / "soft/compiler.gcc/customize.py"
    script.write_text(script.read_text() + "\n# not ours any more\n")
    async with browsing(workspace) as run:
        await asked(run, "detect soft:compiler.gcc --sandbox=none")
        assert "NO SANDBOX" in run.screen_text()
        await run.pilot.press("u")  # nothing was chosen yet
        await run.pilot.press("y")
        assert not record.all_jobs(workspace)
        assert "Press u" in run.screen_text()
        await run.pilot.press("u")
        view = await begun(run)
        await run.until(lambda: not view.running)
        assert view.job_state.state == "done"


async def test_no_note_covers_a_question(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace, (80, 24)) as run:
        await asked(run, "detect soft:compiler.gcc")
        run.browser.notify("a job has ended meanwhile", timeout=60)
        await run.until(lambda: run.app.screen.query("Toast"))
        assert "Once (y)" in run.screen_text()
        assert "meanwhile" not in run.screen_text()
        await run.pilot.press("n")
        await run.until(lambda: "meanwhile" in run.screen_text())


async def test_what_is_approved_always_is_not_asked_again_until_it_changes(workspace: Workspace, samples: Path) -> None:
    require("gcc")
    script = samples / "soft/compiler.gcc/customize.py"
    script.write_text(script.read_text() + "\n# not ours any more\n")
    async with browsing(workspace) as run:
        await asked(run, "detect soft:compiler.gcc")
        await run.pilot.press("a")
        view = await begun(run)
        await run.until(lambda: not view.running)
        await run.pilot.press("colon")
        await run.type("detect soft:compiler.gcc")
        await run.pilot.press("enter")
        await run.until(lambda: len(record.all_jobs(workspace)) == 2)
        script.write_text(script.read_text() + "\n# and changed since\n")
        await asked(run, "detect soft:compiler.gcc")
        assert "changed since it was approved" in run.screen_text()
        await run.pilot.press("r")
        await run.until(lambda: "files of repositories that can be executed" in run.screen_text())
