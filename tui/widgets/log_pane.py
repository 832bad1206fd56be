"""The log of a job as a reader uses it: follow, search, go to the first error, mark lines and copy them."""

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from .clipboard import Clipping, clipped
from .log_lines import LogLines
from .log_search import ERROR_WANTED, Wanted, search_lines, text_wanted
from .segments import one_line

_SLICE_SECONDS = 0.008  # a search goes on for so long at once, so that no key waits
_REST_SECONDS = 0.002
_SEARCH = "log-search"
_SHOWN_TEXT = 40  # characters of what was searched for


class _Marked(NamedTuple):
    """Lines marked by keys, named by their numbers in the whole output."""

    anchor: int
    end: int

    @property
    def numbers(self) -> range:
        return range(min(self), max(self) + 1)


def _binding(identifier: str, key: str, action: str, description: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(key, action, description, show=show, tooltip=tooltip, id=f"log.{identifier}")


class LogPane(LogLines):
    """The lines of a log, and what keys and mouse do with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("follow", "f", "toggle_follow", "Follow", "Stay at the newest line, or stop doing so", show=True),
        _binding("first_error", "E", "first_error", "First error", "Go to the first line that tells of an error"),
        _binding("next_match", "n", "next_match(True)", "Next match", "Go on to the next line with what was searched"),
        _binding("previous_match", "N", "next_match(False)", "Match before", "Go back to the line with it before"),
        _binding("mark", "v", "mark", "Mark lines", "Mark lines to copy; the moving keys mark more, Esc none"),
        _binding("copy", "y", "copy", "Copy", "Copy what is marked, else the lines in sight; over SSH too"),
        _binding("unmark", "escape", "unmark", "Unmark", "Mark no lines any more"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--marked"}

    class Told(Message):
        """One sentence for the user, safe to show: what was copied, that nothing was found."""

        def __init__(self, pane: "LogPane", sentence: str) -> None:
            super().__init__()
            self.pane = pane
            self.sentence = sentence

        @property
        def control(self) -> "LogPane":
            """The pane, for `@on` with a selector."""
            return self.pane

    _searched_text = ""
    _marked: _Marked | None = None
    _painting = False

    def _begin(self, dropped: int) -> None:
        super()._begin(dropped)
        self._marked = None

    def clear(self) -> None:
        """Forget everything and follow again."""
        if self.is_mounted:
            self.workers.cancel_group(self, _SEARCH)
        super().clear()

    def _tell(self, sentence: str) -> None:
        self.post_message(self.Told(self, sentence))

    def action_last(self) -> None:
        """Go to the newest line and follow; with lines marked, mark up to there."""
        if self._marked is None:
            self.follow = True
        else:
            super().action_last()

    def action_toggle_follow(self) -> None:
        """Follow the end, or stop doing so."""
        self.follow = not self._follow

    # Searching

    def find(self, text: str, forward: bool = True) -> int | None:
        """Go to the next line with `text` in it, in any case, round the end if need be, and mark it.

        Returns the number of the line, or None if there is none. Over a long log, `search` lets keys come between.
        """
        self._searched_text = text
        return super().find(text, forward)

    def search(self, text: str, forward: bool | None = None) -> None:
        """Go to the next line with `text` in it as `find` does, bit by bit; `Told` is posted when there is none.

        Without `forward`, it is looked for backwards from the end when that is followed: the newest comes first.
        """
        self._searched_text = text
        self.set_highlight([text])
        if text:
            forward = not self._follow if forward is None else forward
            numbers = self._numbers_of(text_wanted(text), self._search_start(forward), forward)
            shown = text if len(text) <= _SHOWN_TEXT else f"{text[:_SHOWN_TEXT]}…"
            self._look_for(numbers, f"no line has “{one_line(shown)}” in it")

    def first_error(self) -> None:
        """Go to the first line that tells of an error; `Told` is posted when there is none."""
        self._look_for(self._numbers_of(ERROR_WANTED, 0, True), "no line looks like an error")

    def action_first_error(self) -> None:
        """Go to the first line that tells of an error."""
        self.first_error()

    def action_next_match(self, forward: bool) -> None:
        """Go on to the next line with what was searched for."""
        if self._searched_text:
            self.search(self._searched_text, forward)
        else:
            self._tell("nothing has been searched for yet")

    def _next_with(self, text: str, forward: bool) -> int | None:
        numbers = self._numbers_of(text_wanted(text), self._search_start(forward), forward)
        found = next((number for number in numbers if number is not None), None)
        return None if found is None else self.line_of(found)

    def _numbers_of(self, wanted: Wanted, y: int, forward: bool) -> Iterator[int | None]:
        """Give the number of the next line that is wanted, from line `y` on, after a None for each look in vain.

        The lines are those of now, whatever is written or dropped meanwhile.
        """
        rows, dropped = [*self._kept, *self._transcript.lines[: self._transcript.count]], self._kept.start
        start = (y - self._note_count) % max(1, len(rows))
        for found in search_lines(rows, wanted, start, forward=forward, columns=self._transcript.columns):
            yield None if found is None else dropped + found

    def _look_for(self, numbers: Iterator[int | None], missing: str) -> None:
        self.run_worker(self._look(numbers, missing), group=_SEARCH, exclusive=True)

    async def _look(self, numbers: Iterator[int | None], missing: str) -> None:
        until = monotonic() + _SLICE_SECONDS
        for number in numbers:
            if number is not None:
                self._mark_found(self.line_of(number))
                return
            if monotonic() > until:
                await asyncio.sleep(_REST_SECONDS)
                until = monotonic() + _SLICE_SECONDS
        self._mark_found(None)
        self._tell(missing)

    def _show_found(self, y: int) -> None:
        self.follow = False
        self.show_line(y)

    # Marking

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key that unmarks to others when nothing is marked."""
        del parameters
        return action != "unmark" or self._marked is not None or self.text_selection is not None

    def action_mark(self) -> None:
        """Begin to mark lines at the one found, or the last one in sight; or end it."""
        numbers = self._numbers_in_sight()
        if self._marked is not None or not numbers:
            self.action_unmark()
            return
        self.follow = False
        found = None if self._found_line is None else self.number_of(self._found_line)
        number = found if found is not None and found in numbers else numbers[-1]
        self._marked = _Marked(number, number)
        self.refresh()

    def action_unmark(self) -> None:
        """Mark no lines any more."""
        self._marked = None
        self.screen.clear_selection()
        self.refresh()

    def step(self, lines: int) -> None:
        """Go `lines` further down, or up if negative; the lines gone over are marked if any are."""
        if self._marked is None:
            super().step(lines)
        else:
            self._mark_up_to(self._marked.end + lines)

    def jump(self, y: int) -> None:
        """Go to line `y`; the lines gone over are marked if any are."""
        if self._marked is None:
            super().jump(y)
        else:
            self._mark_up_to(self._number_at(y))

    def _mark_up_to(self, number: int) -> None:
        if self._marked is not None and self._end > self._kept.start:
            y = self.line_of(number)
            self._marked = _Marked(self._marked.anchor, self._number_at(y))
            self._placing = True  # to reach the end so is no wish to follow it
            self.show_line(y)
            self._placing = False
            self.refresh()

    def _numbers_in_sight(self) -> range:
        """Return the numbers of the lines that can be seen, notes left out."""
        top = self._number_at(self.scroll_offset.y)
        return self._there(top, top + self.visible_line_count)

    def _there(self, start: int, stop: int) -> range:
        """Return the numbers from `start` up to `stop`, as far as there are such lines."""
        return range(max(start, self._kept.start), min(stop, self._end))

    # Copying

    def action_copy(self) -> None:
        """Copy what is marked by keys or mouse, or else the lines in sight, to the clipboard of the terminal."""
        selection = self.text_selection
        if self._marked is not None:
            marked = self._marked.numbers
            clipping = clipped(map(self._text_of, self._there(marked.start, marked.stop)))
        elif selection is not None:
            clipping = self._selected(selection)
        else:
            clipping = clipped(map(self._text_of, self._numbers_in_sight()))
        if not clipping.line_count:
            self._tell("there is nothing to copy")
            return
        self.app.copy_to_clipboard(clipping.text)
        lines = "1 line" if clipping.line_count == 1 else f"{clipping.line_count:,} lines"
        self._tell(
            f"copied the first {lines}: a terminal takes no more at once" if clipping.is_cut else f"copied {lines}"
        )
        self.action_unmark()

    def _text_of(self, number: int) -> str:
        return self.line_text(self.line_of(number))

    def _selected(self, selection: Selection) -> Clipping:
        in_sight = self._numbers_in_sight()
        first = in_sight.start if selection.start is None else selection.start.y
        last = in_sight.stop - 1 if selection.end is None else selection.end.y
        return clipped(self._selected_text(selection, number) for number in self._there(first, last + 1))

    def _selected_text(self, selection: Selection, number: int) -> str:
        text = self._text_of(number)
        start, end = selection.get_span(number) or (0, 0)
        return text[start:] if end < 0 else text[start:end]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text that the mouse has selected; called by Textual."""
        return self._selected(selection).text, "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Let the lines stand still while the mouse selects, and draw what it has selected; called by Textual."""
        if selection is not None:
            self.follow = False
        self.refresh()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows in `crop`; called by Textual once for each repaint."""
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def render_line(self, y: int) -> Strip:
        """Draw row `y` of the widget; called by Textual, to paint it or to learn what text the mouse is on."""
        strip = super().render_line(y)
        number = None if self._painting else self.number_of(y + self.scroll_offset.y)
        return strip if number is None else strip.apply_offsets(self.scroll_offset.x, number)

    def finish_line(self, y: int, strip: Strip) -> Strip:
        """Lay over a line that it was found, that it is marked, what the mouse has selected of it."""
        strip = super().finish_line(y, strip)
        number = self.number_of(y)
        if number is None:
            return strip
        if self._marked is not None and number in self._marked.numbers:
            return self.laid_over(strip, "log--marked", colours=False)
        selection = self.text_selection
        span = None if selection is None else selection.get_span(number)
        return strip if span is None else self._with_selected(strip, *span)

    def _with_selected(self, strip: Strip, start: int, end: int) -> Strip:
        """Lay over the characters from `start` to `end` of a line, -1 being its end, that they are selected."""
        text, left = strip.text, self.scroll_offset.x
        first = cell_len(text[: max(0, start - left)])
        last = strip.cell_length if end < 0 else cell_len(text[: max(0, end - left)])
        selected = self.laid_over(strip.crop(first, last), "log--marked", colours=False)
        return Strip.join([strip.crop(0, first), selected, strip.crop(last)])
