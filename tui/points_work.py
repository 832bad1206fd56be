"""Work in threads for the experiments screen: reading points, arranging, drawing and comparing them.

The functions get a widget only to post to; they never touch it.
"""

from pathlib import Path

from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from ..actions.points.comparison import compare_points
from ..actions.points.kept_table import table_of
from ..actions.points.table import PointTable
from ..actions.report.canvas import Symbols
from ..actions.report.comparison_telling import tell_compared
from ..actions.report.depiction import Depicted, depict
from ..actions.report.drawing import drawing_of
from ..actions.report.figure_file import write_figure
from ..actions.report.neighbour import spots_in
from ..actions.report.plot import Plot
from ..actions.report.window import Window
from ..store.artifact import Artifact
from ..store.errors import CancelledError, CkexploreError
from ..store.untrusted import safe_text
from ..store.workspace import Workspace
from . import points_messages
from .points_view import Arranged, PointsView, arrange


def read_points(target: MessagePump, workspace: Workspace, artifact: Artifact) -> None:
    """Read the points of an experiment."""
    table = table_of(workspace, artifact)
    if not get_current_worker().is_cancelled:
        target.post_message(points_messages.PointsRead(table))


def arrange_points(target: MessagePump, table: PointTable, view: PointsView) -> None:
    """Filter, order and judge points; what can't be understood comes back as one sentence."""
    worker = get_current_worker()
    try:
        arranged = arrange(table, view, lambda: worker.is_cancelled)
    except CancelledError:
        return
    except CkexploreError as error:
        target.post_message(points_messages.ViewRefused(view, safe_text(str(error))))
        return
    if not worker.is_cancelled:
        target.post_message(points_messages.PointsArranged(arranged))


def draw_points(
    target: MessagePump, arranged: Arranged, window: Window | None, size: tuple[int, int], symbols: Symbols
) -> None:
    """Draw the chart of what is shown, for a size in cells."""
    depicted = _depicted(arranged, window, cells=size)
    drawing = drawing_of(depicted.plot, *size, symbols)
    plot = depicted.plot
    seen = Window(plot.x, plot.y) if isinstance(plot, Plot) and depicted.places else None
    spots = spots_in(seen, depicted.places, arranged.front, size) if seen is not None else {}
    if not get_current_worker().is_cancelled:
        target.post_message(points_messages.ChartDrawn(depicted, drawing, seen, spots))


def write_chart(target: MessagePump, arranged: Arranged, window: Window | None, title: str, file: Path) -> None:
    """Write the figure that is shown as SVG."""
    plot = _depicted(arranged, window, title=title).plot
    target.post_message(points_messages.ChartWritten(str(write_figure(plot, file))))


def _depicted(
    arranged: Arranged, window: Window | None, *, title: str = "", cells: tuple[int, int] | None = None
) -> Depicted:
    return depict(
        arranged.table,
        arranged.rows,
        arranged.view.depiction,
        arranged.front,
        stair=arranged.front_is_on_axes,
        window=window,
        title=title,
        cells=cells,
    )


def compare_rows(target: MessagePump, table: PointTable, rows: list[int], width: int) -> None:
    """Compare points side by side."""
    target.post_message(points_messages.PointsTold(tell_compared(compare_points(table, rows), width)))
