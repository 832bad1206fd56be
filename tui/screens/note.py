"""A note about an artifact, written in a small editor over the browser."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea


class NoteScreen(ModalScreen[str | None]):
    """Answers with the note as it is to be kept, or None when it was left."""

    CSS_PATH = "note.tcss"
    BINDINGS = [Binding("ctrl+s", "keep", "Keep"), Binding("escape", "leave", "Leave")]  # noqa: RUF012

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self._heading, self._note = title, note

    def compose(self) -> ComposeResult:
        """Show the title, the text and the keys."""
        with Vertical(id="note"):
            yield Label(self._heading, id="note-title", markup=False)
            yield TextArea(self._note, id="note-text", soft_wrap=True, compact=True)
            yield Label(
                "Markdown · Ctrl+S keeps it, an empty one is removed · Esc leaves", id="note-keys", markup=False
            )

    def on_mount(self) -> None:
        """Write on at the end."""
        area = self.query_one(TextArea)
        area.cursor_blink = False
        area.move_cursor(area.document.end)
        area.focus()

    def action_keep(self) -> None:
        """Answer with the text."""
        self.dismiss(self.query_one(TextArea).text.strip())

    def action_leave(self) -> None:
        """Leave without a change."""
        self.dismiss(None)
