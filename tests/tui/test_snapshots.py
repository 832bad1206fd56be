"""What the screens look like; a change of looks is a change of these pictures, to be looked at."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from ckexplore.store import repos
from ckexplore.store.workspace import Workspace
from ckexplore.tui.app import ExplorerApp
from ckexplore.tui.screens.experiments import ExperimentsScreen

from ..conftest import SAMPLES
from .conftest import Browsing, settled


@pytest.fixture
def app(workspace: Workspace, tmp_path: Path) -> ExplorerApp:
    """The browser over the samples without their experiments, whose numbers take long to read."""
    ignored = shutil.ignore_patterns("__pycache__", "experiment", "alias-*-experiment", "alias-u-bc0409fb61f0aa82")
    shutil.copytree(SAMPLES / "ckx-ml", tmp_path / "ckx-ml", ignore=ignored)
    repos.register(workspace, tmp_path / "ckx-ml")
    return ExplorerApp(workspace)


def pressing(*keys: str) -> Callable:
    """Wait for the catalog, press keys, wait for what they start."""

    async def run(pilot: Pilot) -> None:
        assert isinstance(pilot.app, ExplorerApp)
        await settled(Browsing(pilot.app, pilot))
        await pilot.pause(1)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.3)
        await pilot.pause(0.5)

    return run


def test_browser_on_a_narrow_terminal(snap_compare, app: ExplorerApp) -> None:
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("j", "j"))


def test_browser_with_a_filter(snap_compare, app: ExplorerApp) -> None:
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("slash", *"onnx", "enter"))


def test_empty_home(snap_compare, workspace: Workspace) -> None:
    assert snap_compare(ExplorerApp(workspace), terminal_size=(80, 24), run_before=pressing())


def test_help(snap_compare, app: ExplorerApp) -> None:
    assert snap_compare(app, terminal_size=(100, 50), run_before=pressing("question_mark"))


def test_choice_of_variations(snap_compare, app: ExplorerApp) -> None:
    keys = ("slash", *"package", "enter", "i")
    assert snap_compare(app, terminal_size=(80, 30), run_before=pressing(*keys))


@pytest.fixture
def measured(workspace: Workspace, tmp_path: Path) -> ExplorerApp:
    """The browser over the published measurements alone."""
    others = ("__pycache__", "program", "package", "soft", "dataset", "os", "mobilenet-v1-paper")
    shutil.copytree(SAMPLES / "ckx-ml", tmp_path / "ckx-ml", ignore=shutil.ignore_patterns(*others))
    repos.register(workspace, tmp_path / "ckx-ml")
    return ExplorerApp(workspace)


def looking_at_points(*keys: str) -> Callable:
    """Open the points of the measurements, press keys, and wait for what is drawn."""

    async def run(pilot: Pilot) -> None:
        app = pilot.app
        assert isinstance(app, ExplorerApp)
        running = Browsing(app, pilot)
        await settled(running)
        await running.filter("module:experiment mobilenets")
        await pilot.press("p")
        await drawn(running)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.3)
            await drawn(running)
        await pilot.pause(0.5)

    async def drawn(running: Browsing) -> None:
        screen = running.app.screen
        if isinstance(screen, ExperimentsScreen):
            await running.until(
                lambda: (
                    screen.arranged is not None
                    and screen.arranged.view is screen.view
                    and all(one.is_finished for one in screen.workers if one.node is screen)
                )
            )

    return run


def test_points_as_a_table_on_a_narrow_terminal(snap_compare, measured: ExplorerApp) -> None:
    assert snap_compare(measured, terminal_size=(80, 24), run_before=looking_at_points("j", "space"))


def test_points_as_a_chart_on_a_narrow_terminal(snap_compare, measured: ExplorerApp) -> None:
    keys = ("tab", "right_square_bracket", "right_square_bracket", "right_square_bracket")
    assert snap_compare(measured, terminal_size=(80, 24), run_before=looking_at_points(*keys))


def test_points_on_a_wide_terminal(snap_compare, measured: ExplorerApp) -> None:
    keys = ("u", *"family", "enter", "right_square_bracket")
    assert snap_compare(measured, terminal_size=(160, 48), run_before=looking_at_points(*keys))
