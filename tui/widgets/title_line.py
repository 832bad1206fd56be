"""The top line: what is open, how much of it is shown, and what goes on."""

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from .segments import cut

READING = "reading …"
"""The state until all is known."""


class TitleLine(Widget):
    """The name at the left, the counts and the jobs beside it, the state at the right."""

    COMPONENT_CLASSES = {"title--name", "title--counts", "title--jobs", "title--state"}  # noqa: RUF012

    counts: reactive[str] = reactive("")
    jobs: reactive[str] = reactive("")
    state: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:
        """Draw the line; where there is no room for all, the state gives way, then the end of the counts."""
        width, background = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, background)
        name = Segment(" ckexplore ", self.get_component_rich_style("title--name"))
        jobs = Segment(f"   {self.jobs}" if self.jobs else "", self.get_component_rich_style("title--jobs"))
        counts = cut(f"  {self.counts}", max(0, width - name.cell_length - jobs.cell_length))
        left = [name, Segment(counts, self.get_component_rich_style("title--counts")), jobs]
        right = Segment(f"{self.state} ", self.get_component_rich_style("title--state"))
        room = width - sum(segment.cell_length for segment in left) - right.cell_length
        if room < 1:
            return Strip(left).adjust_cell_length(width, background)
        return Strip([*left, Segment(" " * room, background), right])
