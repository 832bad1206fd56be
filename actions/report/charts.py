"""The charts: data to a `Chart` of terminal cells, or to a plot that `svg_text` writes as SVG.

Nothing here needs numpy, Textual or a terminal, so that the command line, the TUI and a report show the same chart.
"""

from .axis import Axis
from .bars import bars, bars_plot
from .canvas import Symbols
from .chart import ROLES, SERIES_ROLES, Chart, Span
from .distribution import ecdf, ecdf_plot, histogram, histogram_plot, quantile
from .drawing import draw
from .lines import line, line_plot
from .plot import Drawable
from .scatter import PlotPoint, scatter, scatter_plot
from .svg import svg_text

__all__ = [
    "ROLES",
    "SERIES_ROLES",
    "Axis",
    "Chart",
    "Drawable",
    "PlotPoint",
    "Span",
    "Symbols",
    "bars",
    "bars_plot",
    "draw",
    "ecdf",
    "ecdf_plot",
    "histogram",
    "histogram_plot",
    "line",
    "line_plot",
    "quantile",
    "scatter",
    "scatter_plot",
    "svg_text",
]
