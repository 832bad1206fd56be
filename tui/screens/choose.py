"""What a run or an installation needs to know first: a command, or variations, and any further options."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, SelectionList
from textual.widgets.option_list import Option
from textual.widgets.selection_list import Selection


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen: its name, and what it is; `shown` stands for the name where that says little."""

    name: str
    explanation: str = ""
    shown: str = ""


class ChooseScreen(ModalScreen[tuple[list[str], str] | None]):
    """Answers with the chosen names and the line of options, or None when it was left."""

    CSS_PATH = "choose.tcss"
    BINDINGS = [Binding("escape", "leave", "Cancel")]  # noqa: RUF012

    def __init__(self, title: str, choices: Sequence[Choice], *, several: bool, hint: str) -> None:
        super().__init__()
        self._heading, self._choices, self._several, self._hint = title, choices, several, hint

    def compose(self) -> ComposeResult:
        """Show the choices and the line for options."""
        with Vertical(id="choose"):
            yield Label(self._heading, id="choose-title", markup=False)
            if self._several:
                yield SelectionList[str](
                    *(Selection(_prompt(one), one.name) for one in self._choices),
                    id="choose-list",
                    compact=True,
                )
            else:
                yield OptionList(
                    *(Option(_prompt(one), id=f"choice-{n}") for n, one in enumerate(self._choices)),
                    id="choose-list",
                    compact=True,
                )
            yield Input(placeholder=self._hint, id="choose-options", compact=True)
            keys = "space chooses · " if self._several else ""
            yield Label(f"{keys}Enter goes on · Tab to the options · Esc cancels", id="choose-keys", markup=False)

    def on_mount(self) -> None:
        """Start in the list."""
        self.query_one("#choose-options", Input).cursor_blink = False
        self.query_one("#choose-list").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go on with the one that was chosen."""
        if not self._several:
            self._answer([self._choices[event.option_index].name])

    def on_input_submitted(self) -> None:
        """Go on with the options typed."""
        if self._several:
            self._answer(list(self.query_one(SelectionList).selected))
        else:
            highlighted = self.query_one(OptionList).highlighted or 0
            self._answer([self._choices[highlighted].name])

    def on_key(self, event) -> None:
        """Let Enter in a list of several go on; space is what chooses there."""
        if self._several and event.key == "enter" and isinstance(self.focused, SelectionList):
            event.prevent_default()
            event.stop()
            self._answer(list(self.query_one(SelectionList).selected))

    def _answer(self, names: list[str]) -> None:
        self.dismiss((names, self.query_one("#choose-options", Input).value))

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


def _prompt(choice: Choice) -> Content:
    return Content(f"{choice.shown or choice.name}  {choice.explanation}".rstrip())
