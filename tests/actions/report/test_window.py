"""Zoom and pan: what stays where it was, what is cut off at the edges, what is counted as outside."""

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.axis import Axis, Scale
from ckexplore.actions.report.charts import PlotPoint, draw, line_plot, scatter_plot
from ckexplore.actions.report.plot import Dots, Path, Plot, Steps
from ckexplore.actions.report.window import Window, containing, pan, seen_through, zoom

X, Y = Axis("latency", "s", better="low"), Axis("accuracy", "%", better="high")


def front_of_three() -> Plot:
    points = [PlotPoint(1, 10, "a"), PlotPoint(2, 20, "b"), PlotPoint(4, 40, "c"), PlotPoint(3, 5, "d")]
    plot = scatter_plot(points, x_axis=X, y_axis=Y, front=[0, 1, 2])
    assert isinstance(plot, Plot)
    return plot


def test_zooming_keeps_the_point_that_is_zoomed_around_where_it_was() -> None:
    window = Window(Scale(0, 10), Scale(1, 1000, logarithmic=True))
    closer = zoom(window, 2, (2.5, 10))
    assert (closer.x.low, closer.x.high) == (1.25, 6.25)
    assert closer.x.fraction(2.5) == window.x.fraction(2.5)
    assert abs(closer.y.fraction(10) - window.y.fraction(10)) < 1e-9
    assert abs(closer.y.high / closer.y.low - 1000**0.5) < 1e-9


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(1.01, 5), st.booleans())
def test_zooming_in_and_out_again_shows_the_same(low: float, span: float, factor: float, logarithmic: bool) -> None:
    scale = Scale(abs(low) + 1e-3, abs(low) + 1e-3 + span, logarithmic=True) if logarithmic else Scale(low, low + span)
    if scale.high <= scale.low * (1 + 1e-6):
        return
    window = Window(scale, scale)
    again = zoom(zoom(window, factor), 1 / factor)
    assert abs(again.x.low - scale.low) <= 1e-3 * (scale.high - scale.low)
    assert abs(again.x.high - scale.high) <= 1e-3 * (scale.high - scale.low)


def test_nobody_zooms_beyond_what_numbers_can_tell_apart() -> None:
    window = Window(Scale(1, 2), Scale(1, 2, logarithmic=True))
    for _ in range(500):
        window = zoom(window, 3)
    assert window.x.low < window.x.high
    assert window.y.low < window.y.high
    for _ in range(1000):
        window = zoom(window, 1 / 3)
    assert window.x.high < 1e151
    assert window.y.low > 0


def test_panning_moves_by_a_share_of_the_window() -> None:
    moved = pan(Window(Scale(0, 10), Scale(1, 100, logarithmic=True)), 0.5, 0.5)
    assert (moved.x.low, moved.x.high) == (5, 15)
    assert abs(moved.y.low - 10) < 1e-9
    assert abs(moved.y.high - 1000) < 1e-6


def test_a_window_moves_just_so_far_that_a_point_is_in_it() -> None:
    window = Window(Scale(0, 10), Scale(0, 10))
    assert containing(window, (5, 5)) is window
    moved = containing(window, (20, 5))
    assert moved.y == window.y
    assert moved.x.fraction(20) == 0.9
    assert containing(window, (-20, 5)).x.fraction(-20) == 0.1


def test_points_outside_of_the_window_are_counted_and_those_inside_stay_in_place() -> None:
    seen = seen_through(front_of_three(), Window(Scale(1.5, 5), Scale(15, 50)))
    dots = [place for mark in seen.marks if isinstance(mark, Dots) for place in mark.places]
    assert sorted(dots) == [(2, 20), (4, 40)]
    assert seen.remarks[0] == "2 outside of the window"


def test_the_front_line_is_cut_at_the_edges_and_stays_across_and_up() -> None:
    seen = seen_through(front_of_three(), Window(Scale(1.5, 3), Scale(5, 50)))
    (stair,) = [mark for mark in seen.marks if isinstance(mark, Steps)]
    rounded = [(round(x, 6), round(y, 6)) for x, y in stair.places]
    assert rounded == [(1.5, 10), (2, 10), (2, 20), (3, 20)]


def test_a_line_that_leaves_the_window_and_comes_back_is_in_two_pieces() -> None:
    plot = line_plot({"a": [0, 10, 0]}, x_axis=Axis("n"), y_axis=Axis("y"))
    assert isinstance(plot, Plot)
    seen = seen_through(plot, Window(Scale(0, 2), Scale(0, 5)))
    pieces = [mark for mark in seen.marks if isinstance(mark, Path)]
    assert [len(piece.places) for piece in pieces] == [2, 2]
    assert pieces[0].places[0] == (0, 0)
    assert pieces[1].places[-1] == (2, 0)


def test_a_zoomed_chart_looks_like_this() -> None:
    plot = seen_through(front_of_three(), Window(Scale(1.5, 4.5), Scale(15, 45)))
    assert [text.rstrip() for text in draw(plot, 45, 10, "ascii").lines()] == [
        "accuracy (%)  ^ better   . dominated  O front",
        "40+                                   O",
        "  |                                   |",
        "30+                                   |",
        "  |                                   |",
        "20+       O---------------------------+",
        "  +-------+-------------+-------------+------",
        "          2             3             4",
        "2 outside of the window",
        "                        latency (s)  < better",
    ]
