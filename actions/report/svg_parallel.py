"""Parallel coordinates as the elements of an SVG picture."""

from collections.abc import Iterator
from itertools import pairwise

from .cells import cut_in_the_middle
from .legend import Legend, fit_legend
from .plot import ParallelPlot, Strand
from .svg_elements import LEGEND_ROW, LETTER, PALETTE, escaped, legend_rows, line, text

_LEVEL = 20
_FAINT = {"dominated", "point"}


def parallel_parts(plot: ParallelPlot, width: int, height: int) -> Iterator[str]:
    """Give all elements: the legend, the lines, then the axes with their titles and ends above them."""
    legend = fit_legend(plot.legend, int((width - 40) / LETTER), 3) or Legend()
    head = 40.0 if plot.title else 20.0
    yield from legend_rows(legend, width - 20.0, head)
    top = head + len(legend.rows) * LEGEND_ROW + 34
    bottom = height - 34.0 - (18 if plot.remarks else 0)
    step = (width - 40.0) / len(plot.axes)
    places = [20 + step * (number + 0.5) for number in range(len(plot.axes))]
    for strand in plot.strands:
        yield from _strand(strand, places, top, bottom)
    for x, axis in zip(places, plot.axes, strict=True):
        yield line(x, top, x, bottom, "axis", ' stroke-width="1.5"')
        room = max(4, int(step / LETTER) - 1)
        yield text(x, top - 22, cut_in_the_middle(axis.title, room), "title", "middle")
        yield text(x, top - 7, axis.high, "label", "middle")
        yield text(x, bottom + 16, axis.low, "label", "middle")
        for number, level in enumerate(axis.levels):
            y = bottom - (number + 0.5) / len(axis.levels) * (bottom - top)
            halo = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"'
            yield text(x + 5, y + 4, cut_in_the_middle(level, min(_LEVEL, room)), "label", more=halo)
    if plot.remarks:
        yield text(16, height - 8, "; ".join(plot.remarks), "label", more=' font-size="11"')


def _strand(strand: Strand, places: list[float], top: float, bottom: float) -> Iterator[str]:
    """Draw one line, interrupted where a value is unknown."""
    opacity = "0.35" if strand.role in _FAINT else "0.7"
    inside = f"<title>{escaped(strand.name)}</title>" if strand.name else ""
    known = [
        None if height is None else (x, bottom - height * (bottom - top))
        for x, height in zip(places, strand.heights, strict=True)
    ]
    pieces: list[list[tuple[float, float]]] = []
    for start, end in pairwise(known):
        if start is None or end is None:
            continue
        if pieces and pieces[-1][-1] == start:
            pieces[-1].append(end)
        else:
            pieces.append([start, end])
    for piece in pieces:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in piece)
        yield (
            f'<polyline points="{points}" fill="none" stroke="{PALETTE[strand.role]}" stroke-opacity="{opacity}" '
            f'stroke-width="1.2">{inside}</polyline>'
        )
