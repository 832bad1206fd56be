"""What a run needs in the browser: in the question, where it isn't met, and with the choice of another environment."""

from pathlib import Path

import pytest
from textual.widgets import OptionList

from ckexplore.actions import access
from ckexplore.actions.jobs import record
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.workspace import Workspace
from ckexplore.tui.screens.confirm import ConfirmScreen
from ckexplore.tui.widgets.job_pane import JobPane

from ..actions.hostile import Stranger
from ..conftest import require
from .conftest import Browsing, browsing

SIZES = [(80, 24), (160, 48)]


def detect(workspace: Workspace, path: str) -> str:
    values = {"action": "detect", "cid": "soft:compiler.gcc", "full_path": path}
    return access(values, workspace)["environment"].rpartition(":")[2]


async def asked(run: Browsing, command: str) -> None:
    await run.pilot.press("colon")
    await run.type(command)
    await run.pilot.press("enter")
    await run.until(lambda: "Execute this" in run.screen_text())


@pytest.mark.parametrize("size", SIZES)
async def test_a_program_whose_dependency_isnt_met_shows_the_tree_with_the_reasons(
    workspace: Workspace, samples: Path, size
) -> None:
    del samples
    meta = {"run_cmds": {"x": {}}, "compile_deps": {"cc": {"name": "A compiler of yore", "tags": "of-yore"}}}
    create_entry(workspace.local, "program", meta, alias="needy")
    async with browsing(workspace, size) as run:
        await run.filter("module:program needy")
        await run.pilot.press("r")
        await run.until(lambda: "Run program:needy" in run.screen_text())
        await run.pilot.press("enter")
        await run.until(lambda: "1 dependency isn't met" in run.screen_text())
        for words in ("✘ cc: A compiler of yore (of-yore)", "UNMET:", "(dependency cc, tags of-yore)"):
            assert words in run.screen_text()
        await run.pilot.press("escape")
        await run.until(lambda: "UNMET" not in run.screen_text())


async def test_another_of_several_environments_is_chosen_at_the_question(
    workspace: Workspace, samples: Path, tmp_path: Path
) -> None:
    del samples
    gcc = require("gcc")
    (tmp_path / "gcc").symlink_to(gcc)
    uids = {detect(workspace, gcc), detect(workspace, str(tmp_path / "gcc"))}
    async with browsing(workspace, (80, 24)) as run:
        await asked(run, "compile program:matmul")
        assert "It needs:" in run.screen_text()
        assert "2 environments fit; --deps.compiler=UID" in run.screen_text()
        for button in ("Cancel (n)", "Environments (e)", "Read files (r)", "Always (a)", "Once (y)"):
            assert button in run.screen_text()
        before = run.app.screen
        assert isinstance(before, ConfirmScreen)
        used = before._question.plan.needs[0].used
        await run.pilot.press("e")
        await run.until(lambda: "Which environment" in run.screen_text())
        assert "(in use)" in run.screen_text()
        options = run.app.screen.query_one(OptionList)
        shown = [str(options.get_option_at_index(number).prompt) for number in range(2)]
        options.highlighted = next(number for number, text in enumerate(shown) if "(in use)" not in text)
        await run.pilot.press("enter")
        await run.until(lambda: isinstance(run.app.screen, ConfirmScreen) and run.app.screen is not before)
        (other,) = uids - {used}
        after = run.app.screen
        assert isinstance(after, ConfirmScreen)
        assert after._question.plan.needs[0].used == other
        await run.pilot.press("e")
        await run.until(lambda: "Which environment" in run.screen_text())
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is after)
        await run.pilot.press("n")


async def test_without_a_choice_the_question_offers_none(workspace: Workspace, samples: Path) -> None:
    del samples
    detect(workspace, require("gcc"))
    async with browsing(workspace, (80, 24)) as run:
        await asked(run, "compile program:matmul")
        screen = run.app.screen
        assert "Environments" not in run.screen_text()
        await run.pilot.press("e")
        await run.pilot.pause()
        assert run.app.screen is screen


@pytest.mark.parametrize("size", SIZES)
async def test_many_detections_end_with_their_tables_in_the_log(
    workspace: Workspace, samples: Path, tmp_path: Path, size
) -> None:
    del samples
    stranger = Stranger(workspace, tmp_path / "stranger")
    for name, file in (("try.found", require("sh")), ("try.gone", "ckexplore-has-no-such-file")):
        stranger.entry("soft", name, {"customize": {"soft_file_universal": Path(file).name}})
    async with browsing(workspace, size) as run:
        await asked(run, "detect soft:try.*")
        await run.pilot.press("y", "u")
        pane = run.browser.query_one(JobPane)
        await run.until(lambda: pane.view is not None and not pane.view.running)
        await run.pilot.press("4", "z")
        await run.until(lambda: "1 found, 1 missing, 0 failed" in run.screen_text())
        assert "missing (1)" in run.screen_text()
    assert record.read_state(record.find(workspace, "last")).state == "done"
