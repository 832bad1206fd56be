"""Lists of segments, the coloured pieces of one line: cut to a width, made safe, searched words marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

Align = Literal["left", "right", "center"]

ELLIPSIS = "…"

# What would move the cursor, speak to the terminal or turn the reading direction. Tabs and line ends become a space:
# one line is one line.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BLANK = "\t\n\r\v\f"


def visible(character: str) -> str:
    """Return the harmless sign that stands for one control character (␛ for escape), or � where there is none."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"


def one_line(text: str) -> str:
    """Return `text` with no character that could act on a terminal: blanks for white space, a sign for the others."""
    if text.isprintable():
        return text
    return _HARMFUL.sub(lambda match: " " if match[0] in _BLANK else visible(match[0]), text)


def many_lines(text: str) -> str:
    """Return `text` as `one_line` would, its line ends kept and its tabs (to every eighth cell) made spaces."""
    text = text.replace("\r\n", "\n").expandtabs(8)
    return "\n".join(map(one_line, text.split("\n")))


def harmless(segments: Iterable[Segment]) -> list[Segment]:
    """Return the segments with `one_line` applied to each, the last guard before a terminal."""
    return [
        segment
        if segment.text.isprintable() and not segment.control
        else Segment(one_line(segment.text), segment.style)
        for segment in segments
    ]


def plain_text(segments: Iterable[Segment]) -> str:
    """Return the text of a line without its styles."""
    return "".join(segment.text for segment in segments)


def width_of(segments: Iterable[Segment]) -> int:
    """Return how many cells a line takes in a terminal."""
    return sum(cell_len(segment.text) for segment in segments)


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, ending in "…" if something had to go."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip(" ") + ELLIPSIS


def cut_segments(segments: Sequence[Segment], width: int) -> list[Segment]:
    """Return the segments in at most `width` cells, the last one ending in "…" if something had to go."""
    segments = harmless(segments)  # before it is measured: a sign takes a cell where the character took none
    if width_of(segments) <= width:
        return segments
    kept: list[Segment] = []
    left = width
    for segment in segments:
        length = cell_len(segment.text)
        if length >= left:
            # One cell more than there is makes `cut` show its sign even if just this piece would fit.
            kept.append(Segment(cut(segment.text + ELLIPSIS, left), segment.style))
            break
        kept.append(segment)
        left -= length
    return kept


def fit_segments(segments: Sequence[Segment], width: int, align: Align = "left") -> list[Segment]:
    """Return the segments in exactly `width` cells: cut with "…" or padded with spaces as `align` says."""
    fitted = cut_segments(segments, width)
    missing = width - width_of(fitted)
    if missing <= 0:
        return fitted
    before = {"left": 0, "right": missing, "center": missing // 2}[align]
    padded = [Segment(" " * before), *fitted, Segment(" " * (missing - before))]
    return [segment for segment in padded if segment.text]


def words_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of the words in any case, or None if there are none."""
    # The longest first, so that "image" is not marked as "im" + "age" when both are searched.
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE) if wanted else None


def mark(segments: Sequence[Segment], pattern: re.Pattern[str], style: Style) -> list[Segment]:
    """Return the segments with `style` laid over every match of `pattern`, even one that spans several segments."""
    spans = [match.span() for match in pattern.finditer(plain_text(segments)) if match.end() > match.start()]
    return list(_laid_over(segments, spans, style)) if spans else list(segments)


def _laid_over(segments: Iterable[Segment], spans: Sequence[tuple[int, int]], style: Style) -> Iterator[Segment]:
    """Split the segments at the edges of the spans (character offsets, in order, apart) and style what is inside."""
    offset = 0
    for segment in segments:
        text, end = segment.text, offset + len(segment.text)
        edges = sorted({offset, end, *(edge for span in spans for edge in span if offset < edge < end)})
        for start, stop in pairwise(edges):
            inside = any(first <= start < last for first, last in spans)
            piece_style = (segment.style or Style.null()) + style if inside else segment.style
            yield Segment(text[start - offset : stop - offset], piece_style)
        offset = end
