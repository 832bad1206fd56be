"""A document to read: Markdown, JSON, source code or plain text, set once for each width and shown line by line.

Textual's `Markdown` widget makes a widget of every paragraph and took 40 times as long on a large file. Here a thread
sets the lines and hands them over in parts, so that the first screenful is there at once and no key waits.
"""

from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.worker import get_current_worker

from .document_lines import DocumentStyles, Line, json_lines, markdown_lines, source_lines, text_lines
from .lines import VirtualLines

_PART_SECONDS = 0.05

Setting = Callable[[int, DocumentStyles], Iterator[Line]]
"""Sets a document in lines of so many cells, in these styles."""


class DocumentView(VirtualLines):
    """Shows one document at a time; set anew when the width or the theme changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"document--{part}" for part in DocumentStyles.PARTS}

    class LinesSet(Message):
        """The next lines of a document are set; sent by the thread, meant for the view itself."""

        def __init__(self, number: int, lines: list[Line], first: bool) -> None:
            super().__init__()
            self.number = number
            """Which setting the lines are of; those of an earlier one are dropped."""
            self.lines = lines
            self.first = first

    def __init__(
        self,
        *,
        empty_message: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_message=empty_message, name=name, id=id, classes=classes)
        self._setting: Setting | None = None
        self._set_for: tuple[int, DocumentStyles] | None = None
        self._number = 0
        self._lines: list[Line] = []
        self._place = 0.0
        self._waiting = False

    def message_when_empty(self) -> str:
        """Say that there is no document, and nothing while one is being set."""
        return "" if self._waiting else self._empty_message

    @property
    def line_count(self) -> int:
        """How many lines are set so far."""
        return len(self._lines)

    @property
    def visible_width(self) -> int:
        """How many cells of a line can be seen at once, whether or not there is a scroll bar just now."""
        return max(0, self.size.width - self.styles.scrollbar_size_vertical)

    def compose_line(self, y: int) -> list[Segment]:
        """Return a line as it was set."""
        return self._lines[y]

    def show_markdown(self, text: str) -> None:
        """Show Markdown, its links inert and its images as their alternative text."""
        self._show(partial(markdown_lines, text))

    def show_json(self, value: Any) -> None:
        """Show JSON, given as text or as a value, indented and coloured."""
        self._show(partial(json_lines, value))

    def show_text(self, text: str) -> None:
        """Show plain text, long lines broken between words."""
        self._show(partial(text_lines, text))

    def show_source(self, text: str, lexer: str) -> None:
        """Show source code in the colours of a Pygments lexer, such as "python"."""
        self._show(partial(source_lines, text, lexer))

    def clear(self) -> None:
        """Show nothing but the empty message."""
        self._number += 1
        self._setting, self._set_for, self._waiting = None, None, False
        self._take([], 0.0)

    def _show(self, setting: Setting) -> None:
        self._setting, self._set_for, self._waiting = setting, None, True
        if self.visible_width <= 0:
            # Hidden: it is set when shown, and the document before it must not be seen then.
            self._take([], 0.0)
            self._unsettled = True
        self._set(0.0)

    def _set(self, place: float) -> None:
        """Set the document for the present width and theme, if it isn't yet, and show it from `place`, 0 to 1."""
        if self._setting is None or self.visible_width <= 0:
            return
        wanted = (self.visible_width, self._styles())
        if wanted == self._set_for:
            return
        self._set_for, self._place = wanted, place
        self._number += 1
        work = partial(self._set_lines, self._setting, *wanted, self._number)
        self.run_worker(work, group="document", exclusive=True, thread=True)

    def _set_lines(self, setting: Setting, width: int, styles: DocumentStyles, number: int) -> None:
        """Set the lines and send them in parts; runs in a thread."""
        worker, lines, first, sent = get_current_worker(), [], True, monotonic()
        screenful = 200
        for line in setting(width, styles):
            if worker.is_cancelled:
                return
            lines.append(line)
            if (first and len(lines) >= screenful) or monotonic() - sent > _PART_SECONDS:
                self.post_message(self.LinesSet(number, lines, first))
                lines, first, sent = [], False, monotonic()
        if lines or first:
            self.post_message(self.LinesSet(number, lines, first))

    def on_document_view_lines_set(self, message: LinesSet) -> None:
        """Show the next lines of the document."""
        message.stop()
        if message.number != self._number:
            return
        self._waiting = False
        if message.first:
            self._take(message.lines, self._place)
        else:
            self._lines += message.lines
            self.update_virtual_size()
            self.refresh()

    def _take(self, lines: list[Line], place: float) -> None:
        self._lines = list(lines)
        self._found_line = None
        self.lines_changed()
        self.scroll_to(x=0, y=place * self.max_scroll_y, force=True)

    def _styles(self) -> DocumentStyles:
        parts = {part: self.component_style(f"document--{part}") for part in DocumentStyles.PARTS}
        return DocumentStyles(parts, dark=self.app.current_theme.dark)

    def settle(self) -> None:
        """Set the same document for another width or theme, and show the same part of it."""
        shown = self._set_for is not None and self.max_scroll_y > 0
        self._set(self.scroll_offset.y / self.max_scroll_y if shown else 0.0)

    def notify_style_update(self) -> None:
        """Set the document in the colours of a new theme; called by Textual."""
        super().notify_style_update()
        if self.is_mounted:
            self.call_later(self.settle)
