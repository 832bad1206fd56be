"""SVG: well-formed whatever the text, with a circle for a point and a bar for a bar."""

from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.charts import (
    ROLES,
    Axis,
    Drawable,
    PlotPoint,
    bars_plot,
    ecdf_plot,
    histogram_plot,
    line_plot,
    scatter_plot,
    svg_text,
)
from ckexplore.actions.report.svg_elements import PALETTE

SVG = "{http://www.w3.org/2000/svg}"
X, Y = Axis("latency", "s"), Axis("accuracy", "%")


def parsed(plot: Drawable) -> ET.Element:
    return ET.fromstring(svg_text(plot))


def test_every_role_has_a_colour() -> None:
    assert set(ROLES) <= set(PALETTE)


def test_each_point_is_a_circle_with_its_name() -> None:
    points = [PlotPoint(n, n, f"model {n}") for n in range(1, 6)]
    circles = list(parsed(scatter_plot(points, x_axis=X, y_axis=Y)).iter(f"{SVG}circle"))
    assert [circle.findtext(f"{SVG}title") for circle in circles] == [f"model {n}" for n in range(1, 6)]
    across = [float(circle.attrib["cx"]) for circle in circles]
    down = [float(circle.attrib["cy"]) for circle in circles]
    assert across == sorted(across)
    assert down == sorted(down, reverse=True)


def test_a_front_is_a_stair() -> None:
    points = [PlotPoint(1, 1), PlotPoint(2, 2), PlotPoint(3, 3)]
    root = parsed(scatter_plot(points, x_axis=X, y_axis=Y, front=[0, 1, 2]))
    (stair,) = root.iter(f"{SVG}polyline")
    places = [tuple(map(float, place.split(","))) for place in stair.attrib["points"].split()]
    assert len(places) == 5
    assert all(x == x_next or y == y_next for (x, y), (x_next, y_next) in pairwise(places))


def test_bars_are_rectangles_in_proportion() -> None:
    root = parsed(bars_plot(["a", "b"], [2, 1], x_axis=X))
    widths = [float(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect")][1:]
    assert abs(widths[0] - 2 * widths[1]) < 0.2


texts = st.text(st.characters(), max_size=20)
numbers = st.floats()


@given(st.lists(st.builds(PlotPoint, numbers, numbers, texts, texts), max_size=12), st.sets(st.integers(0, 12)), texts)
def test_a_scatter_with_any_text_is_well_formed(points: list[PlotPoint], front: set[int], title: str) -> None:
    assert parsed(scatter_plot(points, x_axis=X, y_axis=Y, front=front, selected=0, title=title)).tag == f"{SVG}svg"


@given(st.dictionaries(texts, st.lists(numbers, max_size=9), max_size=8), texts)
def test_other_figures_with_any_text_are_well_formed(series: dict[str, list[float]], title: str) -> None:
    axis = Axis(title, "s")
    every = [value for values in series.values() for value in values]
    assert parsed(ecdf_plot(series, x_axis=axis, title=title)).tag == f"{SVG}svg"
    assert parsed(line_plot(series, x_axis=axis, y_axis=axis, title=title)).tag == f"{SVG}svg"
    assert parsed(histogram_plot(every, x_axis=axis, title=title)).tag == f"{SVG}svg"
    assert parsed(bars_plot(list(series), [len(v) for v in series.values()], x_axis=axis)).tag == f"{SVG}svg"
