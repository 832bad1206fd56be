"""Choosing from a list that can be narrowed by typing: one thing, or several in their order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ..widgets.table import Cell, Column, VirtualTable


@dataclass(frozen=True, slots=True)
class Pickable:
    """What can be picked: the answer it gives, how it is called, and what it is."""

    value: str
    name: str
    explanation: str = ""


class PickScreen(ModalScreen[list[str] | None]):
    """Answers with what was picked, or None when it was left. Typing narrows the list."""

    CSS_PATH: ClassVar = ["pick.tcss", "../widgets/lines.tcss", "../widgets/table.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("up", "step(-1)", "Up", priority=True),
        Binding("down", "step(1)", "Down", priority=True),
        Binding("pageup", "step(-10)", "Page up", priority=True),
        Binding("pagedown", "step(10)", "Page down", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Pickable], *, picked: Collection[str], several: bool) -> None:
        super().__init__()
        self._heading, self._choices, self._several = title, list(choices), several
        self._picked = dict.fromkeys(picked)

    def compose(self) -> ComposeResult:
        """Show the field, the list and the keys."""
        name = max((len(one.name) for one in self._choices), default=8)
        columns = (
            Column("mark", "", width=1, priority=9),
            Column("name", "name", minimum=min(max(name, 8), 34), weight=1, priority=8),
            Column("explanation", "", minimum=10, weight=2, priority=7),
        )
        keys = "Space chooses" if self._several else "Enter chooses"
        after = " · Enter goes on" if self._several else ""
        with Vertical(id="pick"):
            yield Label(self._heading, id="pick-title", markup=False)
            yield Input(placeholder="type to narrow the list", id="pick-field", compact=True)
            yield VirtualTable(columns, id="pick-list", empty_message="nothing has these words")
            yield Label(f"{keys} · ↑ ↓ move{after} · Esc cancels", id="pick-keys", markup=False)

    def on_mount(self) -> None:
        """Start in the field, on what is picked already."""
        field = self.query_one("#pick-field", Input)
        field.cursor_blink = False
        field.focus()
        self._show("")
        at = next((number for number, one in enumerate(self._choices) if one.value in self._picked), None)
        if at is not None:
            self._list.go_to_row(at)

    @property
    def _list(self) -> VirtualTable:
        return self.query_one("#pick-list", VirtualTable)

    def _show(self, typed: str) -> None:
        words = typed.lower().split()
        shown = [
            number
            for number, one in enumerate(self._choices)
            if all(word in f"{one.name} {one.explanation}".lower() for word in words)
        ]
        self._list.set_highlight(words)
        self._list.set_rows(shown, self._cells)
        if words:
            self._list.move_cursor(0)

    def _cells(self, number: int) -> Sequence[Cell]:
        one = self._choices[number]
        mark = "■" if one.value in self._picked else "□" if self._several else ""
        return [(mark, "own-tag"), one.name, (one.explanation, "muted")]

    @on(Input.Changed, "#pick-field")
    def _narrowed(self, message: Input.Changed) -> None:
        if self._several and message.value.endswith(" "):
            message.input.value = message.value.rstrip(" ")
            self._toggle()
            return
        self._show(message.value)

    def _toggle(self) -> None:
        number = self._list.cursor_row_id
        if number is None:
            return
        value = self._choices[number].value
        if value in self._picked:
            del self._picked[value]
        else:
            self._picked[value] = None
        self._list.refresh_rows()

    @on(Input.Submitted, "#pick-field")
    @on(VirtualTable.RowSelected, "#pick-list")
    def _chosen(self) -> None:
        number = self._list.cursor_row_id
        if self._several:
            self.dismiss(list(self._picked))
        elif number is not None:
            self.dismiss([self._choices[number].value])

    def action_step(self, lines: int) -> None:
        """Move the cursor of the list while the field has the focus."""
        self._list.step(lines)

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
