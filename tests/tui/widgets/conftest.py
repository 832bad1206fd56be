"""An app with one widget in it, and what can be read from its screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

import ckexplore.tui.widgets

STYLES = sorted(Path(ckexplore.tui.widgets.__path__[0]).glob("*.tcss"))


class WidgetApp(App[None]):
    """Shows one widget with the focus and keeps the messages that it sends."""

    CSS_PATH = [str(path) for path in STYLES]  # noqa: RUF012 - a class variable of Textual's

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    def hear(self, message: Message) -> None:
        self.told.append(message)


def _hearing(*names: str) -> type[WidgetApp]:
    return type("HearingApp", (WidgetApp,), {f"on_{name}": WidgetApp.hear for name in names})


@pytest.fixture
def widget_app() -> Callable[[Widget], WidgetApp]:
    """Make an app around a widget; `told` lists the messages of the table, the tree and the log pane."""
    return _hearing(
        "virtual_table_row_highlighted",
        "virtual_table_row_selected",
        "virtual_table_sort_requested",
        "virtual_tree_node_highlighted",
        "virtual_tree_node_selected",
        "log_pane_follow_changed",
        "log_pane_screen_taken",
        "log_pane_told",
    )


@pytest.fixture
def shown() -> Callable[[Widget], list[str]]:
    """Read the rows of a widget as they are on the screen, without trailing blanks."""

    def rows(widget: Widget) -> list[str]:
        width, height = widget.outer_size
        return [strip.text.rstrip() for strip in widget.render_lines(Region(0, 0, width, height))]

    return rows
