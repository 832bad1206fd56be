"""Virtual lines with a cursor on one of them: what the table and the tree share."""

from textual import events
from textual.geometry import Offset
from textual.strip import Strip

from .lines import VirtualLines


class CursorLines(VirtualLines):
    """Virtual lines with a cursor on one of them: the keys move the cursor, and the lines scroll after it."""

    def __init__(
        self,
        *,
        empty_message: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_message=empty_message, name=name, id=id, classes=classes)
        self._cursor_line = 0

    @property
    def cursor_line(self) -> int | None:
        """The line that the cursor is on, or None if there are no lines."""
        return min(self._cursor_line, self.line_count - 1) if self.line_count else None

    def cursor_moved(self) -> None:
        """Do what a new line under the cursor asks for; a subclass posts its message here."""

    def line_selected(self, y: int) -> None:
        """Do what a double click on line `y` asks for."""

    def line_clicked(self, y: int, position: Offset) -> None:
        """Do what a click on line `y` asks for, once the cursor is there."""

    def move_cursor(self, y: int) -> None:
        """Put the cursor on line `y`, or on the nearest there is; two rows are drawn again."""
        if not self.line_count:
            return
        before, after = self.cursor_line, max(0, min(y, self.line_count - 1))
        self._cursor_line = after
        if before != after:
            self.redraw_line(before)
            self.redraw_line(after)
        self.show_line(after)
        self.cursor_moved()

    def place_cursor(self, y: int, row: int) -> None:
        """Put the cursor on line `y` and scroll so that it stands in row `row` of the lines in sight."""
        self._cursor_line = max(0, min(y, self.line_count - 1))
        self.scroll_to(y=self._cursor_line - row, force=True)
        self.show_line(self._cursor_line)
        self.cursor_moved()

    def step(self, lines: int) -> None:
        """Move the cursor `lines` further down, or up if negative."""
        self.move_cursor((self.cursor_line or 0) + lines)

    def jump(self, y: int) -> None:
        """Move the cursor to line `y`."""
        self.move_cursor(y)

    def _search_start(self, forward: bool) -> int:
        return (self.cursor_line or 0) + (1 if forward else -1)

    def _show_found(self, y: int) -> None:
        self.move_cursor(y)

    def finish_line(self, y: int, strip: Strip) -> Strip:
        """Lay the cursor over its line: with the focus all its colours, without it the text keeps its own."""
        return self.laid_over(strip, "lines--cursor", colours=self.has_focus) if y == self.cursor_line else strip

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse was pressed; a double click selects."""
        position = event.get_content_offset(self)
        y = self.line_at(position)
        if y is None or position is None:
            return
        event.stop()
        self.move_cursor(y)
        if event.chain == 2:
            self.line_selected(y)
        else:
            self.line_clicked(y, position)

    def settle(self) -> None:
        """Keep the cursor in sight."""
        if self.cursor_line is not None:
            self.show_line(self.cursor_line)
