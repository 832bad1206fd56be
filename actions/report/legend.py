"""The legend of a chart: which entries stand in which row, and how much of their labels is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from .canvas import Canvas, Symbols, marker
from .cells import cell_width, clean, cut, cut_in_the_middle
from .plot import Key

_LABEL_LIMITS = (30, 22, 16, 12, 9, 6)
_GAP = 2
_SIGN = 2


@dataclass(frozen=True)
class Legend:
    """Rows of entries; each entry is its key and its label as it is shown."""

    rows: tuple[tuple[tuple[Key, str], ...], ...] = ()

    @property
    def width(self) -> int:
        """How many cells the widest row takes."""
        return max(map(_row_width, self.rows), default=0)

    @property
    def shortened(self) -> bool:
        """Whether a label had to be cut."""
        return any(label != clean(key.label) for row in self.rows for key, label in row)


def fit_legend(keys: Sequence[Key], width: int, rows: int) -> Legend | None:
    """Share the entries out to at most `rows` rows of `width` cells, labels cut alike; None if they don't fit."""
    for limit in _LABEL_LIMITS:
        legend = _wrapped(list(zip(keys, _cut_alike([clean(key.label) for key in keys], limit), strict=True)), width)
        if len(legend.rows) <= rows and legend.width <= width:
            return legend
    return None


def _cut_alike(labels: Sequence[str], limit: int) -> list[str]:
    """Cut labels at their ends, or in the middle where only their ends tell them apart."""
    found = [cut(label, limit) for label in labels]
    if len(set(found)) == len(set(labels)):
        return found
    return [cut_in_the_middle(label, limit) for label in labels]


def _wrapped(entries: Sequence[tuple[Key, str]], width: int) -> Legend:
    rows: list[tuple[tuple[Key, str], ...]] = []
    for entry in entries:
        if rows and _row_width((*rows[-1], entry)) <= width:
            rows[-1] = (*rows[-1], entry)
        else:
            rows.append((entry,))
    return Legend(tuple(rows))


def _row_width(row: Sequence[tuple[Key, str]]) -> int:
    return sum(_SIGN + cell_width(label) + _GAP for _, label in row) - _GAP


def draw_legend(canvas: Canvas, legend: Legend, top: int) -> None:
    """Write the rows of a legend from row `top` on, at the right end."""
    left = canvas.width - legend.width
    for y, row in enumerate(legend.rows, top):
        x = left
        for key, label in row:
            canvas.text(x, y, _sign(key, canvas.symbols), key.role)
            canvas.text(x + _SIGN, y, label, "label")
            x += _SIGN + cell_width(label) + _GAP


def _sign(key: Key, symbols: Symbols) -> str:
    if key.sign == "marker" or symbols == "ascii":
        return marker(key.shape or key.role, symbols)
    return "━" if key.sign == "line" else "•"
