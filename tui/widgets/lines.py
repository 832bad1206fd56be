"""Lines drawn only when shown: the base of the table, the tree, the log pane and the document view.

Textual's `DataTable`, `Tree`, `OptionList` and `RichLog` measure or render every line when it is added, on the event
loop. Here a subclass says how many lines there are and composes one when it comes into sight, so that a million lines
cost what a screenful does.
"""

import re
import textwrap
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from .segments import fit_segments, harmless, mark, one_line, plain_text, words_pattern

_CACHED_STRIPS = 256  # of a few screens; each has a dozen objects for the garbage collector to look at
_SIDEWAYS_STEP = 8


def _binding(identifier: str, keys: str, action: str, description: str, tooltip: str) -> Binding:
    """Return a binding that the footer does not show; its id lets a user's keymap change it."""
    return Binding(keys, action, description, show=False, tooltip=tooltip, id=f"lines.{identifier}")


class VirtualLines(ScrollView, can_focus=True, inherit_bindings=False):
    """A scrolling list of lines that are composed when they come into sight.

    A subclass gives `line_count` and `compose_line`, and calls `lines_changed` when either has changed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("up", "up,k", "step(-1)", "Up", "One line up"),
        _binding("down", "down,j", "step(1)", "Down", "One line down"),
        _binding("page_up", "pageup", "page(-1.0)", "Page up", "One page up"),
        _binding("page_down", "pagedown", "page(1.0)", "Page down", "One page down"),
        _binding("half_page_up", "ctrl+u", "page(-0.5)", "Half page up", "Half a page up"),
        _binding("half_page_down", "ctrl+d", "page(0.5)", "Half page down", "Half a page down"),
        _binding("first", "home,g,ctrl+home", "first", "First", "To the first line"),
        _binding("last", "end,G,ctrl+end", "last", "Last", "To the last line"),
        _binding("left", "left,h", "sideways(-1)", "Left", "Scroll to the left"),
        _binding("right", "right,l", "sideways(1)", "Right", "Scroll to the right"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--cursor",
        "lines--found",
        "lines--match",
        "lines--more",
        "lines--empty",
    }

    HEADER_HEIGHT: ClassVar[int] = 0
    """Rows at the top that stay when the lines scroll; drawn by `compose_header`."""

    def __init__(
        self,
        *,
        empty_message: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._empty_message = empty_message
        self._strips: LRUCache[Hashable, Strip] = LRUCache(_CACHED_STRIPS)
        self._drawn_styles: dict[str, Style] = {}
        self._base_style = Style.null()
        self._drawn_width = 0
        self._unsettled = False
        self._searched: re.Pattern[str] | None = None
        self._found_line: int | None = None

    # What a subclass gives

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def compose_line(self, y: int) -> Sequence[Segment]:
        """Compose line `y`, 0 being the first. Called when it is shown; the result is kept until `lines_changed`."""
        raise NotImplementedError

    def compose_header(self) -> Sequence[Segment]:
        """Compose the fixed row at the top, if `HEADER_HEIGHT` is 1."""
        return []

    @property
    def content_width(self) -> int:
        """How many cells the widest line takes; 0 for lines that are always composed to fit."""
        return 0

    def message_when_empty(self) -> str:
        """Say what is shown in the middle when there are no lines."""
        return self._empty_message

    def line_key(self, y: int) -> Hashable:
        """Name line `y` so that the name stays its own when lines before it are dropped."""
        return y

    def line_text(self, y: int) -> str:
        """Return line `y` as `find` reads it."""
        return plain_text(self.compose_line(y))

    # Measures

    @property
    def visible_width(self) -> int:
        """How many cells of a line can be seen at once: the width without border, padding and scroll bar."""
        return self.scrollable_content_region.width

    @property
    def visible_line_count(self) -> int:
        """How many lines can be seen at once."""
        return max(0, self.scrollable_content_region.height - self.HEADER_HEIGHT)

    @property
    def empty_message(self) -> str:
        """What is shown in the middle when there are no lines; may have several lines of its own."""
        return self._empty_message

    @empty_message.setter
    def empty_message(self, message: str) -> None:
        self._empty_message = message
        self.refresh()

    # Changes

    def lines_changed(self) -> None:
        """Forget the lines drawn so far and draw anew: their number or their content is another."""
        self._strips.clear()
        self.update_virtual_size()
        self.refresh()

    def update_virtual_size(self) -> None:
        """Tell the scroll bars how much there is."""
        self.virtual_size = Size(self.content_width, self.line_count + self.HEADER_HEIGHT)

    def line_changed(self, y: int) -> None:
        """Forget the drawing of one line and draw it anew."""
        self._strips.discard(self.line_key(y))
        self.redraw_line(y)

    def redraw_line(self, y: int | None) -> None:
        """Send one row to the terminal again, and nothing else."""
        if y is None:
            return
        row = y - self.scroll_offset.y
        if 0 <= row < self.visible_line_count:
            self.refresh(Region(0, row + self.HEADER_HEIGHT, self.size.width, 1))

    def set_highlight(self, words: Iterable[str]) -> None:
        """Mark these words wherever they stand, in any case; none takes the marks away."""
        self._searched = words_pattern(words)
        self._strips.clear()
        self.refresh()

    def settle(self) -> None:
        """Do what asks for a size that the widget hadn't when hidden, or for another one that it has now."""

    def on_resize(self) -> None:
        """Settle into the new size."""
        self.settle()

    # Moving

    def scroll_to(self, *positions: Any, **options: Any) -> None:
        """Scroll without animation, which sends eight times the bytes over a remote line."""
        if self.is_attached:
            super().scroll_to(*positions, **{**options, "animate": False})

    def watch_show_vertical_scrollbar(self, show: bool) -> None:
        """Put a new scroll bar where the lines are: Textual moves it only while it is there."""
        if show:
            self.vertical_scrollbar.position = self.scroll_y

    def show_line(self, y: int) -> None:
        """Scroll no further than needed for line `y` to be seen."""
        top, height = self.scroll_offset.y, self.visible_line_count
        if not height:
            self._unsettled = True
        elif not top <= y < top + height:
            self.scroll_to(y=y if y < top else y - height + 1, force=True)

    def step(self, lines: int) -> None:
        """Go `lines` further down, or up if negative."""
        self.scroll_to(y=self.scroll_offset.y + lines, force=True)

    def jump(self, y: int) -> None:
        """Go to line `y`."""
        self.scroll_to(y=y, force=True)

    def find(self, text: str, forward: bool = True) -> int | None:
        """Go to the next line with `text` in it, in any case, round the end if need be, and mark it.

        Returns the number of the line, or None if there is none.
        """
        self.set_highlight([text])
        found = self._next_with(text.lower(), forward) if text else None
        self._mark_found(found)
        return found

    def _next_with(self, text: str, forward: bool) -> int | None:
        count, start = self.line_count, self._search_start(forward)
        step = 1 if forward else -1
        for distance in range(count):
            y = (start + step * distance) % count
            if text in self.line_text(y).lower():
                return y
        return None

    def _search_start(self, forward: bool) -> int:
        """Return the line to look at first: beside the last find if it is still in sight, else where the eye is."""
        top, height = self.scroll_offset.y, self.visible_line_count
        if self._found_line is not None and top <= self._found_line < top + height:
            return self._found_line + (1 if forward else -1)
        return top if forward else top + height - 1

    def _mark_found(self, y: int | None) -> None:
        self._found_line = y
        if y is not None:
            self._show_found(y)
        self.refresh()

    def _show_found(self, y: int) -> None:
        self.show_line(y)

    def action_step(self, lines: int) -> None:
        """Go up or down by lines."""
        self.step(lines)

    def action_page(self, pages: float) -> None:
        """Go up or down by pages, one line of the old page staying in sight."""
        page = max(1, int(abs(pages) * max(1, self.visible_line_count - 1)))
        self.step(page if pages > 0 else -page)

    def action_first(self) -> None:
        """Go to the first line."""
        self.jump(0)

    def action_last(self) -> None:
        """Go to the last line."""
        self.jump(max(0, self.line_count - 1))

    def action_sideways(self, steps: int) -> None:
        """Scroll to the left or to the right."""
        self.scroll_to(x=self.scroll_offset.x + steps * _SIDEWAYS_STEP, force=True)

    # Drawing

    def component_style(self, name: str) -> Style:
        """Return the style of a component class on this widget's background."""
        if name not in self._drawn_styles:
            self._drawn_styles[name] = self.get_component_rich_style(name)
        return self._drawn_styles[name]

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours; called by Textual."""
        super().notify_style_update()
        self._drawn_styles.clear()
        self._strips.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows in `crop`; called by Textual once for each repaint."""
        style, width = self.rich_style, self.visible_width
        if (style, width) != (self._base_style, self._drawn_width):
            # No notice tells that the background around this widget changed, or that its scroll bar came or went.
            self._base_style, self._drawn_width = style, width
            self._drawn_styles.clear()
            self._strips.clear()
            self._unsettled = True
        if self._unsettled:
            # Not left to the events alone: Textual sends no Show if a region was asked for before its layout.
            self._unsettled = False
            self.call_later(self.settle)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw row `y` of the widget; called by Textual."""
        width = self._drawn_width
        if y < self.HEADER_HEIGHT:
            return self._styled(self.compose_header()).crop_extend(0, width, self._base_style)
        if self.line_count == 0:
            return self._empty_strip(y - self.HEADER_HEIGHT, width)
        line = y - self.HEADER_HEIGHT + self.scroll_offset.y
        if line >= self.line_count:
            return Strip.blank(width, self._base_style)
        strip = self._cropped(self._line_strip(line), self.scroll_offset.x, width)
        return self.finish_line(line, strip)

    def finish_line(self, y: int, strip: Strip) -> Strip:
        """Lay over a line what changes more often than the line itself: here, that it was found."""
        return self.laid_over(strip, "lines--found", colours=False) if y == self._found_line else strip

    def laid_over(self, strip: Strip, component: str, *, colours: bool) -> Strip:
        """Lay a component's style over a strip; without `colours`, the text keeps its own colour."""
        style = self.component_style(component)
        post = style if colours else style.without_color + Style(bgcolor=style.bgcolor)
        return Strip(Segment.apply_style(strip, post_style=post), strip.cell_length)

    def _line_strip(self, y: int) -> Strip:
        key = self.line_key(y)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._styled(self.compose_line(y))
        return strip

    def _styled(self, segments: Sequence[Segment]) -> Strip:
        segments = harmless(segments)
        if self._searched is not None:
            segments = mark(segments, self._searched, self.component_style("lines--match"))
        return Strip(Segment.apply_style(segments, self._base_style))

    def _cropped(self, strip: Strip, left: int, width: int) -> Strip:
        """Return the cells from `left` on, with « and » where the line goes on."""
        length, style = strip.cell_length, self._base_style
        cropped = strip.crop_extend(left, left + width, style)
        if width > 2 and length > left + width:
            cropped = Strip([*cropped.crop(0, width - 1), Segment("»", self.component_style("lines--more"))], width)
        if width > 2 and left and length:
            cropped = Strip([Segment("«", self.component_style("lines--more")), *cropped.crop(1, width)], width)
        return cropped

    def _empty_strip(self, row: int, width: int) -> Strip:
        message = self._wrapped_empty_message(width)
        index = row - max(0, (self.visible_line_count - len(message)) // 2)
        if not 0 <= index < len(message):
            return Strip.blank(width, self._base_style)
        segments = [Segment(one_line(message[index]), self.component_style("lines--empty"))]
        return Strip(Segment.apply_style(fit_segments(segments, width, "center"), self._base_style), width)

    def _wrapped_empty_message(self, width: int) -> list[str]:
        lines = (textwrap.wrap(line, max(1, width - 2)) or [""] for line in self.message_when_empty().splitlines())
        return [part for parts in lines for part in parts]

    def line_at(self, position: Offset | None) -> int | None:
        """Return the line at a position inside the widget, or None if there is none."""
        if position is None or position.y < self.HEADER_HEIGHT:
            return None
        y = position.y - self.HEADER_HEIGHT + self.scroll_offset.y
        return y if y < self.line_count else None
